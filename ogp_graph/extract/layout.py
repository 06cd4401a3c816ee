"""How a document was laid out and what it lost on the way, told from the document itself (FORM.md, section 3)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ogp_graph.extract.labels import Candidate, Chain, chain, with_leads_split
from ogp_graph.names import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ogp_graph.forms import Form
    from ogp_graph.model import Document, Line

__all__ = ["Layout", "headlines", "layout"]

_CLOSED_BODY = re.compile(r"</(?:body|html)\s*>\s*\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Layout:
    """``lines`` with label and value taken apart, the ``headline``'s index, the chain of labels, the layout's
    name; ``lossy`` when one-token lines were dropped, ``cut`` when the page stops before its end."""

    lines: tuple[Line, ...]
    headline: int | None
    chain: Chain
    name: str
    lossy: bool
    cut: bool

    def has(self, form: Form, name: str) -> bool:
        """Whether the page shows the label of the part ``name``."""
        return self.chain.find(form.places[name]) is not None

    def after(self, i: int, stop: int) -> Sequence[Line]:
        """The value lines of the ``i``-th label, up to line ``stop``."""
        return self.lines[self.chain.labels[i][1].last + 1 : stop]


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
    lines = with_leads_split(document.lines, form)
    heads = headlines(lines, form.folded.get("headline", ()))
    start = heads[0] + 1 if heads else 0
    last = form.places[form.questions[-1].name]
    labels = chain(lines, form, start=start, cut=False)
    if labels is None:
        return None
    complete = labels.find(last) is not None or _has_footer(labels, form)
    if document.markup and _CLOSED_BODY.search(document.text):
        complete = True
    cut = not complete
    if cut:
        labels = chain(lines, form, start=start, cut=True) or labels
    end = next((c.first for place, c in labels.labels if form.parts[place].kind == "Footer"), len(lines))
    lossy = not document.markup and _is_lossy(lines[start:end], labels, form, cut=cut)
    return Layout(lines, heads[0] if heads else None, labels, _name(document, lines, labels, form, lossy=lossy), lossy, cut)


def _has_footer(labels: Chain, form: Form) -> bool:
    return any(form.parts[place].kind == "Footer" for place, _ in labels.labels)


def _is_lossy(lines: Sequence[Line], labels: Chain, form: Form, *, cut: bool) -> bool:
    """Whether every one-token line is gone. "Overview" present means that nothing is missing."""
    if labels.find(form.places["overview"]):
        return False
    body = lines[:-1] if cut else lines
    single = [line for line in body if len(line.raw.split()) == 1]
    if not single:
        return True
    return not any(fold(line.text) in form.labels or line.text.isalpha() for line in single)


def _name(document: Document, lines: Sequence[Line], labels: Chain, form: Form, *, lossy: bool) -> str:
    if document.markup:
        return "html"
    spaced = sum(line.gap > 0 for line in lines) * 4 > len(lines)
    if spaced:
        has_header = any(_find(labels, form, name) for name in ("evaluator", "member", "plan"))
        return ("L2" if has_header else "L4") if lossy else "L1"
    return ("L3a" if _find(labels, form, "plan") else "L3c") if lossy else "L3b"


def _find(labels: Chain, form: Form, name: str) -> Candidate | None:
    return labels.find(form.places[name])
