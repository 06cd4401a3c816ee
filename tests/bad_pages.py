"""A folder of everything that should never be given to this program, and what it has to say about each."""

from __future__ import annotations

import gzip
import io
import os
import random
import zipfile
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from tests.edited_pages import edited, html, titled_html, titled_text, without_member

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["BAD", "MARK", "ODD_MARK", "Bad", "shown", "write_bad"]

MARK, ODD_MARK = "zqmail", "zqodd"
"""One of them stands in every mailbox of these pages, the second in those that few people would write."""

NOTHING, QUARANTINED, REPORT = "no report", "a quarantined report", "a report"


@dataclass(frozen=True)
class Bad:
    """One bad thing: how it is made at a path, the code of a finding that it has to get (None: any), and whether it
    gives a report."""

    name: str
    code: str | None
    gives: str
    write: Callable[[Path], object]


def _bytes(data: bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(data)


def _made(make: Callable[[], str | bytes]) -> Callable[[Path], object]:
    """Writes what ``make`` gives; large things are made when they are written."""

    def write(path: Path) -> None:
        data = make()
        path.write_bytes(data if isinstance(data, bytes) else data.encode())

    return write


def _zip(*members: tuple[str, bytes]) -> Callable[[Path], object]:
    return _made(lambda: _zipped(*members))


def _zipped(*members: tuple[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        for name, data in members:
            packed.writestr(name, data)
    return file.getvalue()


def _sparse(path: Path) -> None:
    path.touch()
    os.truncate(path, 5_000_000_000)


def _unreadable(path: Path) -> None:
    path.write_text(titled_text("A page that nobody may read"), encoding="utf-8")
    path.chmod(0)


def _entities(page: str) -> str:
    """A billion laughs (CWE-776) in front of a page that makes use of them."""
    names = "abcdefghij"
    parts = ['<!ENTITY a "lol">']
    parts += [f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in pairwise(names)]
    return page.replace("<!DOCTYPE html>", f"<!DOCTYPE html [{''.join(parts)}]>").replace("online in May", "&j; in May")


def _repeated() -> str:
    page = titled_text("Labels that come again")
    question = page[page.index("1.1 What") : page.index("1.2 Describe")]
    again = edited(question, ("Substantial", "Limited"), ("Eight of nine", "Two of nine"))
    return edited(page, ("1.2 Describe", again + "1.2 Describe"))


def _without_title() -> str:
    page = html()
    for line in page.splitlines(keepends=True):
        if "ledger for the clean air fund" in line and not line.startswith("<meta"):
            page = page.replace(line, "")
    return page


def _mailboxes_in_text() -> str:
    forms = (
        f"{MARK}.a@example.org, mailto:{MARK}.b@example.com?subject=x, <{MARK}.c@example.org>,"
        f" {MARK}.e (at) example.org, {MARK}-d [at] example [dot] org, {MARK}_f＠example.org,"
        f" {MARK}.g+tag@sub.example.org, {MARK.upper()}.H@EXAMPLE.ORG, {MARK}.k@bücher.example.org,"
        f" https://www.example.org/?to={MARK}.i%40example.org, {ODD_MARK}'j@example.org"
    )
    return titled_text(
        "A mailbox in every answer",
        ("f.rao@example.org", f"{MARK}.l@example.org"),
        ("Eight of nine panels", f"{forms} and eight of nine panels"),
        ("Rankings of eight panels", f"Rankings, from {MARK}.m@example.org"),
        ("Substantial", f"Substantial, says {MARK}.n@example.org"),
        ("Fergus Abernethy-Rao", f"Fergus Abernethy-Rao ({MARK}.o@example.org)"),
        ("Child care", f"Unknown label:\n\n{MARK}.p@example.org\n\nChild care"),
    )


def _mailboxes_in_markup() -> str:
    page = titled_html(
        "A mailbox in every element",
        ("m.tulloch@example.org", f'<a href="mailto:{MARK}.a@example.org">{MARK}.b@example.org</a>'),
        ("online in May", f"online ({MARK}.c&#64;example.org, {MARK}.d&commat;example.org)"),
        ("https://www.example.org/glasgow/press", f"mailto:{MARK}.f@example.org?subject=press"),
        ("https://www.example.org/glasgow/ledger/milestones", f"https://www.example.org/?to={MARK}.g@example.org"),
        ("User test with", f'<img alt="{MARK}.h@example.org" title="{MARK}.i@example.org">User test with'),
        ("A weekly call", f"A weekly call ({MARK}.e<b>@</b>example.org, {MARK}.l@<i>example.org</i>)"),
        ("Comments can be", f"Comments ({MARK}.k&#8203;@example.org, {ODD_MARK}.j@exam&shy;ple.org) can be"),
        ('<link rel="canonical" href="https://', f'<link rel="canonical" href="https://{MARK}.m@'),
    )
    return page.replace("<h1>End of Commitment Report – ", f"<h1>End of Commitment Report – {MARK}.n@example.org ")


_SCRIPT = "<p onclick=\"alert('Limited')\">Complete<script>document.write('Limited')</script></p>"
_GARBAGE = random.Random(5).randbytes(4_000)
_NO_REPORT = b"<html><body><p>Coffee is free.</p></body></html>"

BAD = [
    Bad("empty.html", "empty-file", NOTHING, _bytes(b"")),
    Bad("blank.txt", "blank-page", NOTHING, _bytes(b" \n\t\n" * 50)),
    Bad("binary.html", "binary", NOTHING, _bytes(_GARBAGE)),
    Bad("half-written.html", "cut", REPORT, _made(lambda: titled_html("Half of a page")[:4_000])),
    Bad("half-written.txt", "cut", REPORT, _made(lambda: titled_text("Half of a text")[:2_000])),
    Bad("utf-16.txt", "encoding-guessed", REPORT, _made(lambda: titled_text("Two bytes each").encode("utf-16-le"))),
    Bad("wrong-charset.html", "encoding-declaration-wrong", REPORT,
        _made(lambda: titled_html("Latin in disguise").encode("windows-1252"))),
    Bad("controls.txt", "control-characters", REPORT,
        _made(lambda: titled_text("Signs nobody sees", ("Eight of nine", "Eight\0 of\x07 \x1b[31mnine")))),
    Bad("bidi.html", "bidi-characters", REPORT,
        _made(lambda: titled_html("Which way", ("online in May", "\u202eyaM ni enilno\u202c \u2066x\u2069")))),
    Bad("ten-megabytes.html", "value-too-long", NOTHING,
        _made(lambda: titled_html("Too much of it", ("online in May", "and was updated " * 650_000)))),
    Bad("too-large.txt", "page-too-large", NOTHING, _made(lambda: titled_text("Far too much").ljust(17_000_000))),
    Bad("lines.txt", "too-many-lines", NOTHING,
        _made(lambda: titled_text("Many lines", ("Eight of nine", "and more\n" * 500_000)))),
    Bad("nested.html", "not-a-report", NOTHING, _made(lambda: "<html><body>" + "<div>" * 100_000 + "deep")),
    Bad("nested-report.html", "deep-nesting", REPORT,
        _made(lambda: titled_html("Deep down", ('<main id="content">', '<main id="content">' + "<div>" * 100_000)))),
    Bad("elements.html", "too-many-elements", NOTHING,
        _made(lambda: titled_html("Wide", ('<main id="content">', "<main>" + "<br>" * 300_000)))),
    Bad("entities.html", "entity-declaration-ignored", REPORT,
        _made(lambda: _entities(titled_html("A billion laughs")))),
    Bad("bomb.zip", "archive-bomb", NOTHING, _zip(("bomb.html", bytes(300_000_000)))),
    Bad("bomb.html.gz", "archive-bomb", NOTHING, _made(lambda: gzip.compress(bytes(100_000_000)))),
    Bad("climbing.zip", "archive-member-name", NOTHING, _zip(("../../climbed.html", _NO_REPORT))),
    Bad("absolute.zip", "archive-member-name", NOTHING, _zip(("/tmp/climbed.html", _NO_REPORT))),
    Bad("cut.zip", "damaged-archive", NOTHING, _made(lambda: _zipped(("a.html", _GARBAGE))[:-50])),
    Bad("cut.html.gz", "damaged-archive", NOTHING, _made(lambda: gzip.compress(_GARBAGE)[:-50])),
    Bad("loop.html", "symlink-loop", NOTHING, lambda path: path.symlink_to(path.name)),
    Bad("around", "symlink-loop", NOTHING, lambda path: path.symlink_to(path.parent)),
    Bad("pipe.html", "not-a-regular-file", NOTHING, os.mkfifo),
    Bad("sparse.html", "page-too-large", NOTHING, _sparse),
    Bad("sparse.zip", "archive-too-large", NOTHING, _sparse),
    Bad("unreadable.txt", "unreadable", NOTHING, _unreadable),
    Bad("no-report.html", "not-a-report", NOTHING, _bytes(b"<p>Tea is free.</p>")),
    Bad("no-title.html", "no-headline", QUARANTINED, _made(_without_title)),
    Bad("no-member.txt", "commitment-plan", QUARANTINED, _made(lambda: without_member("Nobody promised this"))),
    Bad("two-reports.txt", "several-reports", NOTHING,
        _made(lambda: titled_text("The first of two") + "\n\n" + titled_text("The second of two"))),
    Bad("two-reports.html", "several-reports", NOTHING,
        _made(lambda: titled_html("The first of both") + titled_html("The second of both"))),
    Bad("repeated.txt", "repeated-label", REPORT, _made(_repeated)),
    Bad("unknown-answer.txt", "unrecognised-answer", REPORT,
        _made(lambda: titled_text("An answer of its own", ("Substantial", "Sort of done")))),
    Bad("scripts.html", "script-ignored", REPORT,
        _made(lambda: titled_html("A page that does things", ("<p>Complete</p>", _SCRIPT)))),
    Bad("new\nline.html", "not-a-report", NOTHING, _bytes(_NO_REPORT)),
    Bad("-dash.html", "not-a-report", NOTHING, _bytes(_NO_REPORT + b" ")),
    Bad("--help.txt", "not-a-report", NOTHING, _bytes(_NO_REPORT + b"  ")),
    Bad("\u202etxt.exe.html", "not-a-report", NOTHING, _bytes(_NO_REPORT + b"   ")),
    Bad("x" * 250 + ".html", "not-a-report", NOTHING, _bytes(_NO_REPORT + b"    ")),
    Bad("caf\udce9.html", "not-a-report", NOTHING, _bytes(_NO_REPORT + b"     ")),
    Bad("mailboxes.txt", "email-removed", REPORT, _made(_mailboxes_in_text)),
    Bad("mailboxes.html", "email-removed", REPORT, _made(_mailboxes_in_markup)),
    Bad(f"{MARK}.file@example.org.html", "not-a-report", NOTHING, _bytes(_NO_REPORT + b"      ")),
    Bad(f"{MARK}.archive@example.org.zip", "not-a-report", NOTHING,
        _zip((f"{MARK}.member@example.org.html", _NO_REPORT + b"       "))),
]  # fmt: skip


def write_bad(folder: Path) -> None:
    """Makes all of them in ``folder``, and the record of a retrieval that has a mailbox in its address."""
    folder.mkdir()
    for bad in BAD:
        bad.write(folder / bad.name)
    sidecar = f'{{"url": "https://www.example.org/?to={MARK}.sidecar@example.org"}}'
    (folder / "mailboxes.txt.json").write_text(sidecar, encoding="utf-8")


def shown(name: str) -> str:
    """How findings call a file of this name: what cannot be shown in one line is escaped, mailboxes are gone."""
    if MARK in name:
        return "[e-mail removed]"
    return name.replace("\n", "\\x0a").replace("\u202e", "\\u202e").replace("\udce9", "\\xe9")
