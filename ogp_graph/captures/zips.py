"""Pages in a zip archive, read member by member; nothing is ever written to where a name says.

Members count as the entries of a folder do. Only stored and deflated ones are read, as every zip program writes them:
the decoders of the other methods unpack without a limit.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from ogp_graph.captures.entry import FREE_BYTES, Budget, Entry, Opened, printable, refusal, warning
from ogp_graph.captures.sidecar import SIDECAR_BYTES
from ogp_graph.captures.spool import spool

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from ogp_graph.model import Finding
    from ogp_graph.settings import Settings

__all__ = ["MAGIC", "read_zip"]

MAGIC = (b"PK\x03\x04", b"PK\x05\x06")
_CHUNK = 1 << 16
# Members that may be larger than a page:
_ARCHIVES = (".zip", ".warc", ".warc.gz", ".warc.zst", ".wet", ".wet.gz", ".wet.zst")
_DIRECTORY_ENTRY = b"PK\x01\x02"
_DIRECTORY_BYTES = 400  # of the directory for each member that there may be: an entry has 46 bytes and its name
_ENCRYPTED = 0x1 | 0x40
_SYMBOLIC_LINK = 0o120000
# What zipfile lets through for bytes that are no zip archive: found by feeding it damaged ones.
_DAMAGED = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, OverflowError, ValueError)


class _TooManyMembers(zipfile.BadZipFile):
    """The directory is too large to be read into memory."""


@dataclass(slots=True)
class _Directory:
    """The archive's file as zipfile sees it; the directory is counted before zipfile makes objects of it."""

    file: BinaryIO
    most: int
    opening: bool = True

    def read(self, size: int = -1) -> bytes:
        if self.opening and size > self.most * _DIRECTORY_BYTES + _CHUNK:
            raise _TooManyMembers
        data = self.file.read(size)
        if self.opening and data.count(_DIRECTORY_ENTRY) > self.most:
            raise _TooManyMembers
        return data

    def seek(self, offset: int, whence: int = 0) -> int:
        return self.file.seek(offset, whence)

    def tell(self) -> int:
        return self.file.tell()

    def seekable(self) -> bool:
        return True


@dataclass(frozen=True, slots=True)
class _Archive:
    """An open archive, what may still be unpacked from it, and the entry that it is."""

    file: zipfile.ZipFile
    entry: Entry
    budget: Budget
    settings: Settings

    def shown(self, name: str) -> str:
        return f"{self.entry.shown}!/{printable(name)}"


def read_zip(entry: Entry, opened: Opened, settings: Settings) -> Iterator[Entry | Finding]:
    """The members of ``opened``, sorted by name; those that are sound come although others are not."""
    directory = _Directory(opened.file, settings.max_archive_members)
    try:
        file = zipfile.ZipFile(directory)
    except _TooManyMembers:
        message = f"The archive has more than {directory.most} members (setting max_archive_members). Split it."
        yield refusal(entry.shown, "too-many-members", message)
        return
    except _DAMAGED:
        yield refusal(entry.shown, "damaged-archive", "The zip archive is damaged or cut. Pack or fetch it again.")
        return
    directory.opening = False
    with file:
        budget = entry.budget or Budget.of(opened.size, settings)
        yield from _members(_Archive(file, entry, budget, settings))
    if opened.changed():
        yield refusal(entry.shown, "file-changed", "The archive was written to while it was read. Read it again.")


def _members(archive: _Archive) -> Iterator[Entry | Finding]:
    seen: set[str] = set()
    for info in sorted(archive.file.infolist(), key=lambda info: info.filename):
        if archive.budget.exhausted:
            return
        name = info.filename
        if _climbs(name):
            message = "The name of this member leads out of the archive. It was not read."
            yield refusal(archive.shown(name), "archive-member-name", message)
        elif not info.is_dir() and not _apple_double(name):
            if name in seen:
                message = "The archive has this name more than once; each is read."
                yield warning(archive.shown(name), "duplicate-member", message)
            yield _member(archive, info, again=name in seen)
            seen.add(name)


def _member(archive: _Archive, info: zipfile.ZipInfo, *, again: bool) -> Entry:
    entry, name = archive.entry, info.filename
    locator = f"{entry.locator}!/{name}".encode("utf-8", "backslashreplace").decode("utf-8")
    return Entry(
        name=name.replace("\\", "/").rsplit("/", 1)[-1],
        shown=archive.shown(name),
        locator=f"{locator}#{info.header_offset}" if again else locator,
        open=partial(_open, archive, info),
        inside=(*entry.inside, "zip"),
        budget=archive.budget,
        listed=True,
        revisits=entry.revisits,
    )


def _climbs(name: str) -> bool:
    """Whether a program that unpacks could write outside its folder (APPNOTE 4.4.17: relative, forward slashes)."""
    parts = name.replace("\\", "/").split("/")
    return ".." in parts or parts[0] == "" or parts[0][1:2] == ":"


def _apple_double(name: str) -> bool:
    """Whether it is what macOS keeps beside a file (RFC 1740), under the file's extension but no page."""
    return name.startswith("__MACOSX/") or name.rsplit("/", 1)[-1].startswith("._")


def _open(archive: _Archive, info: zipfile.ZipInfo) -> Opened | Finding:
    problem = _not_to_be_read(archive, info)
    if problem:
        return refusal(archive.shown(info.filename), *problem)
    try:
        if info.file_size > archive.settings.max_page_bytes:  # an archive in the archive
            return spool(_chunks(archive.file, info), info.file_size) or _damaged(archive, info)
        data = b"".join(_chunks(archive.file, info))
        return Opened(io.BytesIO(data), len(data), _sidecar(archive, info))
    except _DAMAGED:
        return _damaged(archive, info)


def _damaged(archive: _Archive, info: zipfile.ZipInfo) -> Finding:
    message = "This member of the archive is damaged. Pack or fetch the archive again."
    return refusal(archive.shown(info.filename), "damaged-archive", message)


def _not_to_be_read(archive: _Archive, info: zipfile.ZipInfo) -> tuple[str, str] | None:
    """The code and the words for what speaks against reading the member, before a byte of it is read."""
    settings = archive.settings
    if info.flag_bits & _ENCRYPTED:
        return "encrypted-member", "This member of the archive is encrypted. Give it unpacked."
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "archive-method", "This member is packed by a method that is not read. Pack with store or deflate."
    if info.external_attr >> 16 & 0o170000 == _SYMBOLIC_LINK:
        return "not-a-regular-file", "This member of the archive is a symbolic link. Put the file itself there."
    if info.compress_size > info.file_size * 1.01 + 1000:  # deflate adds five bytes to 64 kilobytes at most
        return "damaged-archive", "This member is larger packed than unpacked. Pack or fetch the archive again."
    if info.file_size > FREE_BYTES + info.compress_size * settings.max_archive_ratio:
        return "archive-bomb", f"It unpacks to more than {settings.max_archive_ratio} times its size: no page does."
    if info.file_size > settings.max_page_bytes and not info.filename.lower().endswith(_ARCHIVES):
        return "page-too-large", f"The page has more than {settings.max_page_bytes} bytes (setting max_page_bytes)."
    if not archive.budget.spend(info.file_size):
        message = "The archive unpacks to more than is allowed (settings max_archive_bytes, max_archive_ratio)."
        return archive.budget.code, f"{message} The members from here on were not read."
    return None


def _chunks(file: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    """The member's bytes: at most as many as the directory says, checked against their checksum at the end."""
    with file.open(info) as member:
        while chunk := member.read(_CHUNK):
            yield chunk


def _sidecar(archive: _Archive, info: zipfile.ZipInfo) -> bytes | None:
    try:
        beside = archive.file.getinfo(info.filename + ".json")
    except KeyError:
        return None
    if beside.file_size > SIDECAR_BYTES or _not_to_be_read(archive, beside):
        return b""
    try:
        return b"".join(_chunks(archive.file, beside))
    except _DAMAGED:
        return b""
