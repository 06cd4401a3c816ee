"""Quads as the lines that are stored, hashed and released, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pyoxigraph as ox

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["lines", "quads"]


def lines(said: Iterable[ox.Quad]) -> str:
    r"""Quads as N-Quads, one statement a line, each once, sorted by code point; no line feed at the end.

    A line never holds a line feed: literals have theirs as ``\n`` (https://www.w3.org/TR/n-quads/#grammar)."""
    written = cast("bytes", ox.serialize(said, format=ox.RdfFormat.N_QUADS))
    return "\n".join(sorted(set(written.decode("utf-8").split("\n")) - {""}))


def quads(written: Iterable[str]) -> list[ox.Quad]:
    """The inverse: N-Quads lines, or blocks of them, as quads."""
    return list(ox.parse("\n".join(written) + "\n", format=ox.RdfFormat.N_QUADS))
