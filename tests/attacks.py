"""Hostile queries, and a look at a server while it is under attack: how quick others are, how much memory it takes."""

from __future__ import annotations

import http.client
import itertools
import json
import os
import socket
import statistics
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.serving import Server

NODES = 300
P = "<https://example.org/near>"
_NUMBER = itertools.count()
_CLOCK = os.sysconf("SC_CLK_TCK")


def dense() -> str:
    """A graph in which everything is near everything, and numbers to multiply."""
    node = "<https://example.org/n/{}>".format
    return "".join(f"{node(a)} {P} {node(b)} .\n" for a in range(NODES) for b in range(NODES) if a != b) + "".join(
        f'{node(a)} <https://example.org/number> "{a}" .\n' for a in range(20_000)
    )


def _product(size: int, variables: str) -> str:
    return " ".join(f"VALUES ?{v} {{ {' '.join(map(str, range(size)))} }}" for v in variables)


def _doubled(times: int, letter: str, step: str) -> str:
    steps = (f"BIND ({step.format(f'?v{n}')} AS ?v{n + 1})" for n in range(times))
    return f"BIND ('{letter * 100}' AS ?v0) " + " ".join(steps)


def _around(opening: str, inside: str, closing: str, depth: int) -> str:
    return opening * depth + inside + closing * depth


ALL = "?a ?p ?b . ?c ?q ?d . ?e ?r ?f"
"""Three statements that have nothing to do with each other."""

NESTED = {
    "parentheses": f"SELECT ({_around('(', '1', ')', 60_000)} AS ?x) {{}}",
    "groups": f"SELECT * {_around('{', '', '}', 60_000)}",
    "blank nodes": f"SELECT * {{ ?s ?p {_around('[ ?p ', '?o', ']', 30_000)} }}",
    "collections": f"SELECT * {{ ?s ?p {_around('(', '1', ')', 60_000)} }}",
    "functions": f"SELECT ({_around('CONCAT(', '1', ')', 30_000)} AS ?x) {{}}",
    "quoted triples": f"SELECT * {{ {_around('<< ?s ?p ', '?o', '>>', 20_000)} ?q ?r }}",
    "subqueries": f"SELECT * {_around('{ SELECT * ', '{ ?s ?p ?o }', '}', 20_000)}",
    "optionals": f"SELECT * {_around('{ OPTIONAL ', '{ ?s ?p ?o }', '}', 20_000)}",
    "not exists": f"SELECT * {_around('{ FILTER NOT EXISTS ', '{ ?s ?p ?o }', '}', 20_000)}",
    "paths": f"SELECT * {{ ?s {_around('(', P, ')', 60_000)} ?o }}",
    "ifs": f"SELECT ({_around('IF(true,', '1', ',2)', 30_000)} AS ?x) {{}}",
    "groups within the limit": f"SELECT * {_around('{', '?s ?p ?o', '}', 99)}",
    "parentheses within the limit": f"SELECT ({_around('(', '1', ')', 98)} AS ?x) {{}}",
    "functions within the limit": f"SELECT ({_around('CONCAT(', '1', ')', 98)} AS ?x) {{}}",
    "paths within the limit": f"SELECT * {{ ?s {_around('(', P, ')*', 98)} ?o }} LIMIT 1",
    "subqueries within the limit": f"SELECT * {_around('{ SELECT * ', '{ ?s ?p ?o }', '}', 98)} LIMIT 1",
    "signs": f"SELECT ({'- ' * 400_000}1 AS ?x) {{}}",
    "exclamation marks": f"SELECT ({'!' * 400_000}true AS ?x) {{}}",
    "inverse paths": f"SELECT * {{ ?s {'^' * 400_000}{P} ?o }}",
    "sums": f"SELECT ({'1+' * 300_000}1 AS ?x) {{}}",
    "products of numbers": f"SELECT ({'1*' * 300_000}1 AS ?x) {{}}",
    "ands": f"ASK {{ FILTER ({'true&&' * 100_000}true) }}",
    "ors": f"ASK {{ FILTER ({'false||' * 100_000}true) }}",
    "path sequences": f"ASK {{ ?s {f'{P}/' * 20_000}{P} ?o }}",
    "path alternatives": f"ASK {{ ?s {f'{P}|' * 20_000}{P} ?o }}",
    "lists": f"ASK {{ FILTER (1 IN ({','.join(map(str, range(100_000)))})) }}",
    "semicolons": f"ASK {{ ?s ?p ?o {';' * 500_000} }}",
    "triples": f"SELECT * {{ {'?a ?b ?c . ' * 80_000} }}",
    "prefixes": "PREFIX a: <http://a/> " * 40_000 + "ASK {}",
    "binds": "SELECT * { " + " ".join(f"BIND (1 AS ?v{n})" for n in range(30_000)) + " }",
    "filters": f"SELECT * {{ ?s ?p ?o {'FILTER (?s != ?o) ' * 40_000} }}",
}
"""Brackets and operators without end."""

UNIONS = {
    "unions": f"SELECT * {{ {' UNION '.join(['{ ?s ?p ?o }'] * 40_000)} }}",
    "a few unions of everything": f"SELECT * {{ {' UNION '.join(['{ ' + ALL + ' }'] * 50)} }}",
    "minus": f"SELECT * {{ ?a ?b ?c {' MINUS { ?d ?e ?f . ?a ?g ?h }' * 50} }}",
    "optionals in a row": f"SELECT * {{ ?a {P} ?b {' '.join(f'OPTIONAL {{ ?b {P} ?c{n} }}' for n in range(20))} }}",
}

PRODUCTS = {
    "three statements": f"SELECT * {{ {ALL} }}",
    "counted": f"SELECT (COUNT(*) AS ?n) {{ {ALL} }}",
    "counted distinct": f"SELECT (COUNT(DISTINCT *) AS ?n) {{ {ALL} }}",
    "values": f"SELECT * {{ {_product(1000, 'abcd')} }}",
    "values counted": f"SELECT (COUNT(*) AS ?n) {{ {_product(1000, 'abcd')} }}",
    "values with an impossible filter": f"SELECT * {{ {_product(1000, 'abcd')} FILTER (?a + ?b + ?c + ?d < 0) }}",
    "a construction": f"CONSTRUCT {{ ?a ?p ?d }} {{ {ALL} }}",
    "existence": f"ASK {{ {ALL} FILTER (?a = ?p && ?c = ?q) }}",
    "a sum of products": f"SELECT (SUM(?x * ?y) AS ?n) {{ {_product(2000, 'xyz')} }}",
    "ten million rows": f"SELECT * {{ {_product(3200, 'ab')} }}",
    "ten million short rows": f"SELECT (1 AS ?x) {{ {_product(3200, 'ab')} }}",
}

PATHS = {
    "star": f"SELECT * {{ ?a {P}* ?b }}",
    "star of stars": f"SELECT * {{ ?a (({P}*)*)* ?b }}",
    "star of anything": "SELECT * { ?a (!<https://example.org/x>)* ?b . ?b (!<https://example.org/y>)* ?c }",
    "sequence of stars": f"SELECT (COUNT(*) AS ?n) {{ ?a {P}*/{P}*/{P}*/{P}* ?b }}",
    "long sequence": f"SELECT (COUNT(*) AS ?n) {{ ?a {'/'.join([P] * 12)} ?b }}",
    "plus, both ways": f"SELECT (COUNT(*) AS ?n) {{ ?a ({P}|^{P})+ ?b . ?b ({P}|^{P})+ ?c }}",
    "clique": "SELECT * { " + " . ".join(f"?v{a} {P} ?v{b}" for a in range(7) for b in range(a)) + " }",
}

SORTED = {
    "order by": f"SELECT * {{ {ALL} }} ORDER BY ?f ?d ?b",
    "order by, a little of it": f"SELECT * {{ {ALL} }} ORDER BY ?f ?d ?b LIMIT 1",
    "order by random": f"SELECT * {{ {_product(1000, 'abc')} }} ORDER BY RAND()",
    "distinct": f"SELECT DISTINCT * {{ {_product(1000, 'abc')} }}",
    "group by": f"SELECT ?a ?b ?c (COUNT(*) AS ?n) {{ {_product(1000, 'abc')} }} GROUP BY ?a ?b ?c",
    "offset": f"SELECT * {{ {_product(1000, 'abcd')} }} OFFSET 1000000000000",
}

BOMBS = {
    "group_concat": f"SELECT (GROUP_CONCAT(?a; separator='{'x' * 1000}') AS ?x) {{ {ALL} }}",
    "group_concat in two steps": "SELECT (GROUP_CONCAT(?g) AS ?x) { { SELECT ?a (GROUP_CONCAT(STR(?b)) AS ?g) "
    f"{{ {_product(2000, 'ab')} }} GROUP BY ?a }} {_product(500, 'c')} }}",
    "concat": "SELECT ?v40 { " + _doubled(40, "x", "CONCAT({0},{0})") + " }",
    "length of concat": "SELECT (STRLEN(?v40) AS ?n) { " + _doubled(40, "x", "CONCAT({0},{0})") + " }",
    "encode_for_uri": "SELECT ?v30 { " + _doubled(30, "%", "ENCODE_FOR_URI({0})") + " }",
    "replace": "SELECT ?v20 { " + _doubled(20, "a", "REPLACE({0},'a','aaaaaaaaaaaaaaaa')") + " }",
    "replace by groups": "SELECT ?v20 { " + _doubled(20, "a", "REPLACE({0},'(a*)','$1$1$1$1')") + " }",
    "regex": f"SELECT * {{ ?s ?p ?o FILTER (REGEX(STR(?s), '{'(a*)*' * 30}b')) }}",
    "regex of counts": "ASK { FILTER (REGEX('aaaa', '((((a{1,100}){1,100}){1,100}){1,100}){1,100}')) }",
    "regex of a long text": f"ASK {{ FILTER (REGEX('{'a' * 400_000}', '(x+x+)+y|(a|aa)+$b', 'i')) }}",
    "regex of alternatives": f"SELECT * {{ {ALL} FILTER (REGEX(STR(?a), '{'|'.join(map(str, range(5000)))}')) }}",
    "hashes": f"SELECT (COUNT(SHA512(CONCAT(STR(?a),STR(?c)))) AS ?n) {{ {ALL} }}",
    "large numbers": f"SELECT (SUM({'?a*' * 300}1.000000001) AS ?x) {{ {_product(1000, 'abc')} }}",
    "values with many rows": "SELECT * { VALUES (?x ?y) { " + " ".join(f"({n} {n})" for n in range(60_000)) + " } }",
    "values joined": "SELECT * { VALUES ?x { " + " ".join(map(str, range(60_000))) + " } VALUES ?y { "
    + " ".join(map(str, range(60_000))) + " } }",
    "describe": "DESCRIBE ?a ?b ?c { " + ALL + " }",
    "bases of bases": "BASE <http://x/> " + "BASE <a/> " * 90_000 + "ASK {}",
    "graphs of a long base": f"BASE <http://x/{'a/' * 200_000}> ASK " + "FROM <y> " * 60_000 + "{}",
    "words that nobody reads": "# \n" + "?a " * 300_000,
}  # fmt: skip

OUTSIDE = {
    "from a file": "SELECT * FROM <file:///etc/passwd> { ?s ?p ?o }",
    "from named file": "SELECT * FROM NAMED <file:///etc/passwd> { GRAPH ?g { ?s ?p ?o } }",
    "from the network": "SELECT * FROM <http://127.0.0.1:{port}/x> {{ ?s ?p ?o }}",
    "service": "SELECT * {{ SERVICE <http://127.0.0.1:{port}/x> {{ ?s ?p ?o }} }}",
    "service by a variable": "SELECT * {{ BIND (<http://127.0.0.1:{port}/x> AS ?at) SERVICE ?at {{ ?s ?p ?o }} }}",
    "service in silence": "SELECT * {{ SERVICE SILENT <http://127.0.0.1:{port}/x> {{ ?s ?p ?o }} }}",
    "service in a subquery": "ASK {{ {{ SELECT * {{ SERVICE<http://127.0.0.1:{port}/x>{{ ?s ?p ?o }} }} }} }}",
    "load": "LOAD <http://127.0.0.1:{port}/x>",
    "load from a file": "LOAD <file:///etc/passwd> INTO GRAPH <http://a/>",
}
"""What reaches out. ``{port}`` listens."""


@dataclass(slots=True)
class Outcome:
    """What came back, and after how many seconds; status 0 when the connection ended without a response."""

    status: int
    headers: dict[str, str]
    body: bytes
    seconds: float

    @property
    def told(self) -> dict[str, object]:
        found: dict[str, object] = json.loads(self.body)
        return found


def address(server: Server) -> tuple[str, int]:
    parts = urlsplit(server.url)
    assert parts.hostname
    assert parts.port
    return parts.hostname, parts.port


def post(server: Server, query: str, *, accept: str = "*/*", timeout: float = 20) -> Outcome:
    """Sends a query on a connection of its own."""
    start = time.monotonic()
    connection = http.client.HTTPConnection(*address(server), timeout=timeout)
    try:
        connection.request(
            "POST", "/sparql", query.encode(), {"Content-Type": "application/sparql-query", "Accept": accept}
        )
        reply = connection.getresponse()
        return Outcome(reply.status, titled(reply.getheaders()), reply.read(), time.monotonic() - start)
    except (OSError, http.client.HTTPException):
        return Outcome(0, {}, b"", time.monotonic() - start)
    finally:
        connection.close()


def titled(headers: list[tuple[str, str]]) -> dict[str, str]:
    """Headers by their name in one spelling."""
    return {name.title(): value for name, value in headers}


def cheap() -> str:
    """A query that nobody has asked before."""
    n = next(_NUMBER)
    query = f"SELECT ?o {{ <https://example.org/n/{n % NODES}> <https://example.org/number> ?o }}"
    return another(query, f"{n}/{time.monotonic()}")


def another(query: str, mark: object) -> str:
    """The same, in a text that is known again by nobody; comments would make no other one."""
    return f"PREFIX new: <https://example.org/{mark}>\n{query}"


def target(query: str) -> str:
    return f"/sparql?query={quote(query, safe='')}"


@dataclass(slots=True)
class Seen:
    """What others saw during an attack: seconds of cheap queries, those that failed, and bytes of memory at most."""

    seconds: list[float] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    memory: int = 0

    @property
    def p95(self) -> float:
        return statistics.quantiles(self.seconds, n=20)[18] if len(self.seconds) > 1 else self.seconds[0]


@contextmanager
def watched(server: Server, *, least: int = 5, every: float = 0.05) -> Iterator[Seen]:
    """Asks cheap queries on a connection of its own, and weighs the server, while the block runs."""
    seen, ended = Seen(), threading.Event()
    threads = [threading.Thread(target=_ask, args=(server, seen, ended, least, every)),
               threading.Thread(target=_weigh, args=(server, seen, ended))]  # fmt: skip
    for thread in threads:
        thread.start()
    try:
        yield seen
    finally:
        ended.set()
        for thread in threads:
            thread.join()


def _ask(server: Server, seen: Seen, ended: threading.Event, least: int, every: float) -> None:
    connection = http.client.HTTPConnection(*address(server), timeout=20)
    while not ended.is_set() or len(seen.seconds) + len(seen.failed) < least:
        start = time.monotonic()
        try:
            connection.request("GET", target(cheap()), headers={"Accept": "text/csv"})
            reply = connection.getresponse()
            body = reply.read()
            if reply.status == 200 and len(body.split()) == 2:
                seen.seconds.append(time.monotonic() - start)
            else:
                seen.failed.append(f"{reply.status} {body[:200]!r}")
        except (OSError, http.client.HTTPException) as error:
            seen.failed.append(repr(error))
            connection.close()
        ended.wait(every)
    connection.close()


def _weigh(server: Server, seen: Seen, ended: threading.Event) -> None:
    while not ended.wait(0.1):
        seen.memory = max(seen.memory, memory(server))


def memory(server: Server) -> int:
    """Bytes of memory that all processes of the server take, what they share counted once."""
    total = 0
    for process in server.processes():
        with suppress(OSError):
            for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1]) * 1024
    return total


def work(server: Server) -> float:
    """Seconds of processor time that all processes of the server that are there have had."""
    total = 0
    for process in server.processes():
        with suppress(OSError):
            fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
            total += int(fields[11]) + int(fields[12])
    return total / _CLOCK


def idle(server: Server, within: float = 5) -> bool:
    """Whether the server comes to rest in time: less than a tenth of a processor."""
    until = time.monotonic() + within
    while time.monotonic() < until:
        processes, before = server.processes(), work(server)
        time.sleep(0.3)
        if server.processes() == processes and work(server) - before < 0.03:
            return True
    return False


def connected(server: Server, seconds: float = 20) -> socket.socket:
    return socket.create_connection(address(server), seconds)


def received(connection: socket.socket) -> bytes:
    """All that comes until the other side ends, or is silent for as long as the connection waits."""
    parts = []
    with suppress(OSError):
        while part := connection.recv(65_536):
            parts.append(part)
    return b"".join(parts)
