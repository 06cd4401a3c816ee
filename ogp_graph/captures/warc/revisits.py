"""Records that say "the same as before" (ISO 28500, 6.7): what they mean, found among what was read with them."""

from __future__ import annotations

import hashlib
import struct
from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ogp_graph.captures.warc.archive import Record
    from ogp_graph.model import Capture, Page

__all__ = ["Revisit", "Revisits"]

_SIGNED = struct.Struct("<q")


@dataclass(frozen=True, slots=True)
class Revisit:
    """A record without a page of its own: where it stands, what it is of, and what it says that it is the same as."""

    shown: str  # file and offset
    address: str
    date: str
    same_as: tuple[int, ...]


@dataclass(slots=True)
class Revisits:
    """What one run has read: pages that were taken, by what may refer to them, and what is still open.

    A page is read again where it stands when it is asked for. Of a page that was dismissed only three numbers of eight
    bytes are kept, so that the revisits to it can be dismissed too."""

    _taken: dict[int, Callable[[], Page | None]] = field(default_factory=dict)
    _dismissed: array[int] = field(default_factory=lambda: array("q"))
    _open: list[Revisit] = field(default_factory=list)
    _keys: dict[Capture, set[int]] = field(default_factory=dict)

    def taken(self, record: Record, capture: Capture, again: Callable[[], Page | None]) -> None:
        """A page was taken from the record; ``again`` reads it once more."""
        keys = _own(record)
        self.known(keys, again)
        self._keys.setdefault(capture, set()).update(keys)

    def keys_of(self, capture: Capture) -> set[int]:
        """What revisits may call a page that was taken."""
        return self._keys.get(capture, set())

    def open(self) -> tuple[Revisit, ...]:
        """The revisits that mean nothing that was taken yet."""
        return tuple(self._open)

    def dismissed_keys(self) -> bytes:
        """What revisits may call the pages that were dismissed, eight bytes each."""
        return self._dismissed.tobytes()

    def join(self, open_: Iterable[Revisit], dismissed: bytes) -> None:
        """Adds what another machine has read."""
        self._open += open_
        self._dismissed.frombytes(dismissed)

    def known(self, keys: Iterable[int], again: Callable[[], Page | None]) -> None:
        """Adds a page that another machine has taken."""
        for key in keys:
            self._taken.setdefault(key, again)

    def dismissed(self, record: Record) -> None:
        """The record holds no report."""
        self._dismissed.extend(_own(record))

    def add(self, record: Record, shown: str) -> None:
        """A revisit, to be resolved once everything is read."""
        header = record.header
        said = (
            _name(header("WARC-Refers-To")),
            _name(header("WARC-Payload-Digest")),
            _target(header("WARC-Refers-To-Target-URI"), header("WARC-Refers-To-Date")),
        )
        address, date = header("WARC-Target-URI") or "", header("WARC-Date") or ""
        self._open.append(Revisit(shown, address, date, tuple(key for key in said if key is not None)))

    def resolved(self, *, last: bool) -> Iterator[tuple[Revisit, Page | None]]:
        """Each revisit with the page that it means; those to dismissed pages are left out. Unless it is the ``last``
        time, those whose pages may still come stay; the last time they come with None."""
        waiting, self._open = self._open, []
        if not last:
            self._open = [one for one in waiting if self._taken.keys().isdisjoint(one.same_as)]
            waiting = [one for one in waiting if not self._taken.keys().isdisjoint(one.same_as)]
        wanted = {key for one in waiting for key in one.same_as} - self._taken.keys()
        dismissed = wanted.intersection(self._dismissed) if wanted else set()
        for one in waiting:
            again = next((self._taken[key] for key in one.same_as if key in self._taken), None)
            if again is not None:
                yield one, again()
            elif dismissed.isdisjoint(one.same_as):
                yield one, None


def _own(record: Record) -> Iterable[int]:
    header = record.header
    keys = (
        _name(header("WARC-Payload-Digest")),
        _target(header("WARC-Target-URI"), header("WARC-Date")),
        _name(header("WARC-Record-ID")),
    )
    return [key for key in keys if key is not None]


def _name(told: str | None) -> int | None:
    return _key(told.strip().lower()) if told else None


def _target(address: str | None, date: str | None) -> int | None:
    return _key(f"{date} {address.strip('<>')}") if address and date else None


def _key(text: str) -> int:
    """Eight bytes that are the same on every machine."""
    found: int = _SIGNED.unpack(hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).digest())[0]
    return found
