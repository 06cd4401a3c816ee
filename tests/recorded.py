"""A small Wikidata on this machine: a SPARQL endpoint over made-up items, which can also fail on purpose."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

import pyoxigraph as ox

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["ITEMS", "Recorded", "wikidata"]

# The numbers are made up: what the real items are is for Wikidata to say.
ITEMS = """
PREFIX wd: <http://www.wikidata.org/entity/>
PREFIX wdt: <http://www.wikidata.org/prop/direct/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
wd:Q9001 wdt:P297 "MX" ; wdt:P17 wd:Q9001 ; wdt:P1566 "3996063" ; rdfs:label "Mexico"@en , "México"@es .
wd:Q9002 wdt:P297 "GB" ; wdt:P17 wd:Q9002 ; rdfs:label "United Kingdom"@en .
wd:Q9003 wdt:P297 "AR" ; wdt:P17 wd:Q9003 ; rdfs:label "Argentine"@fr , "Argentina"@mul .
wd:Q9004 wdt:P297 "GE" ; wdt:P17 wd:Q9004 ; rdfs:label "Georgia"@en .
wd:Q9005 wdt:P297 "US" ; wdt:P17 wd:Q9005 .
# one item by both identifiers, which has lain in two countries
wd:Q9011 wdt:P300 "MX-NLE" ; wdt:P1566 "3522542" ; wdt:P17 wd:Q9001 , wd:Q9005 ; rdfs:label "Nuevo León"@en .
# by the number alone
wd:Q9012 wdt:P1566 "8582459" ; wdt:P17 wd:Q9001 .
# two identifiers, two items
wd:Q9013 wdt:P300 "AR-C" ; wdt:P17 wd:Q9003 .
wd:Q9014 wdt:P1566 "3433955" ; wdt:P17 wd:Q9003 .
# one identifier, two items
wd:Q9015 wdt:P300 "GB-SCT" ; wdt:P17 wd:Q9002 .
wd:Q9016 wdt:P300 "GB-SCT" ; wdt:P17 wd:Q9002 .
# the wrong country, and none
wd:Q9017 wdt:P1566 "611716" ; wdt:P17 wd:Q9005 .
wd:Q9018 wdt:P1566 "612535" .
# one item for two members
wd:Q9019 wdt:P1566 "6322426" , "6324358" ; wdt:P17 wd:Q9020 .
wd:Q9020 wdt:P297 "BR" .
"""


@dataclass(slots=True)
class Recorded:
    """A running endpoint: its address, the queries and headers that came, and answers to give instead of a result, the
    next one first: (status, headers, body)."""

    url: str
    queries: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    instead: list[tuple[int, dict[str, str], bytes]] = field(default_factory=list)


@contextmanager
def wikidata(items: str = ITEMS) -> Iterator[Recorded]:
    """An endpoint over ``items`` (Turtle) on a free port of this machine, gone at the end."""
    store = ox.Store()
    store.load(items.encode(), format=ox.RdfFormat.TURTLE)

    class Endpoint(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            recorded.queries.append(parse_qs(body)["query"][0])
            recorded.headers.append(dict(self.headers))
            if recorded.instead:
                self._send(*recorded.instead.pop(0))
                return
            found = store.query(recorded.queries[-1]).serialize(format=ox.QueryResultsFormat.JSON)
            self._send(200, {"Content-Type": "application/sparql-results+json"}, found)

        def _send(self, status: int, headers: dict[str, str], body: bytes) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *given: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
    recorded = Recorded(f"http://127.0.0.1:{server.server_port}/sparql")
    thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield recorded
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
