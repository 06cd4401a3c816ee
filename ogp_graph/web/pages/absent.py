"""What is not there: it never was (404), or it was, and the answer says where, and where it goes on (410)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ogp_graph.web.pages.earlier import no_release
from ogp_graph.web.problems import Problem

if TYPE_CHECKING:
    from ogp_graph.web.pages.shown import Shown

__all__ = ["absent"]

_PARTS = 3  # of a path that name a report; its answers and citations stand below it


def absent(shown: Shown, path: str) -> Problem:
    """The error for the thing at ``path``, of which nothing is known."""
    parts = path.split("/")
    if parts[0] == "dataset" and len(parts) > 1:
        return no_release(shown, parts[1])
    names = (path, "/".join(parts[:_PARTS])) if parts[:2] == ["id", "report"] else (path,)
    found = next((shown.gone[name] for name in names if name in shown.gone), None)
    if found is None:
        return Problem(404, "Nothing has this name in the release that is served.", "not-found")
    if not found.release:
        detail = "This was removed on request" + (f" on {found.date}." if found.date else ".")
        return Problem(410, detail, "removed", date=found.date or None, reason=found.reason or None)
    rest = shown.addresses.rest(path)
    where = f"{shown.site.now}release/{found.release}/page/{rest}"
    if not found.now:
        detail = f"This left the data after release {found.release}, which still has it."
        return Problem(410, detail, "gone", release=found.release, where=where)
    detail = f"This has a new address. Release {found.release} still has it under this one."
    now = f"{shown.site.url}page/{shown.addresses.rest(found.now)}"
    return Problem(410, detail, "gone", release=found.release, where=where, now=now)
