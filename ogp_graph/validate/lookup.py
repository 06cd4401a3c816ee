"""A report's statements as the quick look has them: N-Quads terms as they are written, by subject and by predicate."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["SUBCLASS", "TYPE", "Lookup", "Unsure", "words"]

TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
SUBCLASS = "<http://www.w3.org/2000/01/rdf-schema#subClassOf>"

_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))")
_SIGNS = {"t": "\t", "n": "\n", "r": "\r", "b": "\b", "f": "\f"}


class Unsure(Exception):
    """What is asked is beyond the quick look; pySHACL decides."""


class Lookup:
    """Statements to look things up in. ``known`` holds the definitions that every report shares; what they say counts
    as said by the report, as it does for pySHACL. Every line names a graph.

    Raises:
        Unsure: a line has a blank node, a triple inside or no graph, or says which class is below which.
    """

    def __init__(self, lines: Iterable[str], known: Lookup | None = None) -> None:
        self.known = known
        self._shared: dict[str, dict[str, list[str]]] = known.out if known else {}
        self.out: dict[str, dict[str, list[str]]] = defaultdict(dict)
        self._said: dict[str, list[tuple[str, str]]] = defaultdict(list)
        self._into: dict[str, dict[str, list[str]]] = {}
        self._focus: dict[tuple[str, str], Sequence[str]] = {}
        self._instances: dict[frozenset[str], Sequence[str]] = {}
        out, said = self.out, self._said
        for line in lines:
            subject, predicate, rest = line.split(" ", 2)
            value = rest[: rest.rfind(" <")]
            if subject[0] != "<" or value[0] not in '<"' or value[1] == "<":
                raise Unsure
            there = out[subject]
            if predicate not in there:
                there[predicate] = [value]
            elif value not in there[predicate]:
                there[predicate].append(value)
            else:
                continue
            said[predicate].append((subject, value))
        if known and SUBCLASS in said:
            raise Unsure

    def said(self, predicate: str) -> Sequence[tuple[str, str]]:
        """(subject, value) of each statement with ``predicate``."""
        own = self._said.get(predicate, ())
        return [*own, *self.known.said(predicate)] if self.known else own

    def values(self, node: str, predicate: str) -> Sequence[str]:
        """The values of ``predicate`` at ``node``, each once."""
        said = self.out.get(node)
        own = said.get(predicate, ()) if said else ()
        if node in self._shared and (more := self._shared[node].get(predicate)):
            return list(dict.fromkeys([*own, *more]))
        return own

    def sources(self, node: str, predicate: str) -> Sequence[str]:
        """The nodes with ``node`` as a value of ``predicate``, each once."""
        into = self._into.get(predicate)
        if into is None:
            into = self._into[predicate] = defaultdict(list)
            for subject, value in dict.fromkeys(self.said(predicate)):
                into[value].append(subject)
        return into.get(node, ())

    def predicates(self, node: str) -> Iterable[str]:
        """Every predicate with a value at ``node``."""
        return {*self.out.get(node, ()), *self._shared.get(node, ())}

    def subjects_of(self, predicate: str) -> Sequence[str]:
        """Each node that has a value of ``predicate``."""
        return self._targets(predicate, "subjects", 0)

    def objects_of(self, predicate: str) -> Sequence[str]:
        """Each value of ``predicate``."""
        return self._targets(predicate, "objects", 1)

    def _targets(self, predicate: str, kind: str, place: int) -> Sequence[str]:
        found = self._focus.get((predicate, kind))
        if found is None:
            found = list(dict.fromkeys(pair[place] for pair in self.said(predicate)))
            self._focus[predicate, kind] = found
        return found

    def instances(self, classes: frozenset[str]) -> Sequence[str]:
        """Each node of one of ``classes``."""
        found = self._instances.get(classes)
        if found is None:
            found = list(dict.fromkeys(node for one in classes for node in self.sources(one, TYPE)))
            self._instances[classes] = found
        return found


def words(value: str) -> str:
    r"""The lexical form of a literal, or an IRI without its brackets.

    >>> words('"a\\nb"@en'), words("<https://example.org/>")
    ('a\nb', 'https://example.org/')
    """
    if value[0] == "<":
        return value[1:-1]
    text = value[1 : value.rindex('"')]
    return _ESCAPE.sub(_sign, text) if "\\" in text else text


def _sign(escape: re.Match[str]) -> str:
    short, long, sign = escape.groups()
    return _SIGNS.get(sign, sign) if sign else chr(int(short or long, 16))
