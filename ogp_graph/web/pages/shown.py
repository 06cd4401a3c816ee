"""What the pages of one site are made from."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from ogp_graph.known import Asked, Stored, Tables, Words, document, gone, report_view, withdrawn
from ogp_graph.web.pages.addresses import Addresses
from ogp_graph.web.pages.captures import unreported
from ogp_graph.web.pages.dataset import dataset, is_dataset
from ogp_graph.web.pages.prepared import Ready, ready

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ogp_graph.engine import Engine
    from ogp_graph.known import Document, Gone, Graph, ReportView
    from ogp_graph.web.target import Site

__all__ = ["RELEASE_ID", "Shown", "releases_of", "shown"]

RELEASE_ID = re.compile(r"\d{4}-\d{2}-\d{2}\.[1-9]\d{0,5}")


@dataclass
class Shown:
    """``tables`` is None for a file, of which only the statements are known."""

    site: Site
    graph: Graph
    tables: Tables | None

    @cached_property
    def addresses(self) -> Addresses:
        """Where its documents are."""
        return Addresses(self.site)

    @cached_property
    def release(self) -> str:
        """The IRI of what is served."""
        return f"{self.site.base}dataset/{self.site.target.id}"

    @cached_property
    def gone(self) -> Mapping[str, Gone]:
        """Things that are no longer there, by what stands behind the base in their IRI."""
        folder = self.site.target.folder
        return {} if folder is None else gone(folder, self.site.base, _earlier(folder))

    @cached_property
    def withdrawn(self) -> Mapping[str, str]:
        """Releases that were withdrawn, and when."""
        folder = self.site.target.folder
        return {} if folder is None else withdrawn(folder)

    def document(self, path: str) -> Document | None:
        """The data of the thing at ``path`` (what stands behind the base in its IRI); None when there are none."""
        if is_dataset(path):
            return dataset(self.site, path)
        try:
            return document(self.graph, self.site.base, path) or unreported(self.tables, self.site.base, path)
        except ValueError:  # not an IRI
            return None

    def view(self, key: str, words: Words) -> ReportView | None:
        """The report with this key as its page shows it; None when there is none."""
        found = self.document(f"id/report/{key}")
        return None if found is None else report_view(self.graph, words, self.site.base, key, found.triples)

    @cached_property
    def prepared(self) -> Ready:
        """What was made with the release."""
        return ready(self.site)

    def words(self, languages: tuple[str, ...]) -> Words:
        """Labels for a reader; remembered, since a release does not change."""
        return self._words.setdefault(languages, Words(self.graph, languages))

    @cached_property
    def _words(self) -> dict[tuple[str, ...], Words]:
        return {}


def shown(site: Site, engine: Engine | None) -> Shown:
    """What is shown of ``site``: of a release by its store and tables, of a file by its engine."""
    folder = site.target.folder
    if folder is not None:
        return Shown(site, Stored(folder / "store"), Tables(folder))
    assert engine is not None
    return Shown(site, Asked(engine), None)


def releases_of(folder: Path) -> list[str]:
    """The releases beside the one in ``folder``, itself too, the newest first."""
    known = [path.name for path in folder.parent.iterdir() if RELEASE_ID.fullmatch(path.name)]
    return sorted(known, key=_order, reverse=True)


def _earlier(folder: Path) -> list[Path]:
    """The folders of the releases before ``folder``, the newest first."""
    return [folder.parent / name for name in releases_of(folder) if _order(name) < _order(folder.name)]


def _order(name: str) -> tuple[str, int]:
    day, _, number = name.partition(".")
    return day, int(number)
