"""What the prologue of a query declares, and IRIs resolved against it (SPARQL 1.1 Query, 4.1.1; RFC 3986, 5)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from ogp_graph.errors import QueryRefused

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["NO_CHARACTER", "Declared", "resolved"]

_BASES = 100  # BASE clauses, each of which may need the one before it
_LONGEST = 2000  # characters of the IRI of a graph, and its base
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
NO_CHARACTER = re.compile(r"[\x00\ud800-\udfff]")


class Declared:
    """What a prologue declares: the base, and for each prefix its IRI with the base of that one, not yet resolved."""

    def __init__(self, base: str) -> None:
        self.base, self.bases = base, 0
        self.prefixes: dict[str, tuple[str, str]] = {}

    def rebase(self, iri: str) -> None:
        self.base, self.bases = resolved(self.base, iri), self.bases + 1
        if self.bases > _BASES:
            raise QueryRefused(f"more than {_BASES} BASE clauses")

    def names(self, text: str, glued: Sequence[str]) -> Iterator[str]:
        """The IRIs of a name, once any of the keywords is cut off that it may begin with: ``FROMex:a``. A prefix that
        is not declared is left to the parser."""
        head, _, local = text.partition(":")
        for word in glued:
            if head.upper().startswith(word) and (declared := self.prefixes.get(head[len(word) :])):
                yield resolved(*declared) + re.sub(r"\\(.)", r"\1", local)


def resolved(base: str, iri: str) -> str:
    """``iri``, brackets around it, resolved against ``base`` (RFC 3986, 5)."""
    if len(base) + len(iri) > _LONGEST:
        raise QueryRefused(f"more than {_LONGEST:,} characters in an IRI of BASE or FROM")
    found = urljoin(base, _unescaped(iri))
    if NO_CHARACTER.search(found):
        raise QueryRefused("a character in an IRI that none may have")
    return found


def _unescaped(iri: str) -> str:
    """What stands between the angle brackets, escapes resolved."""
    return _ESCAPE.sub(lambda found: chr(int(found[1] or found[2], 16) & 0x10FFFF), iri[1:-1])
