"""The quality of a release: ``/quality/`` as a page, as CSV and as DQV (https://www.w3.org/TR/vocab-dqv/)."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pyoxigraph as ox
from flask import Blueprint, Response, request

from ogp_graph.codes import load_codes
from ogp_graph.formats import FORMATS
from ogp_graph.known import assessment, findings_of
from ogp_graph.release.jsonld import jsonld
from ogp_graph.vocabulary import PREFIXES, node
from ogp_graph.web.checks import checks, outcomes
from ogp_graph.web.files import listing
from ogp_graph.web.negotiation import GRAPHS, HTML, choose, content_type
from ogp_graph.web.pages.light import light
from ogp_graph.web.pages.reader import cut, part, preferred, refuse_unknown
from ogp_graph.web.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from flask import Flask

    from ogp_graph.codes import Codes
    from ogp_graph.web.checks import Outcome
    from ogp_graph.web.target import Site

__all__ = ["measurements", "routes"]

_OFFERS = {"text/html": HTML} | {kind: name for kind, name in GRAPHS.items() if name != HTML} | {"text/csv": "csv"}
_NAMED_ANSWER = re.compile(r"\((?:evidence of )?answer[ /](\d(?:\.\d)*)(?:[,:/][\s\S]*)?\)$")  # a slash in old releases
_SEVERITIES = ("Violation", "Warning", "Info")
_STATUSES = ("answered", "empty", "lost", "not-reached", "unrecognised")


@dataclass(frozen=True, slots=True)
class _Release:
    """The release, and what its quality page needs, made once."""

    site: Site
    folder: Path
    told: Callable[[], dict[str, Any]]
    checked: Callable[[], tuple[Outcome, ...]]


def routes(site: Site, app: Flask) -> Blueprint:
    """``/quality/`` and ``/quality/findings``; none for a file. The checks are run against ``app`` when the page is
    first seen; not for an old release, which has no endpoint of its own."""
    pages = Blueprint("quality", __name__)
    folder = site.target.folder
    if folder is None:
        return pages

    @lru_cache(maxsize=1)
    def told() -> dict[str, Any]:
        return assessment(folder)

    @lru_cache(maxsize=1)
    def checked() -> tuple[Outcome, ...]:
        return () if site.dated else outcomes(app.wsgi_app)

    release = _Release(site, folder, told, checked)

    @pages.get("/quality/")
    def quality() -> Response:
        chosen = choose(request.args.getlist("format"), request.headers.get("Accept"), _OFFERS)
        if chosen == HTML:
            return Response(
                _page(release), content_type="text/html; charset=utf-8", headers={"Vary": "Accept-Language"}
            )
        if chosen == "csv":
            return Response(_csv(release), content_type="text/csv; charset=utf-8; header=present")
        return Response(_serialised(release, chosen), content_type=content_type(FORMATS[chosen]))

    @pages.get("/quality/findings")
    def findings() -> str:
        refuse_unknown("kind", "severity", "member", "page")
        return _findings(release)

    return pages


def _page(release: _Release) -> str:
    told, wanted = release.told(), preferred(request.headers.get("Accept-Language"))
    lists = checks().lists
    by_list = {name: [one for one in release.checked() if one.check.list == name] for name in lists}
    return light(
        "quality.html",
        told=told,
        severities=_SEVERITIES,
        statuses=[(name, *_codes().best("status", name, wanted), told["answers"].get(name, 0)) for name in _STATUSES],
        answers=sum(told["answers"].values()),
        files=listing(release.site, "quality"),
        lists=[
            (name, lists[name], found, Counter(one.passed for one in found)) for name, found in by_list.items() if found
        ],
    )


def _findings(release: _Release) -> str:
    asked = {name: request.args.get(name) for name in ("kind", "severity", "member")}
    if asked["severity"] not in (None, *_SEVERITIES):
        raise Problem(400, f"severity is one of {', '.join(_SEVERITIES)}", "bad-parameter")
    rows = findings_of(
        release.folder, code=asked["kind"] or "", severity=asked["severity"] or "", member=asked["member"]
    )
    shown = part(len(rows))
    names = {one["member"]: one["name"] for one in release.told()["members"]}
    kept = {name: value for name, value in asked.items() if value is not None}
    return light(
        "findings.html",
        rows=[row | {"answer": _answer(str(row["message"]))} for row in cut(rows, shown)],
        shown=shown,
        asked=asked,
        member=names.get(asked["member"] or "") or asked["member"],
        address=lambda number: f"?{urlencode(kept | {'page': str(number)})}",
    )


@lru_cache(maxsize=1)
def _codes() -> Codes:
    """The code lists."""
    return load_codes()


def _answer(message: str) -> str:
    """The answer that a finding of the shapes names, by its number; such a finding has no characters of its own.

    >>> _answer("The degree is Major although the answer is not Yes. (answer 2.1.3, degree)")
    '2.1.3'
    >>> _answer("Keep it short. (answer 1.1, stated value: “Complete\\nor so”)")
    '1.1'
    """
    found = _NAMED_ANSWER.search(message)
    return found[1] if found else ""


def _csv(release: _Release) -> bytes:
    path = release.folder / "assessment" / "findings-by-member.csv"
    if not path.exists():
        raise Problem(404, "this release is older than the table; tables/findings.csv has every finding", "not-found")
    return path.read_bytes()


def _serialised(release: _Release, name: str) -> bytes:
    triples = list(measurements(release.site, release.told(), release.checked()))
    if name == "jsonld":
        return "".join(jsonld(sorted({f"{one} ." for one in triples}))).encode()
    chosen = FORMATS[name].rdf
    assert chosen is not None
    return ox.serialize(triples, format=chosen, prefixes=dict(PREFIXES)) or b""


def measurements(site: Site, told: dict[str, Any], checked: tuple[Outcome, ...]) -> Iterator[ox.Triple]:
    """What is known of the quality as DQV: one measurement for each number, one metric for each thing that is counted.

    Findings themselves are in ``quality/findings.ttl`` (``sh:ValidationReport``)."""
    dataset = ox.NamedNode(f"{site.base}dataset/{site.target.id}")
    for kind in told["kinds"]:
        words = f"Findings of the kind {kind['code']} ({kind['severity']})"
        yield from _measured(site, dataset, f"findings-{kind['code']}", words, kind["count"], "consistency")
    for status, count in sorted(told["answers"].items()):
        yield from _measured(site, dataset, f"answers-{status}", f"Answers that are {status}", count, "completeness")
    for one in told["links"]:
        yield from _measured(site, dataset, f"links-{one['name']}", f"Links: {one['title']}", one["links"], "linking")
    yield from _measured(
        site,
        dataset,
        "shape-violations",
        "Violations of the shapes (SHACL)",
        told["shapes"]["violations"],
        "conformance",
    )
    for name in checks().lists:
        passed = sum(one.passed is True for one in checked if one.check.list == name)
        metric = f"checks-{name.lower().strip('!')}"
        yield from _measured(site, dataset, metric, f"Checks of {name} that pass", passed, "findability")
    report = ox.NamedNode(f"{site.url}quality/findings.ttl")
    yield ox.Triple(dataset, node("dqv:hasQualityAnnotation"), report)
    yield ox.Triple(report, node("rdf:type"), node("dqv:QualityAnnotation"))
    yield ox.Triple(report, node("oa:hasTarget"), dataset)


def _measured(
    site: Site, dataset: ox.NamedNode, name: str, words: str, value: int, dimension: str
) -> Iterator[ox.Triple]:
    this = ox.NamedNode(f"{dataset.value}#quality-{name}")
    metric = ox.NamedNode(f"{site.base}dataset#metric-{name}")
    aspect = ox.NamedNode(f"{site.base}dataset#dimension-{dimension}")
    number = ox.Literal(str(value), datatype=node("xsd:integer"))
    yield ox.Triple(dataset, node("dqv:hasQualityMeasurement"), this)
    yield ox.Triple(this, node("rdf:type"), node("dqv:QualityMeasurement"))
    yield ox.Triple(this, node("dqv:isMeasurementOf"), metric)
    yield ox.Triple(this, node("dqv:computedOn"), dataset)
    yield ox.Triple(this, node("dqv:value"), number)
    yield ox.Triple(metric, node("rdf:type"), node("dqv:Metric"))
    yield ox.Triple(metric, node("skos:definition"), ox.Literal(words, language="en"))
    yield ox.Triple(metric, node("dqv:expectedDataType"), node("xsd:integer"))
    yield ox.Triple(metric, node("dqv:inDimension"), aspect)
    yield ox.Triple(aspect, node("rdf:type"), node("dqv:Dimension"))
    yield ox.Triple(aspect, node("skos:prefLabel"), ox.Literal(dimension, language="en"))
