"""Pages from files, folders, archives and standard input.

What arrives here is not trusted: nothing is opened that is not a regular file, nothing is unpacked to where a name
says, and nothing is read or unpacked beyond the limits in the settings. Whatever gives no page gives a finding.
"""

from __future__ import annotations

import codecs
import os
from dataclasses import replace
from typing import TYPE_CHECKING

from ogp_graph.captures.entry import Entry
from ogp_graph.captures.places import Folder, named, standard_input
from ogp_graph.captures.readers import READERS, read, size_limit, taken
from ogp_graph.captures.warc import LOCATOR, Reach, Revisits, read_part, resolved, start_of_warc, summary
from ogp_graph.errors import UsageError
from ogp_graph.model import Finding

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterable, Iterator
    from typing import BinaryIO

    from ogp_graph.model import Page
    from ogp_graph.settings import Settings

__all__ = ["LOCATOR", "READERS", "listed", "pages", "part", "read", "resolved", "splits", "summary", "taken", "walked"]


def pages(paths: Iterable[str], settings: Settings, *, stdin: BinaryIO | None = None) -> Iterator[Page | Finding]:
    """The pages under ``paths``, one at a time, and a finding for each thing that should have been one.

    A file is always tried, whatever its name; a folder gives what it and its sub-folders hold of ``.txt``, ``.html``,
    ``.htm``, ``.warc`` and ``.wet``, each also as ``.gz``, ``.warc.zst``, ``.wet.zst``, ``.zip`` and ``.wacz``, and
    passes over the rest in silence, save for what has pages and cannot be read (``.warc.bz2``, ``.mhtml``), which gives
    the finding ``archive-unread``; ``-`` is ``stdin`` (by default the process's own standard input). Paths come in
    the order given, what is inside one sorted by name, so that the order does not depend on the machine. A page that
    stands there twice comes twice.

    A file ``FILE.json`` beside ``FILE`` is its sidecar, the record of its retrieval, and never a page:
    ``{"url": "https://...", "retrieved": "2024-05-01T12:00:00Z"}``. One of the two may be missing; other members are
    ignored; what is wrong is left out with the warning ``bad-sidecar``.

    A web archive gives the pages that may be reports by their address and first kilobytes, each version of each, with
    address and date, and says how many it passed over. Records that mean the same page as another one's may stand in
    another of the archives.

    Raises:
        EnvironmentFailure: the machine has no file handles, memory or temporary space left.
    """
    revisits = Revisits()
    for path in paths:
        if path == "-":
            yield from _read(standard_input(stdin, settings, limit=size_limit), settings, revisits)
            continue
        for item in _items(path):
            yield from _read(item, settings, revisits)
    yield from resolved(revisits)


def part(
    place: str | Entry,
    settings: Settings,
    *,
    start: int,
    stop: int,
    border: bool = False,
    revisits: Revisits | None = None,
    counts: Counter[str] | None = None,
    reach: Reach | None = None,
) -> Iterator[Page | Finding]:
    """What :func:`pages` gives for those records of the web archive at ``place`` that start in these bytes of it; with
    ``border``, one may start behind ``start`` only, and has to be found.

    With ``revisits``, ``counts`` and ``reach``, what the parts of an archive have to tell each other is left there:
    records whose page may be in another part, how many records there were, and how far they reach."""
    entry = place if isinstance(place, Entry) else named(place)
    opened = entry.open() if isinstance(entry, Entry) else None
    if opened is None or isinstance(opened, Finding):
        yield from [opened] if opened else []
        return
    assert isinstance(entry, Entry)
    with opened.file:
        yield from read_part(
            replace(entry, revisits=revisits), opened, settings,
            start=start, stop=stop, border=border, counts=counts, reach=reach,
        )  # fmt: skip


def walked(path: str) -> Iterator[str | Finding]:
    """The files, by their absolute paths, that :func:`pages` would try at ``path``, in its order, and what it would say
    before it tried any."""
    return (item.path if isinstance(item, Entry) else item for item in _items(path))


def splits(name: str, head: bytes) -> bool:
    """Whether a file of this name that starts so is a web archive, which can be read in parts."""
    return start_of_warc(head) or READERS["web archive"].takes(name)


def listed(data: bytes, name: str) -> list[str]:
    """The paths in a list, one in each line; blank lines, and those that start with ``#``, do not count.

    Raises:
        UsageError: a line is an address; those are fetched by ``ogp-graph fetch`` and by nothing else.
    """
    lines = data.removeprefix(codecs.BOM_UTF8).split(b"\n")
    paths = [os.fsdecode(line.rstrip(b"\r")) for line in lines if line.strip() and not line.startswith(b"#")]
    for number, path in enumerate(paths, 1):
        if path.lower().startswith(("http://", "https://")):
            raise UsageError(
                f"{name}: entry {number} is an address; get its page with ogp-graph fetch, then name the file"
            )
    return paths


def _read(item: Entry | Finding, settings: Settings, revisits: Revisits) -> Iterator[Page | Finding]:
    return read(replace(item, revisits=revisits) if isinstance(item, Entry) else item, settings)


def _items(path: str) -> Iterator[Entry | Finding]:
    """What is to be read at ``path``: a file, whatever its name, or what a folder and those below it hold."""
    place = named(path)
    if not isinstance(place, Folder):
        yield from () if place is None else (place,)
        return
    empty = True
    for item in place.walk():
        if isinstance(item, Finding) or not item.listed or taken(item.name):
            empty = False
            yield item
    if empty:
        yield place.without_pages()
