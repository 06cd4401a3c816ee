"""What a SPARQL service elsewhere holds: its graphs, and how many statements are in each."""

from __future__ import annotations

from io import BytesIO
from itertools import islice
from time import monotonic
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pyoxigraph as ox

from ogp_graph.engine.channel import Channel, Closed, Late, patiently
from ogp_graph.errors import EnvironmentFailure

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ogp_graph.engine.channel import Reply
    from ogp_graph.settings import Settings

__all__ = ["Service"]

_SECONDS = 600.0  # that one question may take
_AT_ONCE = 400  # graphs that are counted by one question
_JSON = "application/sparql-results+json"


class Service:
    """The service at ``settings.engine_url``, asked by the project itself.

    Raises (every method):
        EnvironmentFailure: it cannot be reached, refuses the question, or its answer is not whole.
    """

    def __init__(self, settings: Settings) -> None:
        self._channel = Channel(settings.engine_url, settings.engine_auth)
        self._default = settings.engine_default_graph

    def close(self) -> None:
        """Ends its connections."""
        self._channel.close()

    def graphs(self, base: str) -> list[str]:
        """The named graphs whose IRIs start with ``base``, sorted; asked for in pieces, since services cap tables."""
        found: list[str] = []
        after = ""
        while True:
            text = (
                "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } "
                f'FILTER (STRSTARTS(STR(?g), "{base}") && STR(?g) > "{after}") }} ORDER BY STR(?g) LIMIT {_AT_ONCE}'
            )
            rows = [row[0].value for row in self._rows(text) if isinstance(row[0], ox.NamedNode)]
            found += rows
            if len(rows) < _AT_ONCE:
                return found
            after = rows[-1]

    def short(self, expected: Mapping[str | None, int]) -> dict[str | None, int]:
        """How many statements are in each graph (None: the default graph) that does not have the expected number."""
        held: dict[str | None, int] = {}
        names = iter(sorted(graph for graph in expected if graph is not None))
        while some := list(islice(names, _AT_ONCE)):
            values = " ".join(f"<{graph}>" for graph in some)
            text = f"SELECT ?g (COUNT(*) AS ?n) {{ VALUES ?g {{ {values} }} GRAPH ?g {{ ?s ?p ?o }} }} GROUP BY ?g"
            held |= {row[0].value: int(row[1].value) for row in self._rows(text)}
        if None in expected:
            held[None] = int(next(self._rows("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"))[0].value)
        return {graph: held.get(graph, 0) for graph, count in expected.items() if held.get(graph, 0) != count}

    def _rows(self, text: str) -> Iterator[ox.QuerySolution]:
        form = {"query": text} | ({"default-graph-uri": self._default} if self._default and "?g" not in text else {})
        fields = {"Accept": _JSON, "Content-Type": "application/x-www-form-urlencoded"}
        body, sink = urlencode(form).encode("ascii"), BytesIO()

        def ask() -> Reply:
            sink.seek(0)
            sink.truncate()
            return self._channel.ask(body, fields, until=monotonic() + _SECONDS, sink=sink)

        try:
            reply = patiently(ask)
        except Late:
            raise Closed(f"{self._channel.shown} took more than {_SECONDS:g} seconds for one question") from None
        if not reply.fine:
            raise EnvironmentFailure(f"{self._channel.shown} refused a question: {reply.refusal}")
        sink.seek(0)
        try:
            found = ox.parse_query_results(sink, ox.QueryResultsFormat.JSON)
            return iter(list(found) if isinstance(found, ox.QuerySolutions) else [])
        except (SyntaxError, ValueError) as error:
            what = f"the answer of {self._channel.shown} is damaged, or it is no SPARQL service ({error})"
            raise EnvironmentFailure(what[:300]) from None
