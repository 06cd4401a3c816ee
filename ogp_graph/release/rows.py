"""What one report puts into the tables, and what the shared statements put there."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import pyoxigraph as ox

from ogp_graph.model import Answer, Result
from ogp_graph.names import redact
from ogp_graph.release.tables import DIMENSIONS, TABLES
from ogp_graph.vocabulary import term

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ogp_graph.codes import Codes
    from ogp_graph.model import Evidence, Finding, Report, Value
    from ogp_graph.names import IRIs
    from ogp_graph.release.results import Row, Rows

__all__ = ["finding_row", "rows", "shared_rows"]

_SCHEMES = {"1.1": "completion", "1.3": "as-planned"}  # every other closed question uses code/result
_CLOSED = {"completion": "1.1", "as_planned": "1.3", "problem_addressed": "2.2"}
_FREE = {"factors": "1.2", "lesson": "3"}


def rows(report: Report, iris: IRIs, codes: Codes) -> Rows:
    """The rows of ``report`` for every table but ``members``, ``plans`` (:func:`shared_rows`) and ``findings``.

    E-mail addresses are redacted once more, whatever was done before."""
    said = _Rows(report, iris, codes)
    found: Rows = {
        "overview": [said.overview()],
        "commitments": said.commitments(),
        "reports": [said.report()],
        "evaluators": said.evaluators(),
        "answers": [said.answer(answer) for answer in said.answers.values()],
        "evidence": [said.evidence(a.question, e) for a in said.answers.values() for e in a.evidence],
        "captures": said.captures(),
    }
    return {name: _unique(name, [_complete(name, row) for row in entries]) for name, entries in found.items()}


class _Rows:
    """The rows of one report, one method a table."""

    def __init__(self, report: Report, iris: IRIs, codes: Codes) -> None:
        self.of, self.iris, self.codes = report, iris, codes
        self.answers: dict[str, Answer] = {}
        for answer in sorted((*report.answers, *report.results), key=lambda a: a.question):
            self.answers.setdefault(answer.question, answer)
        self.place: Row = {"member": report.member, "member_name": _text(report.member_name), "plan": report.plan}
        addresses = (*report.addresses, *(c.address for c in report.captures if c.address))
        self.address = addresses[0] if addresses else None

    def label(self, scheme: str, notation: str | None) -> str | None:
        return self.codes.label(scheme, notation) if notation else None

    def overview(self) -> Row:
        report = self.of
        row: Row = {
            "report": report.key,
            "iri": self.iris.report(report.key),
            "title": _text(report.title),
            **self.place,
            "plan_title": _text(report.plan_title),
            "start_year": report.start_year,
            "end_year": report.end_year,
            "commitment_title": _text(report.commitment_title),
            "action": _text(report.action),
            "action_status": report.action_status,
            "problem": _text(report.problem),
            "problem_status": report.problem_status,
            "evaluators": "; ".join(e.name.text for e in report.evaluators) or None,
            "evaluator_status": report.evaluator_status,
            "evidence_urls": _spaced(u for a in self.answers.values() for e in a.evidence for u in e.urls),
            "source_address": self.address,
            "captures": len(report.captures),
            "language": report.language,
        }
        for name, question in _CLOSED.items():
            row |= self.closed(name, self.answers.get(question))
        for name, question in _FREE.items():
            if answer := self.answers.get(question):
                row |= {name: _text(answer.explanation), f"{name}_status": answer.status}
        for result in self.answers.values():
            if isinstance(result, Result) and result.dimension in DIMENSIONS:
                row |= self.dimension(result)
        return row

    def closed(self, name: str, answer: Answer | None) -> Row:
        if answer is None:
            return {}
        return {
            name: answer.code,
            f"{name}_label": self.label(_SCHEMES.get(answer.question, "result"), answer.code),
            f"{name}_status": answer.status,
            f"{name}_explanation": _text(answer.explanation),
        }

    def dimension(self, result: Result) -> Row:
        name = result.dimension.replace("-", "_")
        degree = self.label("degree", result.degree)
        return {**self.closed(name, result), f"{name}_degree": result.degree, f"{name}_degree_label": degree}

    def commitments(self) -> list[Row]:
        report = self.of
        if not (report.commitment_title or report.action or report.problem):
            return []
        row: Row = {
            "commitment": report.key,
            "iri": self.iris.commitment(report.key),
            "title": _text(report.commitment_title),
            "subtitle": _text(report.commitment_subtitle),
            **self.place,
            "action": _text(report.action),
            "action_language": _language(report.action),
            "action_status": report.action_status,
            "problem": _text(report.problem),
            "problem_language": _language(report.problem),
            "problem_status": report.problem_status,
            "border_unknown": True if report.border_unknown else None,
        }
        return [row]

    def report(self) -> Row:
        report = self.of
        chosen = {name: a.code for name, question in _CLOSED.items() if (a := self.answers.get(question))}
        return {
            "report": report.key,
            "iri": self.iris.report(report.key),
            "title": _text(report.title),
            **self.place,
            "commitment": report.key if self.commitments() else None,
            **chosen,
            "evaluators": len(report.evaluators),
            "evaluator_status": report.evaluator_status,
            "unassigned": "\n\n".join(value.text for value in report.unassigned) or None,
            "source_address": self.address,
            "captures": len(report.captures),
            "language": report.language,
        }

    def evaluators(self) -> list[Row]:
        key = self.of.key
        return [
            {
                "report": key,
                "position": evaluator.position,
                "iri": self.iris.evaluator(key, evaluator.position),
                "name": evaluator.name.text,
                "kind": evaluator.kind,
                "affiliation": evaluator.affiliation,
                **self.place,
            }
            for evaluator in self.of.evaluators
        ]

    def answer(self, answer: Answer) -> Row:
        row: Row = {
            "report": self.of.key,
            "question": answer.question,
            "question_label": self.label("question", answer.question),
            "iri": self.iris.answer(self.of.key, answer.question),
            **self.place,
            "status": answer.status,
            "value": answer.code,
            "value_label": self.label(_SCHEMES.get(answer.question, "result"), answer.code),
            "stated": _text(answer.stated),
            "alternatives": _spaced(code for code, _ in answer.alternatives if code),
            "explanation": _text(answer.explanation),
            "explanation_language": _language(answer.explanation),
            "evidence": len(answer.evidence),
        }
        if isinstance(answer, Result):
            row |= {
                "dimension": answer.dimension or None,
                "dimension_label": self.label("dimension", answer.dimension),
                "degree": answer.degree,
                "degree_label": self.label("degree", answer.degree),
                "degree_status": answer.degree_status,
                "degree_stated": _text(answer.degree_stated),
            }
        return row

    def evidence(self, question: str, evidence: Evidence) -> Row:
        key, title = self.of.key, evidence.title.text
        return {
            "report": key,
            "question": question,
            "evidence": self.iris.evidence(key, question, title, evidence.urls),
            "title": title,
            "urls": _spaced(evidence.urls),
        }

    def captures(self) -> list[Row]:
        report = self.of
        layouts, addresses = dict(report.layouts), dict(report.captures_addresses)
        return [
            {
                "capture": capture.sha256,
                "report": report.key,
                "iri": self.iris.capture(capture.sha256),
                "names": _spaced(quote(name, safe="", errors="surrogatepass") for name in capture.names),
                "media_type": capture.media_type,
                "layout": layouts.get(capture.sha256),
                "address": addresses.get(capture.sha256) or capture.address,
                "retrieved": capture.retrieved,
                "machine_translation": True if capture.sha256 in report.machine_translations else None,
            }
            for capture in report.captures
        ]


def finding_row(finding: Finding) -> Row:
    """The row of one finding."""
    row: Row = {
        "severity": finding.severity,
        "code": finding.code,
        "message": finding.message,
        "report": finding.report,
        "capture": finding.capture,
        "name": finding.name,
        "start": finding.span.start if finding.span else None,
        "end": finding.span.end if finding.span else None,
        "quote": finding.quote,
    }
    return _complete("findings", row)


def shared_rows(lines: Iterable[str], iris: IRIs) -> Rows:
    """The rows of ``members`` and ``plans``, from the N-Quads lines that describe them, sorted by key."""
    told: dict[str, dict[str, list[str]]] = {}
    starts = (iris.member(""), iris.plan(""))
    for line in lines:
        if line.startswith(tuple(f"<{start}" for start in starts)):
            quad = next(iter(ox.parse(line, format=ox.RdfFormat.N_QUADS)))
            values = told.setdefault(quad.subject.value, {}).setdefault(quad.predicate.value, [])
            values.append(quad.object.value)
    members = {iri.removeprefix(starts[0]): found for iri, found in sorted(told.items()) if iri.startswith(starts[0])}
    plans = {iri.removeprefix(starts[1]): found for iri, found in sorted(told.items()) if iri.startswith(starts[1])}
    names = {key: _first(found, "skos:prefLabel") for key, found in members.items()}
    return {
        "members": [_member(key, found, iris) for key, found in members.items()],
        "plans": [_plan(key, found, iris, names) for key, found in plans.items()],
    }


def _member(key: str, found: dict[str, list[str]], iris: IRIs) -> Row:
    level = _first(found, "ogpv:level")
    row: Row = {
        "member": key,
        "iri": iris.member(key),
        "name": _first(found, "skos:prefLabel"),
        "other_names": "; ".join(sorted(found.get(term("skos:altLabel"), []))) or None,
        "level": level.rpartition("/")[2] if level else None,
    }
    return _complete("members", row)


def _plan(key: str, found: dict[str, list[str]], iris: IRIs, names: dict[str, str | None]) -> Row:
    member = (_first(found, "ogpv:member") or "").removeprefix(iris.member("")) or None
    row: Row = {
        "plan": key,
        "iri": iris.plan(key),
        "title": _first(found, "dcterms:title"),
        "member": member,
        "member_name": names.get(member) if member else None,
    }
    for column, name in (("start_year", "ogpv:startYear"), ("end_year", "ogpv:endYear")):
        year = _first(found, name)
        row[column] = int(year) if year else None
    return _complete("plans", row)


def _first(found: dict[str, list[str]], name: str) -> str | None:
    return min(found.get(term(name), []), default=None)


def _complete(table: str, row: Row) -> Row:
    """``row`` with every column of its table, in order, and without an e-mail address."""
    columns = TABLES[table].columns
    assert row.keys() <= {column.name for column in columns}, row.keys() - {column.name for column in columns}
    return {column.name: _clean(row.get(column.name)) for column in columns}


def _clean(cell: str | int | bool | None) -> str | int | bool | None:
    return redact(str(cell)) if isinstance(cell, str) else cell


def _unique(table: str, entries: list[Row]) -> list[Row]:
    """One row for each key: evidence that a page repeats is one thing."""
    seen = {tuple(row[name] for name in TABLES[table].key): row for row in reversed(entries)}
    return list(reversed(seen.values()))


def _text(value: Value | None) -> str | None:
    return value.text if value is not None else None


def _language(value: Value | None) -> str | None:
    return value.language if value is not None else None


def _spaced(parts: Iterable[str]) -> str | None:
    return " ".join(dict.fromkeys(part.replace(" ", "%20") for part in parts)) or None
