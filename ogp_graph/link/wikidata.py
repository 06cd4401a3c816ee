"""Items of Wikidata by identifier, never by name: what to ask, and which answers can be believed.

A member is asked for by its code in ISO 3166-2 (P300), its country's in ISO 3166-1 (P297, countries alone) and the
number of its territory in GeoNames (P1566). An item is believed when it is the only one that any of these identifiers
leads to, when it is in the right country, and when no other member has it.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ogp_graph.link.mapping import CHAINED, Mapping
from ogp_graph.model import Finding, Severity
from ogp_graph.vocabulary import DCTERMS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from collections.abc import Mapping as Map

    from ogp_graph.members import Member
    from ogp_graph.names import IRIs

__all__ = ["Answer", "Asked", "Item", "asking", "believed", "identifiers_of", "read_items"]

_DIRECT = "http://www.wikidata.org/prop/direct/"
_ITEM = re.compile(r"http://www\.wikidata\.org/entity/Q[1-9]\d{0,11}")
_CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{0,15}")
_GEONAMES = re.compile(r"https://sws\.geonames\.org/([1-9]\d*)/")
_COUNTRY = re.compile(r"[A-Z]{2}")
_LANGUAGES = ("en", "mul", "es", "fr", "pt")
_TOOL = "ogp-graph link refresh"

Asked = tuple[str, str]
"""A property and an identifier: ("P300", "MX-NLE")."""


@dataclass(frozen=True, slots=True)
class Item:
    """An item (IRI), its label (English where there is one), and the countries (ISO 3166-1) that it is or lies in."""

    iri: str
    label: str = ""
    own: frozenset[str] = frozenset()
    within: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Answer:
    """The items that have an identifier, and when Wikidata said so (xsd:date)."""

    date: str
    items: tuple[Item, ...] = ()


def identifiers_of(member: Member) -> tuple[Asked, ...]:
    """What Wikidata can be asked about ``member``; nothing where the register has no code and no territory."""
    found = []
    if member.level == "country" and member.country:
        found.append(("P297", member.country))
    if member.subdivision:
        found.append(("P300", member.subdivision))
    if place := _GEONAMES.fullmatch(member.jurisdiction or ""):
        found.append(("P1566", place[1]))
    return tuple(found)


def asking(query: str, asked: Iterable[Asked]) -> str:
    """``query`` with what is asked as VALUES behind it (SPARQL 1.1, 10.2)."""
    rows = " ".join(f'(<{_DIRECT}{name}> "{code}")' for name, code in asked if _CODE.fullmatch(code))
    return f"{query.rstrip()}\nVALUES (?property ?code) {{ {rows} }}\n"


def read_items(data: bytes, asked: Collection[Asked], date: str) -> dict[Asked, Answer]:
    """The answer to each of what was ``asked``, also an empty one, from SPARQL results in JSON.

    Raises:
        ValueError: ``data`` is something else, or speaks of what was not asked.
    """
    try:
        rows = json.loads(data)["results"]["bindings"]
        told = [{name: str(term["value"]) for name, term in row.items()} for row in sorted(rows, key=_language)]
    except (KeyError, TypeError, AttributeError, RecursionError, UnicodeDecodeError) as problem:
        raise ValueError(f"no SPARQL results: {problem!r}") from problem
    found: dict[Asked, dict[str, Item]] = {one: {} for one in asked}
    for row in told:
        key = (row.get("property", "").removeprefix(_DIRECT), row.get("code", ""))
        iri = row.get("item", "")
        if key not in found or not _ITEM.fullmatch(iri):
            raise ValueError(f"an answer to what was not asked: {key[0][:20]} {key[1][:20]} {iri[:60]}")
        one = found[key].get(iri, Item(iri))
        own, within = (
            known | {row[name]} if _COUNTRY.fullmatch(row.get(name, "")) else known
            for name, known in (("own", one.own), ("within", one.within))
        )
        found[key][iri] = Item(iri, one.label or " ".join(row.get("label", "").split()), own, within)
    return {key: Answer(date, tuple(items[iri] for iri in sorted(items))) for key, items in found.items()}


def _language(row: Map[str, Map[str, str]]) -> int:
    """English labels first, then those for all languages."""
    language = row["label"].get("xml:lang", "") if "label" in row else ""
    return _LANGUAGES.index(language) if language in _LANGUAGES else len(_LANGUAGES)


def believed(
    members: Iterable[Member], answers: Map[Asked, Answer], iris: IRIs
) -> tuple[tuple[Mapping, ...], tuple[Finding, ...]]:
    """The links to items that can be believed, and why the others cannot; an item without an answer is no fault."""
    links: list[Mapping] = []
    findings: list[Finding] = []
    for member in members:
        told = {one: answers[one] for one in identifiers_of(member) if one in answers and answers[one].items}
        items = {item.iri: item for answer in told.values() for item in answer.items}
        if len(items) > 1:
            listed = ", ".join(sorted(iri.rpartition("/")[2] for iri in items))
            findings.append(_finding("wikidata-several", member, f"{_named(told)} lead to {listed}: none is believed"))
        for item in items.values() if len(items) == 1 else ():
            if _in_country(item, member):
                links.append(_link(member, item, told, iris))
            else:
                where = ", ".join(sorted(item.own | item.within)) or "no country"
                said = f"{_named(told)} leads to {item.iri.rpartition('/')[2]} in {where}, not {member.country}"
                findings.append(_finding("wikidata-country", member, said))
    kept, shared = _unshared(links)
    return kept, (*findings, *shared)


def _in_country(item: Item, member: Member) -> bool:
    return member.country in (item.own if member.level == "country" else item.within)


def _named(told: Iterable[Asked]) -> str:
    return ", ".join(f"{name} {code}" for name, code in told)


def _link(member: Member, item: Item, told: Map[Asked, Answer], iris: IRIs) -> Mapping:
    return Mapping(
        iris.member(member.key), DCTERMS + "spatial", item.iri, CHAINED, member.label, item.label or member.label,
        author="Wikidata", date=min(answer.date for answer in told.values()), tool=_TOOL,
        comment=f"The only item with {_named(told)}; in {member.country}.",
    )  # fmt: skip


def _unshared(links: Iterable[Mapping]) -> tuple[tuple[Mapping, ...], tuple[Finding, ...]]:
    by_item: dict[str, list[Mapping]] = defaultdict(list)
    for link in links:
        by_item[link.object].append(link)
    kept = tuple(some[0] for some in by_item.values() if len(some) == 1)
    return kept, tuple(_shared(by_item))


def _shared(by_item: Map[str, list[Mapping]]) -> Iterator[Finding]:
    for item, some in sorted(by_item.items()):
        if len(some) > 1:
            names = " and ".join(sorted(link.subject_label for link in some))
            yield Finding(Severity.WARNING, "wikidata-shared", f"{item} is given for {names}: it is nobody's")


def _finding(code: str, member: Member, message: str) -> Finding:
    return Finding(Severity.WARNING, code, message, name=member.key)
