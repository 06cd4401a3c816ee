"""The web archive that a run writes, one gzip member a record, and the journal that says what is safely in it."""

from __future__ import annotations

import base64
import fcntl
import gzip
import hashlib
import json
import os
import uuid
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING

import msgspec

from ogp_graph import __version__
from ogp_graph.errors import EnvironmentFailure

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ogp_graph.captures.fetch.web import Response

__all__ = ["Seen", "Store"]

_JOURNAL = "fetched.jsonl"
_IDENTICAL = "http://netpreserve.org/warc/1.0/revisit/identical-payload-digest"
_NOT_MODIFIED = "http://netpreserve.org/warc/1.0/revisit/server-not-modified"


@dataclass(frozen=True, slots=True)
class Seen:
    """What was last retrieved from an address: when, the digest of its body, and what the server calls this version."""

    url: str
    status: int
    date: str
    digest: str
    etag: str = ""
    modified: str = ""
    moved: str = ""

    @property
    def conditions(self) -> dict[str, str]:
        """Header fields that ask for the page only if it has changed (RFC 9110, 13.1)."""
        found = {"If-None-Match": self.etag, "If-Modified-Since": self.modified}
        return {name: value for name, value in found.items() if value}


class Store:
    """A folder of archives, one a run, and the journal of them. A run that was killed goes on in its own archive.

    Raises (every method):
        EnvironmentFailure: the disk says no, or another run is writing there.
    """

    def __init__(self, folder: Path, now: datetime) -> None:
        self._journal = folder / _JOURNAL
        self.seen: dict[str, Seen] = {}  # by address, from every run
        self.done: set[str] = set()  # addresses of the run that goes on
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._lock = self._journal.open("ab")
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if self._journal.read_bytes()[-1:] not in (b"\n", b""):
                self._lock.write(b"\n")  # a run that had no room left wrote half a line: it stays half a line
                self._lock.flush()
            name, offset = self._recalled(folder)
            self.resumed = bool(name)
            self.path = folder / (name or f"{now:%Y%m%dT%H%M%SZ}-{uuid.uuid4().hex[:6]}.warc.gz")
            self._file: IO[bytes] = self.path.open("r+b" if self.path.exists() else "w+b")
            self._file.truncate(offset)
            self._file.seek(offset)
            if not self.resumed:
                self.done = set()
                self._note({"begin": self.path.name})
            if offset == 0:
                about = f"software: ogp-graph {__version__}\r\nformat: WARC File Format 1.1\r\nrobots: classic\r\n"
                self._record("warcinfo", about.encode(), now, {"Content-Type": "application/warc-fields"})
        except BlockingIOError:
            self._lock.close()
            raise EnvironmentFailure(f"another fetch is writing into {folder}; wait for it or end it") from None
        except OSError as error:
            raise EnvironmentFailure(f"{folder}: {error.strerror}") from error

    def _recalled(self, folder: Path) -> tuple[str, int]:
        """Takes up what the journal says. Returns the archive of the run that goes on (empty: none does), and up to
        where that is sound. What stood in archives that are gone counts as never seen, so that it is fetched again."""
        name, offset = "", 0
        gone: set[tuple[str, str]] = set()
        for told in _lines(self._journal):
            if "begin" in told:
                name, offset, self.done = Path(str(told["begin"])).name, 0, set()
            elif "end" in told:
                name, offset = "", 0
            elif (found := _entry(told)) is not None:
                one, offset = found
                if offset > _size(folder / name) or (one.url, one.date) in gone:
                    gone.add((one.url, one.date))
                    self.seen.pop(one.url, None)
                else:
                    self.done.add(one.url)
                    self.seen[one.url] = one
        return (name, offset) if name and offset <= _size(folder / name) else ("", 0)

    def keep(self, response: Response, now: datetime) -> str:
        """Archives a response; returns ``new``, ``changed`` or ``unchanged``. Then the journal has it, and it is on the
        disk."""
        before = self.seen.get(response.url)
        digest = "sha1:" + base64.b32encode(hashlib.sha1(response.body, usedforsecurity=False).digest()).decode()
        date = _date(now)
        same = before is not None and (
            response.status == 304 or (before.digest, before.status) == (digest, response.status)
        )
        fields = {"WARC-Target-URI": response.url, "WARC-IP-Address": response.address}
        http = "application/http; msgtype="
        try:
            if same and before is not None:
                profile = _NOT_MODIFIED if response.status == 304 else _IDENTICAL
                head = response.block[: len(response.block) - len(response.body)]
                refers = {"WARC-Refers-To-Target-URI": response.url, "WARC-Refers-To-Date": before.date}
                more = {"WARC-Profile": profile, "WARC-Payload-Digest": before.digest, **refers}
                self._record("revisit", head, now, {**fields, **more, "Content-Type": http + "response"})
                one = Seen(
                    response.url, before.status, before.date, before.digest, before.etag, before.modified, before.moved
                )
            else:
                more = {"WARC-Payload-Digest": digest, "Content-Type": http + "response"}
                more |= {"WARC-Truncated": "length"} if response.cut else {}
                self._record("response", response.block, now, {**fields, **more})
                tags = response.field("etag"), response.field("last-modified"), response.location
                one = Seen(response.url, response.status, date, digest, *tags)
            self._record("request", response.request, now, {**fields, "Content-Type": http + "request"})
            self._file.flush()
            os.fsync(self._file.fileno())
            self._note({**asdict(one), "offset": self._file.tell()})
        except OSError as error:
            raise EnvironmentFailure(f"{self.path}: {error.strerror}") from error
        self.seen[one.url] = one
        self.done.add(one.url)
        return "unchanged" if same else "changed" if before else "new"

    def end(self) -> None:
        """The run is complete: the next one begins an archive of its own."""
        self._note({"end": self.path.name})

    def close(self) -> None:
        self._file.close()
        self._lock.close()

    def _record(self, kind: str, block: bytes, now: datetime, fields: Mapping[str, str]) -> None:
        head = {
            "WARC-Type": kind,
            "WARC-Record-ID": f"<urn:uuid:{uuid.uuid4()}>",
            "WARC-Date": _date(now),
            **fields,
            "Content-Length": str(len(block)),
        }
        lines = ["WARC/1.1", *(f"{name}: {value}" for name, value in head.items())]
        data = "\r\n".join(lines).encode("utf-8") + b"\r\n\r\n" + block + b"\r\n\r\n"
        self._file.write(gzip.compress(data, 6, mtime=0))

    def _note(self, told: Mapping[str, object]) -> None:
        try:
            with self._journal.open("ab") as file:
                file.write(json.dumps(told).encode() + b"\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise EnvironmentFailure(f"{self._journal}: {error.strerror}") from error


def _entry(told: dict[str, object]) -> tuple[Seen, int] | None:
    """What a line says of an address, and where its record ends; None when it says no such thing."""
    try:
        return msgspec.convert(told, Seen), msgspec.convert(told.get("offset"), int)
    except msgspec.ValidationError:
        return None


def _size(path: Path) -> int:
    """The bytes of a file; 0 when it is not there."""
    return path.stat().st_size if path.is_file() else 0


def _lines(path: Path) -> list[dict[str, object]]:
    """The lines that are whole; the last one of a killed run may not be."""
    if not path.exists():
        return []
    found = []
    for line in path.read_bytes().splitlines():
        try:
            told = json.loads(line)
        except ValueError:
            continue
        found += [told] if isinstance(told, dict) else []
    return found


def _date(now: datetime) -> str:
    return now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
