"""Pieces of text between tags, put together into lines that know their place in the markup."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ogp_graph.model import Line, Link, Span
from ogp_graph.names import fold
from ogp_graph.read.lines import clean, without_tooltips

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ogp_graph.forms import Form

__all__ = ["Lines"]


_Piece = tuple[str, int, int]
"""Text as it is shown, and where its markup starts and stops."""


@dataclass(slots=True)
class Lines:
    """The lines that are done, and the one that is being put together."""

    form: Form
    done: list[Line] = field(default_factory=list)
    mark: str = ""
    pieces: list[_Piece] = field(default_factory=list)
    _links: list[Link] = field(default_factory=list)
    _inline: int = 0  # open inline elements that began before the text of the line
    _inner: int = 0  # those that began within it
    _leads: list[int] = field(default_factory=list)  # pieces before the end of such an element
    _target: str | None = None
    _words: list[str] = field(default_factory=list)
    _shown: bool = False  # the open link has words on a line before
    _alternative: str = ""
    _opened: int = 0
    _button: tuple[int, int] | None = None  # lines and pieces that were there when the open button began
    _buttons: list[tuple[int, int]] = field(default_factory=list)  # pieces of buttons on the line

    def write(self, text: str, start: int, stop: int) -> None:
        """Text as it is shown, and the markup from ``start`` to ``stop`` that it comes from."""
        if not self.pieces and (not text or text.isspace()):
            return
        self.pieces.append((text, start, stop))
        if self._target is not None:
            self._words.append(text)

    def open_inline(self) -> None:
        """An inline element starts."""
        if self.pieces:
            self._inner += 1
        else:
            self._inline += 1

    def close_inline(self) -> None:
        """An inline element ends; when the line began with it, its words may be the label of what follows."""
        if self._inner:
            self._inner -= 1
        elif self._inline:
            self._inline -= 1
            if self.pieces:
                self._leads.append(len(self.pieces))

    def open_button(self) -> None:
        """A button starts. What it says counts when it is a label, as in an accordion, or a word of a text."""
        self._button = (len(self.done), len(self.pieces))
        self.open_inline()

    def close_button(self) -> None:
        """The open button ends."""
        self.close_inline()
        if self._button is None:
            return
        (done, pieces), self._button = self._button, None
        if len(self.done) == done:
            self._buttons.append((pieces, len(self.pieces)))
            return
        self.end()
        if not all(fold(line.text) in self.form.labels for line in self.done[done:]):
            del self.done[done:]

    def _drop_buttons(self) -> None:
        """Takes the buttons away that end the line, but for labels and words of the glossary."""
        for start, stop in reversed(self._buttons):
            words = fold("".join(piece[0] for piece in self.pieces[start:stop]))
            followed = any(piece[0].strip() for piece in self.pieces[stop:])
            if followed or words in self.form.terms:
                return
            if not start and words in self.form.labels:
                self.mark = "button"
                return
            del self.pieces[start:]

    def open_link(self, target: str, after: int) -> None:
        """A link starts; ``after`` is the position behind its tag."""
        self.close_link(after)
        self._target, self._words, self._shown = target or None, [], False
        self._alternative, self._opened = "", after

    def image(self, alternative: str) -> None:
        """An image stands here; its words count when a link has no others."""
        if self._target is not None:
            self._alternative = clean(alternative)

    def close_link(self, at: int) -> None:
        """The open link ends at ``at``."""
        if self._target is None:
            return
        if not self._shown and not clean("".join(self._words)):
            self.write(self._alternative or self._target, self._opened, at)
        self._keep_link()
        self._target = None

    def _keep_link(self) -> None:
        if self._target is not None and (words := clean("".join(self._words))):
            self._links.append(Link(words, self._target))
            self._words, self._shown = [], True

    def end(self, mark: str = "") -> None:
        """The line ends here; the next one stands in markup ``mark``."""
        if self._buttons:
            self._drop_buttons()
            self._buttons = []
        if self.pieces:
            self._keep_link()
            if line := self._line():
                self.done.append(line)
            self.pieces.clear()
            self._links, self._leads = [], []
        self.mark = mark
        self._inline = self._inner = 0

    def _line(self) -> Line | None:
        pieces = self.pieces
        while pieces and not pieces[-1][0].strip():
            pieces.pop()
        raw = _words(pieces)
        if not raw:
            return None
        text = self._shown_text(raw)
        span, links = Span(pieces[0][1], pieces[-1][2]), tuple(self._links)
        lead = self._lead(raw)
        if lead == 0:
            return Line(text, span, mark=self.mark, links=links, raw=raw)
        label = self._shown_text(_words(pieces[:lead]))
        rest = next((piece[1] for piece in pieces[lead:] if piece[0].strip()), None)
        if rest is None or not fold(text[len(label) :]):  # nothing follows, or a colon, or an entry of the glossary
            return Line(text, span, mark=self.mark + ">", links=links, raw=raw)
        stop = next(piece[2] for piece in reversed(pieces[:lead]) if piece[0].strip())
        return Line(
            text, span, mark=self.mark, links=links, raw=raw, lead=len(label), lead_stop=stop, rest_start=rest
        )  # fmt: skip

    def _lead(self, raw: str) -> int:
        """How many pieces stand in an element of their own at the start: the longest that is a label, else all."""
        if not self._leads:
            return 0
        for lead in reversed(self._leads):
            words = self._shown_text(_words(self.pieces[:lead]))
            if len(words) < len(raw) and fold(words) in self.form.labels:
                return lead
        return self._leads[-1]

    def _shown_text(self, raw: str) -> str:
        return clean(without_tooltips(raw, self.form)) if "..." in raw or "…" in raw else raw


def _words(pieces: Sequence[_Piece]) -> str:
    return clean(pieces[0][0] if len(pieces) == 1 else "".join([piece[0] for piece in pieces]))
