"""Pages from files, folders, archives and standard input.

What arrives here is not trusted: nothing is opened that is not a regular file, nothing is unpacked to where a name
says, and nothing is read or unpacked beyond the limits in the settings. Whatever gives no page gives a finding.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ogp_graph.captures.places import Folder, named, standard_input
from ogp_graph.captures.readers import READERS, read, size_limit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import BinaryIO

    from ogp_graph.model import Finding, Page
    from ogp_graph.settings import Settings

__all__ = ["READERS", "pages"]


def pages(paths: Iterable[str], settings: Settings, *, stdin: BinaryIO | None = None) -> Iterator[Page | Finding]:
    """The pages under ``paths``, one at a time, and a finding for each thing that should have been one.

    A file is always tried, whatever its name; a folder gives what it and its sub-folders hold of ``.txt``, ``.html``,
    ``.htm``, each also as ``.gz``, and ``.zip``, and passes over the rest in silence; ``-`` is ``stdin`` (by default
    the process's own standard input). Paths come in the order given, what is inside one sorted by name, so that the
    order does not depend on the machine. A page that stands there twice comes twice.

    A file ``FILE.json`` beside ``FILE`` is its sidecar, the record of its retrieval, and never a page:
    ``{"url": "https://...", "retrieved": "2024-05-01T12:00:00Z"}``. One of the two may be missing; other members are
    ignored; what is wrong is left out with the warning ``bad-sidecar``.

    Raises:
        EnvironmentFailure: the machine has no file handles, memory or temporary space left.
    """
    for path in paths:
        if path == "-":
            yield from read(standard_input(stdin, settings, limit=size_limit), settings)
            continue
        place = named(path)
        if isinstance(place, Folder):
            yield from _folder(place, settings)
        elif place is not None:
            yield from read(place, settings)


def _folder(folder: Folder, settings: Settings) -> Iterator[Page | Finding]:
    empty = True
    for item in folder.walk():
        for result in read(item, settings):
            empty = False
            yield result
    if empty:
        yield folder.without_pages()
