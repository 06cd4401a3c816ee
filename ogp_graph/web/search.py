"""Search: ``/search`` as a page that works without a script, and the same as JSON at ``/search.json``."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import msgspec
from flask import Blueprint, Response, request

from ogp_graph.codes import load_codes
from ogp_graph.release import TABLES
from ogp_graph.search import FACETS, INDEX, LOOKED_AT, Searcher
from ogp_graph.web.negotiation import choose
from ogp_graph.web.pages.light import light
from ogp_graph.web.pages.reader import preferred
from ogp_graph.web.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ogp_graph.codes import Codes
    from ogp_graph.search import Found, Hit, Snippet
    from ogp_graph.web.target import Site

__all__ = ["PARAMETERS", "routes"]

PARAMETERS = ("q", "page", "format", *FACETS)
"""What the address of a search may say."""

_JSON = {"application/json": "json"}
_OFFERS = {"text/html": "html"} | _JSON
_WORDS = {"member": "Member", "year": "Year of the plan", "completion": "Completion", "dimension": "What changed",
          "degree": "Degree of change", "status": "Has answers that are"}  # fmt: skip
_FIELDS = {column.name: column.description for column in TABLES["overview"].columns}
_SHORT = {
    "member_name": "Member", "other_names": "Also called", "plan_title": "Action plan", "action": "What was promised",
    "problem": "Problem", "factors": "What helped or hindered", "lesson": "Lesson", "title": "Page",
    "completion_explanation": "Completion", "as_planned_explanation": "As planned",
    "access_to_information_explanation": "Access to information",
    "civic_participation_explanation": "Civic participation",
    "public_accountability_explanation": "Public accountability", "other_explanation": "Other results",
    "problem_addressed_explanation": "Problem addressed", "commitment_title": "Title",
}  # fmt: skip
_FIRST = 8  # values of a facet that are shown at once
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")


@dataclass(slots=True)
class _Value:
    """A value of a facet as a link: choosing it, or leaving it out again when it is chosen."""

    value: str
    label: str
    language: str  # of the label, "" for names and numbers
    count: int
    chosen: bool
    link: str


@dataclass
class _Service:
    """The index of a site's release, opened when it is first asked."""

    site: Site
    _opened: Searcher | None = None
    _lock: Lock = field(default_factory=Lock)

    def searcher(self) -> Searcher:
        """Raises a problem when the release has no index."""
        with self._lock:
            if self._opened is None:
                assert self.site.target.folder is not None
                try:
                    self._opened = Searcher(self.site.target.folder / INDEX)
                except FileNotFoundError:
                    detail = (
                        f"Release {self.site.target.id} cannot be searched: it was published by an older version of the"
                        " software, without an index that this one reads. Its tables and its SPARQL endpoint have"
                        " everything."
                    )
                    raise Problem(404, detail, "no-search-index") from None
            return self._opened

    @cached_property
    def codes(self) -> Codes:
        return load_codes()

    def label(self, facet: str, value: str, languages: tuple[str, ...]) -> tuple[str, str]:
        """A value of a facet in words, and their language; "" for names and numbers."""
        if facet == "member" and (name := self.searcher().members.get(value)):
            return name, ""
        if value == "unknown":
            return "Not known", "en"
        try:
            return (value, "") if facet in ("member", "year") else self.codes.best(facet, value, languages)
        except KeyError:
            return value, ""


def routes(site: Site) -> Blueprint:
    """``/search`` and ``/search.json``; none for a file."""
    pages = Blueprint("search", __name__)
    if site.target.folder is None:
        return pages
    service = _Service(site)

    @pages.get("/search")
    def search() -> Response:
        text, chosen, page = _asked()
        found = service.searcher().search(text, chosen, page=page)
        if choose(request.args.getlist("format"), request.headers.get("Accept"), _OFFERS) == "json":
            return _json(service, text, chosen, found)
        return _page(service, text, chosen, found)

    @pages.get("/search.json")
    def json() -> Response:
        text, chosen, page = _asked()
        choose(request.args.getlist("format"), None, _JSON)
        return _json(service, text, chosen, service.searcher().search(text, chosen, page=page))

    return pages


def _asked() -> tuple[str, dict[str, list[str]], int]:
    """Words, chosen values and page of the request.

    Raises:
        Problem: 400 a parameter that there is not, or a page that is no number.
    """
    unknown = sorted(set(request.args) - set(PARAMETERS))
    if unknown:
        detail = f"there is no parameter {unknown[0]!r}; there are {', '.join(PARAMETERS)}"
        raise Problem(400, detail, "unknown-parameter", available=list(PARAMETERS))
    page = request.args.get("page") or "1"
    if not re.fullmatch(r"[1-9][0-9]{0,6}", page, re.ASCII):
        raise Problem(400, "page is a number from 1", "bad-parameter")
    chosen = {facet: [one for one in request.args.getlist(facet) if one] for facet in FACETS}
    return " ".join(request.args.getlist("q")), {facet: values for facet, values in chosen.items() if values}, int(page)


def _address(site: Site, text: str, chosen: Mapping[str, Sequence[str]], page: int = 1, *, name: str = "search") -> str:
    fields = [("q", text)] if text else []
    fields += [(facet, value) for facet, values in chosen.items() for value in values]
    fields += [("page", str(page))] if page > 1 else []
    root = "/" + site.url.split("/", 3)[3]
    return f"{root}{name}" + (f"?{urlencode(fields)}" if fields else "")


def _values(
    service: _Service, text: str, chosen: Mapping[str, Sequence[str]], found: Found, languages: tuple[str, ...] = ()
) -> dict[str, list[_Value]]:
    """Facet -> its values, the more frequent ones first (years: the newest), in words for a reader of ``languages``."""
    told = {}
    for facet, counts in found.counts.items():
        here = chosen.get(facet, ())
        values = [
            _Value(
                value,
                *service.label(facet, value, languages),
                count,
                value in here,
                _toggled(service.site, text, chosen, facet, value),
            )
            for value, count in counts.items()
            if count or value in here
        ]
        by_year = facet == "year"
        told[facet] = sorted(
            values, key=lambda one: (not one.chosen, -_year(one) if by_year else -one.count, one.label)
        )
    return told


def _year(one: _Value) -> int:
    return int(one.value) if one.value.isdecimal() else 0


def _toggled(site: Site, text: str, chosen: Mapping[str, Sequence[str]], facet: str, value: str) -> str:
    here = chosen.get(facet, ())
    values = [one for one in here if one != value] if value in here else [*here, value]
    return _address(site, text, {**chosen, facet: values})


def _page(service: _Service, text: str, chosen: dict[str, list[str]], found: Found) -> Response:
    wanted = preferred(request.headers.get("Accept-Language"))
    text = text[: LOOKED_AT + 1]  # of which the last one only says that there was more
    pages = {name: _address(service.site, text, chosen, number) for name, number in _beside(found)}
    page = light(
        "search.html",
        text=text,
        found=found,
        chosen=[(facet, value) for facet, values in chosen.items() for value in values],
        facets=_values(service, text, chosen, found, wanted),
        label=lambda scheme, notation: service.label(scheme, notation, wanted),
        titles=_WORDS,
        first=_FIRST,
        fields=_SHORT,
        pages=pages,
        json=_address(service.site, text, chosen, found.page, name="search.json"),
        language=_language,
    )
    return Response(page, content_type="text/html; charset=utf-8", headers={"Vary": "Accept-Language"})


def _language(tag: str) -> str:
    return tag if _LANGUAGE.fullmatch(tag) else ""


def _beside(found: Found) -> Iterator[tuple[str, int]]:
    if found.page > 1:
        yield "previous", min(found.page - 1, max(found.pages, 1))
    if found.page < found.pages:
        yield "next", found.page + 1


def _json(service: _Service, text: str, chosen: dict[str, list[str]], found: Found) -> Response:
    site = service.site
    origin = site.url.removesuffix("/" + site.url.split("/", 3)[3])
    links = {name: origin + _address(site, text, chosen, number, name="search.json") for name, number in _beside(found)}
    told = {
        "release": site.target.id,
        "query": text,
        "cut": found.words.cut,
        "total": found.total,
        "page": found.page,
        "pages": found.pages,
        **links,
        "results": [_result(site, hit) for hit in found.hits],
        "facets": {
            facet: [{"value": v.value, "label": v.label, "count": v.count, "chosen": v.chosen} for v in values]
            for facet, values in _values(service, text, chosen, found).items()
        },
    }
    return Response(msgspec.json.encode(told), content_type="application/json")


def _result(site: Site, hit: Hit) -> dict[str, Any]:
    head = {name: value for name, value in hit.head.items() if value is not None and name not in ("title", "iri")}
    return {
        "id": hit.head["iri"],
        "page": f"{site.url}page/report/{hit.key}",
        "title": _snippet(hit.title),
        **head,
        "snippets": [_snippet(snippet) for snippet in hit.snippets],
    }


def _snippet(snippet: Snippet) -> dict[str, Any]:
    told: dict[str, Any] = {"field": snippet.field, "text": snippet.text, "marks": snippet.marks}
    return told | ({"language": snippet.language} if snippet.language else {})
