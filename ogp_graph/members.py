"""The alias table of OGP members: spellings of one place meet in one key."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import rdflib
from rdflib.namespace import SKOS

from ogp_graph.errors import DefinitionError
from ogp_graph.names import fold, slug
from ogp_graph.vocabulary import data_folder

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Member", "Members", "load_members"]

_BASE = "https://w3id.org/ogp-graph/id/member/"
_LEVEL = rdflib.URIRef("https://w3id.org/ogp-graph/ontology#level")


@dataclass(frozen=True, slots=True)
class Member:
    """A curated member: its key, its label, other spellings, its level's notation."""

    key: str
    label: str
    spellings: tuple[str, ...]
    level: str | None


@dataclass(frozen=True)
class Members:
    """All curated members, by key."""

    entries: dict[str, Member]

    @cached_property
    def _keys(self) -> dict[str, str]:
        return {fold(name): m.key for m in self.entries.values() for name in (m.label, *m.spellings)}

    def known(self, spelling: str) -> str | None:
        """The key of a spelling that the table has; None when it has not."""
        return self._keys.get(fold(spelling))

    def key(self, spelling: str) -> str:
        """The key of any spelling: the table's, else its folded name."""
        return self.known(spelling) or slug(spelling)


def load_members(path: Path | None = None) -> Members:
    """The alias table in ``ontology/members.ttl``.

    Raises:
        DefinitionError: not Turtle, a member without a label, or one spelling for two members.
    """
    path = path or data_folder("ontology") / "members.ttl"
    graph = rdflib.Graph()
    try:
        graph.parse(path, format="turtle")
    except (OSError, ValueError, SyntaxError) as problem:
        raise DefinitionError(f"not an alias table: {problem}", str(path)) from problem
    entries: dict[str, Member] = {}
    taken: dict[str, str] = {}
    for node in sorted(set(graph.subjects(SKOS.prefLabel))):
        key = str(node).removeprefix(_BASE)
        level = graph.value(node, _LEVEL)
        member = Member(
            key=key,
            label=str(graph.value(node, SKOS.prefLabel)),
            spellings=tuple(sorted(str(o) for p in (SKOS.altLabel, SKOS.hiddenLabel) for o in graph.objects(node, p))),
            level=str(level).rsplit("/", 1)[1] if level else None,
        )
        for name in {fold(n) for n in (member.label, *member.spellings)}:
            if taken.setdefault(name, key) != key:
                raise DefinitionError(f"{name!r} is a spelling of {taken[name]} and of {key}", str(path))
        entries[key] = member
    return Members(entries)
