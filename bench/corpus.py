"""A seeded corpus: the same seed and number give the same page, on any machine and in any order.

A page is made as a list of :class:`Field` (label and lines) and then written in one of the form's layouts. What it
is made of stands in ``sentences.toml``.
"""

from __future__ import annotations

import gzip
import html
import random
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

__all__ = ["LAYOUTS", "Field", "Sheet", "page", "sheet", "write_archive", "write_corpus"]

LAYOUTS = ("L1", "L2", "L3a", "html")
_COMPLETION = ("Complete", "Substantial", "Limited", "Not Started")
_AS_PLANNED = tuple(f"{much} of the commitment milestones were implemented as planned" for much in ("All", "most"))
_RESULT = ("Yes", "Yes", "Unclear", "No")
_DEGREE = ("Major", "Outstanding", "Marginal")

Line = str | tuple[str, str]
"""A line of a page; a pair is the words of a link and its target."""


@dataclass(frozen=True, slots=True)
class Field:
    """A label and what follows it."""

    label: str
    lines: tuple[Line, ...] = ()
    heading: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """One filled-in form."""

    headline: str
    plan: str
    address: str
    fields: tuple[Field, ...]


@lru_cache(maxsize=1)
def _words() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("sentences.toml").read_text(encoding="utf-8"))


def sheet(number: int, *, seed: int = 1, size: int = 1000) -> Sheet:
    """Form ``number`` of a corpus of ``size`` forms: one member for about 40 reports, two plans for a member."""
    words, pick = _words(), random.Random(f"{seed}/{number}")
    place = number % max(6, size // 40)
    member, spelt = words["places"][place % len(words["places"])]
    if place >= len(words["places"]):
        member, spelt = (f"New {name.replace(',', f' {place},', 1)}" for name in (member, spelt))
    start = 2021 if number % 2 else 2023
    plan = f"Action plan – {spelt}, {start} – {start + 1}"
    filling = _Filling(pick, number, member, plan)
    address = f"https://www.opengovpartnership.org/documents/end-of-commitment-report-{number}/"
    return Sheet(f"End of Commitment Report – {filling.title}", plan, address, tuple(filling.fields()))


class _Filling:
    """Answers for one form."""

    def __init__(self, pick: random.Random, number: int, member: str, plan: str) -> None:
        words = _words()
        self.pick, self.number, self.member, self.plan = pick, number, member, plan
        shares = words["languages"]
        self.language: str = pick.choices(list(shares), list(shares.values()))[0]
        self.title = f"{pick.choice(words['titles'])}, lot {number}".format(thing=self.slots("en")["thing"])
        self.names = " and ".join(pick.sample(words["names"], 2 if number % 7 == 0 else 1))

    def slots(self, language: str) -> dict[str, str]:
        return {name: self.pick.choice(some) for name, some in _words()["slots"][language].items()}

    def prose(self, sentences: int) -> str:
        some = [self.pick.choice(_words()["prose"][self.language]) for _ in range(sentences)]
        return " ".join(s.format(**self.slots(self.language), n=self.pick.randint(3, 90)) for s in some)

    def links(self, question: str) -> tuple[Line, ...]:
        start = f"https://archive.example.org/{self.number}/{question}"
        return tuple(
            (f"Minutes of meeting {n} on the register", f"{start}/{n}") for n in range(self.pick.randint(0, 3))
        )

    def fields(self) -> list[Field]:
        labels, choose = _words()["labels"], self.pick.choice
        found = [
            Field(labels["overview"], heading=True),
            Field(labels["evaluator"], (self.names,)),
            Field(labels["email"], (f"person{self.number}@example.org",)),
            Field(labels["member"], (self.member,)),
            Field(labels["plan"], (self.plan,)),
            Field(labels["commitment"], (self.title,)),
            Field(labels["action"], (self.prose(4),)),
            Field(labels["problem"], (self.prose(4),)),
            Field(labels["section-1"], heading=True),
            Field(labels["1.1"], (choose(_COMPLETION),)),
            Field(labels["brief"], (self.prose(3), self.prose(2))),
            Field(labels["1.1-evidence"], self.links("1.1")),
            Field(labels["1.2"], (self.prose(5),)),
            Field(labels["1.3"], (choose(_AS_PLANNED),)),
            Field(labels["brief"], (self.prose(3),)),
            Field(labels["evidence"], self.links("1.3")),
            Field(labels["section-2"], heading=True),
        ]
        for question in ("2.1.1", "2.1.2", "2.1.3"):
            found += [
                Field(labels[question], (choose(_RESULT),)),
                Field(labels["degree"], (choose(_DEGREE),)),
                Field(labels["impact"], (self.prose(4),)),
                Field(labels["evidence"], self.links(question)),
            ]
        return [
            *found,
            Field(labels["2.1.4"], ("Not Applicable",)),
            Field(labels["2.2"], (choose(_RESULT),)),
            Field(labels["brief"], (self.prose(4),)),
            Field(labels["evidence"], self.links("2.2")),
            Field(labels["section-3"], heading=True),
            Field(labels["3"], (self.prose(5),)),
        ]


def page(filled: Sheet, layout: str) -> str:
    """``filled`` as a page in one of :data:`LAYOUTS`."""
    return _html(filled) if layout == "html" else _text(filled, layout)


def _text(filled: Sheet, layout: str) -> str:
    blocks = [filled.headline]
    for field in filled.fields:
        blocks.append(_with_tooltip(field.label) if layout == "L3a" else field.label)
        blocks += [line if isinstance(line, str) else line[0] for line in field.lines]
    blocks += ["No comments yet", "Leave a Reply"]
    if layout == "L1":
        return "Skip Navigation\n\n" + "\n\n".join(blocks) + "\n"
    kept = ["\n".join(line for line in block.split("\n") if len(line.split()) > 1) for block in blocks]
    if layout == "L2":  # lines of one word are gone, their blank lines stay
        return "Skip Navigation\n\n" + "\n\n".join(kept) + "\n"
    kept.insert(1, f"- Action Plan: {filled.plan}")
    return "\n".join(filter(None, kept)) + "\n"


def _with_tooltip(label: str) -> str:
    entry = _words()["tooltips"].get(label)
    if entry is None:
        return label
    term = label.removesuffix(" Title")
    return f"{term}{entry[:197]}... More{label.removeprefix(term)}"


_HEAD = """<!DOCTYPE html>
<html lang="en-US">
<head>
<meta charset="UTF-8">
<title>{headline} - Open Government Partnership</title>
<link rel="canonical" href="{address}">
<meta property="og:title" content="{headline}">
<meta property="og:url" content="{address}">
<style>.glossary-tooltip-content{{display:none}}</style>
<script>window.dataLayer=window.dataLayer||[];</script>
</head>
<body class="single single-document">
<a class="skip-link screen-reader-text" href="#content">Skip Navigation</a>
<header><nav aria-label="Main"><ul>
{menu}
</ul></nav></header>
<main id="content"><div class="entry-content">
<h1 class="entry-title">{headline}</h1>
"""
_FOOT = """</div></main>
<section id="comments"><p class="no-comments">No comments yet</p>
<h3 id="reply-title">Leave a Reply</h3>
<p>Your email address will not be published. Required fields are marked *</p></section>
<footer><ul>
{menu}
</ul></footer>
</body>
</html>
"""
_ITEM = '<li class="menu-item menu-item-type-custom"><a href="https://www.example.org/{n}/">Topic number {n}</a></li>'
_TERM = '<span class="glossary-tooltip">{label}<span class="glossary-tooltip-content" hidden>{entry}</span></span>'


def _html(filled: Sheet) -> str:
    menu = "\n".join(_ITEM.format(n=n) for n in range(16))
    parts = [_HEAD.format(headline=html.escape(filled.headline), address=filled.address, menu=menu)]
    for field in filled.fields:
        label = html.escape(field.label).replace("\n", "<br>\n")
        if entry := _words()["tooltips"].get(field.label):
            label = _TERM.format(label=label, entry=html.escape(entry))
        parts.append(f"<h2>{label}</h2>" if field.heading else f"<h3>{label}</h3>")
        parts += [_paragraph(line) for line in field.lines]
    return "\n".join(parts) + "\n" + _FOOT.format(menu=menu)


def _paragraph(line: Line) -> str:
    if isinstance(line, str):
        return f"<p>{html.escape(line)}</p>"
    return f'<p><a href="{html.escape(line[1])}" target="_blank" rel="noopener">{html.escape(line[0])}</a></p>'


def write_corpus(folder: Path, layouts: tuple[str, ...], size: int, *, seed: int = 1) -> int:
    """Writes ``size`` pages, in turn in each of ``layouts``; gives the bytes written."""
    total = 0
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(size):
        layout = layouts[number % len(layouts)]
        data = page(sheet(number, seed=seed, size=size), layout).encode()
        name = f"{number:06d}.html" if layout == "html" else f"{number:06d}-{layout}.txt"
        (folder / name).write_bytes(data)
        total += len(data)
    return total


_RECORD = """WARC/1.0\r
WARC-Type: response\r
WARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-{number:012d}>\r
WARC-Date: 2024-05-06T07:08:09Z\r
WARC-Target-URI: {address}\r
Content-Type: application/http; msgtype=response\r
Content-Length: {length}\r
\r
"""
_RESPONSE = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=UTF-8\r\n\r\n"


def write_archive(folder: Path, layouts: tuple[str, ...], size: int, *, seed: int = 1, changed: float = 0.0) -> int:
    """Writes the same pages as the records of one ``.warc.gz``, a gzip member each; gives the bytes of the pages.

    In a share of ``changed`` of the web pages the last answer goes on."""
    total, every = 0, round(1 / changed) if changed else 0
    with (folder / "pages.warc.gz").open("wb") as file:
        for number in range(size):
            filled = sheet(number, seed=seed, size=size)
            text = page(filled, layouts[number % len(layouts)])
            if every and number % every == every // 2:
                text = text.replace("</p>\n</div></main>", " Seen again, and corrected.</p>\n</div></main>")
            data = text.encode()
            body = _RESPONSE + data
            head = _RECORD.format(number=number, address=filled.address, length=len(body)).encode()
            file.write(gzip.compress(head + body + b"\r\n\r\n", 6, mtime=0))
            total += len(data)
    return total
