"""How a document was laid out and what it lost on the way, told from the document itself (FORM.md, section 3)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ogp_graph.extract.chain import Chain, chain
from ogp_graph.extract.inline import taken_apart
from ogp_graph.names import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ogp_graph.extract.labels import Candidate
    from ogp_graph.forms import Form
    from ogp_graph.model import Document, Line

__all__ = ["Layout", "headlines", "layout"]

_LINE_BREAK = "(?:\r\n|[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029])"
_ENDS_A_LINE = re.compile(rf"<|{_LINE_BREAK}\s*{_LINE_BREAK}")
_CLOSED_BODY = re.compile(r"</(?:body|html)\s*>(?:\s|<!--[^<>]*-->)*\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Layout:
    """``lines`` with label and value taken apart, the ``headline``'s index, the chain of labels, the layout's
    name; ``lossy`` when one-token lines were dropped, ``cut`` when the page stops before its end, ``open_end``
    when nothing shows that its last line is whole, ``spaced`` when blank lines part its blocks, ``english`` when most
    of its labels are."""

    lines: tuple[Line, ...]
    headline: int | None
    chain: Chain
    name: str
    lossy: bool
    cut: bool
    open_end: bool
    spaced: bool
    english: bool

    def has(self, form: Form, name: str) -> bool:
        """Whether the page shows the label of the part ``name``."""
        return self.chain.find(form.places[name]) is not None

    @property
    def stops_at(self) -> Line | None:
        """The line that a cut page stops in."""
        return self.lines[-1] if self.cut and self.open_end else None

    def ends_in(self, place: int) -> bool:
        """Whether the page stops while the part at ``place`` is being read, or in what may be the label behind it."""
        if not self.chain.labels:
            return False
        (before, _), (last, label) = ((-1, None), *self.chain.labels)[-2:]
        return (self.cut and last == place) or (label is not None and label.partial and before == place)


def headlines(lines: Sequence[Line], starts: tuple[str, ...]) -> list[int]:
    """Indexes of lines that begin with one of the folded ``starts``, those marked as ``h1`` first."""
    first = {start[:3] for start in starts}
    found = [
        i
        for i, line in enumerate(lines)
        if line.text[:3].casefold() in first and fold(line.text[:80]).startswith(starts)
    ]
    return sorted(found, key=lambda i: (not lines[i].mark.startswith("h1"), i))


def layout(document: Document, form: Form) -> Layout | None:
    """The layout of ``document``; None when it has more label-like lines than any page."""
    lines, parted = taken_apart(document.lines, form, markup=document.markup)
    labels, cut = _chain(lines, document, form)
    if labels is None:
        return None
    chosen = parted & {lines[c.first].span.start for _, c in labels.labels}
    if chosen != parted:  # what is no label stays on one line with what follows it
        lines, _ = taken_apart(document.lines, form, markup=document.markup, only=chosen)
        again, cut = _chain(lines, document, form)
        labels = again or labels
    heads = headlines(lines, form.folded.get("headline", ()))
    english = _is_english(lines, heads, labels, form)
    heads[:1] = [_title_line(i, lines, labels, form) for i in heads[:1]]
    footer = next((c.first for place, c in labels.labels if form.parts[place].kind == "Footer"), None)
    body = lines[heads[0] + 1 if heads else 0 : len(lines) - 1 if footer is None else footer]
    lossy = not document.markup and _is_lossy(body, labels, form)
    spaced = not document.markup and sum(line.gap > 0 for line in lines) * 4 > len(lines)
    return Layout(
        lines,
        heads[0] if heads else None,
        labels,
        "html" if document.markup else _name(labels, form, spaced=spaced, lossy=lossy),
        lossy=lossy,
        cut=cut,
        open_end=_may_go_on(lines, document),
        spaced=spaced,
        english=english,
    )


def _title_line(head: int, lines: Sequence[Line], labels: Chain, form: Form) -> int:
    """The line with the report's title: below a headline that only names the kind of report, the next one."""
    bare = fold(lines[head].text) in form.folded.get("headline", ())
    first = labels.labels[0][1].first if labels.labels else len(lines)
    return head + 1 if bare and head + 1 < first else head


def _chain(lines: Sequence[Line], document: Document, form: Form) -> tuple[Chain | None, bool]:
    """The chain of labels below the headline, and whether the page stops before its end."""
    heads = headlines(lines, form.folded.get("headline", ()))
    start = heads[0] + 1 if heads else 0
    labels = chain(lines, form, start=start, open_end=_may_go_on(lines, document))
    if labels is None or _is_closed(document):
        return labels, False
    last = labels.find(form.places[form.questions[-1].name])
    answered = last is not None and not last.partial and last.last + 1 < len(lines)
    return labels, not (answered or _has_footer(labels, form))


def _is_closed(document: Document) -> bool:
    return document.markup and _CLOSED_BODY.search(document.text) is not None


def _may_go_on(lines: Sequence[Line], document: Document) -> bool:
    """Whether nothing shows that the last line stood there whole: neither a tag nor a blank line follows it."""
    if not lines or _is_closed(document):
        return False
    return _ENDS_A_LINE.search(document.text, lines[-1].span.end) is None


def _has_footer(labels: Chain, form: Form) -> bool:
    return any(form.parts[place].kind == "Footer" and not c.partial for place, c in labels.labels)


def _is_lossy(body: Sequence[Line], labels: Chain, form: Form) -> bool:
    """Whether every one-token line is gone. "Overview" present means that nothing is missing."""
    if labels.find(form.places["overview"]):
        return False
    single = (line for line in body if len(line.raw.split()) == 1)
    return not any(line.text.isalpha() or fold(line.text) in form.labels for line in single)


def _is_english(lines: Sequence[Line], heads: Sequence[int], labels: Chain, form: Form) -> bool:
    """Whether the headline, if there is one, and most labels are in English."""
    starts = form.folded.get("headline@en", ())
    if heads and starts and not fold(lines[heads[0]].text[:80]).startswith(starts):
        return False
    known = form.english_labels
    folded = [fold(lines[c.first].text) for _, c in labels.labels]
    english = sum(label in known or any(whole.startswith(label) for whole in known) for label in folded)
    return len(folded) < 3 or english * 2 >= len(folded)


def _name(labels: Chain, form: Form, *, spaced: bool, lossy: bool) -> str:
    if spaced:
        has_header = any(_find(labels, form, name) for name in ("evaluator", "member", "plan"))
        return ("L2" if has_header else "L4") if lossy else "L1"
    return ("L3a" if _find(labels, form, "plan") else "L3c") if lossy else "L3b"


def _find(labels: Chain, form: Form, name: str) -> Candidate | None:
    return labels.find(form.places[name])
