"""Sample pages, edited as a test needs them."""

from __future__ import annotations

from pathlib import Path

__all__ = ["HTML", "TEXT", "corpus", "edited", "html", "text", "titled_html", "titled_text", "without_member"]

PAGES = Path(__file__).resolve().parent.parent / "samples" / "pages"
TEXT = "glasgow-street-panels-L1.txt"
HTML = "glasgow-clean-air-fund.html"

_HEADLINE = "Neighbourhood panels for street repairs"
_COMMITMENT = "Neighbourhood panels decide which streets are repaired first"
_HTML_COMMITMENT = "A public ledger for the clean air fund"


def edited(page: str, *changes: tuple[str, str]) -> str:
    """``page`` with each first text replaced by the second wherever it stands; it has to stand there."""
    for old, new in changes:
        assert old in page, old
        page = page.replace(old, new)
    return page


def text(*changes: tuple[str, str]) -> str:
    """The page of the street panels (text, all labels there), edited."""
    return edited((PAGES / TEXT).read_text(encoding="utf-8"), *changes)


def html(*changes: tuple[str, str]) -> str:
    """The page of the clean air fund (headings, hidden glossary text, links), edited."""
    return edited((PAGES / HTML).read_text(encoding="utf-8"), *changes)


def titled_text(title: str, *changes: tuple[str, str]) -> str:
    """Another report in the words of the text page: one of another commitment."""
    return text((_HEADLINE, title), (_COMMITMENT, title), *changes)


def titled_html(title: str, *changes: tuple[str, str]) -> str:
    """Another report in the words of the web page: one of another commitment, at another address."""
    address = "".join(c if c.isalnum() else "-" for c in title.lower())
    return html((_HTML_COMMITMENT, title), ("glasgow-clean-air-fund-ledger", address), *changes)


def without_member(title: str) -> str:
    """A report that names neither its member nor its plan."""
    plan = "Action plan – Glasgow, United Kingdom, 2021 – 2023"
    return titled_text(title, (plan, ""), ("Glasgow, United Kingdom", ""))


def corpus(folder: Path, more: int) -> Path:
    """The sample pages and ``more`` other reports in their words, in ``folder``."""
    folder.mkdir()
    for page in sorted(PAGES.iterdir()):
        (folder / page.name).write_bytes(page.read_bytes())
    for number in range(more):
        name, page = ("txt", titled_text) if number % 2 else ("html", titled_html)
        (folder / f"more-{number:03}.{name}").write_text(page(f"Promise number {number}"), encoding="utf-8")
    return folder
