"""The data set and its releases as things: what their pages and data say is the release's own catalogue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ogp_graph.known import Document
from ogp_graph.web.descriptions import catalogued

if TYPE_CHECKING:
    from ogp_graph.web.target import Site

__all__ = ["PATH", "dataset", "is_dataset"]

PATH = "dataset"
"""What stands behind the base in the IRI of the data set; a release's ends in its name."""


def is_dataset(path: str) -> bool:
    """Whether ``path`` names the data set or a release of it."""
    return path == PATH or path.startswith(f"{PATH}/")


def dataset(site: Site, path: str) -> Document | None:
    """What the catalogue says, about the thing at ``path``; None for another release than the one of the site."""
    if site.target.folder is None or path not in (PATH, f"{PATH}/{site.target.id}"):
        return None
    return Document.of(site.base + path, path, catalogued(site))
