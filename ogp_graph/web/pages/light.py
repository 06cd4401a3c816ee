"""Pages that stay light, whatever stands in a report.

How heavy a page gets is known when it is there: the number of its texts, their bytes and what escaping makes of them
all count. So a page that is too heavy is made again with less of each long text and of each long list. What is cut says
so, and where the rest is.
"""

from __future__ import annotations

from typing import Any

from flask import render_template

__all__ = ["HEAVIEST", "light"]

HEAVIEST = 78_000
"""Bytes of a page; with the style sheet and the icon beside it less than 100,000."""

_STEPS = ((20_000, 1_000_000), (8_000, 100), (3_000, 40), (1_200, 12), (400, 4), (60, 1))


def light(template: str, **told: Any) -> str:
    """The page that ``template`` makes of ``told`` and of two numbers: ``most`` characters of one text, and ``entries``
    of one list that has no pages of its own."""
    page = ""
    for most, entries in _STEPS:
        page = render_template(template, most=most, entries=entries, **told)
        if len(page.encode()) <= HEAVIEST:
            break
    return page
