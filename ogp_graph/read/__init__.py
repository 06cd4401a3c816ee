"""A page into a document: decoded text and visible lines, each with its place in the capture."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from ogp_graph.model import Document, Finding, Severity
from ogp_graph.names import redact
from ogp_graph.read.decode import decode
from ogp_graph.read.html import TooManyElements, read_html
from ogp_graph.read.text import text_lines

if TYPE_CHECKING:
    from ogp_graph.forms import Form
    from ogp_graph.model import Page
    from ogp_graph.settings import Settings

__all__ = ["document", "web_address"]

_TRACKING = re.compile(r"^(?:utm_\w+|fbclid|gclid|mc_cid|mc_eid|share)$", re.IGNORECASE)


def document(page: Page, form: Form, settings: Settings) -> Document | Finding:
    """``page`` decoded and taken apart into lines, or the finding that says why not.

    Nothing that the page names is fetched or run.
    """
    capture = page.capture
    name = capture.names[0] if capture.names else None

    def refuse(code: str, message: str) -> Finding:
        return Finding(Severity.VIOLATION, code, message, capture=capture.sha256, name=name)

    if len(page.data) > settings.max_page_bytes:
        return refuse(
            "page-too-large", f"The page has more than {settings.max_page_bytes} bytes (setting max_page_bytes)."
        )
    decoded = decode(page)
    if isinstance(decoded, Finding):
        return decoded
    if capture.media_type == "text/html":
        try:
            web = read_html(decoded.text, form, max_elements=settings.max_page_elements)
        except TooManyElements:
            limit = settings.max_page_elements
            return refuse("too-many-elements", f"The web page has more than {limit} tags (setting max_page_elements).")
        lines, address, language, base = web.lines, web.address, web.language, web.base
    else:
        lines, address, language, base = text_lines(decoded.text, form), None, None, None
    if len(lines) > settings.max_page_lines:
        return refuse(
            "too-many-lines", f"The page has more than {settings.max_page_lines} lines (setting max_page_lines)."
        )
    return Document(
        capture=capture,
        text=decoded.text,
        lines=lines,
        markup=capture.media_type == "text/html",
        address=web_address(address) or web_address(capture.address),
        base=web_address(base),
        language=language,
        findings=decoded.findings,
    )


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
