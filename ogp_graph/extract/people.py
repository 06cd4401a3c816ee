"""The line with the evaluators into persons and organisations. An e-mail address is never a name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ogp_graph.model import Evaluator, Span
from ogp_graph.names import REDACTED, fold, redact

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ogp_graph.extract.values import Reading
    from ogp_graph.forms import Form
    from ogp_graph.model import Line

__all__ = ["evaluators", "is_private"]

_MASKED = re.compile(r"\[\s*email\s*protected\s*\]", re.IGNORECASE)
_SEPARATOR = re.compile(r"\s*(?:;|\||\s/\s|\n)\s*")
_COMMA = re.compile(r"\s*,\s*")
_PARENTHESES = re.compile(r"\s*\(([^()]*)\)\s*")
_QUOTES = "\"'“”«»‘’ "


@dataclass(frozen=True, slots=True)
class _Name:
    text: str
    kind: str
    affiliation: str | None = None


def is_private(line: Line) -> bool:
    """Whether a line holds nothing but e-mail addresses, masked or not."""
    rest = _MASKED.sub(" ", redact(line.text)).replace(REDACTED, " ")
    return rest != line.text and not any(c.isalnum() for c in rest)


def evaluators(lines: Sequence[Line], reading: Reading, form: Form) -> tuple[Evaluator, ...]:
    """The evaluators that ``lines`` name, in page order. Titles ("Dr") are left out of the name; an
    organisation in parentheses or behind a comma becomes the person's affiliation."""
    found: list[Evaluator] = []
    for line in lines:
        text = _MASKED.sub(" ", redact(line.text)).replace(REDACTED, " ").strip(" ,;")
        for name in _names(text, form):
            span, quote = _place(line, name.text)
            value = reading.words(name.text, span, quote)
            found.append(Evaluator(len(found) + 1, value, name.kind, name.affiliation))
    return tuple(found)


def _place(line: Line, name: str) -> tuple[Span, str]:
    at = line.raw.find(name)
    whole = line.span.end - line.span.start == len(line.raw)
    if at < 0 or not whole:  # markup or other white space between the words: the line is the narrowest sure span
        return line.span, line.raw
    return Span(line.span.start + at, line.span.start + at + len(name)), name


def _names(text: str, form: Form) -> Iterable[_Name]:
    for segment in _SEPARATOR.split(text):
        if segment.strip():
            yield from _segment(segment.strip(), form)


def _segment(text: str, form: Form) -> Iterable[_Name]:
    pieces = _outer_commas(text)
    if len(pieces) == 1 or _is_organisation(pieces[0], form):
        yield from _joined(text if _is_organisation(pieces[0], form) else pieces[0], form)
        return
    people: list[_Name] = []
    for i, piece in enumerate(pieces):
        if fold(piece) in form.folded.get("personSuffix", ()):
            continue
        words = piece.split()
        if people and (_is_organisation(piece, form) or (len(words) == 1 and i > 0)):
            last = people[-1]
            joined = f"{last.affiliation}, {piece}" if last.affiliation else piece
            people[-1] = _Name(last.text, last.kind, joined)
            continue
        joiner = words[0].casefold() if words else ""
        if joiner in form.words.get("nameJoiner", ()) and len(words) > 1:
            piece = " ".join(words[1:])
        people.extend(_joined(piece, form))
    yield from people


def _outer_commas(text: str) -> list[str]:
    """``text`` split at commas that stand outside parentheses."""
    pieces, depth, start = [], 0, 0
    for i, c in enumerate(text):
        depth += (c == "(") - (c == ")")
        if c == "," and depth <= 0:
            pieces.append(text[start:i].strip())
            start = i + 1
    pieces.append(text[start:].strip())
    return [piece for piece in pieces if piece]


def _joined(text: str, form: Form) -> Iterable[_Name]:
    """One or two names; "and" parts two persons, never an organisation's own name."""
    bare = _PARENTHESES.sub(" ", text).strip()
    joiners = "|".join(re.escape(j) for j in sorted(form.words.get("nameJoiner", ()), key=lambda j: (-len(j), j)))
    halves = re.split(rf"\s+(?:{joiners})\s+", text, maxsplit=1) if joiners else [text]
    if len(halves) == 2 and _two_names(halves, bare, form):
        for half in halves:
            yield from _joined(half, form)
        return
    yield _name(text, bare, form)


def _two_names(halves: list[str], bare: str, form: Form) -> bool:
    left, right = (_without_title(_PARENTHESES.sub(" ", half).strip(), form) for half in halves)
    if _is_organisation(left, form) or (_is_organisation(right, form) and not _has_title(halves[0], form)):
        return False
    return len(left.split()) > 1 or _has_title(halves[0], form) or len(right.split()) > 1


def _name(text: str, bare: str, form: Form) -> _Name:
    inside = _PARENTHESES.search(text)
    affiliation = inside[1].strip(_QUOTES) if inside else None
    if not bare and affiliation:
        bare, affiliation = affiliation, None
    kind = "organization" if _is_organisation(bare, form) else "person"
    if kind == "organization":
        return _Name(text.strip(_QUOTES), kind)
    return _Name(_without_title(bare, form).strip(_QUOTES) or bare, kind, affiliation or None)


def _has_title(text: str, form: Form) -> bool:
    words = text.split()
    return bool(words) and words[0].rstrip(".").casefold() in {t.casefold() for t in form.words.get("personTitle", ())}


def _without_title(text: str, form: Form) -> str:
    while _has_title(text, form) and len(text.split()) > 1:
        text = text.split(" ", 1)[1].strip()
    return text


def _is_organisation(text: str, form: Form) -> bool:
    bare = _PARENTHESES.sub(" ", text).strip()
    words = fold(bare).split()
    known = form.organisation_words
    if any(word in known for word in words) or {"of", "for", "para"} & set(words):
        return True
    return len(words) == 1 and len(bare) > 2 and bare.isupper()

