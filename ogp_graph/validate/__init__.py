"""Validation: whether a report may be released, and findings of every stage as text, JSON Lines and RDF."""

from ogp_graph.validate.arbiter import validate_lines
from ogp_graph.validate.findings import findings_graph, findings_lines, sorting_key, summary
from ogp_graph.validate.shapes import Shapes, load_shapes, shapes_graph, validate

__all__ = [
    "Shapes", "findings_graph", "findings_lines", "load_shapes", "shapes_graph", "sorting_key", "summary", "validate",
    "validate_lines",
]  # fmt: skip
