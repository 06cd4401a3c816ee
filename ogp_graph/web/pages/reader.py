"""Who reads a page, and which part of it: languages and page number, from the request."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from flask import request

from ogp_graph.known import LANGUAGES
from ogp_graph.web.accept import qualities
from ogp_graph.web.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["ROWS", "Part", "cut", "languages", "part", "preferred", "refuse_undeclared", "refuse_unknown"]

ROWS = 50
"""Rows of a list on one page."""

_Row = TypeVar("_Row")
_NUMBER = re.compile(r"[1-9][0-9]{0,5}")


@dataclass(frozen=True, slots=True)
class Part:
    """One page of a list of ``total`` entries, ``rows`` on each; ``number`` counts from 1."""

    number: int
    total: int
    rows: int = ROWS

    @property
    def start(self) -> int:
        """How many entries stand on the pages before."""
        return (self.number - 1) * self.rows

    @property
    def last(self) -> int:
        """The number of the last page."""
        return max(1, -(-self.total // self.rows))


def refuse_unknown(*known: str) -> None:
    """Refuses a request with another parameter than ``known``, or with one twice.

    Raises:
        Problem: 400.
    """
    for name, values in request.args.lists():
        if name not in known:
            detail = f"this address takes {', '.join(known) or 'no parameters'}"
            raise Problem(400, detail, "unknown-parameter", available=list(known))
        if len(values) > 1:
            raise Problem(400, f"{name} is given {len(values)} times", "bad-parameter")


_TAKEN = {"quality.quality": ("format",), "descriptions.void": ("format",), "descriptions.catalogue": ("format",),
          "editor.query": ("query",), "editor.example": ("format",), "editor.examples": ("format",)}  # fmt: skip
"""Endpoint -> the parameters that it takes; one that is not here takes none."""

_OWN = ("dereference", "entities", "overview", "quality.findings", "reconcile", "search", "vocabulary")
"""Blueprints and endpoints that look at the parameters themselves, since these depend on what is asked for."""


def refuse_undeclared() -> None:
    """Refuses parameters that the address does not take, before anything is done for the request.

    Raises:
        Problem: 400.
    """
    endpoint = request.endpoint
    if endpoint is None or request.blueprint == "sparql":
        return
    try:
        given = request.args
    except UnicodeDecodeError:
        raise Problem(400, "the query string is not UTF-8", "not-utf-8") from None
    if given and request.blueprint not in _OWN and endpoint not in _OWN:
        refuse_unknown(*_TAKEN.get(endpoint, ()))


def languages() -> tuple[str, ...]:
    """Languages of labels that the reader prefers, the best first: ``?lang=``, else Accept-Language.

    Raises:
        Problem: 400 there are no labels in that language.
    """
    chosen = request.args.get("lang")
    if chosen is not None:
        if chosen not in LANGUAGES:
            raise Problem(400, f"labels are in {', '.join(LANGUAGES)}", "bad-parameter", available=list(LANGUAGES))
        return (chosen,)
    return preferred(request.headers.get("Accept-Language"))


def preferred(accept_language: str | None) -> tuple[str, ...]:
    """The languages of labels that the header asks for, the best first."""
    listed = qualities(accept_language)
    rated = {name.partition("-")[0]: quality for name, quality in reversed(list(listed.items())) if quality > 0}
    return tuple(sorted((name for name in rated if name in LANGUAGES), key=lambda name: -rated[name]))


def part(total: int, *, rows: int = ROWS) -> Part:
    """The page of a list of ``total`` entries that ``?page=`` asks for.

    Raises:
        Problem: 400 not a number; 404 there is no such page.
    """
    text = request.args.get("page", "1")
    if not _NUMBER.fullmatch(text):
        raise Problem(400, "page is not a number from 1 on", "bad-parameter")
    found = Part(int(text), total, rows)
    if found.number > found.last:
        raise Problem(404, f"the list has {found.last} pages", "not-found")
    return found


def cut(rows: Sequence[_Row], shown: Part) -> Sequence[_Row]:
    """The entries of one page."""
    return rows[shown.start : shown.start + shown.rows]
