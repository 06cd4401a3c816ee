"""The record of a page's retrieval that stands beside it: ``page.html.json`` for ``page.html``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec
import pyoxigraph as ox

from ogp_graph.names import redact

__all__ = ["SIDECAR_BYTES", "Record", "is_address", "moment", "record"]

SIDECAR_BYTES = 65_536  # a larger file is no record
ADDRESS_LENGTH = 4096


@dataclass(frozen=True, slots=True)
class Record:
    """Where and when (xsd:dateTime) a page was retrieved, and what is wrong with what the sidecar says."""

    address: str | None = None
    retrieved: str | None = None
    problems: tuple[str, ...] = ()


class _Sidecar(msgspec.Struct):
    url: str | None = None
    retrieved: str | None = None


def record(data: bytes) -> Record:
    """What the sidecar says, each part only if it is right.

    >>> record(b'{"url": "https://example.org/page", "retrieved": "2024-05-01T14:00:00+02:00"}')
    Record(address='https://example.org/page', retrieved='2024-05-01T12:00:00Z', problems=())
    """
    if not data or len(data) > SIDECAR_BYTES:
        return Record(problems=("it is empty, too large or cannot be read",))
    try:
        said = msgspec.json.decode(data.removeprefix(b"\xef\xbb\xbf"), type=_Sidecar)
    except (msgspec.MsgspecError, RecursionError):
        return Record(problems=("it is not a JSON object with the texts url and retrieved",))
    if said.url is None and said.retrieved is None:
        return Record(problems=("it has neither url nor retrieved",))
    address = said.url if said.url is None or is_address(said.url) else None
    retrieved = None if said.retrieved is None else moment(said.retrieved)
    problems = []
    if address != said.url:
        problems.append("url is not a http or https address (or it holds an e-mail address)")
    if retrieved is None and said.retrieved is not None:
        problems.append("retrieved is not a date and time such as 2024-05-01T12:00:00Z")
    return Record(address, retrieved, tuple(problems))


def is_address(url: str) -> bool:
    """Whether ``url`` is an absolute http or https address that may be published."""
    if (
        not url.startswith(("http://", "https://"))
        or len(url) > ADDRESS_LENGTH
        or redact(url) != url
        or not url.isprintable()
    ):
        return False
    try:
        ox.NamedNode(url)  # RFC 3987
    except ValueError:
        return False
    host = url.split("/", 3)[2]
    return bool(host.strip(".:")) and "@" not in host


def moment(text: str) -> str | None:
    """An ISO 8601 date and time as xsd:dateTime, in UTC when it says its zone; None for anything else."""
    try:
        when = datetime.fromisoformat(text.strip())
        if "T" not in text.upper() and " " not in text.strip():
            return None  # a day is no moment
        if when.tzinfo is None:
            return when.isoformat()
        return when.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"
    except (ValueError, OverflowError):
        return None
