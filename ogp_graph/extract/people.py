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
_SEPARATOR = re.compile(r"\s*(?:;|\||\s/\s)\s*")
_DASH = re.compile(r"\s+[-–—]+\s+")
_PARENTHESES = re.compile(r"\s*\(([^()]*)(?:\)|$)\s*")
_QUOTES = "\"'“”«»‘’ "
_LONGEST = 1000
"""Code points above which a line holds no names."""


@dataclass(frozen=True, slots=True)
class _Name:
    text: str
    kind: str
    affiliation: str | None = None


def is_private(line: Line, form: Form) -> bool:
    """Whether a line holds nothing but e-mail addresses, masked or not, and the label that stands above them."""
    rest = _without_addresses(line.text)
    return rest != line.text and (fold(rest) in form.private_labels or not fold(rest))


def _without_addresses(text: str) -> str:
    """``text`` without e-mail addresses and without the words that stand in for them."""
    return _MASKED.sub(" ", redact(text)).replace(REDACTED, " ")


def evaluators(lines: Sequence[Line], reading: Reading, form: Form) -> tuple[Evaluator, ...]:
    """The evaluators that ``lines`` name, in page order. Titles ("Dr") are left out of the name; an
    organisation in parentheses or behind a comma becomes the person's affiliation."""
    found: list[Evaluator] = []
    for line in lines:
        text = _without_addresses(line.text).strip(" ,;-–—•▪·*‣◦")
        if len(text) > _LONGEST:
            reading.leave([line], "not-a-name", "This is too long to be the name of an evaluator; it is in no answer.")
            continue
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
        if any(c.isalnum() for c in segment):
            yield from _segment(segment.strip(), form)


def _segment(text: str, form: Form) -> Iterable[_Name]:
    """The names between two semicolons. A comma parts persons, or a person from what belongs to it; within an
    organisation's name it parts nothing."""
    name, *rest = _DASH.split(text, maxsplit=1)
    if rest and _belongs_to_a_person(rest[0], form) and not _is_organisation(name, form):
        text = f"{name}, {rest[0]}"
    pieces = _outer_commas(text)
    if _is_organisation(pieces[0], form) or _is_enumeration(pieces, form):
        yield _Name(_unquoted(text), "organization")
        return
    people: list[_Name] = []
    for piece in pieces:
        bare = _without_suffix(piece, form)
        if people and (_belongs_to_a_person(bare, form) or len(bare.split()) == 1):
            last = people[-1]
            people[-1] = _Name(last.text, last.kind, f"{last.affiliation}, {bare}" if last.affiliation else bare)
        elif bare:
            people.extend(_joined(bare, form))
    yield from people


def _unquoted(name: str) -> str:
    """``name`` without quotation marks around it; those around one of its words stay."""
    inner = name.strip(_QUOTES)
    return inner if not any(quote in inner for quote in '"“”«»') else name.strip()


def _outer_commas(text: str) -> list[str]:
    """``text`` split at commas that stand outside parentheses; whole when it is "Surname, Name"."""
    pieces, depth, start = [], 0, 0
    for i, c in enumerate(text):
        depth += (c == "(") - (c == ")")
        if c == "," and depth <= 0:
            pieces.append(text[start:i].strip())
            start = i + 1
    pieces.append(text[start:].strip())
    found = [piece for piece in pieces if piece]
    return [text] if len(found) == 2 and all(len(piece.split()) == 1 for piece in found) else found


def _is_enumeration(pieces: Sequence[str], form: Form) -> bool:
    """``Buses, Trams and Trains Forum``: one organisation."""
    last = pieces[-1]
    return (
        len(pieces) > 1
        and len(pieces[0].split()) == 1
        and form.joiner.search(last) is not None
        and _is_organisation(last, form)
        and not any(_has_title(half, form) for half in form.joiner.split(last))
    )


def _belongs_to_a_person(text: str, form: Form) -> bool:
    roles = form.folded.get("roleWord", ())
    return _is_organisation(text, form) or not set(fold(text).split()).isdisjoint(roles)


def _without_suffix(piece: str, form: Form) -> str:
    """``piece`` without "PhD" at its start or end, and without an "and" that then stands first."""
    words = piece.split()
    suffixes = form.folded.get("personSuffix", ())
    while len(words) > 1 and fold(words[-1]) in suffixes:
        words.pop()
    while words and fold(words[0]) in suffixes:
        words.pop(0)
    if len(words) > 1 and form.joiner.fullmatch(f" {words[0]} "):
        words.pop(0)
    return " ".join(words)


def _joined(text: str, form: Form) -> Iterable[_Name]:
    """One or two names; "and" parts two persons, never an organisation's own name or a surname."""
    for found in form.joiner.finditer(text):
        left, right = text[: found.start()], text[found.end() :]
        inside = left.count("(") > left.count(")")
        if not inside and _are_two(left, right, form, one_letter=found.group().strip() in ("y", "e", "i")):
            yield from _joined(left, form)
            yield from _joined(right, form)
            return
    yield _name(text, form)


def _are_two(left: str, right: str, form: Form, *, one_letter: bool) -> bool:
    """Whether these are two names. ``Ramón y Cajal`` is one: behind "y" or "e" a name has more than one word."""
    if _is_organisation(left, form) or (_is_organisation(right, form) and not _has_title(left, form)):
        return False
    one, other = (len(_PARENTHESES.sub(" ", side).split()) for side in (left, right))
    return other > 1 if one_letter else one > 1 or other > 1


def _name(text: str, form: Form) -> _Name:
    bare = _PARENTHESES.sub(" ", text).strip()
    inside = _PARENTHESES.search(text)
    affiliation = inside[1].strip(_QUOTES) if inside else None
    if not bare and affiliation:
        bare, affiliation = affiliation, None
    if _is_organisation(bare, form):
        return _Name(text.strip(_QUOTES), "organization")
    return _Name(_without_title(bare, form).strip(_QUOTES) or bare, "person", affiliation or None)


def _has_title(text: str, form: Form) -> bool:
    return fold(text).split(" ", 1)[0] in form.folded.get("personTitle", ())


def _without_title(text: str, form: Form) -> str:
    while _has_title(text, form) and len(text.split()) > 1:
        text = text.split(None, 1)[1].strip()
    return text


def _is_organisation(text: str, form: Form) -> bool:
    bare = _PARENTHESES.sub(" ", text).strip(_QUOTES)
    folded = fold(bare)
    words = folded.split()
    if not words or words[0] in form.folded.get("personTitle", ()):
        return False
    if not form.organisation_words.isdisjoint(words) or not {"of", "for", "para"}.isdisjoint(words):
        return True
    return folded.endswith(form.organisation_endings) or (len(words) == 1 and len(bare) > 2 and bare.isupper())
