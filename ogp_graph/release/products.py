"""What is prepared from a release for those who use it, each by one function of the release's folder.

A product is a folder of a release, ``NAME/``, that a function fills from what the release already has: ``dumps/``,
``store/`` (opened with ``ox.Store.read_only``), ``tables/``, ``definitions/``, ``quality/``, ``reports.tsv``,
``captures.tsv``. It is published, checked and removed with the release. The same folder must give the same bytes:
no clock, no random number, no order of a set.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ogp_graph.processes import give_back_memory

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from ogp_graph.release.changes import Changes

__all__ = ["Before", "Product", "Said", "make_products"]

Said = Callable[[str], tuple[str, str]]
"""Key of a report -> the sorted N-Quads lines of what it says, and of its citations, as the dumps have them."""


@dataclass(frozen=True, slots=True)
class Before:
    """A whole release that this one continues: its folder (never written to), and the keys of the reports that were
    added, changed or removed since. What reports share (members, plans, links) may have changed too."""

    path: Path
    changes: Changes


@dataclass(frozen=True, slots=True)
class Product:
    """``make(release, before, said)`` fills ``release/name`` (an empty folder) for the release in ``release``.

    ``before`` is None when there is nothing to continue; else ``before.path / name`` is what this product made there
    with the same program and definitions, and whoever uses it must come to the same bytes as from nothing. ``said``
    tells what a report says."""

    name: str
    make: Callable[[Path, Before | None, Said], None]


def make_products(products: Iterable[Product], release: Path, before: Before | None, said: Said) -> None:
    """Fills the folder of each product in turn; one may read what those in front of it made."""
    for product in products:
        give_back_memory()
        (release / product.name).mkdir()
        product.make(release, before, said)
