"""A page into a document: decoded text and visible lines, each with its place in the capture."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from ogp_graph.model import Document, Finding, Severity
from ogp_graph.names import redact
from ogp_graph.read.decode import decode
from ogp_graph.read.html import TooManyElements, WebPage, read_html
from ogp_graph.read.text import text_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ogp_graph.forms import Form
    from ogp_graph.model import Page
    from ogp_graph.settings import Settings

__all__ = ["document", "web_address"]

_SCRIPT = re.compile(r"<script[\s>]", re.IGNORECASE)
_ENTITY = re.compile(r"<!ENTITY\s", re.IGNORECASE)
_DEEP = 500
"""Elements inside each other beyond which a page is told to be odd; ordinary pages have less than fifty."""
_TRACKING = re.compile(r"^(?:utm_\w+|fbclid|gclid|mc_cid|mc_eid|share)$", re.IGNORECASE)


def document(page: Page, form: Form, settings: Settings) -> Document | Finding:
    """``page`` decoded and taken apart into lines, or the finding that says why not.

    Nothing that the page names is fetched or run.
    """
    capture = page.capture
    if len(page.data) > settings.max_page_bytes:
        return _refused(page, "page-too-large", f"more than {settings.max_page_bytes} bytes (setting max_page_bytes)")
    decoded = decode(page)
    if isinstance(decoded, Finding):
        return decoded
    read = Document(capture, decoded.text, (), markup=capture.media_type == "text/html", findings=decoded.findings)
    try:
        read = _web_page(read, form, settings) if read.markup else replace(read, lines=text_lines(read.text, form))
    except TooManyElements:
        limit = settings.max_page_elements
        return _refused(page, "too-many-elements", f"more than {limit} tags (setting max_page_elements)")
    if len(read.lines) > settings.max_page_lines:
        return _refused(page, "too-many-lines", f"more than {settings.max_page_lines} lines (setting max_page_lines)")
    return read if read.address else replace(read, address=web_address(capture.address))


def _refused(page: Page, code: str, what: str) -> Finding:
    name = page.capture.names[0] if page.capture.names else None
    return Finding(Severity.VIOLATION, code, f"The page has {what}.", capture=page.capture.sha256, name=name)


def _web_page(read: Document, form: Form, settings: Settings) -> Document:
    """The document of a web page. When a page hides more than it shows, what it hides is no tooltip but the report
    (panels that a script opens), and is read as well."""
    web = read_html(read.text, form, max_elements=settings.max_page_elements)
    findings = read.findings
    if web.hidden > sum(len(line.text) for line in web.lines):
        web = read_html(read.text, form, max_elements=settings.max_page_elements, show_hidden=True)
        message = "The page hides more text than it shows, so what it hides was read too."
        name = read.capture.names[0] if read.capture.names else None
        told = Finding(Severity.INFO, "hidden-text-read", message, capture=read.capture.sha256, name=name)
        findings = (*findings, told)
    findings = (*findings, *_oddities(read, web))
    own = read.capture.address or ""
    address = next((found for one in web.addresses if (found := web_address(_joined(own, one)))), None)
    base = web_address(_joined(address or own, web.base)) if web.base else None
    return replace(read, lines=web.lines, address=address, base=base, language=web.language, findings=findings)


def _oddities(read: Document, web: WebPage) -> Iterator[Finding]:
    """What a page brings that is not read: scripts inside the text, entity declarations, elements without end."""
    name = read.capture.names[0] if read.capture.names else None
    shown = slice(web.lines[0].span.start, web.lines[-1].span.end) if web.lines else slice(0)
    told = {
        "script-ignored": ("A script stands in the text; it was not run.", _SCRIPT.search(read.text[shown])),
        "entity-declaration-ignored": ("The page declares entities; they were not obeyed.", _ENTITY.search(read.text)),
        "deep-nesting": (f"{web.depth} elements stand inside each other.", web.depth > _DEEP),
    }
    for code, (message, found) in told.items():
        if found:
            yield Finding(Severity.INFO, code, message, capture=read.capture.sha256, name=name)


def _joined(base: str, address: str) -> str:
    try:
        return urljoin(base, address)
    except ValueError:
        return ""


def web_address(address: str | None) -> str | None:
    """``address`` when it is http or https, without fragment and tracking parameters; else None.

    >>> web_address("https://example.org/a?p=7&utm_source=x#top")
    'https://example.org/a?p=7'
    """
    if not address:
        return None
    try:
        parts = urlsplit(redact(address.strip()))
    except ValueError:
        return None
    if parts.scheme.lower() not in ("http", "https") or not parts.netloc:
        return None
    query = parts.query
    if query:
        pairs = parse_qsl(query, keep_blank_values=True)
        kept = [pair for pair in pairs if not _TRACKING.match(pair[0])]
        query = query if len(kept) == len(pairs) else urlencode(kept)
    return urlunsplit((parts.scheme.lower(), parts.netloc, parts.path, query, ""))
