"""``python -m bench.reconcile``: the reconciliation service against ``datasette-reconcile`` on the same table.

Both run as one server process on this machine, asked by wrk with the same batches of ten queries: whole names, parts of
names, misspelt names and names that nothing has. The peer is installed into a virtual environment of its own, or found
with ``--peer PYTHON``. It is measured twice: as its README configures it (names that contain the query), and with an
index for full text, where it only finds names that hold every word as it is spelt.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import re
import shutil
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from urllib.request import urlopen

import pyoxigraph as ox

from bench.corpus import sheet
from ogp_graph.engine import Direct
from ogp_graph.names import IRIs, commitment_key, plan_key, slug
from ogp_graph.settings import settings_from
from ogp_graph.vocabulary import definition_graph, node
from ogp_graph.web.app import create_app
from ogp_graph.web.target import Site, Target

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["bodies", "entities", "main", "store_of"]

ROOT = Path(__file__).resolve().parent.parent
OUTPUT = ROOT / "docs" / "benchmarks" / "reconciliation.md"
_BATCH, _BATCHES = 10, 50
_SECONDS, _ROUNDS = 5, 3
_STARTING = 120.0  # seconds until a server answers
_YEARS = re.compile(r"(\d{4}) – (\d{4})")
_LUA = """local bodies = {}
for line in io.lines(os.getenv("BODIES")) do bodies[#bodies + 1] = line end
local number = 0
request = function()
  number = number % #bodies + 1
  return wrk.format("POST", nil, {["Content-Type"] = "application/x-www-form-urlencoded"}, bodies[number])
end
done = function(summary, latency)
  local bad = summary.errors.status + summary.errors.timeout + summary.errors.read + summary.errors.connect
  print(string.format("RESULT %f %f %f %d", summary.requests / summary.duration * 1e6,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, bad))
end
"""
_HEAD = """# The reconciliation service

Written by `python -m bench.reconcile`; do not edit. {size:,} reports of the seeded corpus: {count:,} members, plans
and commitments. One server process each, one table, batches of ten queries by POST; each figure is the median of
{rounds} rounds of {seconds} seconds, the servers in turn. Ratios are of the first column.

{machine}

| server | batches a second, 4 connections | ratio | one connection: median ms | 99 of 100 ms |
|---|---:|---:|---:|---:|
"""


def entities(size: int) -> list[tuple[str, str, str]]:
    """(IRI, name, type) of every member, plan and commitment of a corpus."""
    iris, found = IRIs(), {}
    for number in range(size):
        title, member, plan, years = _told(number, size)
        key = plan_key(slug(member), *years)
        found[iris.member(slug(member))] = (member, "Member")
        found[iris.plan(key)] = (plan, "ActionPlan")
        found[iris.commitment(commitment_key(key, title))] = (title, "Commitment")
    return [(iri, name, kind) for iri, (name, kind) in sorted(found.items())]


def _told(number: int, size: int) -> tuple[str, str, str, tuple[int, int]]:
    """Title, member, plan and years of one report."""
    one = sheet(number, size=size)
    member = next(str(field.lines[0]) for field in one.fields if field.label == "Member Name")
    years = _YEARS.search(one.plan)
    assert years is not None
    return one.headline.partition(" – ")[2], member, one.plan, (int(years[1]), int(years[2]))


def store_of(size: int) -> ox.Store:
    """The definitions and what the index asks for, of a corpus."""
    iris, store = IRIs(), ox.Store()
    store.extend(definition_graph())
    quads: list[ox.Quad] = []

    def say(subject: str, predicate: str, value: str | ox.Literal | ox.NamedNode) -> None:
        term = ox.NamedNode(value) if isinstance(value, str) else value
        quads.append(ox.Quad(ox.NamedNode(subject), node(predicate), term))

    for number in range(size):
        title, member, plan, years = _told(number, size)
        owner, key = iris.member(slug(member)), plan_key(slug(member), *years)
        promise, report = (make(commitment_key(key, title)) for make in (iris.commitment, iris.report))
        for subject, kind, predicate, name in (
            (owner, "ogpv:Member", "skos:prefLabel", member),
            (iris.plan(key), "ogpv:ActionPlan", "dcterms:title", plan),
            (promise, "ogpv:Commitment", "dcterms:title", title),
        ):
            say(subject, "rdf:type", node(kind))
            say(subject, predicate, ox.Literal(name))
        say(iris.plan(key), "ogpv:member", owner)
        say(promise, "ogpv:actionPlan", iris.plan(key))
        say(report, "ogpv:commitment", promise)
        say(report, "ogpv:completion", iris.code("completion", "complete"))
        for predicate, year in zip(("ogpv:startYear", "ogpv:endYear"), years, strict=True):
            say(iris.plan(key), predicate, ox.Literal(str(year), datatype=node("xsd:gYear")))
    store.bulk_extend(quads)
    return store


def bodies(table: list[tuple[str, str, str]], seed: int = 1) -> list[str]:
    """Batches as forms: four whole names in ten, three beginnings, two misspelt ones, one that nothing has."""
    pick = random.Random(seed)
    made = []
    for batch in range(_BATCHES):
        names = [name for _, name, _ in pick.sample(table, _BATCH - 1)]
        texts = [*names[:4], *(name[: len(name) * 2 // 3] for name in names[4:7]), *map(_misspelt, names[7:])]
        texts.append(f"Nothing that anybody promised {batch}")
        queries = {f"q{place}": {"query": text, "limit": 5} for place, text in enumerate(texts)}
        made.append(urlencode({"queries": json.dumps(queries)}))
    return made


def _misspelt(name: str) -> str:
    """Without its fourth letter, which is in the first word."""
    return name[:3] + name[4:]


def _serve(size: int, port: int) -> None:
    """Our service, as ``ogp-graph serve`` runs it, over the store of a corpus."""
    from granian import Granian
    from granian.constants import HTTPModes, Interfaces
    from granian.log import LogLevels

    with tempfile.TemporaryDirectory() as folder:
        target = Target("bench", Path(folder), Path(folder))

        def load() -> Callable[..., Any]:
            site = Site(target, f"http://127.0.0.1:{port}/", settings_from({}))
            return create_app(site, Direct(store_of(size)))

        server = Granian(
            "bench", address="127.0.0.1", port=port, interface=Interfaces.WSGI, http=HTTPModes.http1,
            blocking_threads=82, log_level=LogLevels.error, websockets=False,
        )  # fmt: skip
        server.serve(target_loader=load, wrap_loader=False)


def _database(path: Path, table: list[tuple[str, str, str]], full_text: bool) -> None:
    """The peer's table, as it would be made from a CSV file."""
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE things (id TEXT PRIMARY KEY, name TEXT, type TEXT)")
        database.execute("CREATE INDEX names ON things (name)")
        database.executemany("INSERT INTO things VALUES (?, ?, ?)", table)
        if full_text:
            database.execute("CREATE VIRTUAL TABLE things_fts USING fts5 (name, content='things')")
            database.execute("INSERT INTO things_fts (rowid, name) SELECT rowid, name FROM things")
    database.close()


def _metadata() -> dict[str, Any]:
    settings = {"id_field": "id", "name_field": "name", "type_field": "type", "type_default": [], "max_limit": 5}
    return {"databases": {"bench": {"tables": {"things": {"plugins": {"datasette-reconcile": settings}}}}}}


@contextmanager
def _running(command: list[str], url: str) -> Iterator[None]:
    """A server that answers ``url``; ended with everything that it started."""
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + _STARTING
        while True:
            try:
                with urlopen(url, timeout=_STARTING) as answer:
                    answer.read()
                break
            except OSError:
                if time.monotonic() > until or process.poll() is not None:
                    raise
                time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait(20)


def _port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _wrk(url: str, folder: Path, connections: int, seconds: int) -> tuple[float, float, float]:
    """Batches a second, and the median and the 99th percentile of the latency in ms."""
    command = [
        "wrk",
        "-t1",
        f"-c{connections}",
        f"-d{seconds}s",
        "--timeout",
        "30s",
        "-s",
        str(folder / "post.lua"),
        url,
    ]
    environment = os.environ | {"BODIES": str(folder / "bodies")}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    found = re.search(r"RESULT (\S+) (\S+) (\S+) (\d+)", done.stdout)
    assert found is not None, done.stdout
    rate, median, most, bad = found.groups()
    if int(bad):
        raise AssertionError(f"{bad} errors at {url}: {done.stdout}")
    return float(rate), float(median), float(most)


def _peer(folder: Path) -> str:
    """A Python that has the peer."""
    subprocess.run([sys.executable, "-m", "venv", folder / "peer"], check=True)
    python = folder / "peer" / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", "datasette-reconcile"], check=True)
    return str(python)


def _commands(
    folder: Path, table: list[tuple[str, str, str]], size: int, peer: str
) -> dict[str, tuple[list[str], str]]:
    """Name -> command and address of each server."""
    (folder / "metadata.json").write_text(json.dumps(_metadata()), encoding="utf-8")
    port = _port()
    commands = {"ogp-graph": ([sys.executable, "-m", "bench.reconcile", "--serve", str(size), str(port)], port)}
    for name, full_text in (("datasette-reconcile", False), ("datasette-reconcile, full text", True)):
        place = folder / ("fts" if full_text else "plain") / "bench.db"
        place.parent.mkdir()
        _database(place, table, full_text)
        port = _port()
        command = [peer, "-m", "datasette", "serve", str(place), "-m", str(folder / "metadata.json"), "-p", str(port)]
        commands[name] = (command, port)
    return {
        name: (command, f"http://127.0.0.1:{port}" + ("/reconcile" if place == 0 else "/bench/things/-/reconcile"))
        for place, (name, (command, port)) in enumerate(commands.items())
    }


def _measured(commands: dict[str, tuple[list[str], str]], folder: Path, seconds: int) -> dict[str, tuple[float, ...]]:
    """Medians by server: batches a second of four connections, then the latencies of one."""
    found: dict[str, list[tuple[float, ...]]] = {name: [] for name in commands}
    for _ in range(_ROUNDS):
        for name, (command, url) in commands.items():
            with _running(command, url):
                _wrk(url, folder, 2, 1)
                many, one = _wrk(url, folder, 4, seconds), _wrk(url, folder, 1, seconds)
            found[name].append((many[0], one[1], one[2]))
            print(f"{name}: {found[name][-1]}", file=sys.stderr, flush=True)
    return {name: tuple(map(statistics.median, zip(*rows, strict=True))) for name, rows in found.items()}


def _table(measured: dict[str, tuple[float, ...]], size: int, count: int, seconds: int, peer: str) -> str:
    ours = measured["ogp-graph"][0]
    script = "from importlib.metadata import version as v; print(v('datasette'), v('datasette-reconcile'))"
    datasette, plugin = subprocess.run([peer, "-c", script], capture_output=True, text=True, check=True).stdout.split()
    machine = (
        f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the end; Python {platform.python_version()}, "
        f"rapidfuzz {version('rapidfuzz')}, granian {version('granian')}; "
        f"datasette {datasette}, datasette-reconcile {plugin}."
    )
    text = _HEAD.format(size=size, count=count, rounds=_ROUNDS, seconds=seconds, machine=machine)
    for name, (rate, median, most) in measured.items():
        text += f"| {name} | {rate:,.1f} | {ours / rate:.1f} | {median:,.1f} | {most:,.1f} |\n"
    return text


def main() -> None:
    """Parses the command line; ``--serve`` is how the benchmark's own server is started."""
    parser = argparse.ArgumentParser(prog="python -m bench.reconcile", description=__doc__)
    parser.add_argument("--size", type=int, default=10_000, help="reports of the corpus")
    parser.add_argument("--seconds", type=int, default=_SECONDS, help="of each round")
    parser.add_argument("--peer", help="a Python that has datasette-reconcile")
    parser.add_argument("--output", default=str(OUTPUT), help="where the table goes; - is standard output")
    parser.add_argument("--serve", nargs=2, type=int, metavar=("SIZE", "PORT"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve:
        _serve(*given.serve)
        return
    if shutil.which("wrk") is None:
        sys.exit("wrk is not installed")
    with tempfile.TemporaryDirectory() as name:
        folder, table = Path(name), entities(given.size)
        (folder / "post.lua").write_text(_LUA, encoding="utf-8")
        (folder / "bodies").write_text("\n".join(bodies(table)) + "\n", encoding="utf-8")
        peer = given.peer or _peer(folder)
        measured = _measured(_commands(folder, table, given.size, peer), folder, given.seconds)
        text = _table(measured, given.size, len(table), given.seconds, peer)
    if given.output == "-":
        sys.stdout.write(text)
    else:
        Path(given.output).write_text(text, encoding="utf-8")
        print(f"written: {given.output}")


if __name__ == "__main__":
    main()
