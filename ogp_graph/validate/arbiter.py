"""Validation at speed: a quick look first, and pySHACL decides on what it finds (docs/decisions/0022)."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pyoxigraph as ox

from ogp_graph.errors import EnginesDisagree
from ogp_graph.validate.findings import sorting_key
from ogp_graph.validate.lookup import TYPE
from ogp_graph.validate.places import Places
from ogp_graph.validate.shapes import judge
from ogp_graph.vocabulary import OGPS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ogp_graph.model import Finding
    from ogp_graph.validate.shapes import Shapes

__all__ = ["validate_lines"]


def validate_lines(said: Sequence[str], *, report: str, shapes: Shapes, share: int) -> tuple[Finding, ...]:
    """The findings that :func:`ogp_graph.validate.validate` gives about blocks of N-Quads lines, sooner.

    pySHACL applies the shapes that the quick look does not pass, and all shapes to 1 of ``share`` reports, drawn by
    their content.

    Raises:
        EnginesDisagree: a shape that the quick look passed has results after all.
    """
    lines = [line for block in said for line in block.split("\n") if line]
    found, places = shapes.screen.finds(lines), Places(lines)
    if share <= 1 or _drawn(said, share):
        judged = judge(_quads(lines), report=report, shapes=shapes, places=places)
        if missed := {shape for shape, _ in judged} - found.keys():
            raise EnginesDisagree(report, tuple(sorted(shape.removeprefix(OGPS) for shape in missed)))
    elif found:
        reads = _reads(lines, found, shapes.base)
        needed = lines if reads is None else [line for line in lines if _is_read(line, reads)]
        judged = judge(_quads(needed), report=report, shapes=shapes, places=places, only=found, reads=reads)
    else:
        judged = []
    return tuple(sorted({finding for _, finding in judged}, key=sorting_key))


def _drawn(said: Iterable[str], share: int) -> bool:
    """Whether the report is one of those that pySHACL validates whole: the same ones wherever they are validated."""
    digest = hashlib.sha256()
    for block in said:
        digest.update(block.encode())
    return int.from_bytes(digest.digest()[:8], "big") % share == 0


def _reads(lines: list[str], found: Mapping[str, frozenset[str] | None], base: str) -> frozenset[str] | None:
    """The predicates and classes that the results of the shapes in ``found`` depend on. All (None) where one is about
    a thing that is not ours: its finding then says who names it."""
    reads: set[str] = set()
    for some in found.values():
        if some is None:
            return None
        reads |= some
    own = f"<{base}"
    return frozenset(reads) if all(line.startswith(own) for line in lines) else None


def _is_read(line: str, reads: frozenset[str]) -> bool:
    _, predicate, rest = line.split(" ", 2)
    return predicate in reads or (predicate == TYPE and rest[: rest.rfind(" <")] in reads)


def _quads(lines: Iterable[str]) -> Iterable[ox.Quad]:
    return ox.parse("\n".join(lines), format=ox.RdfFormat.N_QUADS)
