"""Lines into values that carry their source."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ogp_graph.model import Finding, Severity, Source, Span, Value
from ogp_graph.names import redact

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ogp_graph.model import Document, Line

__all__ = ["Reading"]


@dataclass(slots=True)
class Reading:
    """One document while it is being read: makes values from its lines and keeps what there is to say."""

    document: Document
    findings: list[Finding] = field(default_factory=list)
    unassigned: list[Value] = field(default_factory=list)

    def note(
        self,
        code: str,
        message: str,
        *,
        severity: Severity = Severity.WARNING,
        span: Span | None = None,
        quote: str | None = None,
    ) -> None:
        """Keeps a finding about this document."""
        capture = self.document.capture
        name = capture.names[0] if capture.names else None
        quote = redact(quote)[:200] if quote else None
        self.findings.append(
            Finding(severity, code, redact(message), capture=capture.sha256, name=name, span=span, quote=quote)
        )

    def value(self, lines: Sequence[Line], *, partial: bool = False) -> Value:
        """The text of ``lines`` (one a line) and the characters from the first to the last."""
        span = Span(lines[0].span.start, lines[-1].span.end)
        if self.document.markup:
            quote = "\n".join(line.raw for line in lines)
        else:
            quote = self.document.text[span.start : span.end]
        return self.words("\n".join(line.text for line in lines), span, quote, partial=partial)

    def leave(
        self,
        lines: Sequence[Line],
        code: str = "unassigned-text",
        message: str = "No label of the form stands above this text; it is in no answer.",
    ) -> None:
        """Keeps lines that belong to no answer, and says so."""
        if lines:
            value = self.value(lines)
            self.unassigned.append(value)
            self.note(code, message, span=value.source.span, quote=lines[0].text)

    def words(self, text: str, span: Span, quote: str, *, partial: bool = False) -> Value:
        """A value with its words given; e-mail addresses are removed from text and quote."""
        clean = redact(text)
        shown = clean if quote == text else redact(quote)
        if clean != text:
            self.note("email-removed", "An e-mail address was removed from a value.", severity=Severity.INFO, span=span)
        return Value(clean, Source(self.document.capture.sha256, span, shown), partial=partial)
