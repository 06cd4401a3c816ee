"""Which answers of pages are kept to be given again: those that depend on nothing but the release and the request."""

from __future__ import annotations

__all__ = ["is_kept"]

_BELOW = (
    "/page/", "/data/", "/id/", "/code/", "/graph/", "/dataset", "/ontology", "/shapes", "/form",
    "/release/", "/static/",
)  # fmt: skip
_CAPTURE = "/page/capture/"
_PAGES = frozenset(
    {
        "/",
        "/members",
        "/results",
        "/coverage",
        "/lessons",
        "/downloads",
        "/about",
        "/search",
        "/search.json",
        "/quality/",
    }
)


def is_kept(path: str) -> bool:
    """Whether what a GET of ``path`` gets may be given to the next one who asks in the same words. The text of a
    capture is read from the archive each time, for the takedown list holds at once.

    >>> is_kept("/page/member/glasgow-united-kingdom"), is_kept("/form/end-of-commitment")
    (True, True)
    >>> is_kept("/healthz"), is_kept("/page/capture/9f86"), is_kept("/release/2026-01-01.1/page/capture/9f86")
    (False, False, False)
    """
    return path in _PAGES or (path.startswith(_BELOW) and _CAPTURE not in path)
