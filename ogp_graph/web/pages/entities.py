"""A page for each thing: ``/page/...``. One function for each kind says what its template shows."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, request

from ogp_graph.known import Text, links
from ogp_graph.known.graph import iri
from ogp_graph.linksets import load_linksets
from ogp_graph.vocabulary import term
from ogp_graph.web.pages.absent import absent
from ogp_graph.web.pages.addresses import EXTENSIONS
from ogp_graph.web.pages.asked import Asked, texts
from ogp_graph.web.pages.captures import PLACE, capture_page, cited_place
from ogp_graph.web.pages.citing import citation
from ogp_graph.web.pages.codelists import code_page
from ogp_graph.web.pages.embedded import embedded
from ogp_graph.web.pages.light import light
from ogp_graph.web.pages.reader import cut, languages, part, refuse_unknown
from ogp_graph.web.pages.shown import releases_of
from ogp_graph.web.pages.statements import statements
from ogp_graph.web.pages.tabled import is_tabled
from ogp_graph.web.pages.templating import functions
from ogp_graph.web.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from ogp_graph.web.pages.shown import Shown

__all__ = ["page", "routes"]

_UNINDEXED = ("evaluator", "capture")  # persons, and texts that reports have already


def routes(shown: Shown) -> Blueprint:
    """``/page/...``."""
    pages = Blueprint("entities", __name__)

    @pages.get("/page/<path:rest>")
    def page_of(rest: str) -> Response:
        refuse_unknown("lang", "page", *(PLACE if rest.startswith("capture/") else ()))
        prepared = None if request.args else shown.prepared.response(f"page/{rest}", languages())
        return page(shown, rest) if prepared is None else Response(prepared[1], headers=prepared[0])

    return pages


def page(shown: Shown, rest: str) -> Response:
    """The page at ``page/rest``, as the request wants it.

    Raises:
        Problem: 404 or 410 there is no such thing; 400 or 404 there is no such part of it.
    """
    path = shown.addresses.path(rest)
    found = shown.document(path)
    if found is None:
        raise absent(shown, path)
    kind, _, key = path.removeprefix("id/").partition("/")
    asked = Asked(shown, found, kind, key, shown.words(languages()))
    make = _KINDS.get(kind, _other) if shown.tables is not None else _other
    template, told = make(asked)
    if "page" in request.args and told.get("shown") is None:
        raise Problem(400, "this page has one part only", "bad-parameter")
    title: Text = told.pop("title")
    response = Response(
        light(
            template, asked=asked, title=title, embedded=partial(embedded, found, shown.addresses),
            formats=_formats(shown, asked), path=shown.addresses.rest(path),
            cite=citation(shown, asked.thing, title.text), lang=request.args.get("lang"),
            **functions(shown, asked.words), **told,
        ),
        content_type="text/html; charset=utf-8",
    )  # fmt: skip
    response.headers["Link"] = shown.addresses.links(path, is_tabled(shown, path))
    response.headers["Vary"] = "Accept-Language"
    if kind in _UNINDEXED:
        response.headers["X-Robots-Tag"] = "noindex"
    return response


def _formats(shown: Shown, asked: Asked) -> list[tuple[str, str]]:
    """Name and extension of each format in which the data are."""
    names = {"ttl": "Turtle", "jsonld": "JSON-LD", "nt": "N-Triples", "rdf": "RDF/XML"}
    has_table = is_tabled(shown, asked.document.path)
    return [*([("CSV", "csv")] if has_table else []), *((names[one], one) for one in EXTENSIONS if one in names)]


def _member(asked: Asked) -> tuple[str, dict[str, Any]]:
    tables, key = asked.shown.tables, asked.key
    assert tables is not None
    rows = tables.of("member", key)
    shown = part(len(rows))
    return "member.html", {
        "title": asked.words.label(asked.thing),
        "others": texts(asked, "skos:altLabel"),
        "level": _coded(asked, asked.one("ogpv:level")),
        "country": asked.one("ogpv:countryCode"),
        "subdivision": asked.one("ogpv:subdivisionCode"),
        "plans": tables.plans_of(key),
        "reports": cut(rows, shown),
        "shown": shown,
        "links": links(asked.shown.graph, asked.words, asked.thing),
        "completion": _completions(asked, rows),
    }


def _plan(asked: Asked) -> tuple[str, dict[str, Any]]:
    tables = asked.shown.tables
    assert tables is not None
    rows = tables.of("plan", asked.key)
    shown = part(len(rows))
    return "plan.html", {
        "title": asked.words.label(asked.thing),
        "member": asked.one("ogpv:member"),
        "years": (asked.one("ogpv:startYear"), asked.one("ogpv:endYear")),
        "reports": cut(rows, shown),
        "shown": shown,
        "links": links(asked.shown.graph, asked.words, asked.thing),
        "completion": _completions(asked, rows),
    }


def _report(asked: Asked) -> tuple[str, dict[str, Any]]:
    if "/" in asked.key:
        return _other(asked)
    view = asked.shown.view(asked.key, asked.words)
    assert view is not None
    member = _member_of(asked, view.plan)
    return "report.html", {
        "title": view.title.text,
        "report": view,
        "member": member,
        "form": asked.words.label(asked.shown.site.base + "code/question"),
        "statuses": _tally(view.answers),
    }


def _commitment(asked: Asked) -> tuple[str, dict[str, Any]]:
    graph, words = asked.shown.graph, asked.words
    reports = [iri(one.subject) for one in graph.to(asked.thing, term("ogpv:commitment"))]
    views = [view for name in sorted(reports) if (view := asked.shown.view(name.partition("id/report/")[2], words))]
    if not views:
        return _other(asked)
    return "commitment.html", {
        "title": asked.words.label(asked.thing),
        "view": views[0],
        "reports": views,
        "member": _member_of(asked, views[0].plan),
        "links": links(graph, words, asked.thing),
    }


def _capture(asked: Asked) -> tuple[str, dict[str, Any]]:
    return capture_page(asked.shown, asked.document)


def _dataset(asked: Asked) -> tuple[str, dict[str, Any]]:
    site = asked.shown.site
    assert site.target.folder is not None
    return "dataset.html", {
        "title": Text(asked.one("dcterms:title"), "en"),
        "description": asked.one("dcterms:description"),
        "counts": site.target.told.get("counts", {}),
        "issued": site.target.told.get("issued", ""),
        "releases": releases_of(site.target.folder),
        "linksets": [
            (one, file if (file := f"dumps/links-{name}.sssom.tsv") in site.target.sums else None)
            for name, one in load_linksets().items()
        ],
    }


def _other(asked: Asked) -> tuple[str, dict[str, Any]]:
    """Anything else: its statements, each with its label."""
    return "thing.html", statements(asked.shown, asked.document, asked.words) | {
        "title": _link_title(asked) if asked.kind == "link" else asked.words.label(asked.thing),
        "what": None,
        "place": cited_place(asked.shown, asked.document) if "/source/" in asked.key else None,
    }


def _link_title(asked: Asked) -> Text:
    """A link in words: what is linked, how, and with what."""
    found = [asked.one(f"owl:annotated{part}") for part in ("Source", "Property", "Target")]
    if not all(found):
        return asked.words.label(asked.thing)
    source, way, target = (asked.words.label(one).text for one in found)
    return Text(f"{source} – {way}: {target}")


_KINDS: dict[str, Callable[[Asked], tuple[str, dict[str, Any]]]] = {
    "member": _member,
    "plan": _plan,
    "report": _report,
    "commitment": _commitment,
    "capture": _capture,
    "code": code_page,
    "dataset": _dataset,
}


def _member_of(asked: Asked, plan: str) -> str:
    found = asked.shown.graph.from_(plan, term("ogpv:member")) if plan else []
    return iri(found[0].object) if found else ""


def _coded(asked: Asked, code: str) -> Text | None:
    return asked.words.label(code) if code else None


def _completions(asked: Asked, rows: list[dict[str, Any]]) -> list[tuple[Text, str, int]]:
    """Label, notation and number of each level of completion that the reports give."""
    counted: dict[str, int] = {}
    for row in rows:
        code = row["completion"] or f"status/{row['completion_status']}"
        counted[code] = counted.get(code, 0) + 1
    base = asked.shown.site.base + "code/"
    named = [(base + (code if "/" in code else f"completion/{code}"), code, n) for code, n in counted.items()]
    ranked = sorted(named, key=lambda one: ("/" in one[1], -asked.words.coded(one[0]).rank))
    return [(asked.words.label(name), code, number) for name, code, number in ranked]


def _tally(answers: tuple[Any, ...]) -> list[tuple[Any, int]]:
    """Each status and how many answers have it, in the order of the code list."""
    counted: dict[str, int] = {}
    for answer in answers:
        counted[answer.status.iri] = counted.get(answer.status.iri, 0) + 1
    known = {answer.status.iri: answer.status for answer in answers}
    return [(known[name], counted[name]) for name in sorted(known, key=lambda name: known[name].rank)]
