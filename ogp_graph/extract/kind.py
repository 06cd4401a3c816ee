"""Whether a page is one report of the form, and if not, what it is instead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ogp_graph.extract.header import is_plan_title
from ogp_graph.extract.layout import headlines
from ogp_graph.names import fold

if TYPE_CHECKING:
    from ogp_graph.extract.layout import Layout
    from ogp_graph.forms import Form

__all__ = ["Refusal", "refusal"]

Refusal = tuple[str, str, str | None]
"""Code, message and quote of the finding."""

_FEWEST_QUESTIONS = 3
"""Questions that a page without headline must show to be taken for a report."""
_FEWEST_LABELS = 2
_NEAR = 12
"""Lines below a headline in which its overview begins."""
_HEADER = ("Name", "Names", "Private")


def refusal(page: Layout, form: Form) -> Refusal | None:
    """Why a page is not read as a report; None when it is one.

    The headline decides first, since the questions of sibling forms have the same numbers (FORM.md, section 9).
    """
    lines, labels = page.lines, page.chain.labels
    other = headlines(lines, form.folded.get("otherHeadline", ()))
    mine = headlines(lines, form.folded.get("headline", ()))
    asked = {form.parts[place].question for place, _ in labels} - {None}
    if other and (not mine or other[0] < mine[0]):
        return "other-report", "The headline is that of another kind of page.", lines[other[0]].text
    if not mine and len(asked) < _FEWEST_QUESTIONS:
        return "not-a-report", "The page has neither the headline nor the questions of a report.", None
    shown = sum(not label.partial for _, label in labels)
    if shown < _FEWEST_LABELS and not any(is_plan_title(line, form) for line in lines):
        return "no-form", "The page has the headline of a report but not its labels.", None
    if _asks_again(page, form, len(mine)) or _starts_again(page, form, sorted(mine)):
        return "several-reports", "The page holds more than one report; none of them is read.", None
    return None


def _asks_again(page: Layout, form: Form, headline_count: int) -> bool:
    """Whether at least three questions stand there again, and a headline or evaluator does."""
    parts = [form.parts[candidate.places[0]] for candidate in page.chain.others]
    again = {part.question for part in parts if part.question and part.of is None}
    names = any(part.kind == "Names" for part in parts)
    return len(again) >= _FEWEST_QUESTIONS and (headline_count > 1 or names)


def _starts_again(page: Layout, form: Form, heads: list[int]) -> bool:
    """Whether an overview begins below a second headline that stands behind the first one's labels."""
    found = [*page.chain.others, *(candidate for _, candidate in page.chain.labels)]
    header = {c.first for c in found if _is_header(c.places, form) and " " in page.lines[c.first].text}
    questions = {c.first for c in found if form.parts[c.places[0]].question and form.parts[c.places[0]].of is None}
    footer = min((c.first for place, c in page.chain.labels if form.parts[place].kind == "Footer"), default=None)
    for head in heads[1:]:
        begun = any(heads[0] < i < head for i in (*header, *questions))
        begun = begun or any(is_plan_title(line, form) for line in page.lines[heads[0] + 1 : head])
        if not begun or fold(page.lines[head].text) == fold(page.lines[heads[0]].text):
            continue
        for i in range(head + 1, min(head + _NEAR, len(page.lines))):
            if i in questions:
                break
            if i in header or (is_plan_title(page.lines[i], form) and (footer is None or i < footer)):
                return True
    return False


def _is_header(places: tuple[int, ...], form: Form) -> bool:
    return all(form.parts[place].kind in _HEADER for place in places)
