"""The core of the reconciliation service: names and identifiers to things of the graph, without HTTP.

An :class:`Index` is made once for a release; everything else is a function of it and of what was asked.
"""

from ogp_graph.reconcile.entities import Entity, Row
from ogp_graph.reconcile.index import Index, index
from ogp_graph.reconcile.manifest import manifest
from ogp_graph.reconcile.match import answers, candidates
from ogp_graph.reconcile.question import BATCH, Question, read_questions, read_wish
from ogp_graph.reconcile.suggest import (
    Card,
    card,
    extension,
    proposed,
    suggested_entities,
    suggested_properties,
    suggested_types,
)

__all__ = [
    "BATCH", "Card", "Entity", "Index", "Question", "Row", "answers", "candidates", "card", "extension", "index",
    "manifest", "proposed", "read_questions", "read_wish", "suggested_entities", "suggested_properties",
    "suggested_types",
]  # fmt: skip
