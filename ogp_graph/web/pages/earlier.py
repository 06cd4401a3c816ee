"""Releases under addresses of their own: ``/release/ID/...`` has every page and every document of that release.

Each is an application like the one of the current release, without its engine: opened when somebody asks, a few at a
time. What it says never changes, so it may be kept for ever.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace
from threading import Lock
from typing import TYPE_CHECKING

from ogp_graph.errors import ReleaseDamaged
from ogp_graph.web.pages.shown import RELEASE_ID
from ogp_graph.web.problems import Problem
from ogp_graph.web.target import target_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from flask import Flask

    from ogp_graph.web.pages.shown import Shown
    from ogp_graph.web.target import Site

__all__ = ["KEPT", "Releases", "no_release"]

KEPT = "public, max-age=31536000, immutable"
"""How long what a release says may be kept (RFC 9111, 5.2.2; RFC 8246): a year is as long as caches count."""

_BELOW = "/release/"
_OPEN = 4  # releases at a time


class Releases:
    """``application``, and beside it the releases of the workspace that ``site`` belongs to; ``make`` opens one."""

    def __init__(self, application: WSGIApplication, site: Site, make: Callable[[Site], Flask]) -> None:
        self._application, self._site, self._make = application, site, make
        self._open: OrderedDict[str, Flask] = OrderedDict()
        self._lock = Lock()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        name, slash, rest = path.removeprefix(_BELOW).partition("/") if path.startswith(_BELOW) else ("", "", "")
        release = self._opened(name) if slash and RELEASE_ID.fullmatch(name) else None
        if release is None:
            return self._application(environ, start_response)
        return release({**environ, "PATH_INFO": f"/{rest}"}, start_response)

    def _opened(self, name: str) -> Flask | None:
        """The application of the release; None when there is none."""
        folder = self._site.target.folder
        with self._lock:
            if (known := self._open.get(name)) is not None and _there(folder, name):
                self._open.move_to_end(name)
                return known
            self._open.pop(name, None)
            if folder is None or not _there(folder, name):
                return None
            try:
                target = target_of(folder.parent / name)
            except ReleaseDamaged:
                return None
            made = self._make(replace(self._site, target=target, url=f"{self._site.url}release/{name}/", dated=True))
            self._open[name] = made
            while len(self._open) > _OPEN:
                self._open.popitem(last=False)
            return made


def _there(folder: Path | None, name: str) -> bool:
    return folder is not None and (folder.parent / name / "release.json").is_file()


def no_release(shown: Shown, name: str) -> Problem:
    """The error for a release that is not there."""
    if name in shown.withdrawn:
        detail = "This release was withdrawn, since something in it was removed on request; later releases stand."
        return Problem(410, detail, "withdrawn", date=shown.withdrawn[name] or None)
    return Problem(404, "There is no such release.", "not-found")
