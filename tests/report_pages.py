"""Report pages made by program: one record, rendered in every text layout of the form and as web pages, and what a
perfect reader finds in each rendering. All words are our own; names belong to nobody."""

from __future__ import annotations

import hashlib
import html
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from ogp_graph import pipeline
from ogp_graph.model import Answer, Capture, Page, Report, Result
from ogp_graph.settings import settings_from

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from ogp_graph.extract import Extraction
    from ogp_graph.model import Value

BRIEF = "Provide a brief explanation of your answer:"
EVIDENCE = "Provide evidence for your answer:"
FIRST_EVIDENCE = "Provide evidence that supports and justifies your answer:"
DEGREE = "Degree of result:"
IMPACT = "Explanation: In narrative form, what has been the impact on people or practice."
QUESTIONS = {
    "1.1": "1.1 What was the overall level of progress in the commitment implementation at the time of this"
    " assessment?",
    "1.2": "1.2 Describe the main external or internal factors that impacted implementation of this commitment and how"
    " they were addressed (or not).",
    "1.3": "1.3 Was the commitment implemented as originally planned?",
    "2.1.1": "2.1.1. – Did the government disclose more information; improve the quality of the information (new or"
    " existing); improve the value of the information; improve the channels to disclose or request information or"
    " improve accessibility to information?",
    "2.1.2": "2.1.2. – Did the government create new opportunities to seek feedback from citizens/enable participation"
    " inform or influence decisions; improve existing channels or spaces to seek feedback from citizens/enable"
    " participation/ inform or influence decisions; create or improve capabilities in the government or the public"
    " aimed to improve how the government seeks feedback from citizens/enables participation/ or allows for the public"
    " to inform or influence decisions?",
    "2.1.3": "2.1.3 Did the government create or improve channels, opportunities or capabilities to hold officials"
    " answerable to their actions?",
    "2.1.4": "2.1.4 Other Results",
    "2.2": "2.2 Did the commitment address the public policy problem that it intended to address as described in the"
    " action plan?",
    "3": "3. Provide at least one lesson or reflection relating to the implementation of this commitment. It can be the"
    " identification of key barriers to implementation, an unexpected help/hindrance, recommendations for future"
    " commitments, or if the commitment should be taken forward to the next action plan.",
}
SECTIONS = {
    "1.1": ("Section 1.", "Commitment completion"),
    "2.1.1": ("Section 2.", "Did it open government?"),
    "3": ("Section 3.", "Lessons from", "implementation"),
}
FOOTER = (
    "No comments yet",
    "Leave a Reply",
    "Your email address will not be published. Required fields are marked *",
    "Open Government Partnership",
)
ENTRIES = {
    "Action Plan": "Action plans are at the core of a government’s participation in OGP.",
    "Commitment": "OGP commitments are promises for reform co-created by",
    "transparency": "According to OGP’s Articles of Governance, transparency occurs when “government-held",
    "gender": "OGP participating governments are bringing gender perspectives to popular",
    "open data": "By opening up data and making it sharable and reusable,",
    "youth": "Recognizing that investing in youth means investing in a",
    "Steering Committee": "The Steering Committee is OGP’s executive decision-making body.",
}


@dataclass(frozen=True)
class Reply:
    """What stands below one closed question; ``evidence`` and ``degree`` are None when the page lacks their label."""

    stated: str = "Yes"
    explanation: tuple[str, ...] = ()
    evidence: tuple[str, ...] | None = ()
    degree: str | None = None


def _replies() -> dict[str, Reply]:
    return {
        "1.1": Reply(
            "Substantial", ("Nine of the ten routes run after midnight.",), ("Timetable of the night routes",)
        ),
        "1.3": Reply(
            "Most of the commitment milestones were implemented as planned",
            ("The tenth route waits for a bridge.",),
            ("Letter of the bridge office",),
        ),
        "2.1.1": Reply("Yes", ("Arrival times are shown at every stop.",), ("Photo of a stop",), "Major"),
        "2.1.2": Reply("Unclear", ("Drivers were asked, passengers were not.",), (), "Marginal"),
        "2.1.3": Reply("No", ("Nobody answers for a late bus.",), None, "Did Not Change"),
        "2.1.4": Reply("Not Applicable", (), None),
        "2.2": Reply("Yes", ("Nurses get home after the late shift.",), ("Survey of nurses",)),
    }


@dataclass(frozen=True)
class Record:
    """Everything that one page says, in the order in which it says it."""

    title: str = "Night buses for shift workers"
    evaluator: tuple[str, ...] = ("Wanda Ortolan",)
    email: tuple[str, ...] = ("wanda@example.org",)
    member: tuple[str, ...] = ("Lindholm, Norland",)
    plan: str = "Action plan – Lindholm, Norland, 2022 – 2024"
    commitment: str = "Night buses for shift workers"
    subtitle: str | None = None
    action: tuple[str, ...] = ("The transport office will run ten bus routes between midnight and five.",)
    problem: tuple[str, ...] = ("People who work at night walk home along the motorway.",)
    replies: dict[str, Reply] = field(default_factory=_replies)
    factors: tuple[str, ...] = ("A strike in May stopped the work for three weeks.",)
    lesson: tuple[str, ...] = ("Ask the drivers before the routes are drawn.",)
    old: bool = False  # the form of 2021
    footer: tuple[str, ...] = FOOTER

    def replying(self, question: str, **changes: object) -> Record:
        """The same with one reply changed."""
        return replace(self, replies={**self.replies, question: replace(self.replies[question], **changes)})

    def without(self, question: str) -> Record:
        """The same on a page that does not ask one question."""
        return replace(self, replies={q: r for q, r in self.replies.items() if q != question})


@dataclass(frozen=True)
class Block:
    """A label, spread over one line or more, and the values below it; ``name`` tells what it is."""

    name: str
    label: tuple[str, ...]
    values: tuple[str, ...] = ()


def blocks(record: Record) -> list[Block]:
    """The page's blocks below the headline."""
    member, plan = ("Member", "Action plan") if record.old else ("Member Name", "Action Plan Title")
    found = [
        Block("overview", ("Overview",)),
        Block("evaluator", ("Name of Evaluator",), record.evaluator),
        Block("email", ("Email",), record.email),
        Block("member", (member,), record.member),
        Block("plan", (plan,), (record.plan,)),
        Block("commitment", ("Commitment",), (record.commitment,)),
    ]
    if record.subtitle is not None:
        found.append(Block("title", ("Title",), (record.subtitle,)))
    found += [Block("action", ("Action",), record.action), Block("problem", ("Problem",), record.problem)]
    for question, wording in QUESTIONS.items():
        if question in SECTIONS:
            found.append(Block("section", SECTIONS[question]))
        if question in ("1.2", "3"):
            found.append(Block(question, (wording,), record.factors if question == "1.2" else record.lesson))
        elif question in record.replies:
            found.extend(_reply(question, wording, record.replies[question]))
    return found


def _reply(question: str, wording: str, reply: Reply) -> Iterable[Block]:
    yield Block(question, (wording,), (reply.stated,) if reply.stated else ())
    if reply.degree is not None:
        yield Block("degree", (DEGREE,), (reply.degree,) if reply.degree else ())
    bare = question == "2.1.4" and not reply.explanation and reply.evidence is None
    if not bare:
        yield Block("explanation", (IMPACT if question.startswith("2.1") else BRIEF,), reply.explanation)
    if reply.evidence is not None:
        yield Block("evidence", (FIRST_EVIDENCE if question == "1.1" else EVIDENCE,), reply.evidence)


def headline(record: Record) -> str:
    """The line on top."""
    return f"End of Commitment Report – {record.title}"


# ---------------------------------------------------------------------------------------------------- as text


def _paragraphs(record: Record, parts: Sequence[Block]) -> list[str]:
    found = [headline(record)]
    for block in parts:
        found += ["\n".join(block.label)] if block.label else []
        found += block.values
    return found


def one_token(line: str) -> bool:
    """Whether the loss rule drops the line."""
    return len(line.split()) == 1


def l1(record: Record, parts: Sequence[Block] | None = None) -> str:
    """Everything, a blank line between blocks."""
    return "\n\n".join([*_paragraphs(record, parts or blocks(record)), *record.footer])


def _dropped(text: str) -> str:
    return "\n".join(line for line in text.split("\n") if not one_token(line))


def l2(record: Record, parts: Sequence[Block] | None = None) -> str:
    """Without one-token lines; their blank lines stay."""
    return _dropped(l1(record, parts))


def l2_collapsed(record: Record) -> str:
    """The same with never more than two blank lines in a row."""
    return re.sub(r"\n{4,}", "\n\n\n", l2(record))


def l4(record: Record) -> str:
    """Without one-token lines and without the labels of the overview."""
    header = ("evaluator", "email", "member", "plan", "commitment", "title", "action", "problem")
    # The labels go as lines do: their blank lines stay only where they have one token.
    return _dropped(
        l1(
            record,
            [
                replace(b, label=()) if b.name in header and len(" ".join(b.label).split()) > 1 else b
                for b in blocks(record)
            ],
        )
    )


def with_tooltips(
    lines: Sequence[str], *, more: str = " More", space: str = "", entries: dict[str, str] | None = None
) -> list[str]:
    """``lines`` with the opening of a glossary entry behind the first occurrence of each term; not in the headline."""
    found = list(lines)
    for term, start in (ENTRIES if entries is None else entries).items():
        pattern = re.compile(rf"\b{term}\b", re.IGNORECASE)
        for i, line in enumerate(found):
            at = pattern.search(line)
            if i == 0 or line.startswith(("Section ", "- Action Plan", "Commitment completion")) or not at:
                continue
            entry = (start + " and more words that only fill the entry up to where it was cut off," * 3)[:197]
            found[i] = line[: at.end()] + entry + "..." + more + space + line[at.end() :]
            break
    return found


def _l3_lines(record: Record, parts: Sequence[Block], *, plan_line: bool = True) -> list[str]:
    lines = [line for p in _paragraphs(record, parts) for line in p.split("\n") if line.strip()]
    if plan_line:
        lines.insert(1, f"- Action Plan: {record.plan}")
    return [*lines, "Leave a Reply"]


def l3a(record: Record, **tooltips: object) -> str:
    """Single newlines, tooltips, no one-token lines."""
    lines = with_tooltips(_l3_lines(record, blocks(record)), **tooltips)
    return "\n".join(line for line in lines if not one_token(line))


def l3b(record: Record, **tooltips: object) -> str:
    """Single newlines, tooltips; only the e-mail's label and a single e-mail are gone."""
    parts = [replace(b, label=(), values=() if len(record.email) == 1 and one_token(record.email[0]) else b.values)
             if b.name == "email" else b for b in blocks(record)]  # fmt: skip
    return "\n".join(with_tooltips(_l3_lines(record, parts), **tooltips))


def l3c(record: Record, **tooltips: object) -> str:
    """The same as L3a, and the labels that carry a tooltip are gone."""
    parts = [replace(b, label=()) if b.name in ("plan", "commitment") else b for b in blocks(record)]
    lines = with_tooltips(_l3_lines(record, parts), **tooltips)
    return "\n".join(line for line in lines if not one_token(line))


TEXTS: dict[str, Callable[[Record], str]] = {
    "L1": l1, "L2": l2, "L2 collapsed": l2_collapsed, "L3a": l3a, "L3b": l3b, "L3c": l3c, "L4": l4,
}  # fmt: skip
LOSSY = ("L2", "L2 collapsed", "L3a", "L3c", "L4")


# ------------------------------------------------------------------------------------------------ as web pages


def _words(text: str) -> str:
    return html.escape(text, quote=False)


def _paragraph(value: str) -> str:
    return "".join(f"<p>{_words(line)}</p>" for line in value.split("\n") if line.strip())


def _value(block: Block) -> str:
    return "\n".join(_paragraph(value) for value in block.values)


def _headings(block: Block) -> str:
    level = "h2" if block.name in ("section", "overview") else "h3"
    return f"<{level}>{'<br>'.join(map(_words, block.label))}</{level}>\n{_value(block)}"


def _bold(block: Block) -> str:
    if block.name in ("section", "overview"):
        return _headings(block)
    return f"<p><strong>{_words(' '.join(block.label))}</strong></p>\n{_value(block)}"


def _bold_break(block: Block) -> str:
    if block.name in ("section", "overview"):
        return _headings(block)
    first, *rest = block.values or ("",)
    lines = "<br>\n".join(_words(line) for line in first.split("\n"))
    return f"<p><strong>{_words(' '.join(block.label))}</strong><br>\n{lines}</p>\n" + "\n".join(map(_paragraph, rest))


def _bold_inline(block: Block) -> str:
    if block.name in ("section", "overview"):
        return _headings(block)
    first, *rest = block.values or ("",)
    top, *more = first.split("\n")
    label = _words(" ".join(block.label))
    return f"<p><b>{label}</b> {_words(top)}</p>\n" + "\n".join(map(_paragraph, [*more, *rest]))


def _bold_colon(block: Block) -> str:
    if block.name in ("section", "overview"):
        return _headings(block)
    first, *rest = block.values or ("",)
    top, *more = first.split("\n")
    label = _words(" ".join(block.label).rstrip(":"))
    return f"<p><b>{label}:</b> {_words(top)}</p>\n" + "\n".join(map(_paragraph, [*more, *rest]))


def _definition(block: Block) -> str:
    if block.name in ("section", "overview"):
        return f"</dl>{_headings(block)}<dl>"
    return f"<dt>{_words(' '.join(block.label))}</dt><dd>{_value(block)}</dd>"


def _row(block: Block) -> str:
    if block.name in ("section", "overview"):
        return f"<tr><th colspan=2>{'<br>'.join(map(_words, block.label))}</th></tr>"
    return f"<tr><th scope=row>{_words(' '.join(block.label))}</th><td>{_value(block)}</td></tr>"


def _cells(block: Block) -> str:
    if block.name in ("section", "overview"):
        return f"<tr><td colspan=2><b>{'<br>'.join(map(_words, block.label))}</b></td></tr>"
    lines = "<br>".join(_words(line) for value in block.values for line in value.split("\n"))
    return f"<tr><td>{_words(' '.join(block.label))}</td><td>{lines}</td></tr>"


def _two_rows(block: Block) -> str:
    return f"<tr><td><b>{_words(' '.join(block.label))}</b></td></tr><tr><td>{_value(block)}</td></tr>"


def _divs(block: Block) -> str:
    return f"<div class='row'><div>{_words(' '.join(block.label))}</div><div>{_value(block)}</div></div>"


def _fields(block: Block) -> str:
    return (
        f'<div class="field field--{block.name}"><div class="field__label">{_words(" ".join(block.label))}</div>'
        f'<div class="field__item">{_value(block)}</div></div>'
    )


def _spans(block: Block) -> str:
    if block.name in ("section", "overview"):
        return _headings(block)
    first, *rest = block.values or ("",)
    top, *more = first.split("\n")
    label = _words(" ".join(block.label))
    rows = "".join(map(_paragraph, [*more, *rest]))
    return f'<div class="item"><span class="label">{label}</span><span class="value">{_words(top)}</span></div>{rows}'


def _items(block: Block) -> str:
    if block.name in ("section", "overview"):
        return f"</ul>{_headings(block)}<ul>"
    label = _words(" ".join(block.label))
    joint = " " if label.endswith((":", "?", ".")) else ": "
    first, *rest = block.values or ("",)
    top, *more = first.split("\n")
    return f"<li>{label}{joint}{_words(top)}{''.join(map(_paragraph, [*more, *rest]))}</li>"


def _sections(block: Block) -> str:
    level = "h2" if block.name in ("section", "overview") else "h4"
    return (
        f"<section><header><{level}><span>{'<br/>'.join(map(_words, block.label))}</span></{level}></header>"
        f"<div><div>{_value(block)}</div></div></section>"
    )


def _accordion(block: Block) -> str:
    if block.name in ("section", "overview"):
        return _headings(block)
    label = _words(" ".join(block.label))
    return (
        f'<h3><button type="button" aria-expanded="true">{label}</button></h3><div class="panel">{_value(block)}</div>'
    )


def _details(block: Block) -> str:
    if block.name in ("section", "overview"):
        return _headings(block)
    return f"<details open><summary>{_words(' '.join(block.label))}</summary>{_value(block)}</details>"


def _unclosed(block: Block) -> str:
    value = "".join(f"<p>{_words(line)}\n" for v in block.values for line in v.split("\n"))
    return f"<p><strong>{_words(' '.join(block.label))}</strong>\n{value}"


def _shouting(block: Block) -> str:
    value = "".join(f"<P>{_words(line)}</P>" for v in block.values for line in v.split("\n"))
    return f"<H3 CLASS=label>{_words(' '.join(block.label))}</H3>{value}"


def _entities(block: Block) -> str:
    def coded(text: str) -> str:
        return "".join(
            f"&#x{ord(c):x};" if i % 3 == 0 else f"&#{ord(c)};" if i % 3 == 1 else _words(c) for i, c in enumerate(text)
        )

    values = "".join(f"<p>{coded(line)}</p>" for v in block.values for line in v.split("\n"))
    return f"<h3>{coded(' '.join(block.label))}</h3>{values}"


def _split_words(block: Block) -> str:
    def split(text: str) -> str:
        words = text.split(" ")
        for i, word in enumerate(words):
            half = len(word) // 2
            a, b = _words(word[:half]), _words(word[half:])
            words[i] = (f"{a}<!-- Problem -->{b}", f"{a}<em>{b}</em>", f"<span><i>{a}</i></span>{b}", f"{a}<wbr>{b}")[
                i % 4
            ]
        return " ".join(words)

    values = "".join(f"<p>{split(line)}</p>" for v in block.values for line in v.split("\n"))
    return f"<h3>{split(' '.join(block.label))}</h3>{values}"


def _breaks(block: Block) -> str:
    lines = [" ".join(block.label), *(line for v in block.values for line in v.split("\n"))]
    return "<br><br>\n".join(map(_words, lines)) + "<br><br>"


def _alike(block: Block) -> str:
    if block.name in ("section", "overview"):
        return _headings(block)
    lines = [" ".join(block.label), *(line for v in block.values for line in v.split("\n"))]
    return "".join(f"<span>{_words(line)}</span><br>" for line in lines)


def _soft_hyphens(block: Block) -> str:
    label = " ".join(
        f"{word[:3]}&shy;{word[3:]}" for word in map(_words, " ".join(block.label).split()) if "&" not in word
    )
    values = "".join(f"<p>{_words(line)}&#8203;</p>" for v in block.values for line in v.split("\n"))
    return f"<div>{label}&#65279;</div>{values}"


STRUCTURES: dict[str, Callable[[Block], str]] = {
    "headings": _headings, "bold paragraphs": _bold, "bold and br": _bold_break, "bold inline": _bold_inline,
    "bold with colon": _bold_colon, "definition list": _definition, "table th td": _row, "table td td": _cells,
    "table of rows": _two_rows, "divs": _divs, "fields": _fields, "spans": _spans, "list items": _items,
    "sections": _sections, "accordion": _accordion, "details": _details, "unclosed": _unclosed, "upper case": _shouting,
    "entities": _entities, "words split by tags": _split_words, "line breaks": _breaks,
    "labels and values alike": _alike, "soft hyphens": _soft_hyphens,
}  # fmt: skip
_AROUND = {
    "definition list": ("<dl>", "</dl>"), "table th td": ("<table><tbody>", "</tbody></table>"),
    "table td td": ("<table>", "</table>"), "table of rows": ("<table>", "</table>"), "list items": ("<ul>", "</ul>"),
}  # fmt: skip
CHROME_TOP = (
    '<a class="skip-link" href="#content">Skip Navigation</a><header><nav aria-label="Main"><ul>'
    '<li><a href="/o">Overview</a></li><li><a href="/a">Action Plan</a></li><li><a href="/c">Commitment</a></li>'
    "<li>Member</li></ul></nav></header>"
)
CHROME_END = (
    '<aside class="related"><h3>Related Content</h3><ul>'
    '<li><a href="/documents/x/">End of Commitment Report – Another promise</a></li>'
    '<li>Action plan – Elsewhere, 2019 – 2020</li></ul></aside><section id="comments"><p>No comments yet</p>'
    "<h3>Leave a Reply</h3><p>Your email address will not be published. Required fields are marked *</p></section>"
    "<footer><p>Open Government Partnership</p><p>Problem</p><!-- Name of Evaluator --></footer>"
)


def web_page(
    record: Record,
    structure: str = "headings",
    *,
    head: str = "",
    parts: Sequence[Block] | None = None,
    top: str = CHROME_TOP,
    end: str = CHROME_END,
    language: str = "en-US",
) -> str:
    """The record as a web page of one of the ``STRUCTURES``."""
    before, after = _AROUND.get(structure, ("", ""))
    body = "\n".join(STRUCTURES[structure](block) for block in parts or blocks(record))
    title = _words(headline(record))
    return (
        f'<!DOCTYPE html><html lang="{language}"><head><meta charset="utf-8"><title>{title} - Site</title>{head}</head>'
        f"<body>{top}<main><article><h1>{title}</h1>{before}{body}{after}</article></main>{end}</body></html>"
    )


# ------------------------------------------------------------------------------------------- reading and comparing


def read(
    text: str | bytes, media_type: str = "text/plain", *, name: str = "page.txt", address: str | None = None
) -> Extraction:
    """What the program reads from one page."""
    data = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    capture = Capture(hashlib.sha256(data).hexdigest(), (name,), media_type, address)
    return pipeline.read_page(Page(capture, data), settings_from({}))


def report_of(text: str | bytes, media_type: str = "text/plain", **about: str) -> Report:
    """The report on a page that must have one."""
    extraction = read(text, media_type, **about)
    assert extraction.report is not None, [f.code for f in extraction.findings]
    return extraction.report


def web_report(markup: str | bytes, **about: str) -> Report:
    """The report on a web page that must have one."""
    return report_of(markup, "text/html", **about)


def codes(extraction: Extraction) -> set[str]:
    """The codes of its findings."""
    return {finding.code for finding in extraction.findings}


def answer(report: Report, question: str) -> Answer:
    """The answer to one question."""
    return next(a for a in (*report.answers, *report.results) if a.question == question)


def result(report: Report, question: str) -> Result:
    """The answer to one question of 2.1."""
    return next(a for a in report.results if a.question == question)


def said(value: Value | None) -> str | None:
    """The words of a value."""
    return value.text if value else None


def lines_kept(paragraphs: Iterable[str], *, lossy: bool) -> str | None:
    """What a reader finds of a text: its lines, without those that the layout drops."""
    lines = [" ".join(line.split()) for p in paragraphs for line in p.split("\n")]
    return "\n".join(line for line in lines if line and not (lossy and one_token(line))) or None
