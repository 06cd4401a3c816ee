"""Link: what reports name meets what others publish. Values in, values out; who says so stays with each link."""

from ogp_graph.link.decide import Decided, decide
from ogp_graph.link.found import commitments_found, identifiers_found, members_found, register_links
from ogp_graph.link.identifiers import Identified, Row, identify, read_table
from ogp_graph.link.joint import Joint, Promise, joint
from ogp_graph.link.mapping import CHAINED, CURATED, LEXICAL, REVIEWED, Mapping
from ogp_graph.link.names import Likeness, Matcher, Spelling
from ogp_graph.link.sssom import MappingSet, read_sssom, write_sssom
from ogp_graph.link.statements import link_lines
from ogp_graph.link.wikidata import Answer, Asked, Item, asking, believed, identifiers_of, read_items

__all__ = [
    "CHAINED", "CURATED", "LEXICAL", "REVIEWED", "Answer", "Asked", "Decided", "Identified", "Item", "Joint",
    "Likeness", "Mapping", "MappingSet", "Matcher", "Promise", "Row", "Spelling", "asking", "believed",
    "commitments_found", "decide", "identifiers_found", "identifiers_of", "identify", "joint", "link_lines",
    "members_found", "read_items", "read_sssom", "read_table", "register_links", "write_sssom",
]  # fmt: skip
