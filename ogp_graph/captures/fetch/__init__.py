"""Pages from a live site or a list of addresses, politely, into a web archive that is written as they come."""

from ogp_graph.captures.fetch.fetching import Fetched, Wishes, fetch

__all__ = ["Fetched", "Wishes", "fetch"]
