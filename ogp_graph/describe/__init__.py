"""Describe: a report becomes statements, each of them with its citation (DESIGN 3.2)."""

from ogp_graph.describe.findings import control_characters, values_of
from ogp_graph.describe.form import END_OF_COMMITMENT, FormTerms, QuestionTerms, form_terms
from ogp_graph.describe.lines import lines, quads
from ogp_graph.describe.report import Statements, describe, statements
from ogp_graph.describe.serialise import write_quads
from ogp_graph.describe.shared import describe_shared, mention
from ogp_graph.describe.terms import web_iri, writable

__all__ = [
    "END_OF_COMMITMENT",
    "FormTerms",
    "QuestionTerms",
    "Statements",
    "control_characters",
    "describe",
    "describe_shared",
    "form_terms",
    "lines",
    "mention",
    "quads",
    "statements",
    "values_of",
    "web_iri",
    "writable",
    "write_quads",
]
