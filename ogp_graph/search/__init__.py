"""Finding reports by their words: an index for each release, and what is found in it.

:func:`write_index` makes ``search/reports.sqlite`` of a release from its tables, or from the index of another release
by replacing what differs. A :class:`Searcher` answers from it. Names of evaluators are not in it.
"""

from ogp_graph.search.facets import FACETS
from ogp_graph.search.index import INDEX, differences, write_index
from ogp_graph.search.searcher import Found, Hit, Searcher
from ogp_graph.search.snippets import Snippet
from ogp_graph.search.words import LOOKED_AT, Words, read_words

__all__ = [
    "FACETS", "INDEX", "LOOKED_AT", "Found", "Hit", "Searcher", "Snippet", "Words", "differences", "read_words",
    "write_index",
]  # fmt: skip
