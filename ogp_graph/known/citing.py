"""Where the values of a report were read: its citations, by the thing and the property that they support."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ogp_graph.known.graph import value_of
from ogp_graph.vocabulary import term

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ogp_graph.known.graph import Said

__all__ = ["Capture", "Source", "captures", "sources"]

_READ = {
    f"<{term(name)}>": called
    for name, called in (
        ("ogpv:supports", "supports"), ("ogpv:supportsProperty", "property"), ("oa:hasSelector", "selector"),
        ("oa:hasSource", "capture"), ("oa:start", "start"), ("oa:end", "end"), ("oa:exact", "exact"),
        ("ogpv:startQuote", "first"), ("ogpv:endQuote", "last"),
    )
}  # fmt: skip
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))")
_SIGNS = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f"}


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
        return tuple(sorted(map(value_of, told.get(term(one), ()))))

    def first(one: str) -> str:
        return next(iter(all_of(one)), "")

    return Capture(
        name, first("ogpv:sha256"), all_of("dcterms:identifier"), first("dcat:mediaType"), first("ogpv:layout"),
        all_of("dcterms:source"), first("prov:generatedAtTime"), first("ogpv:machineTranslation") == "true",
    )  # fmt: skip


def sources(lines: Iterable[str], known: Mapping[str, Capture]) -> Mapping[tuple[str, str], list[Source]]:
    """The citations in a graph of sources, from its lines as N-Triples has them: (IRI of the thing, IRI of the
    property) -> places. A report has hundreds of such lines, so each is cut, and none is parsed."""
    told: dict[str, dict[str, list[str]]] = {}
    for line in lines:
        subject, predicate, value = line.split(" ", 2)
        if name := _READ.get(predicate):
            told.setdefault(subject, {}).setdefault(name, []).append(value)
    found: dict[tuple[str, str], list[Source]] = defaultdict(list)
    for citation in sorted(told):
        of = told[citation]
        if supported := of.get("supports"):
            source = _source(_text(citation), told.get(_first(of, "selector")[:-2], {}), _first(of, "capture"), known)
            for one in of.get("property", ()):
                found[_text(supported[0]), _text(one)].append(source)
    return found


def _source(citation: str, selector: dict[str, list[str]], capture: str, known: Mapping[str, Capture]) -> Source:
    parts = (_text(_first(selector, name)) for name in ("start", "end", "exact", "first", "last"))
    return Source(citation, known.get(_text(capture)), *parts)


def _first(told: Mapping[str, list[str]], name: str) -> str:
    return next(iter(told.get(name, ())), "")


def _text(written: str) -> str:
    """The IRI or the words of the literal that ``written`` begins with (https://www.w3.org/TR/n-triples/#n-triples-grammar)."""
    if written.startswith("<"):
        return _unescaped(written[1 : written.index(">")])
    return _unescaped(written[1 : written.rindex('"')]) if written else ""


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(_sign, text) if "\\" in text else text


def _sign(escape: re.Match[str]) -> str:
    code = escape[1] or escape[2]
    return chr(int(code, 16)) if code else _SIGNS.get(escape[3], escape[3])
