"""Where the values of a report were read: its citations, by the thing and the property that they support."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ogp_graph.known.graph import iri, said
from ogp_graph.vocabulary import term

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ogp_graph.known.graph import Graph, Said

__all__ = ["Capture", "Source", "captures", "sources"]

_SUPPORTS, _PROPERTY = term("ogpv:supports"), term("ogpv:supportsProperty")
_SELECTOR, _CAPTURE = term("oa:hasSelector"), term("oa:hasSource")


@dataclass(frozen=True, slots=True)
class Capture:
    """A page as somebody received it: SHA-256, file names, media type, layout, addresses, when it was fetched (as its
    own record says), and whether a machine translated it."""

    iri: str
    sha256: str
    names: tuple[str, ...]
    media_type: str
    layout: str
    addresses: tuple[str, ...]
    fetched: str
    machine: bool


@dataclass(frozen=True, slots=True)
class Source:
    """The place of a value: characters ``start`` to ``end`` of a capture (code points), with the whole words there or
    the first and the last ones."""

    iri: str
    capture: Capture | None
    start: str
    end: str
    exact: str
    first: str
    last: str


def captures(report: Said) -> Mapping[str, Capture]:
    """The captures that a report's graph describes, by IRI."""
    return {name: _capture(name, report) for name, told in report.items() if term("ogpv:sha256") in told}


def _capture(name: str, report: Said) -> Capture:
    told = report[name]

    def all_of(one: str) -> tuple[str, ...]:
        return tuple(sorted(str(value.value) for value in told.get(term(one), ())))  # type: ignore[union-attr]

    def first(one: str) -> str:
        return next(iter(all_of(one)), "")

    return Capture(
        name, first("ogpv:sha256"), all_of("dcterms:identifier"), first("dcat:mediaType"), first("ogpv:layout"),
        all_of("dcterms:source"), first("prov:generatedAtTime"), first("ogpv:machineTranslation") == "true",
    )  # fmt: skip


def sources(graph: Graph, name: str, known: Mapping[str, Capture]) -> Mapping[tuple[str, str], list[Source]]:
    """The citations in the graph called ``name``: (IRI of the thing, IRI of the property) -> places."""
    told = said(graph.named(name))
    found: dict[tuple[str, str], list[Source]] = defaultdict(list)
    for citation in sorted(told):
        supported = told[citation].get(_SUPPORTS)
        if not supported:
            continue
        source = _source(citation, told, known)
        for one in told[citation].get(_PROPERTY, ()):
            found[iri(supported[0]), iri(one)].append(source)
    return found


def _source(citation: str, told: Said, known: Mapping[str, Capture]) -> Source:
    selector = told.get(iri(next(iter(told[citation].get(_SELECTOR, ())), None)), {})
    capture = known.get(iri(next(iter(told[citation].get(_CAPTURE, ())), None)))

    def first(one: str) -> str:
        return str(next((value.value for value in selector.get(term(one), ())), ""))  # type: ignore[union-attr]

    return Source(
        citation, capture, first("oa:start"), first("oa:end"), first("oa:exact"), first("ogpv:startQuote"),
        first("ogpv:endQuote"),
    )  # fmt: skip
