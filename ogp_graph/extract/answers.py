"""Sections 1 to 3 of a page: each question's answer, explanation, evidence and degree, with its status."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from ogp_graph.model import Answer, Evidence, Result, Severity, Status
from ogp_graph.names import fold, is_plain_address, redact

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from ogp_graph.definitions import Definitions
    from ogp_graph.extract.layout import Layout
    from ogp_graph.extract.values import Reading
    from ogp_graph.forms import Part
    from ogp_graph.model import Line, Value

__all__ = ["Sections", "sections"]

_SENTENCE_ENDS = (".", "!", "?", "…", ")", "]", "”", "»", '"', "'", "’")


@dataclass(slots=True)
class Sections:
    """The answers in page order."""

    answers: list[Answer] = field(default_factory=list)
    results: list[Result] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Closed:
    status: Status
    code: str | None = None
    stated: Value | None = None


@dataclass(slots=True)
class _Asker:
    """What is needed to read one part after the other."""

    layout: Layout
    reading: Reading
    definitions: Definitions
    blocked: Collection[int]
    found: Sections

    def lines(self, part: Part) -> list[Line] | None:
        """The value lines of a part; None when the page does not show its label (or is cut inside it)."""
        labels = self.layout.chain.labels
        place = self.definitions.form.places[part.name]
        for i, (at, candidate) in enumerate(labels):
            if at == place:
                if candidate.partial:
                    return None
                stop = labels[i + 1][1].first if i + 1 < len(labels) else len(self.layout.lines)
                rows = range(candidate.last + 1, stop)
                return _without_repeated_question([self.layout.lines[r] for r in rows if r not in self.blocked], part)
        return None

    def ends_in(self, part: Part) -> bool:
        """Whether the page is cut while this part is being read."""
        return self.layout.ends_in(self.definitions.form.places[part.name])

    def beyond(self, part: Part) -> bool:
        """Whether the page is cut before this part. A label that the page stops in says nothing of the parts before
        it: its letters may belong to a text."""
        if not self.layout.cut:
            return False
        last = next((place for place, label in reversed(self.layout.chain.labels) if not label.partial), None)
        return last is None or last < self.definitions.form.places[part.name]

    @property
    def absent(self) -> Status:
        return Status.LOST if self.layout.lossy else Status.EMPTY


def sections(layout: Layout, reading: Reading, definitions: Definitions, blocked: Collection[int]) -> Sections:
    """Every question that the page asks, or would have asked had it not been cut."""
    found = Sections()
    asker = _Asker(layout, reading, definitions, blocked, found)
    for part in definitions.form.questions:
        asked = layout.has(definitions.form, part.name)
        if not asked and not asker.beyond(part):
            continue
        if part.kind == "Closed":
            _closed_question(asker, part)
        else:
            _prose_question(asker, part)
    return found


def _prose_question(asker: _Asker, part: Part) -> None:
    lines = asker.lines(part)
    question = part.question or part.name
    if asker.beyond(part) or (not lines and asker.ends_in(part)):
        asker.found.answers.append(Answer(question, Status.NOT_REACHED))
    elif not lines:
        asker.found.answers.append(Answer(question, asker.absent))
    else:
        text = asker.reading.value(lines, partial=asker.ends_in(part) or _stops_short(asker, lines))
        asker.found.answers.append(Answer(question, Status.ANSWERED, explanation=text))


def _stops_short(asker: _Asker, lines: Sequence[Line]) -> bool:
    """Whether the last answer of a page without footer stops in the middle of a word or sentence."""
    last = lines[-1]
    return asker.layout.open_end and last is asker.layout.lines[-1] and last.text[-1:] not in _SENTENCE_ENDS


def _closed_question(asker: _Asker, part: Part) -> None:
    form, question = asker.definitions.form, part.question or part.name
    closed = _closed(asker, part)
    subs = form.sub_parts.get(part.name, {})
    explanation = _explanation(asker, subs.get("explanation"))
    evidence = _evidence(asker, subs.get("evidence"))
    if part.dimension is None:
        asker.found.answers.append(Answer(question, closed.status, closed.code, closed.stated, explanation, evidence))
        return
    degree = None
    if closed.status is not Status.NOT_REACHED and _is_shown(asker, subs["degree"]):
        degree = _closed(asker, subs["degree"])
    asker.found.results.append(
        Result(
            question, closed.status, closed.code, closed.stated, explanation, evidence,
            dimension=part.dimension,
            degree=degree.code if degree else None,
            degree_status=degree.status if degree else None,
            degree_stated=degree.stated if degree else None,
        )
    )  # fmt: skip


def _is_shown(asker: _Asker, part: Part) -> bool:
    """Whether the page shows the label of ``part`` whole."""
    candidate = asker.layout.chain.find(asker.definitions.form.places[part.name])
    return candidate is not None and not candidate.partial


def _closed(asker: _Asker, part: Part) -> _Closed:
    """A closed answer: the code list decides; what it does not have is kept word for word."""
    lines = asker.lines(part)
    if lines is None or asker.beyond(part):
        return _Closed(Status.NOT_REACHED)
    if not lines:
        return _Closed(Status.NOT_REACHED if asker.ends_in(part) else asker.absent)
    scheme = part.codes or ""
    first = lines[0]
    if first is asker.layout.stops_at:
        asker.reading.note(
            "cut-inside-answer",
            "The page is cut inside a closed answer; it is not read.",
            span=first.span,
            severity=Severity.INFO,
        )
        return _Closed(Status.NOT_REACHED)
    match = asker.definitions.codes.match
    code = match(scheme, first.text)
    if code and any(match(scheme, line.text) not in (None, code) for line in lines[1:]):
        return _undecided(asker, lines, f"Several answers stand under {part.question}; they are kept word for word")
    if code is None and len(lines) > 1:
        code = match(scheme, " ".join(line.text for line in lines))
        stated = lines if code else lines[:1]
    else:
        stated = lines[:1]
    if len(lines) > len(stated):
        asker.reading.leave(lines[len(stated) :])
    if code is None:
        message = f"The answer to {part.question} is none of the known ones; it is kept word for word"
        return _undecided(asker, stated, message)
    return _Closed(Status.ANSWERED, code, asker.reading.value(stated))


def _undecided(asker: _Asker, lines: Sequence[Line], message: str) -> _Closed:
    """Words that no code stands for."""
    value = asker.reading.value(lines)
    asker.reading.note("unrecognised-answer", f"{message} and gets no code.", span=value.source.span, quote=value.text)
    return _Closed(Status.UNRECOGNISED, stated=value)


def _explanation(asker: _Asker, part: Part | None) -> Value | None:
    lines = asker.lines(part) if part else None
    if not lines or part is None:
        return None
    return asker.reading.value(lines, partial=asker.ends_in(part))


def _evidence(asker: _Asker, part: Part | None) -> tuple[Evidence, ...]:
    found: list[Evidence] = []
    for line in (asker.lines(part) if part else None) or ():
        urls = tuple(dict.fromkeys(url for link in line.links if (url := _target(asker, line, link.target))))
        item = Evidence(asker.reading.value([line], partial=bool(part) and line is asker.layout.stops_at), urls)
        if not any(item.title.text == other.title.text and item.urls == other.urls for other in found):
            found.append(item)
    return tuple(found)


def _target(asker: _Asker, line: Line, target: str) -> str | None:
    """A link's address when it is one that may be published: http or https, no e-mail address in it."""
    if is_plain_address(target):
        return target
    document = asker.reading.document
    try:
        url = urljoin(document.base or document.address or "", target.strip())
        scheme = url.split(":", 1)[0].lower()
    except ValueError:
        scheme, url = "", target
    if scheme not in ("http", "https"):
        what = "mailto" if scheme == "mailto" else "link"
        asker.reading.note(
            f"{what}-dropped", "A link of evidence is not http or https; its words are kept.", span=line.span
        )
        return None
    if redact(url) != url:
        asker.reading.note(
            "link-with-email", "A link of evidence holds an e-mail address; its words are kept.", span=line.span
        )
        return None
    return url


def _without_repeated_question(lines: list[Line], part: Part) -> list[Line]:
    """The submission form repeats the alternatives of a question as bullets behind it; they are no answer."""
    if part.of or not part.question or len(lines) < 2:
        return lines
    wordings = [fold(wording) for wording in part.wordings if len(wording) > 120]
    skip = 0
    while (
        skip < len(lines)
        and len(words := fold(lines[skip].text)) > 20
        and any(words in wording for wording in wordings)
    ):
        skip += 1
    return lines[skip:]
