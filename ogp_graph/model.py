"""The nouns: what a capture, a document, a report and a finding are.

All are frozen; all but :class:`Document` survive a round trip through :func:`encode` and :func:`decode`.
Positions are code points of the decoded capture (byte order mark removed, newlines as they are), start
inclusive, end exclusive. Every text that may leave the capture archive has its e-mail addresses redacted.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

import msgspec

__all__ = [
    "Answer", "Capture", "Document", "Evaluator", "Evidence", "Finding", "Line", "Link", "Mention", "Page",
    "Report", "Result", "Severity", "Source", "Span", "Status", "Value", "decode", "encode",
]  # fmt: skip


class Status(StrEnum):
    """What is known of an answer; the notations of ``code/status/...``."""

    ANSWERED = "answered"
    EMPTY = "empty"  # asked, left blank
    LOST = "lost"  # the capture dropped it: nobody can say what stood there
    NOT_REACHED = "not-reached"  # the capture was cut before it
    UNRECOGNISED = "unrecognised"  # a value that the code list does not have, kept verbatim


class Severity(StrEnum):
    """How bad a finding is, in the words of SHACL (https://www.w3.org/TR/shacl/#severity)."""

    VIOLATION = "Violation"  # the input gives no report, or the report is not released
    WARNING = "Warning"  # released and listed
    INFO = "Info"


@dataclass(frozen=True, slots=True)
class Span:
    """Code points ``start`` (inclusive) to ``end`` (exclusive) of a decoded capture."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Capture:
    """One page as somebody received it, known by the SHA-256 of its bytes.

    ``names`` are file names (last path segment, e-mails redacted), sorted. ``retrieved`` (xsd:dateTime) and
    ``address`` come only from the capture's own record (WARC, sidecar), never from a clock or a file system.
    """

    sha256: str
    names: tuple[str, ...] = ()
    media_type: str = "application/octet-stream"
    address: str | None = None
    retrieved: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """A capture and its bytes, as :mod:`ogp_graph.captures` hands them over. ``locator`` says where they
    came from on this machine; it stays inside the workspace."""

    capture: Capture
    data: bytes
    locator: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """A hyperlink inside a line: its words and its target as written."""

    text: str
    target: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of visible text. ``text`` has tooltips removed and white space collapsed, ``raw`` is what
    stands there; ``gap`` counts the blank lines before it (text only); ``mark`` is the markup that sets it
    apart (``h3``, ``p>strong``, ``dt``, ``div.field__label``; empty for plain text). ``lead`` is the length of
    the words that stand in an element of their own at the start of the line (``<b>Label</b> value``), with the
    position behind them and the position where the rest starts."""

    text: str
    span: Span
    gap: int = 0
    mark: str = ""
    links: tuple[Link, ...] = ()
    raw: str = ""
    lead: int = 0
    lead_stop: int = 0
    rest_start: int = 0


@dataclass(frozen=True, slots=True)
class Document:
    """A capture as decoded text and visible lines, before anybody asks what the lines mean."""

    capture: Capture
    text: str
    lines: tuple[Line, ...]
    markup: bool
    address: str | None = None  # canonical URL, or og:url, or the record's
    base: str | None = None  # what relative links are relative to, when the page says so
    language: str | None = None  # as the page declares it
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """Where a value was read: which capture, which characters, which words (redacted)."""

    capture: str  # sha256
    span: Span
    quote: str


@dataclass(frozen=True, slots=True)
class Value:
    """A text taken from a page. ``language`` is a BCP 47 tag for prose and None for names and codes;
    ``partial`` says that the capture was cut inside it."""

    text: str
    source: Source
    language: str | None = None
    partial: bool = False


@dataclass(frozen=True, slots=True)
class Evidence:
    """One piece of evidence: the words on the page and the addresses that they link to."""

    title: Value
    urls: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one question of the form, known by its notation ("1.1").

    ``code`` is a notation of the question's code list, ``stated`` the words on the page. ``alternatives``
    are (code, stated) pairs of other captures that contradict this one. Free-text questions (1.2, 3) carry
    their text as ``explanation`` and have no code."""

    question: str
    status: Status
    code: str | None = None
    stated: Value | None = None
    explanation: Value | None = None
    evidence: tuple[Evidence, ...] = ()
    alternatives: tuple[tuple[str, Value], ...] = ()


@dataclass(frozen=True, slots=True)
class Result(Answer):
    """An answer to 2.1.1-2.1.4: also a dimension and a degree. ``degree_status`` is None when the page does
    not ask for a degree."""

    dimension: str = ""
    degree: str | None = None
    degree_status: Status | None = None
    degree_stated: Value | None = None
    degree_alternatives: tuple[tuple[str, Value], ...] = ()


@dataclass(frozen=True, slots=True)
class Evaluator:
    """Who answered the form; ``position`` counts from 1 in the order of the page."""

    position: int
    name: Value
    kind: str  # "person" or "organization"
    affiliation: str | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """An End of Commitment Report, as one capture shows it or as several together do.

    ``key`` is the last part of its IRI; ``member`` and ``plan`` are keys too (None when unknown). The fields
    ending in ``_status`` use :class:`Status`. ``border_unknown`` means that ``action`` holds the lines of
    both action and problem, since no capture shows where one ends and the other starts."""

    key: str
    form: str
    captures: tuple[Capture, ...]
    layouts: tuple[tuple[str, str], ...]  # (capture's sha256, layout)
    title: Value | None = None
    member: str | None = None
    member_name: Value | None = None
    plan: str | None = None
    plan_title: Value | None = None
    start_year: int | None = None
    end_year: int | None = None
    commitment_title: Value | None = None
    commitment_subtitle: Value | None = None
    action: Value | None = None
    action_status: Status = Status.LOST
    problem: Value | None = None
    problem_status: Status = Status.LOST
    border_unknown: bool = False
    evaluators: tuple[Evaluator, ...] = ()
    evaluator_status: Status = Status.LOST
    answers: tuple[Answer, ...] = ()  # 1.1, 1.2, 1.3, 2.2, 3
    results: tuple[Result, ...] = ()  # 2.1.1-2.1.4
    unassigned: tuple[Value, ...] = ()  # text under a label that the form does not have
    addresses: tuple[str, ...] = ()  # canonical URLs of the captures
    captures_addresses: tuple[tuple[str, str], ...] = ()  # (capture's sha256, canonical URL)
    machine_translations: tuple[str, ...] = ()  # sha256 of captures that are machine translations
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Finding:
    """What reading, extraction, merging or validation has to say about one place.

    ``code`` is a stable kebab-case name; ``name`` the file name of the capture; ``span`` the characters."""

    severity: Severity
    code: str
    message: str
    report: str | None = None
    capture: str | None = None
    name: str | None = None
    span: Span | None = None
    quote: str | None = None


@dataclass(frozen=True, slots=True)
class Mention:
    """What one report says about the things that it shares with others: its member and its action plan.

    ``member`` and ``plan`` are keys; ``member_name`` and ``plan_title`` the spellings on the page. ``commitment`` is
    the commitment's title, and ``text`` the start of what it says, folded: what tells it from others of that title."""

    report: str
    member: str | None = None
    member_name: str | None = None
    plan: str | None = None
    plan_title: str | None = None
    start_year: int | None = None
    end_year: int | None = None
    commitment: str | None = None
    text: str = ""


_T = TypeVar("_T")


def encode(value: object) -> bytes:
    """``value`` as canonical JSON (field order of the class, no spaces)."""
    return msgspec.json.encode(value, order="deterministic")


def decode(data: bytes, kind: type[_T]) -> _T:
    """The inverse of :func:`encode`.

    Raises:
        msgspec.ValidationError: the bytes do not hold a ``kind``.
    """
    return msgspec.json.decode(data, type=kind)
