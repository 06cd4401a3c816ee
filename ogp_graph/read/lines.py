"""What both readers do to a line: white space, characters that no RDF format can hold, glossary tooltips."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ogp_graph.forms import Form

__all__ = ["clean", "without_tooltips"]

# Everything that XML 1.0 cannot hold (https://www.w3.org/TR/xml/#charsets), but for tab and line feed; and hints where
# a line may break, which nobody sees (soft hyphen, zero-width space, word joiner, byte order mark).
_UNFIT = re.compile(
    "[\xad\u200b\u2060\ufeff\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)

_OPENING = "–—(“«"
"""Signs that a space parts from the word before them."""
_PLAIN_QUOTES = str.maketrans("’‘“”", "''\"\"")
_LONGEST_ENTRY = 230
"""Code points that a pasted glossary entry has at the most; 196 to 200 were seen."""


def clean(text: str) -> str:
    """``text`` on one line: single spaces, no control characters."""
    if text.isprintable():  # then its only white space is the space
        return " ".join(text.split()) if "  " in text or text[:1] == " " or text[-1:] == " " else text
    return " ".join(_UNFIT.sub("", text).split())


def without_tooltips(raw: str, form: Form, *, last: bool = False) -> str:
    """``raw`` without the glossary entries that a capture has glued to a term.

    An entry is known by its start, directly behind a term, and reaches to its ``...`` and an optional
    ``More``. Text is never removed because of ``...`` alone. ``last`` says that nothing follows on the page,
    so an entry may be cut.
    """
    pattern = form.entry_starts
    if last:
        raw = raw[: _cut_entry(raw, form)]
    elif "..." not in raw and "…" not in raw:
        return raw
    found = pattern.search(raw) if pattern else None
    kept: list[str] = []
    position = 0
    while pattern and found is not None:
        stop = _entry_end(raw, found.start(), found.end(), last=last)
        if stop is None:
            found = pattern.search(raw, found.end())
            continue
        kept.append(raw[position : found.start()])
        if kept[-1][-1:].isalnum() and (raw[stop : stop + 1].isalnum() or raw[stop : stop + 1] in tuple(_OPENING)):
            kept.append(" ")
        position = stop
        found = pattern.search(raw, stop)
    kept.append(raw[position:])
    return "".join(kept)


def _cut_entry(raw: str, form: Form) -> int:
    """Where an entry starts of which only the first letters stand at the end of ``raw``, behind its term."""
    tail = raw[-_LONGEST_ENTRY:]
    small = tail.lower() if len(tail.lower()) == len(tail) else tail
    for term in form.glossary:
        at = small.find(term.term.lower())
        while at >= 0:
            behind = at + len(term.term)
            rest = tail[behind:].translate(_PLAIN_QUOTES)
            if rest and term.start.translate(_PLAIN_QUOTES).startswith(rest):
                return len(raw) - len(tail) + behind
            at = small.find(term.term.lower(), at + 1)
    return len(raw)


def _entry_end(raw: str, start: int, known: int, *, last: bool) -> int | None:
    dots = min((i for i in (raw.find("...", known), raw.find("…", known)) if i >= 0), default=-1)
    if dots < 0 or dots > start + _LONGEST_ENTRY:
        return len(raw) if last and len(raw) - start <= _LONGEST_ENTRY else None
    stop = dots + (3 if raw[dots] == "." else 1)
    if last and " More".startswith(raw[stop:]):
        return len(raw)
    return stop + 5 if raw.startswith(" More", stop) and not raw.startswith("over", stop + 5) else stop
