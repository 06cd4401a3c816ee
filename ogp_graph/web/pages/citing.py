"""How a thing is cited: a line of text, and BibTeX."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ogp_graph.web.pages.shown import Shown

__all__ = ["Citation", "citation"]

_LONGEST = 300  # characters of a title in a citation
_SPECIAL = re.compile(r"([\\{}%$&#_~^])")
_CONTROL = re.compile(r"[\x00-\x1f\u200e\u200f\u202a-\u202e\u2066-\u2069]+")


@dataclass(frozen=True, slots=True)
class Citation:
    """The same citation twice."""

    text: str
    bibtex: str


def citation(shown: Shown, thing: str, title: str) -> Citation:
    """Of the thing with this IRI, as the release that is served has it. The year is the release's; there is no date
    in a citation that depends on when somebody looks."""
    release, issued = shown.site.target.id, str(shown.site.target.told.get("issued", ""))
    year = issued[:4] or "n.d."
    name = _CONTROL.sub(" ", title)[:_LONGEST].strip()
    kind, _, rest = thing.removeprefix(f"{shown.site.base}id/").removeprefix(shown.site.base).partition("/")
    key = f"{kind}-{re.sub(r'[^A-Za-z0-9]+', '-', rest)[-60:].strip('-')}".strip("-")
    fields = {
        "title": _SPECIAL.sub(_escaped, name),
        "author": "{ogp-graph project}",
        "year": year,
        "howpublished": "Open data, release " + release,
        "url": thing,
    }
    lines = "".join(f"  {field} = {{{value}}},\n" for field, value in fields.items())
    return Citation(f"ogp-graph project ({year}). {name}. Release {release}. {thing}", f"@misc{{{key},\n{lines}}}")


def _escaped(sign: re.Match[str]) -> str:
    words = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
    return words.get(sign[1], "\\" + sign[1])
