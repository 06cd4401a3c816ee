"""Pages that stay light, whatever stands in a report.

How heavy a page gets is known when it is there: the number of its texts, their bytes and what escaping makes of them
all count. So a page that is too heavy is made again with less of each long text and of each long list. What is cut says
so, and where the rest is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import current_app, render_template

from ogp_graph.web.pages.prepared import RELEASE, ROOT, URL

if TYPE_CHECKING:
    from ogp_graph.web.target import Site

__all__ = ["HEAVIEST", "light", "weight"]

HEAVIEST = 78_000
"""Bytes of a page; with the style sheet and the icon beside it less than 100,000."""

_STEPS = ((20_000, 1_000_000), (8_000, 100), (3_000, 40), (1_200, 12), (400, 4), (60, 1))


def light(template: str, **told: Any) -> str:
    """The page that ``template`` makes of ``told`` and of two numbers: ``most`` characters of one text, and ``entries``
    of one list that has no pages of its own."""
    page = ""
    for most, entries in _STEPS:
        page = render_template(template, most=most, entries=entries, **told)
        if weight(page, current_app.extensions["site"]) <= HEAVIEST:
            break
    return page


def weight(page: str, site: Site) -> int:
    """The bytes of a page of ``site``, were its address and its release as long as those for which pages are made with
    a release: what such a page shows does not depend on where it is served."""
    root = "/" + site.url.split("/", 3)[3]
    address, release = site.url, site.target.id
    spelt = [
        (f'="{root}', len(root), len(ROOT)), (address, len(address), len(URL)), (release, len(release), len(RELEASE)),
    ]  # fmt: skip
    return len(page.encode()) + sum(page.count(one) * (common - own) for one, own, common in spelt)
