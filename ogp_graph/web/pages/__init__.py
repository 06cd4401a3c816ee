"""Pages about things and the data beside them; overviews of a release."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ogp_graph.web.pages import dereference, entities, overview, vocabulary
from ogp_graph.web.pages.pieces import Pieces
from ogp_graph.web.pages.shown import shown
from ogp_graph.web.pages.templating import FILTERS

if TYPE_CHECKING:
    from flask import Blueprint, Flask

    from ogp_graph.engine import Engine
    from ogp_graph.web.target import Site

__all__ = ["register"]


def register(app: Flask, site: Site, engine: Engine | None) -> None:
    """Adds the pages of ``site`` to ``app``. Without an engine there are those of a release only."""
    app.jinja_env.filters.update(FILTERS)
    known = shown(site, engine)
    app.jinja_env.globals["pieces"] = Pieces(known.addresses)
    blueprints: tuple[Blueprint, ...] = (
        dereference.routes(known),
        entities.routes(known),
        overview.routes(known),
        vocabulary.routes(known),
    )
    for pages in blueprints:
        app.register_blueprint(pages)
