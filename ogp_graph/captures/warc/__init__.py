"""Pages in web archives: WARC (ISO 28500) as crawlers write it, and WET, the texts that were made of it."""

from ogp_graph.captures.warc.archive import Reach
from ogp_graph.captures.warc.pages import LOCATOR, read_part, read_warc, resolved, start_of_warc, summary
from ogp_graph.captures.warc.revisits import Revisit, Revisits

__all__ = ["LOCATOR", "Reach", "Revisit", "Revisits", "read_part", "read_warc", "resolved", "start_of_warc", "summary"]
