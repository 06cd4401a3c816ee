"""The text of a capture as it was read, and the place in it that a value or a finding rests on.

Read from the archive of the workspace that the release stands in. What is shown obeys what holds for values: no e-mail
address, no name that the takedown list has; a capture that was taken down is not shown, nor is one whose report the
list names, since only the build knows which words that concerns.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from ogp_graph.errors import DefinitionError, EnvironmentFailure, UsageError
from ogp_graph.forms import load_form
from ogp_graph.model import Capture, Document, Page
from ogp_graph.names import redact
from ogp_graph.read import document
from ogp_graph.release import Workspace
from ogp_graph.release.erasing import eraser

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from ogp_graph.forms import Form
    from ogp_graph.model import Line
    from ogp_graph.release.erasing import Eraser
    from ogp_graph.release.takedown import Takedown
    from ogp_graph.settings import Settings

__all__ = ["LONGEST", "CaptureText", "Passage", "capture_text"]

LONGEST = 2_000_000
"""Bytes of a capture beyond which its text is not shown."""

PART = 6_000
"""Characters of a part of the text."""

_AROUND = 1_500  # characters that are shown before and behind a place
_TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of the text with a place in it; ``marked`` is empty when nothing of the place is text, and ``earlier``
    and ``later`` say whether the text goes on."""

    before: str
    marked: str
    after: str
    earlier: bool
    later: bool


@dataclass(frozen=True, slots=True)
class CaptureText:
    """The visible lines of a capture, one below the other, with what must not leave the archive taken out."""

    read: Document
    erase: Eraser

    @property
    def lines(self) -> str:
        """The lines as they were read."""
        return "\n".join(line.text for line in self.read.lines)

    def parts(self) -> tuple[str, ...]:
        """The whole text in parts of about :data:`PART` characters, cut between lines where there are any."""
        text = self._clean(self.lines)
        found, start = [], 0
        while start < len(text):
            stop = len(text) if start + PART >= len(text) else text.rfind("\n", start, start + PART) + 1
            stop = stop if stop > start else start + PART
            found.append(text[start:stop])
            start = stop
        return tuple(found)

    def passage(self, start: int, end: int) -> Passage:
        """What stands at characters ``start`` to ``end`` of the capture, and around it."""
        before, marked, after = self._cleaned(*self._place(start, end))
        head = before[-_AROUND:] if len(before) > _AROUND else before
        tail = after[:_AROUND]
        if len(head) < len(before):
            head = head[head.find("\n") + 1 :]
        if len(tail) < len(after):
            tail = tail[: tail.rfind("\n") + 1] or tail
        return Passage(head, _middle(marked), tail, len(head) < len(before), len(tail) < len(after))

    def _clean(self, text: str) -> str:
        return redact(self.erase.text(text))

    def _cleaned(self, first: int, last: int) -> tuple[str, str, str]:
        """The text before, at and behind a place. A place that begins or ends inside an address or a name that is
        taken out is widened to whole lines, and to everything where a line is not enough."""
        text = self.lines
        whole = self._clean(text)
        line = text.rfind("\n", 0, first) + 1, text.find("\n", last)
        for one, other in ((first, last), (line[0], line[1] if line[1] >= 0 else len(text))):
            pieces = self._clean(text[:one]), self._clean(text[one:other]), self._clean(text[other:])
            if "".join(pieces) == whole:
                return pieces
        return "", whole, ""

    def _place(self, start: int, end: int) -> tuple[int, int]:
        """Where in :attr:`lines` the characters ``start`` to ``end`` of the capture are: the words themselves, else
        the lines that hold them; nothing behind the last line before them when no line does."""
        touched: list[Line] = []
        offset = begins = ends = 0
        for line in self.read.lines:
            if line.span.end <= start:
                begins = ends = offset + len(line.text)
            elif line.span.start < max(end, start + 1):
                begins = begins if touched else offset
                ends = offset + len(line.text)
                touched.append(line)
            offset += len(line.text) + 1
        if not touched or (start <= touched[0].span.start and end >= touched[-1].span.end):
            return begins, ends
        words = self._shown(start, end).replace("\n", " ")
        expected = begins + len(self._shown(touched[0].span.start, start))
        flat = self.lines.replace("\n", " ")
        found = min(_all(flat, words, begins, ends), key=lambda at: abs(at - expected), default=None)
        return (begins, ends) if found is None else (found, found + len(words))

    def _shown(self, start: int, end: int) -> str:
        """What characters of the capture show: no tags, single spaces."""
        text = self.read.text[start:end] if start < end else ""
        return " ".join((html.unescape(_TAG.sub(" ", text)) if self.read.markup else text).split())


def _all(text: str, words: str, start: int, end: int) -> Iterator[int]:
    at = text.find(words, start, end) if words else -1
    while at >= 0:
        yield at
        at = text.find(words, at + 1, end)


def _middle(text: str) -> str:
    """``text``, or its beginning and its end."""
    return text if len(text) <= PART else f"{text[: PART // 2]} […] {text[-PART // 2 :]}"


def capture_text(
    folder: Path, sha256: str, media_type: str, settings: Settings, *, reports: Iterable[tuple[str, str]]
) -> CaptureText | None:
    """The text of the capture, for the release in ``folder``; ``reports`` are the keys of the reports that rest on it
    and of their plans. None when it is not there to be read or must not be shown."""
    try:
        workspace = Workspace(folder.parent.parent, create=False)
        takedown = workspace.takedown()
        if workspace.tombstoned(sha256) or _forbidden(takedown, sha256, list(reports), folder):
            return None
        read = _read(workspace.path, sha256, media_type, settings)
    except (DefinitionError, EnvironmentFailure, UsageError):
        return None
    names = (name for taken in takedown.persons for name in taken.names)
    return None if read is None else CaptureText(read, eraser(names))


def _forbidden(takedown: Takedown, sha256: str, reports: list[tuple[str, str]], folder: Path) -> bool:
    """Whether the list has the capture or a report of it. A report that lost its key to a name that stood in it is
    none of the release's any more: then that of any report of the plan may be meant."""
    if any(taken.sha256 == sha256 for taken in takedown.captures):
        return True
    listed = {taken.report for taken in takedown.persons if taken.report}
    if not listed:
        return False
    known = {line.partition("\t")[0] for line in (folder / "reports.tsv").read_text(encoding="utf-8").splitlines()}
    return any(key in listed or any(one.startswith(plan) for one in listed - known) for key, plan in reports)


@lru_cache(maxsize=8)
def _read(workspace: Path, sha256: str, media_type: str, settings: Settings) -> Document | None:
    opened = Workspace(workspace, create=False)
    data = opened.read(sha256)
    if len(data) > LONGEST:
        return None
    found = document(Page(Capture(sha256, media_type=media_type), data), _form(), settings)
    return found if isinstance(found, Document) else None


@lru_cache(maxsize=1)
def _form() -> Form:
    return load_form()
