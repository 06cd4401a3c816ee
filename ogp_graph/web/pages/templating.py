"""What the templates of these pages may call."""

from __future__ import annotations

import re
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from ogp_graph.formats import FORMATS
from ogp_graph.queries import PAGES, load_queries
from ogp_graph.vocabulary import data_folder, term
from ogp_graph.web.pages.addresses import EXTENSIONS, web_address
from ogp_graph.web.unseen import signs

if TYPE_CHECKING:
    from ogp_graph.known import Text, Words
    from ogp_graph.web.pages.shown import Shown

__all__ = ["FILTERS", "functions", "plain", "query_page", "short"]

# Line ends and marks of direction: inside bdi these end with it, in titles and attributes never.
_CONTROLS = re.compile(r"[\x00-\x1f\x7f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+")
_MEDIA_TYPES = {extension: FORMATS[name].media_type for extension, name in EXTENSIONS.items()} | {"csv": "text/csv"}
_THIS = "urn:example:this"
"""What stands for the thing in the queries that pages offer."""


def short(text: str, most: int) -> str:
    """``text``, or its first words with an ellipsis.

    >>> short("three little words", 12)
    'three little…'
    """
    if len(text) <= most:
        return text
    head = text[:most]
    whole = head[-1].isspace() or text[most].isspace()
    return (head if whole else head.rsplit(None, 1)[0]).rstrip() + "…"


def plain(text: str) -> str:
    """``text`` without controls, for titles and attributes; those that mislead are shown as signs."""
    return _CONTROLS.sub(" ", signs(text)).strip()


FILTERS = {"short": short, "plain": plain}
"""Filters of the templates."""


def functions(shown: Shown, words: Words) -> dict[str, Any]:
    """What a template may call, for a reader who gets ``words``."""
    return {
        "page_of": shown.addresses.page,
        "web_of": web_address,
        "label": words.label,
        "code_label": partial(_code_label, shown, words),
        "term": term,
        "media_types": _MEDIA_TYPES,
        "query_of": partial(_query_address, shown),
    }


@lru_cache(maxsize=1)
def _queries() -> dict[str, str]:
    return {query.name: query.text for query in load_queries(data_folder("queries") / PAGES)}


def _query_address(shown: Shown, thing: str, kind: str) -> str:
    """The page for queries with one about the thing in it."""
    known = _queries()
    return query_page(shown, known.get(kind, known["thing"]).replace(_THIS, thing))


def query_page(shown: Shown, query: str) -> str:
    """The page for queries, with ``query`` in it."""
    return f"{shown.addresses.current}query?query={quote(query, safe='')}"


def _code_label(shown: Shown, words: Words, scheme: str, notation: str) -> Text:
    return words.label(f"{shown.site.base}code/{scheme}/{notation}")
