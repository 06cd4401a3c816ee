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


class Inputs:
    """``contents`` are digests of what each report says and cites, by key; ``shared`` are the sorted N-Quads lines
    about what reports share, in a release whose IRIs start with ``base``.

    What is said of one subject counts for each member, plan and commitment that it names, a mapping of links for both
    its ends; what names none of them (codes, terms) counts for all."""

    def __init__(self, contents: Mapping[str, str], shared: Iterable[str], base: str) -> None:
        self._contents = contents
        self._said: dict[str, list[bytes]] = defaultdict(list)
        self._beside: dict[str, set[str]] = defaultdict(set)  # commitment -> others that stand beside it in a link
        everywhere = hashlib.sha256(base.encode())
        name = re.compile(rf"<{re.escape(base)}id/((?:member|plan|commitment)/[^/>]+)")
        for _, group in groupby(shared, key=lambda line: line.partition(" ")[0]):
            text = "\n".join(group)
            digest, named = hashlib.sha256(text.encode()).digest(), set(name.findall(text))
            for one in named:
                self._said[one].append(digest)
                self._beside[one] |= named - {one}
            if not named:
                everywhere.update(digest)
        self._everywhere = everywhere.digest()

    def report(self, key: str, plan: str, member: str) -> bytes:
        """Of the documents of a report and of its commitment; ``plan`` and ``member`` are keys or empty."""
        commitment = f"commitment/{key}"
        beside = (one.removeprefix("commitment/") for one in self._beside.get(commitment, ()))
        return self._digest((commitment, f"plan/{plan}", f"member/{member}"), (key, *beside))

    def place(self, plan: str, member: str, reports: Iterable[str]) -> bytes:
        """Of the documents of a plan or, where ``plan`` is empty, of a member."""
        return self._digest((f"plan/{plan}", f"member/{member}"), reports)

    def _digest(self, things: Iterable[str], reports: Iterable[str]) -> bytes:
        found = hashlib.sha256(self._everywhere)
        for thing in things:
            found.update(thing.encode() + b"\0" + b"".join(self._said.get(thing, ())))
        for key in sorted(reports):
            found.update(f"\0{key}\0{self._contents.get(key, '')}".encode())
        return found.digest()[:_BYTES]
