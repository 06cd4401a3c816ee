"""Tables whose labels stand side by side in one row, above their values: each value is put below its label."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

from ogp_graph.names import fold

if TYPE_CHECKING:
    from collections.abc import Container

    from ogp_graph.model import Line

__all__ = ["Tables"]


@dataclass(slots=True)
class _Table:
    cells: list[int] = field(default_factory=list)  # lines that were done when each cell of the row began
    labels: list[tuple[int, int]] = field(default_factory=list)  # the cells of the row above, when each is a label


@dataclass(slots=True)
class Tables:
    """The open tables of a page, innermost last; ``done`` are its lines, ``known`` the folded labels."""

    done: list[Line]
    known: Container[str]
    open: list[_Table] = field(default_factory=list)

    def start(self, name: str) -> None:
        """A ``table``, row or cell starts; the line before it has ended."""
        if name == "table":
            self.open.append(_Table())
        elif self.open and name == "tr":
            self._row(self.open[-1])
        elif self.open:
            self.open[-1].cells.append(len(self.done))

    def end(self) -> None:
        """The innermost table ends."""
        if self.open:
            self._row(self.open.pop())

    def _row(self, table: _Table) -> None:
        """The row before ends here."""
        cells = list(pairwise((*table.cells, len(self.done))))
        above, table.labels, table.cells = table.labels, [], []
        if len(cells) < 2:
            return
        labels = [stop == start + 1 and fold(self.done[start].text) in self.known for start, stop in cells]
        if all(labels):
            table.labels = cells
        elif len(above) == len(cells) and above[-1][1] == cells[0][0] and not any(labels):
            self.done[above[0][0] :] = [
                line
                for pair in zip(above, cells, strict=True)
                for start, stop in pair
                for line in self.done[start:stop]
            ]
