"""Where pages come from on this machine: a file, a folder, standard input."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import stat
import sys
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from ogp_graph.captures.entry import HEAD_BYTES, LOOKED_FOR, Entry, Opened, printable, refusal, unreadable, warning
from ogp_graph.captures.sidecar import SIDECAR_BYTES
from ogp_graph.captures.spool import spool, up_to

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import BinaryIO

    from ogp_graph.model import Finding
    from ogp_graph.settings import Settings

__all__ = ["Folder", "named", "standard_input"]

_CHUNK = 1 << 20
_KINDS = (
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISDIR, "a folder"),
)


def named(path: str) -> Folder | Entry | None:
    """What stands at ``path``, None for the sidecar of a file beside it; a file is opened only when its entry is."""
    if path.endswith(".json") and os.path.isfile(path.removesuffix(".json")):  # noqa: PTH113 (as below)
        return None
    if os.path.isdir(path):  # noqa: PTH112 (Path raises for names that cannot be)
        return Folder(path)
    return _file(path)


# Files


def _file(path: str, *, listed: bool = False) -> Entry:
    name = _name(path)
    opening = partial(_open, path, printable(name))
    return Entry(name, printable(name), _locator(path), opening, listed=listed, path=_absolute(path))


def _name(path: str) -> str:
    """The last segment of ``path``."""
    return Path(_unicode(path)).name or path


def _unicode(path: str) -> str:
    """``path`` as UTF-8 spells its bytes, whatever the locale says that they are."""
    with suppress(UnicodeEncodeError):  # no bytes are a path with such characters
        return os.fsencode(path).decode("utf-8", "surrogateescape")
    return path


def _locator(path: str) -> str:
    """The absolute path, with what UTF-8 cannot say escaped, so that it can be written down; none for no name."""
    return _unicode(_absolute(path)).encode("utf-8", "backslashreplace").decode("utf-8")


def _absolute(path: str) -> str:
    with suppress(FileNotFoundError):  # somebody removed the folder that we are in
        return path and str(Path(path).absolute())
    return path


def _open(path: str, shown: str) -> Opened | Finding:
    """The file at ``path`` open for reading, if it is a regular one: opening anything else could wait for ever."""
    try:
        problem = _not_regular(os.stat(path).st_mode, shown)  # noqa: PTH116 (Path takes "" for the folder we are in)
        if problem:
            return problem
        file = os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC), "rb")
    except (OSError, ValueError) as error:
        return unreadable(shown, error)
    before = os.fstat(file.fileno())
    problem = _not_regular(before.st_mode, shown)  # it may have been replaced in between
    if problem:
        file.close()
        return problem
    return Opened(file, before.st_size, _sidecar(path), partial(_changed, file, before))


def _not_regular(mode: int, shown: str) -> Finding | None:
    if stat.S_ISREG(mode):
        return None
    what = next((words for test, words in _KINDS if test(mode)), "no file")
    message = f"This is {what}, not a file, and was not opened. Save the page to a file, or pipe it in as -."
    return refusal(shown, "not-a-regular-file", message)


def _changed(file: BinaryIO, before: os.stat_result) -> bool:
    now = os.fstat(file.fileno())
    return (now.st_size, now.st_mtime_ns) != (before.st_size, before.st_mtime_ns)


def _sidecar(path: str) -> bytes | None:
    """The bytes of ``path``.json: None when there is none, empty when it cannot be read."""
    beside = path + ".json"
    try:
        if not stat.S_ISREG(Path(beside).stat().st_mode):
            return b""
        with os.fdopen(os.open(beside, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            return file.read(SIDECAR_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        return None if error.errno == errno.ENAMETOOLONG else b""


# Folders


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder that somebody named."""

    path: str

    @property
    def shown(self) -> str:
        return printable(Path(_locator(self.path)).name or self.path)

    def without_pages(self) -> Finding:
        """The finding that nothing in it looks like a page."""
        message = f"No {LOOKED_FOR} in this folder. Name a file of another kind itself."
        return warning(self.shown, "no-pages", message)

    def walk(self) -> Iterator[Entry | Finding]:
        """What is in it and below it, sorted by the bytes of the names, depth first.

        A folder is entered once, whatever symbolic links lead to it.
        """
        seen: set[tuple[int, int]] = set()
        waiting = [_Child(self.path, is_folder=True)]
        while waiting:
            child = waiting.pop()
            if not child.is_folder:
                yield _file(child.path, listed=child.listed)
                continue
            try:
                status = Path(child.path).stat()
                if (status.st_dev, status.st_ino) in seen:
                    yield from _again(child.path)
                    continue
                seen.add((status.st_dev, status.st_ino))
                waiting.extend(reversed(_children(child.path)))
            except OSError as error:
                yield unreadable(printable(_name(child.path)), error)


@dataclass(frozen=True, slots=True)
class _Child:
    path: str
    is_folder: bool
    listed: bool = True


def _children(path: str) -> list[_Child]:
    """What is in the folder, sorted. A link that leads to itself might have been anything: it is tried."""
    children: list[_Child] = []
    with os.scandir(path) as entries:
        for entry in sorted(entries, key=lambda entry: os.fsencode(entry.name)):
            try:
                children.append(_Child(entry.path, entry.is_dir()))
            except OSError:
                children.append(_Child(entry.path, is_folder=False, listed=False))
    return children


def _again(path: str) -> Iterator[Finding]:
    """A finding when ``path`` is a link to a folder that it stands in; another way to a folder is no news."""
    here = Path(path)
    if here.parent.resolve().is_relative_to(here.resolve()):
        message = "This symbolic link leads back to a folder around it and was not followed. Nothing is missing."
        yield warning(printable(_name(path)), "symlink-loop", message)


# Standard input


def standard_input(
    stdin: BinaryIO | None, settings: Settings, *, limit: Callable[[bytes, Settings], int]
) -> Entry | Finding:
    """What came on standard input: in memory when it is no larger than a page, else in a temporary file without a name.

    ``limit`` says from the first bytes how many there may be.
    """
    file = stdin or getattr(sys.stdin, "buffer", None)
    if file is None:
        return refusal("-", "unreadable", "There is no standard input. Give the page in a file.")
    received = hashlib.sha256()
    chunks = _received(file, received)
    try:
        data = b"".join(up_to(chunks, settings.max_page_bytes))
        if len(data) <= settings.max_page_bytes:
            opened = Opened(io.BytesIO(data), len(data))
        else:
            most = limit(data[:HEAD_BYTES], settings)
            spooled = spool(chain([data], chunks), most)
            if spooled is None:
                return refusal("-", "page-too-large", f"Standard input has more than {most} bytes.")
            opened = spooled
    except OSError as error:
        return unreadable("-", error)
    except ValueError:
        return refusal("-", "unreadable", "Standard input is closed. Give the page in a file.")
    return Entry("", "-", f"-:{received.hexdigest()}", lambda: opened)


def _received(file: BinaryIO, received: hashlib._Hash) -> Iterator[bytes]:
    while chunk := file.read(_CHUNK):
        received.update(chunk)
        yield chunk
