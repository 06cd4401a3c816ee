"""``python -m bench.site``: pages and data of things, against Oxigraph that describes them, and against Trifid.

All serve the same release of synthetic reports (bench/release.py) on this machine and are asked by wrk, one after the
other in each round: about a hundred things in turn, and about all there are in turn, each for the first time. Of those
no answer is kept (``OGP_GRAPH_CACHE_MEMORY=1``), so going round again is the first time again. Trifid comes from npm
and asks the Oxigraph that is measured.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote
from urllib.request import Request, urlopen

import pyarrow.parquet as pq

from bench.release import release_workspace
from bench.serving import Load, Running, Server, free_port, peers, running, wrk
from ogp_graph.known import PREPARED
from ogp_graph.release import Workspace
from ogp_graph.settings import settings_from
from ogp_graph.web.pages.prepared import maker
from ogp_graph.web.preparing import make_pages

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["main", "paths_of"]

ROOT = Path(__file__).resolve().parent.parent
OUTPUT = ROOT / "docs" / "benchmarks" / "site.md"
BASE = "https://w3id.org/ogp-graph/"
KEPT, FIRST, OXIGRAPH, TRIFID = "ogp-graph", "ogp-graph, nothing kept", "oxigraph serve-read-only", "Trifid"
SPANISH = "ogp-graph, nothing kept, in Spanish"
_THINGS = 100
_CLIENTS = 64
_TRIFID = "trifid@5.3.0"
_HTML, _TURTLE = "text/html", "text/turtle"

HEAD = """# Pages and data of things

Written by `python -m bench.site`; do not edit. {reports:,} reports of the seeded corpus, {clients} clients,
uncompressed answers. *Again* is {things} things of a kind in turn; *first* is all there are in turn
({kinds}).
Each figure is the median of {rounds} rounds of {seconds} seconds, the servers in turn within each round; processor
time is that of all processes of a server, for one request (of Trifid without that of the Oxigraph that it asks). The
ratio is that of the rate and of Oxigraph's, which describes the same things (DESCRIBE) in the same run. Rates depend
on what else the machine does, processor time hardly does.

{machine}

Target: pages at least 0.5 of Oxigraph's DESCRIBE, aiming at 1.0. A release never changes, so what was given once is
given again from memory. *First*, nothing is: pages and Turtle are taken from where they were made with the release. *In
Spanish* is what is not made with it: it is made by look-ups when somebody asks.

| what | server | bytes | requests a second | ratio | processor ms | p50 ms | p95 ms | errors |
|---|---|---:|---:|---:|---:|---:|---:|---:|
"""
WEIGHT = """
## Weight

Bytes that a browser loads for a page, as packed by gzip: the page, the style sheet and the icon; there is nothing else,
and nothing from elsewhere. The target is less than 100,000.

| page | packed | unpacked |
|---|---:|---:|
"""
_TABLES = ("reports", "commitments", "members")
_WEIGHED = ("", "members", "coverage", "results", "lessons", "about", "quality/", "ontology", "shapes", "page/dataset")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.site", description=__doc__)
    parser.add_argument("--size", type=int, default=10_000, help="reports of the release")
    parser.add_argument("--seconds", type=int, default=4, help="of each measurement")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--weights", action="store_true", help="weigh pages only; the rest of the table stays as it is")
    parser.add_argument("--output", default=str(OUTPUT), help="where the table goes; - is standard output")
    given = parser.parse_args()
    workspace = release_workspace(given.size)
    if given.weights:
        release = (workspace / "current").resolve()
        with running(next(_servers(release))) as server:
            text = OUTPUT.read_text(encoding="utf-8").partition(WEIGHT)[0] + _weighed(server, release)
        OUTPUT.write_text(text, encoding="utf-8")
        return
    release = _with_pages(workspace)
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        found = {server.name: stack.enter_context(running(server)) for server in _servers(release)}
        text = _text(found, release, Path(name), given)
    if given.output == "-":
        sys.stdout.write(text)
    else:
        Path(given.output).write_text(text, encoding="utf-8")
        print(f"written: {given.output}")


def _with_pages(workspace: Path) -> Path:
    """The workspace's current release with its pages, in a workspace of links: the release that others measure has no
    pages, since they would have to be made anew for each change of the program."""
    release = (workspace / "current").resolve()
    place = workspace.with_name(f"{workspace.name}-pages-{maker()[:8]}")
    linked, made = place / "releases" / release.name, Workspace(workspace, create=False)
    if (place / "current").exists():
        return linked
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(release, linked, copy_function=os.link)
    (linked / PREPARED).mkdir()

    def said(key: str) -> tuple[str, str]:
        found = made.result(key)
        assert found is not None
        return found.graph, found.sources

    print(f"making pages in {linked}", file=sys.stderr, flush=True)
    make_pages(linked, None, said, settings=settings_from({}))
    (place / "current").symlink_to(f"releases/{release.name}")
    return linked


def _servers(release: Path) -> Iterator[Server]:
    for name, setting in ((KEPT, ""), (FIRST, "env OGP_GRAPH_CACHE_MEMORY=1 OGP_GRAPH_CACHE_DISK=1 ")):
        port = free_port()
        program = "from ogp_graph.cli import main; main()"
        command = [*setting.split(), sys.executable, "-c", program, "serve", "--workspace", str(release.parent.parent)]
        yield Server(name, [*command, "--port", str(port)], port, "/sparql")
    port = free_port()
    oxigraph = str(peers("sparql") / "oxigraph")
    command = [oxigraph, "serve-read-only", "-l", str(release / "store"), "-b", f"127.0.0.1:{port}"]
    yield Server(OXIGRAPH, command, port, "/query")
    if place := _trifid():
        endpoint, port = f"http://127.0.0.1:{port}/query", free_port()
        shutil.copy(ROOT / "bench" / "peers" / "trifid.yaml", place / "config.yaml")
        command = ["env", f"TRIFID_PORT={port}", f"TRIFID_ENDPOINT={endpoint}", "node", "node_modules/trifid/server.js"]
        program = f"cd {place} && exec {' '.join(command)} -c config.yaml"
        yield Server(TRIFID, ["sh", "-c", program], port, "/code/completion")


def _trifid() -> Path | None:
    """Where Trifid is installed; None where npm is not or cannot."""
    place = Path(tempfile.gettempdir(), f"ogp-graph-bench-{_TRIFID.replace('@', '-')}")
    if (place / "made").is_file():
        return place
    if shutil.which("npm") is None:
        return None
    place.mkdir(exist_ok=True)
    command = ["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--silent", "--prefix", ".", _TRIFID]
    if subprocess.run(command, cwd=place, check=False).returncode:
        return None
    (place / "made").touch()
    return place


def things(release: Path, table: str, most: int = _THINGS) -> list[str]:
    """What stands behind the base in the IRIs of up to ``most`` things of one kind, spread over the release."""
    iris = pq.read_table(release / "tables" / f"{table}.parquet", columns=["iri"])["iri"].to_pylist()
    return [str(iri).removeprefix(BASE) for iri in iris[:: max(1, len(iris) // most)][:most]]


def paths_of(server: str, some: list[str], accept: str) -> list[str]:
    """The paths under which a server has the things."""
    if server == OXIGRAPH:
        return [f"/query?query={quote(f'DESCRIBE <{BASE}{path}>', safe='')}" for path in some]
    if server == TRIFID:
        return [f"/{path}" for path in some]
    rests = [path.removeprefix("id/") for path in some]
    if server == SPANISH:
        return [f"/page/{rest}?lang=es" for rest in rests]
    return [f"/page/{rest}" for rest in rests] if accept == _HTML else [f"/data/{rest}.ttl" for rest in rests]


def _text(found: dict[str, Running], release: Path, folder: Path, given: argparse.Namespace) -> str:
    rows, kinds = "", []
    for table in _TABLES:
        every = things(release, table, given.size)
        kinds.append(f"{len(every):,} {table}")
        for accept in (_HTML, _TURTLE):
            what = f"{table[:-1]}, {'page' if accept == _HTML else 'Turtle'}"
            again = [KEPT, OXIGRAPH, TRIFID]
            first = [FIRST, *([SPANISH] if accept == _HTML else []), OXIGRAPH, TRIFID]
            for names, some, when in ((again, things(release, table), "again"), (first, every, "first")):
                servers = {
                    name: found[FIRST if name == SPANISH else name] for name in names if name != TRIFID or name in found
                }
                if when == "again":
                    for path in paths_of(KEPT, some, accept):
                        _asked(found[KEPT], path, accept)
                rows += _rows(f"{what}, {when}", *_measured(servers, some, accept, folder, given))
    head = HEAD.format(
        reports=given.size, things=_THINGS, clients=_CLIENTS, rounds=given.rounds, seconds=given.seconds,
        machine=_machine(TRIFID in found), kinds=", ".join(kinds),
    )  # fmt: skip
    return head + rows + _weighed(found[KEPT], release)


def _weighed(server: Running, release: Path) -> str:
    entities = [f"page/{things(release, table)[0].removeprefix('id/')}" for table in ("reports", "members")]
    return WEIGHT + _weights(server, [*_WEIGHED, *entities])


def _measured(
    servers: dict[str, Running], some: list[str], accept: str, folder: Path, given: argparse.Namespace
) -> tuple[dict[str, list[Load]], dict[str, int]]:
    """Each server under load in each round, and the bytes of its first answer."""
    loads: dict[str, list[Load]] = {name: [] for name in servers}
    for number in range(given.rounds + 1):
        for name, server in servers.items():
            paths, asks = folder / "paths", _TURTLE if name == OXIGRAPH else accept
            paths.write_text("\n".join(paths_of(name, some, accept)), encoding="utf-8")
            seconds = given.seconds if number else 1  # the first one warms up
            load = wrk(server, "site.lua", _CLIENTS, seconds, paths=paths, accept=asks)
            loads[name] += [load] if number else []
    sizes = {name: _size(server, paths_of(name, some, accept)[0], accept) for name, server in servers.items()}
    return loads, sizes


def _rows(what: str, loads: dict[str, list[Load]], sizes: dict[str, int]) -> str:
    rows = ""
    least = statistics.median(load.rate for load in loads[OXIGRAPH])
    for name, some in loads.items():
        rate, processor, p50, p95 = (
            statistics.median(getattr(load, field) for load in some) for field in ("rate", "processor", "p50", "p95")
        )
        ratio = "" if name == OXIGRAPH else f"{rate / least:.2f}"
        told = f"{name} (DESCRIBE)" if name == OXIGRAPH else name
        rows += f"| {what} | {told} | {sizes[name]:,} | {rate:,.0f} | {ratio} | {processor * 1000:.3f} "
        rows += f"| {p50:.2f} | {p95:.2f} | {sum(load.bad for load in some)} |\n"
    print(rows, end="", file=sys.stderr, flush=True)
    return rows


def _asked(server: Running, path: str, accept: str) -> bytes:
    headers = {"Accept": accept, "Accept-Encoding": "identity"}
    request = Request(f"http://127.0.0.1:{server.server.port}{path}", headers=headers)
    with urlopen(request, timeout=60) as answer:
        body: bytes = answer.read()
        return body


def _size(server: Running, path: str, accept: str) -> int:
    kind = _TURTLE if server.server.name == OXIGRAPH else accept
    return len(_asked(server, path, kind))


def _weights(server: Running, paths: list[str]) -> str:
    def loaded(path: str, coding: str) -> int:
        headers = {"Accept": _HTML if "static" not in path else "*/*", "Accept-Encoding": coding}
        with urlopen(Request(f"http://127.0.0.1:{server.server.port}/{path}", headers=headers), timeout=60) as answer:
            return len(answer.read())

    rest = ("static/style.css", "static/icon.svg")
    rows = ""
    for path in paths:
        packed, whole = (sum(loaded(one, coding) for one in (path, *rest)) for coding in ("gzip", "identity"))
        name = f"/page/{path.split('/')[1]}/..." if path.count("/") > 1 else f"/{path}"
        rows += f"| `{name}` | {packed:,} | {whole:,} |\n"
    return rows


def _machine(trifid: bool) -> str:
    names = ", ".join(f"{name} {version(name)}" for name in ("flask", "granian", "pyoxigraph"))
    command = [str(peers("sparql") / "oxigraph"), "--version"]
    peer = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    others = f"{peer}, {_TRIFID.replace('@', ' ')}" if trifid else f"{peer}; Trifid could not be installed"
    machine = f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the end; Python {platform.python_version()}"
    return f"{machine}, {names}; {others}."


if __name__ == "__main__":
    main()
