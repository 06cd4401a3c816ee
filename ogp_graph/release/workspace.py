"""The workspace: captures as received, what was read in them, one result a report, and the releases.

::

    workspace/
      captures/ab/cdef...   bytes as received, by SHA-256; captures/journal.jsonl says what was seen where
      readings/ab/cdef...   what one capture says (a cache, by capture and code)
      reports/ab/KEY        what one report says (a cache, by report and inputs)
      releases/2026-11-21.1 immutable; current is a symbolic link to one of them
      takedown.toml         what must not be published (optional, written by hand)
      lock, temporary/      of the build that is running
"""

from __future__ import annotations

import hashlib
import re
import shutil
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import msgspec

from ogp_graph.errors import EnvironmentFailure, UsageError
from ogp_graph.model import decode, encode
from ogp_graph.release.journal import Journal, Sighting, captures_of
from ogp_graph.release.locking import locked
from ogp_graph.release.results import Brief, ReportResult
from ogp_graph.release.storage import disk, keep, keep_all, read_brief, read_entry, read_header, write_entry
from ogp_graph.release.takedown import Takedown, TakenCapture, read_takedown

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from ogp_graph.model import Capture, Page

__all__ = ["Workspace"]

_FOLDERS = ("captures", "readings", "reports", "releases", "temporary")
_TOGETHER = 256  # captures for which one waits for the disk at once
_PLAIN_KEY = re.compile(r"[a-z0-9][a-z0-9._-]{0,199}")


class Workspace:
    """Opens the workspace at ``path``; creates it unless ``create`` is False. Only one process may write at a time:
    whoever does holds :meth:`lock`.

    Raises:
        UsageError: there is no workspace there and none may be created.
        EnvironmentFailure: disk full, no permission (also by every method).
    """

    def __init__(self, path: Path | str, *, create: bool = True) -> None:
        self.path = Path(path)
        self.releases = self.path / "releases"
        self.temporary = self.path / "temporary"
        self._captures = self.path / "captures"
        self._drafts: dict[Path, Path] = {}
        if not create and not self.releases.is_dir():
            raise UsageError(f"no workspace at {self.path}; ogp-graph build makes one")
        with disk(self.path):
            for name in _FOLDERS if create else ():
                (self.path / name).mkdir(parents=True, exist_ok=True)

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Holds the workspace for writing, and clears away what killed builds left behind.

        Raises:
            WorkspaceLocked: another process holds it.
        """
        with locked(self.path / "lock"):
            with disk(self.path):
                for left in (*self.temporary.iterdir(), *self.releases.glob(".tmp-*")):
                    _remove(left)
            yield

    # Captures

    @cached_property
    def _journal(self) -> Journal:
        with disk(self._captures):
            return Journal(self._captures / "journal.jsonl")

    def record(self, page: Page) -> Capture:
        """Archives ``page``: its bytes under their SHA-256, once, and the sighting in the journal.

        They are there, on the disk itself, after :meth:`commit`, which comes by itself every few hundred pages. What
        a takedown list removed is not archived again."""
        sha256 = page.capture.sha256
        path = self._place("captures", sha256)
        if path not in self._drafts and not _has_size(path, len(page.data)) and not self.tombstoned(sha256):
            if hashlib.sha256(page.data).hexdigest() != sha256:
                raise ValueError(f"the page's bytes are not those of its capture {sha256}")
            draft = self._drafts[path] = self.temporary / f"draft-{uuid4().hex}"
            with disk(path):
                draft.write_bytes(page.data)
        with disk(self._captures):
            self._journal.add(Sighting.of(page))
        if len(self._drafts) >= _TOGETHER or self._journal.full:
            self.commit()
        return page.capture

    def commit(self) -> None:
        """Waits until every page and then every sighting is on the disk."""
        drafts, self._drafts = self._drafts, {}
        keep_all(drafts)
        with disk(self._captures):
            self._journal.commit()

    def captures(self) -> list[Capture]:
        """The current captures by SHA-256: for each locator what was last seen there, without what was taken down.

        A page that changed replaces its older version; the older bytes stay in the archive. One content that was
        seen in several places is one capture with several names. No order of arrival shows."""
        return [c for c in captures_of(self._sightings()) if not self.tombstoned(c.sha256)]

    def seen_only_at(self, prefix: str) -> frozenset[str]:
        """The current captures of which every place starts so."""
        seen = self._sightings()
        return frozenset(s.sha256 for s in seen) - {s.sha256 for s in seen if not s.locator.startswith(prefix)}

    def _sightings(self) -> tuple[Sighting, ...]:
        """The current ones. The journal stays in memory only while it has some that are not on the disk."""
        journal = self._journal
        if not self._drafts and not journal.pending:
            del self.__dict__["_journal"]
        return journal.current()

    def read(self, sha256: str) -> bytes:
        """The bytes of a capture.

        Raises:
            EnvironmentFailure: they are not there, or are no longer what was received.
        """
        path = self._place("captures", sha256)
        with disk(path):
            data = path.read_bytes()
        if hashlib.sha256(data).hexdigest() != sha256:
            raise EnvironmentFailure(f"{path}: damaged; remove it and build again from the original page")
        return data

    # What was read

    def reading(self, sha256: str, code_digest: str) -> bytes | None:
        """What :meth:`store_reading` stored for this capture and this code; None when there is no such reading."""
        path = self._place("readings", sha256)
        with disk(path):
            return read_entry(path, {"kind": "reading", "capture": sha256, "code": code_digest})

    def brief_reading(self, sha256: str, code_digest: str) -> bytes | None:
        """The ``brief`` that :meth:`store_reading` stored beside it."""
        path = self._place("readings", sha256)
        with disk(path):
            return read_brief(path, {"kind": "reading", "capture": sha256, "code": code_digest})

    def store_reading(self, sha256: str, code_digest: str, data: bytes, brief: bytes = b"") -> None:
        """Keeps what ``code_digest`` read in a capture; the reading of an older code is replaced. ``brief`` is what
        :meth:`brief_reading` gives without unpacking the rest."""
        header = {"kind": "reading", "capture": sha256, "code": code_digest}
        write_entry(self._place("readings", sha256), header, data, self.temporary, brief=brief)

    # Results

    def result(self, key: str, digest: str | None = None) -> ReportResult | None:
        """The stored result of a report; None when there is none, or none with these inputs (``digest``)."""
        path = self._report(key)
        wanted = {"kind": "report", "key": key} | ({"digest": digest} if digest is not None else {})
        with disk(path):
            data = read_entry(path, wanted)
        try:
            return None if data is None else decode(data, ReportResult)
        except msgspec.ValidationError:  # an older version's shape
            return None

    def brief(self, key: str, digest: str | None = None) -> Brief | None:
        """What a release needs of the stored result of a report that did not change; None as for :meth:`result`."""
        path = self._report(key)
        wanted = {"kind": "report", "key": key} | ({"digest": digest} if digest is not None else {})
        with disk(path):
            data = read_brief(path, wanted)
        try:
            return None if data is None else decode(data, Brief)
        except (msgspec.ValidationError, msgspec.DecodeError):  # an older version's shape
            return None

    def store_result(self, result: ReportResult) -> None:
        """Keeps a result; it replaces an older one of the same report."""
        header = {"kind": "report", "key": result.key, "digest": result.digest, "quarantined": result.quarantined}
        brief = encode(result.brief())
        write_entry(self._report(result.key), header, encode(result), self.temporary, brief=brief)

    def results(self) -> Iterator[ReportResult]:
        """Every stored result, quarantined ones too, sorted by key; one is in memory at a time."""
        for key, _, _ in self._headers():
            if (result := self.result(key)) is not None:
                yield result

    def accepted(self) -> list[tuple[str, str]]:
        """(key, digest) of every result that is not quarantined, sorted."""
        return [(key, digest) for key, digest, quarantined in self._headers() if not quarantined]

    def prune(self, keys: Collection[str]) -> list[str]:
        """Forgets the results of reports that are not in ``keys`` (no current capture speaks of them any more) and
        returns their keys."""
        gone = [key for key, _, _ in self._headers() if key not in keys]
        for key in gone:
            with disk(self._report(key)):
                self._report(key).unlink()
        return gone

    # Takedown

    def takedown(self) -> Takedown:
        """The list in ``takedown.toml``.

        Raises:
            DefinitionError: it is wrong.
        """
        return read_takedown(self.path / "takedown.toml")

    def bury(self, takedown: Takedown) -> None:
        """Deletes the bytes and the readings of the captures on the list; a tombstone stays for each."""
        self.commit()
        for taken in takedown.captures:
            path = self._place("captures", taken.sha256)
            keep(_tombstone(path), encode(taken), self.temporary)
            with disk(path):
                path.unlink(missing_ok=True)
                self._place("readings", taken.sha256).unlink(missing_ok=True)

    def tombstoned(self, sha256: str) -> bool:
        """Whether the capture was taken down."""
        return _tombstone(self._place("captures", sha256)).exists()

    def tombstones(self) -> list[TakenCapture]:
        """The captures that were taken down, by SHA-256."""
        with disk(self._captures):
            found = [decode(path.read_bytes(), TakenCapture) for path in self._captures.glob("??/*.tombstone")]
        return sorted(found, key=lambda taken: taken.sha256)

    # Places

    def _place(self, folder: str, sha256: str) -> Path:
        if not re.fullmatch(r"[0-9a-f]{64}", sha256):
            raise ValueError(f"{sha256!r} is not a SHA-256")
        return self.path / folder / sha256[:2] / sha256[2:]

    def _report(self, key: str) -> Path:
        digest = hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
        return self.path / "reports" / digest[:2] / (key if _PLAIN_KEY.fullmatch(key) else f"={digest}")

    def _headers(self) -> list[tuple[str, str, bool]]:
        found = []
        with disk(self.path / "reports"):
            for path in (self.path / "reports").glob("??/*"):
                header = read_header(path) or {}
                key, digest = header.get("key"), header.get("digest")
                if isinstance(key, str) and isinstance(digest, str) and self._report(key) == path:
                    found.append((key, digest, header.get("quarantined") is True))
        return sorted(found)


def _tombstone(path: Path) -> Path:
    return path.with_name(path.name + ".tombstone")


def _has_size(path: Path, size: int) -> bool:
    try:
        return path.stat().st_size == size
    except FileNotFoundError:
        return False


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
