"""The products of a release: add a line here to have a folder of every release filled by a function."""

from __future__ import annotations

from ogp_graph.known import OVERVIEW, write_overview
from ogp_graph.release import Product

__all__ = ["PRODUCTS"]

PRODUCTS: tuple[Product, ...] = (Product(OVERVIEW, write_overview),)
"""In the order in which they are made; see :mod:`ogp_graph.release.products`."""
