"""The frame around every page: its navigation, and what all templates know."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from flask import request

from ogp_graph import __version__

if TYPE_CHECKING:
    from flask import Flask

    from ogp_graph.web.target import Site

__all__ = ["NAVIGATION", "Entry", "register"]

NAVIGATION = (
    ("Members", "members"),
    ("Results", "results"),
    ("Search", "search"),
    ("Query", "query"),
    ("Downloads", "downloads"),
    ("Quality", "quality/"),
    ("About", "about"),
)
"""Words and path (below the site's address) of each entry; one whose path no page module answers is not shown."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the navigation; ``here`` when the page is its page."""

    label: str
    path: str
    here: bool


def register(app: Flask, site: Site) -> None:
    """Gives the templates ``site``, ``root`` (the path of the site's address, with a slash at its end), ``now`` (the
    same of the release that is served now), ``version`` and ``navigation()``."""
    app.extensions["site"] = site
    root, now = ("/" + address.split("/", 3)[3] for address in (site.url, site.now))

    @lru_cache(maxsize=1)
    def answered() -> list[tuple[str, str]]:
        known = {rule.rule for rule in app.url_map.iter_rules()}
        return [entry for entry in NAVIGATION if f"/{entry[1]}" in known]

    def navigation() -> list[Entry]:
        return [Entry(label, path, request.path == f"/{path}") for label, path in answered()]

    known: dict[str, Any] = {
        "site": site,
        "root": root,
        "now": now,
        "version": __version__,
        "navigation": navigation,
    }
    app.context_processor(lambda: known)
