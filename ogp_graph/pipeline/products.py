"""The products of a release: add a line here to have a folder of every release filled by a function."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ogp_graph.release import Product

__all__ = ["PRODUCTS"]

PRODUCTS: tuple[Product, ...] = ()
"""In the order in which they are made; see :mod:`ogp_graph.release.products`."""
