"""``python -m bench.endpoint``: the SPARQL endpoint against ``oxigraph serve-read-only`` and ``rdflib-endpoint``.

All serve the same release of synthetic reports (bench/release.py) on this machine and are asked by wrk, one after the
other in each round. The queries stand in bench/endpoint.toml. Repeated queries are a hundred texts in turn; of the
first-time ones no text is ever sent twice. The mixed load is that of first-time queries while a hostile one comes in
every second, each from another address.
"""

from __future__ import annotations

import argparse
import gzip
import http.client
import itertools
import json
import os
import platform
import shutil
import statistics
import sys
import tempfile
import threading
import tomllib
from contextlib import ExitStack, contextmanager, suppress
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode
from urllib.request import urlopen

from bench.release import release_workspace
from bench.serving import Load, Running, Server, free_port, peers, running, wrk

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOT = Path(__file__).resolve().parent.parent
OUTPUT = ROOT / "docs" / "benchmarks" / "endpoint.md"
CLIENTS = (1, 8, 64)
OURS, OXIGRAPH, RDFLIB = "ogp-graph", "oxigraph serve-read-only", "rdflib-endpoint"
_REPEATED = 25  # reports that the repeated queries are about
_FIRST = itertools.count(1_000_000, 100_000_000)  # where the numbers of a run begin
_MOST = 100_000  # reports that are asked about
_REPORTS = "SELECT ?report { ?report a <https://w3id.org/ogp-graph/ontology#EndOfCommitmentReport> }"

HEAD = """# The SPARQL endpoint

Written by `python -m bench.endpoint`; do not edit. {reports:,} reports of the seeded corpus, {size:,} MB of store.
Every server runs with its defaults, which for ogp-graph means a store on disk, fair shares, counts and a log. wrk
asks for JSON from the same machine. Each figure is the median of {rounds} rounds of {seconds} seconds, the servers in
turn within each round; processor time is that of all processes of a server, for one request.

{machine}

Targets: repeated queries at least 0.5 of Oxigraph's throughput, aiming at 1.0; first-time ones at least 0.35; under the
mixed load the 95th percentile within 3 times of the quiet one. The ratio of rates depends on what else the machine
does, that of processor time hardly does.

## Throughput

| queries | clients | server | requests a second | ratio | processor ms | ratio | p50 ms | p95 ms | errors |
|---|---:|---|---:|---:|---:|---:|---:|---:|---:|
"""
MIXED = """
The first ratio is that of ogp-graph's rate and the server's, the second one that of the server's processor time and
ogp-graph's: above 1, ogp-graph does better.

## Mixed load

First-time queries of 8 clients, quiet and while a hostile query comes in every second (cross products, sorting, paths,
regular expressions), each from an address of its own; the median of {rounds} rounds of {seconds} seconds.

| server | quiet p95 ms | mixed p95 ms | ratio | quiet rate | mixed rate | errors | memory MB |
|---|---:|---:|---:|---:|---:|---:|---:|
"""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.endpoint", description=__doc__)
    parser.add_argument("--size", type=int, default=10_000, help="reports of the release")
    parser.add_argument("--seconds", type=int, default=4, help="of each measurement")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default="", help="servers, parted by commas; ogp-graph is always among them")
    parser.add_argument("--output", default=str(OUTPUT), help="where the table goes; - is standard output")
    given = parser.parse_args()
    release = (release_workspace(given.size) / "current").resolve()
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        servers = [one for one in _servers(release, Path(name)) if one.name == OURS or _wanted(one.name, given.only)]
        found = [stack.enter_context(running(server)) for server in servers]
        asked = _Asked(Path(name), found[0])
        text = _text(found, asked, given, release)
    if given.output == "-":
        sys.stdout.write(text)
    else:
        Path(given.output).write_text(text, encoding="utf-8")
        print(f"written: {given.output}")


def _wanted(name: str, only: str) -> bool:
    return not only or name in only.split(",")


def _servers(release: Path, folder: Path) -> Iterator[Server]:
    """All of them over the same statements; rdflib-endpoint has but the default graph, for it has no other."""
    port = free_port()
    program = "from ogp_graph.cli import main; main()"
    command = [sys.executable, "-c", program, "serve", "--workspace", release.parent.parent, "--port", port]
    yield Server(OURS, list(map(str, command)), port, "/sparql")
    port, programs = free_port(), peers("sparql")
    command = [programs / "oxigraph", "serve-read-only", "-l", release / "store", "-b", f"127.0.0.1:{port}"]
    yield Server(OXIGRAPH, list(map(str, command)), port, "/query")
    port, dump = free_port(), folder / "release.nt"
    with gzip.open(release / "dumps" / "ogp-graph.nt.gz") as packed, dump.open("wb") as out:
        shutil.copyfileobj(packed, out)
    command = [programs / "rdflib-endpoint", "serve", "--host", "127.0.0.1", "--port", port, dump]
    yield Server(RDFLIB, list(map(str, command)), port, "/")


class _Asked:
    """The queries, as files for wrk."""

    def __init__(self, folder: Path, server: Running) -> None:
        self._folder = folder
        texts = tomllib.loads((ROOT / "bench" / "endpoint.toml").read_text(encoding="utf-8"))
        self.cheap, self.hostile = texts["cheap"], texts["hostile"]
        self.reports = _reports(server)
        (folder / "reports").write_text("\n".join(quote(one, safe="") for one in self.reports), encoding="utf-8")

    def load(self, server: Running, clients: int, seconds: int, *, fresh: bool) -> Load:
        marks = {quote(mark, safe=""): mark for mark in ("@R@", "@N@")}
        path = self._folder / "queries"
        lines = []
        for text in self.cheap:
            for report in ["@R@"] if fresh else self.reports[:_REPEATED]:
                line = f"{server.server.path}?query={quote(text if fresh else told(text, report, 0), safe='')}"
                for escaped, mark in marks.items():
                    line = line.replace(escaped, mark)
                lines.append(line)
        path.write_text("\n".join(lines), encoding="utf-8")
        environment = {"queries": path, "reports": self._folder / "reports", "first": next(_FIRST), "fresh": int(fresh)}
        return wrk(server, "endpoint.lua", clients, seconds, **environment)


def told(text: str, report: str, number: int) -> str:
    """A query of bench/endpoint.toml about one report."""
    return text.replace("@R@", report).replace("@N@", str(number))


def _reports(server: Running) -> list[str]:
    address = f"{server.server.url}?{urlencode({'query': f'{_REPORTS} ORDER BY ?report LIMIT {_MOST}'})}"
    with urlopen(address, timeout=120) as answer:
        rows = json.load(answer)["results"]["bindings"]
    return [row["report"]["value"] for row in rows]


def _text(found: list[Running], asked: _Asked, given: argparse.Namespace, release: Path) -> str:
    store = sum(file.stat().st_size for file in (release / "store").iterdir())
    rows = _throughput(found, asked, given)
    mixed = _mixed(found, asked, given)
    head = HEAD.format(
        reports=given.size, size=store // 1_000_000, rounds=given.rounds, seconds=given.seconds, machine=_machine()
    )
    return head + rows + MIXED.format(rounds=given.rounds, seconds=2 * given.seconds) + mixed


def _throughput(found: list[Running], asked: _Asked, given: argparse.Namespace) -> str:
    rows = ""
    for fresh, clients in itertools.product((False, True), CLIENTS):
        loads: dict[str, list[Load]] = {one.server.name: [] for one in found}
        for number in range(given.rounds + 1):
            for one in found:
                if one.server.name == RDFLIB and clients != CLIENTS[1]:
                    continue
                load = asked.load(one, clients, given.seconds if number else 1, fresh=fresh)
                loads[one.server.name] += [load] if number else []  # the first one warms up
        rows += _rows("first-time" if fresh else "repeated", clients, loads)
    return rows


def _rows(queries: str, clients: int, loads: Mapping[str, list[Load]]) -> str:
    rows, ours = "", [0.0] * 4
    for name, some in loads.items():
        if some:
            found = [
                statistics.median(getattr(load, what) for load in some) for what in ("rate", "processor", "p50", "p95")
            ]
            ours = found if name == OURS else ours
            ratios = ["", ""] if name == OURS else [f"{ours[0] / found[0]:.2f}", f"{found[1] / ours[1]:.2f}"]
            bad = sum(load.bad for load in some)
            rows += f"| {queries} | {clients} | {name} | {found[0]:,.0f} | {ratios[0]} | {found[1] * 1000:.3f} "
            rows += f"| {ratios[1]} | {found[2]:.2f} | {found[3]:.2f} | {bad} |\n"
    print(rows, end="", file=sys.stderr, flush=True)
    return rows


def _mixed(found: list[Running], asked: _Asked, given: argparse.Namespace) -> str:
    rows = ""
    for one in found[:2]:
        quiet, mixed, memory = [], [], []
        for _ in range(given.rounds):
            quiet.append(asked.load(one, CLIENTS[1], 2 * given.seconds, fresh=True))
            with _hostile(one, asked.hostile):
                mixed.append(asked.load(one, CLIENTS[1], 2 * given.seconds, fresh=True))
                memory.append(one.memory())
        before, under = (statistics.median(load.p95 for load in some) for some in (quiet, mixed))
        rates = [statistics.median(load.rate for load in some) for some in (quiet, mixed)]
        bad = sum(load.bad for load in [*quiet, *mixed])
        rows += f"| {one.server.name} | {before:.2f} | {under:.2f} | {under / before:.1f} | {rates[0]:,.0f} "
        rows += f"| {rates[1]:,.0f} | {bad} | {max(memory) // 1_000_000:,} |\n"
        print(rows.splitlines()[-1], file=sys.stderr, flush=True)
    return rows


_ADDRESS = itertools.count()


@contextmanager
def _hostile(server: Running, queries: list[str]) -> Iterator[None]:
    """A hostile query a second, whose clients wait for the answer, until the block ends."""
    ended = threading.Event()
    connections: list[http.client.HTTPConnection] = []

    def ask(number: int) -> None:
        source = (f"127.1.{number // 250 % 250}.{number % 250 + 1}", 0)
        connection = http.client.HTTPConnection("127.0.0.1", server.server.port, timeout=60, source_address=source)
        connections.append(connection)
        query = told(queries[number % len(queries)], "", next(_FIRST))
        with suppress(OSError, http.client.HTTPException):
            connection.request("GET", f"{server.server.path}?query={quote(query, safe='')}")
            connection.getresponse().read()

    def attack() -> None:
        while not ended.is_set():
            threading.Thread(target=ask, args=(next(_ADDRESS),), daemon=True).start()
            ended.wait(1)

    attacker = threading.Thread(target=attack)
    attacker.start()
    try:
        yield
    finally:
        ended.set()
        attacker.join()
        for connection in connections:
            if connection.sock is not None:
                with suppress(OSError):
                    connection.sock.shutdown(2)


def _machine() -> str:
    models = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line]
    processor = models[0].partition(":")[2].strip() if models else platform.machine()
    script = (peers("sparql").parent / "lib").glob("*/site-packages/*.dist-info")
    known = dict(path.name.removesuffix(".dist-info").split("-", 1) for path in script)
    packages = ", ".join(f"{name} {version(name)}" for name in ("pyoxigraph", "granian", "uvloop"))
    return (
        f"{processor}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the end; {platform.system()} "
        f"{platform.release()}, Python {platform.python_version()}, {packages}; oxigraph {known.get('oxigraph')}, "
        f"rdflib-endpoint {known.get('rdflib_endpoint')} with rdflib {known.get('rdflib')}."
    )


if __name__ == "__main__":
    main()
