"""On what the documents of a thing depend, as digests: what its reports say, and what is said of what they share."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["Inputs"]

_BYTES = 16  # of a SHA-256
_IRI = re.compile("<[^>]*>")


class Inputs:
    """``contents`` are digests of what each report says and cites, by key; ``shared`` are the sorted N-Quads lines
    about what reports share, in a release whose IRIs start with ``base``.

    What is said of one subject counts for each report, commitment, member and plan that it names: a mapping of links
    for both its ends. What others are called counts where they are named. What names none (codes, terms) counts for
    all."""

    def __init__(self, contents: Mapping[str, str], shared: Iterable[str], base: str) -> None:
        self._contents = contents
        self._said: dict[str, list[bytes]] = defaultdict(list)
        self._beside: dict[str, set[str]] = defaultdict(set)  # thing -> others that stand beside it in a link
        groups = {one: "\n".join(lines) for one, lines in groupby(shared, key=lambda line: line.partition(" ")[0])}
        others = {one: _digest(text) for one, text in groups.items() if not one.startswith(f"<{base}")}
        everywhere = hashlib.sha256(base.encode())
        for subject in groups.keys() - others.keys():
            text = groups[subject]
            digest = _digest(text, *(others[one] for one in sorted(set(_IRI.findall(text)) & others.keys())))
            named = set(re.findall(rf"<{re.escape(base)}id/((?:report|commitment|member|plan)/[^/>]+)", text))
            for one in named or ("",):
                self._said[one].append(digest)
                self._beside[one] |= named - {one}
        for digest in sorted(self._said.pop("", ())):
            everywhere.update(digest)
        self._everywhere = everywhere.digest()

    def report(self, key: str, plan: str, member: str) -> bytes:
        """Of the documents of a report and of its commitment; ``plan`` and ``member`` are keys or empty."""
        own = (f"report/{key}", f"commitment/{key}")
        beside = {one.partition("/")[2] for thing in own for one in self._beside.get(thing, ())}
        return self._digest((*own, f"plan/{plan}", f"member/{member}"), beside | {key})

    def place(self, plan: str, member: str, reports: Iterable[str]) -> bytes:
        """Of the documents of a plan or, where ``plan`` is empty, of a member."""
        return self._digest((f"plan/{plan}", f"member/{member}"), reports)

    def _digest(self, things: Iterable[str], reports: Iterable[str]) -> bytes:
        found = hashlib.sha256(self._everywhere)
        for thing in things:
            found.update(thing.encode() + b"\0" + b"".join(sorted(self._said.get(thing, ()))))
        for key in sorted(reports):
            found.update(f"\0{key}\0{self._contents.get(key, '')}".encode())
        return found.digest()[:_BYTES]


def _digest(text: str, *others: bytes) -> bytes:
    return hashlib.sha256(text.encode() + b"".join(others)).digest()
