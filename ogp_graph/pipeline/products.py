"""The products of a release: add a line here to have a folder of every release filled by a function."""

from __future__ import annotations

from ogp_graph.known import ASSESSMENT, OVERVIEW, write_assessment, write_overview
from ogp_graph.release import Product

__all__ = ["PRODUCTS"]

PRODUCTS: tuple[Product, ...] = (Product(OVERVIEW, write_overview), Product(ASSESSMENT, write_assessment))
"""In the order in which they are made; see :mod:`ogp_graph.release.products`."""
