"""What linking finds by itself, as mappings: the register's facts, names that fit, commitments that are one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ogp_graph.link.joint import joint
from ogp_graph.link.mapping import CURATED, LEXICAL, Mapping
from ogp_graph.vocabulary import DCTERMS, FOAF, OGPV, SKOS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from collections.abc import Mapping as Map

    from ogp_graph.link.identifiers import Identified
    from ogp_graph.link.joint import Promise
    from ogp_graph.link.names import Matcher
    from ogp_graph.linksets import Gazetteer
    from ogp_graph.members import Member
    from ogp_graph.names import IRIs

__all__ = ["commitments_found", "identifiers_found", "members_found", "register_links"]

PROJECT = "ogp-graph project"
TOOL = "ogp-graph link"


def register_links(members: Iterable[Member], gazetteer: Gazetteer, iris: IRIs) -> Iterator[tuple[str, Mapping]]:
    """(linkset, mapping) for every place, country and page that the register has of ``members``."""
    for one in members:
        country = gazetteer.countries.get(one.country or "")
        facts = (
            ("geonames", DCTERMS + "spatial", one.jurisdiction, gazetteer.places.get(one.jurisdiction or "", "")),
            ("geonames", OGPV + "seat", one.seat, gazetteer.places.get(one.seat or "", "")),
            ("eu-countries", OGPV + "country", one.authority, country.names.get("en", "") if country else ""),
            ("wikidata", DCTERMS + "spatial", one.wikidata, ""),
            ("ogp-pages", FOAF + "isPrimaryTopicOf", one.page, one.label),
        )
        for name, predicate, target, label in facts:
            if target:
                date = (one.wikidata_date if name == "wikidata" else one.checked) or ""
                yield name, Mapping(
                    iris.member(one.key), predicate, target, CURATED, one.label, label,
                    author=PROJECT, date=date, comment=(one.note or "") if name == "geonames" else "",
                )  # fmt: skip


def members_found(
    unknown: Map[str, Collection[str]], matcher: Matcher, members: Map[str, Member], iris: IRIs
) -> Iterator[Mapping]:
    """Which registered member an unregistered one may be; ``unknown`` goes from its key to its spellings."""
    for key, spellings in sorted(unknown.items()):
        for spelling in sorted(spellings):
            for like in matcher.likenesses(spelling):
                entry = members[like.key]
                yield Mapping(
                    iris.member(key), SKOS + "exactMatch", iris.member(like.key), LEXICAL, spelling, entry.label,
                    like.confidence, tool=TOOL, features=like.features, comment=f"{entry.level}, {entry.country}",
                )  # fmt: skip


def commitments_found(promises: Iterable[Promise], iris: IRIs) -> Iterator[Mapping]:
    """Which commitments may be one promise."""
    by_key = {promise.key: promise for promise in promises}
    for pair in joint(by_key.values()):
        one, other = by_key[pair.one], by_key[pair.other]
        yield Mapping(
            iris.commitment(one.key), OGPV + "jointWith", iris.commitment(other.key), LEXICAL, one.title, other.title,
            pair.confidence, tool=TOOL, features=pair.features, comment=f"{one.plan} and {other.plan}",
        )  # fmt: skip


def identifiers_found(found: Iterable[Identified], author: str, date: str, iris: IRIs) -> Iterator[Mapping]:
    """Which identifier a commitment has in a user's table; ``author`` is whose table it is."""
    for one in found:
        yield Mapping(
            iris.commitment(one.key), DCTERMS + "identifier", "", LEXICAL, one.title, one.identifier,
            one.confidence, author=author, date=date, tool=TOOL, features=one.features,
        )  # fmt: skip
