"""Facets: by what a search can be narrowed, and how many reports each value would leave.

A value is the set of the reports that have it, one bit a report, so counting takes no query.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = ["FACETS", "Facets", "bits"]

FACETS = ("member", "year", "completion", "dimension", "degree", "status")
"""Facets in the order in which they are shown. A year is one in which the plan ran; a dimension one in which something
changed; a degree and a status one that any result, or any answer, has."""


def bits(numbers: Iterable[int], most: int) -> int:
    """The set of some numbers up to ``most``."""
    data = bytearray((most >> 3) + 1)
    for number in numbers:
        data[number >> 3] |= 1 << (number & 7)
    return int.from_bytes(data, "little")


class Facets:
    """The values of each facet, and which reports have them.

    Values of one facet add up, facets narrow each other. Dimension and degree chosen together mean one result: a
    report in which participation changed and accountability did so to a major degree is no "participation, major"."""

    def __init__(self, rows: Sequence[tuple[int, Sequence[Sequence[str]], Sequence[Sequence[str]]]]) -> None:
        most = max((number for number, _, _ in rows), default=0)
        sets: dict[tuple[str, str], list[int]] = defaultdict(list)
        results: dict[tuple[str, str], list[int]] = defaultdict(list)
        for number, facets, found in rows:
            for facet, value in facets:
                sets[facet, value].append(number)
            for dimension, degree in found:
                results[dimension, degree].append(number)
        self.all = bits((number for number, _, _ in rows), most)
        self.size = (most >> 3) + 1
        self._sets = {pair: bits(numbers, most) for pair, numbers in sets.items()}
        self._results = {pair: bits(numbers, most) for pair, numbers in results.items()}
        self.values = {facet: sorted(value for name, value in self._sets if name == facet) for facet in FACETS}

    def narrowed(self, chosen: Mapping[str, Sequence[str]], *, leaving: str = "") -> int:
        """The reports that ``chosen`` leaves, the facet ``leaving`` aside."""
        left = self.all
        for facet, values in chosen.items():
            if values and facet != leaving:
                left &= self._any(self._having(facet, value, chosen, leaving) for value in values)
        return left

    def counts(self, found: int, chosen: Mapping[str, Sequence[str]]) -> dict[str, dict[str, int]]:
        """Facet -> value -> how many of the reports in ``found`` one would have with that value, were no other of its
        facet chosen."""
        told: dict[str, dict[str, int]] = {}
        for facet in FACETS:
            left = found & self.narrowed(chosen, leaving=facet)
            told[facet] = {
                value: (left & self._having(facet, value, chosen, "")).bit_count()
                for value in dict.fromkeys([*self.values[facet], *chosen.get(facet, ())])
            }
        return told

    def _having(self, facet: str, value: str, chosen: Mapping[str, Sequence[str]], leaving: str) -> int:
        beside = {"dimension": "degree", "degree": "dimension"}.get(facet, "")
        others = chosen.get(beside, ()) if beside != leaving else ()
        if not others:
            return self._sets.get((facet, value), 0)
        pairs = ((value, other) if facet == "dimension" else (other, value) for other in others)
        return self._any(self._results.get(pair, 0) for pair in pairs)

    @staticmethod
    def _any(sets: Iterable[int]) -> int:
        found = 0
        for one in sets:
            found |= one
        return found
