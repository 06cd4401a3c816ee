"""Pages that look at a whole release: start page, members, coverage, results, lessons, downloads, about."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response

from ogp_graph.known import Text, overview
from ogp_graph.known.graph import iri
from ogp_graph.queries import EXAMPLES, load_queries
from ogp_graph.vocabulary import data_folder, term
from ogp_graph.web.charts import drawn
from ogp_graph.web.files import listing
from ogp_graph.web.pages.light import light
from ogp_graph.web.pages.reader import ROWS, cut, languages, part, refuse_unknown
from ogp_graph.web.pages.shown import releases_of
from ogp_graph.web.pages.templating import functions, query_page
from ogp_graph.web.results import example_links

if TYPE_CHECKING:
    from pathlib import Path

    from ogp_graph.known import Words
    from ogp_graph.known.words import Coded
    from ogp_graph.web.pages.shown import Shown

__all__ = ["routes"]

_DEGREES = ("outstanding", "major", "marginal", "did-not-change", "worsened")
_MATRIX = 550  # numbers in the matrix on one page, some 100 bytes each
_SCHEMES = ("completion", "as-planned", "result", "degree", "dimension", "status", "level", "question")


@dataclass
class _Release:
    """What the pages of one release share."""

    shown: Shown
    folder: Path

    @cached_property
    def counted(self) -> dict[str, Any]:
        """See :func:`ogp_graph.known.overview`."""
        return overview(self.folder)

    def code(self, words: Words, scheme: str, notation: str) -> Coded:
        """A code of a list."""
        return words.coded(f"{self.shown.site.base}code/{scheme}/{notation}")

    def codes(self, words: Words, scheme: str) -> list[Coded]:
        """All codes of a list, highest rank first."""
        found = self.shown.graph.to(f"{self.shown.site.base}code/{scheme}", term("skos:inScheme"))
        codes = [words.coded(iri(one.subject)) for one in found]
        return sorted(codes, key=lambda code: (-code.rank, code.iri))

    def completion(self, words: Words, counted: dict[str, int]) -> list[tuple[Coded, bool, int]]:
        """Each level of completion, whether it is one and not the lack of one, and its number of reports."""
        known = [(code, True, counted.get(code.notation, 0)) for code in self.codes(words, "completion")]
        lacking = [(code, False, counted.get(f"status/{code.notation}", 0)) for code in self.codes(words, "status")]
        return known + [one for one in reversed(lacking) if one[2]]

    def results(self, words: Words) -> list[dict[str, Any]]:
        """For each dimension: how many reports give which degree, say otherwise, or do not say."""
        rows = []
        for dimension in reversed(self.codes(words, "dimension")):
            told = [one for one in self.counted["results"] if one["dimension"] == dimension.notation]
            numbers = {degree: sum(one["answers"] for one in told if one["degree"] == degree) for degree in _DEGREES}
            without = [one for one in told if one["degree"] not in _DEGREES]
            values: dict[str, int] = {}
            for one in without:
                kind = one["value"] if one["status"] == "answered" else f"status/{one['status']}"
                values[str(kind)] = values.get(str(kind), 0) + one["answers"]
            rows.append({"dimension": dimension, "degrees": numbers, "without": values})
        return rows


def routes(shown: Shown) -> Blueprint:
    """The overviews of a release; none for a file."""
    pages = Blueprint("overview", __name__)
    folder = shown.site.target.folder
    if folder is None:
        return pages
    release = _Release(shown, folder)
    for path, make in (
        ("/", _start), ("/members", _members), ("/coverage", _coverage), ("/results", _results),
        ("/lessons", _lessons), ("/downloads", _downloads), ("/about", _about),
    ):  # fmt: skip
        pages.add_url_rule(path, make.__name__.strip("_"), _viewing(release, make))
    return pages


def _viewing(release: _Release, make: Any) -> Any:
    def view() -> Response:
        refuse_unknown("lang", "page")
        words = release.shown.words(languages())
        template, told = make(release, words)
        page = light(template, **functions(release.shown, words), **told)
        response = Response(page, content_type="text/html; charset=utf-8")
        response.headers["Vary"] = "Accept-Language"
        return response

    return view


def _start(release: _Release, words: Words) -> tuple[str, dict[str, Any]]:
    site, counted = release.shown.site, release.counted
    statuses = [(code, counted["statuses"].get(code.notation, 0)) for code in reversed(release.codes(words, "status"))]
    return "home.html", {
        "counts": site.target.told.get("counts", {}),
        "statuses": statuses,
        "answers": sum(number for _, number in statuses),
        "completion": release.completion(words, counted["completion"]),
        "examples": example_links(site),
        "issued": site.target.told.get("issued", ""),
        "previous": site.target.told.get("previous"),
    }


def _members(release: _Release, words: Words) -> tuple[str, dict[str, Any]]:
    rows = release.counted["members"]
    shown = part(len(rows))
    return "members.html", {
        "members": [
            {**row, "shares": _shares(row["answers"]), "levels": release.completion(words, row["completion"])}
            for row in cut(rows, shown)
        ],
        "shown": shown,
        "statuses": list(reversed(release.codes(words, "status"))),
    }


def _shares(answers: dict[str, int]) -> dict[str, Any]:
    """How many answers of how many are known, in whole percent, rounded down: 100 means all."""
    total, known = sum(answers.values()), answers.get("answered", 0)
    return {"known": known, "total": total, "percent": known * 100 // total if total else 0}


def _coverage(release: _Release, words: Words) -> tuple[str, dict[str, Any]]:
    rows = release.counted["members"]
    fullest = max((sum(map(len, row["questions"].values())) for row in rows), default=0)
    shown = part(len(rows), rows=max(10, min(ROWS, _MATRIX // (fullest + 3))))
    questions = [release.code(words, "question", f"eoc-{number}") for number in release.counted["questions"]]
    totals: dict[str, dict[str, int]] = {}
    for row in rows:
        for number, statuses in row["questions"].items():
            for status, count in statuses.items():
                totals.setdefault(number, {})[status] = totals.get(number, {}).get(status, 0) + count
    return "coverage.html", {
        "members": cut(rows, shown),
        "shown": shown,
        "questions": questions,
        "totals": totals,
        "statuses": list(reversed(release.codes(words, "status"))),
        "query": query_page(release.shown, _example("missing-answers-by-member")),
    }


def _results(release: _Release, words: Words) -> tuple[str, dict[str, Any]]:
    completion = release.completion(words, release.counted["completion"])
    results = release.results(words)
    degrees = [release.code(words, "degree", notation) for notation in _DEGREES]
    bars = [{"label": code.label.text, "known": known, "reports": number} for code, known, number in completion]
    return "results.html", {
        "completion": completion,
        "results": results,
        "degrees": degrees,
        "without": sorted({kind for row in results for kind in row["without"]}),
        "completion_chart": drawn("completion", bars),
        "results_chart": drawn("results", _stacked(results, degrees)),
        "completion_query": query_page(release.shown, _example("completion")),
        "results_query": query_page(release.shown, _example("results-by-dimension-and-degree")),
    }


def _stacked(results: list[dict[str, Any]], degrees: list[Coded]) -> list[dict[str, object]]:
    """The rows of the chart: degrees in their order, then what has no degree, then what is not known."""
    rows: list[dict[str, object]] = []
    for row in results:
        parts = [(code.label.text, row["degrees"][code.notation]) for code in degrees]
        without = row["without"]
        unknown = sum(number for kind, number in without.items() if kind.startswith("status/"))
        parts += [("No degree given", sum(without.values()) - unknown), ("Not known", unknown)]
        name = row["dimension"].label.text
        rows += [
            {"dimension": name, "outcome": label, "answers": number, "place": place}
            for place, (label, number) in enumerate(parts)
        ]
    return rows


def _lessons(release: _Release, words: Words) -> tuple[str, dict[str, Any]]:
    tables = release.shown.tables
    assert tables is not None
    rows = tables.lessons()
    shown = part(len(rows))
    statuses = [(code, release.counted["lessons"].get(code.notation, 0)) for code in release.codes(words, "status")]
    return "lessons.html", {
        "lessons": [
            (row, tables.report(row["report"]), Text(row["explanation"] or "", row["explanation_language"] or ""))
            for row in cut(rows, shown)
        ],
        "shown": shown,
        "statuses": [(code, number) for code, number in reversed(statuses) if number],
        "query": query_page(release.shown, _example("lessons")),
    }


def _downloads(release: _Release, _: Words) -> tuple[str, dict[str, Any]]:
    site = release.shown.site
    return "downloads.html", {
        "dumps": listing(site, "dumps"),
        "tables": listing(site, "tables"),
        "releases": releases_of(release.folder),
        "issued": site.target.told.get("issued", ""),
    }


def _about(release: _Release, words: Words) -> tuple[str, dict[str, Any]]:
    base = release.shown.site.base + "code/"
    statuses = reversed(release.codes(words, "status"))
    return "about.html", {
        "statuses": [(code, words.best_of(code.iri, "skos:definition")) for code in statuses],
        "schemes": [(base + scheme, words.label(base + scheme)) for scheme in _SCHEMES],
        "counts": release.shown.site.target.told.get("counts", {}),
    }


def _example(name: str) -> str:
    """The text of an example query."""
    return next(query.text for query in load_queries(data_folder("queries") / EXAMPLES) if query.name == name)
