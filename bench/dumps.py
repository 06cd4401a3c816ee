"""Writing and loading a release's graph: each dump format alone, the store, and peers with the same statements."""

from __future__ import annotations

import io
import resource
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox
from rdflib import Graph

from bench.release import result_of_page
from bench.serving import Running, Server
from ogp_graph.pipeline.virtuoso import Isql
from ogp_graph.release.dumps import merged, turtle
from ogp_graph.release.jsonld import json_nodes
from ogp_graph.release.packing import gzipped, zstandarded
from ogp_graph.release.parts import Cutter
from ogp_graph.release.storing import BATCH
from tests.services import virtuoso

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Rate", "formats", "loaders"]

_LEAST = 128 * 1024
_ROUNDS = 3
_QUADS = ox.RdfFormat.N_QUADS

Rate = tuple[str, int, float]
"""What was done, with how many statements, and in how many CPU seconds."""


def _texts(reports: int) -> tuple[list[str], list[str]]:
    """Parts of the statements of so many reports, and of their citations."""
    lines: tuple[list[str], list[str]] = ([], [])
    for number in range(reports):
        result = result_of_page(number, reports)
        lines[0].extend(result.graph.split("\n"))
        lines[1].extend(result.sources.split("\n"))
    return _cut(sorted(lines[0])), _cut(sorted(lines[1]))


def _cut(lines: list[str]) -> list[str]:
    cutter = Cutter(_LEAST)
    return [*cutter.lines(lines), *cutter.flush()]


def _clock(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def formats(reports: int) -> list[Rate]:
    """How long each format takes alone, from sorted lines of N-Quads (N-Triples for Turtle and JSON-LD) to compressed
    bytes, and how long rdflib takes to serialise the same statements without packing them."""
    said, cited = _texts(reports)
    quads = [text.split("\n")[:-1] for text in said]
    triples = [list(merged(lines)) for lines in quads]
    plain = ["\n".join((*lines, "")).encode() for lines in triples]
    count = sum(map(len, triples))
    works: list[tuple[str, int, Callable[[], object]]] = [
        ("N-Quads, gzip", count, lambda: [gzipped("\n".join(lines).encode()) for lines in quads]),
        ("N-Quads, zstd", count, lambda: [zstandarded("\n".join(lines).encode()) for lines in quads]),
        ("N-Triples, gzip", count, lambda: [gzipped("\n".join(merged(lines)).encode()) for lines in quads]),
        ("Turtle, gzip", count, lambda: [gzipped(turtle(data)) for data in plain]),
        ("JSON-LD, gzip", count, lambda: [gzipped(",\n".join(json_nodes(lines)).encode()) for lines in triples]),
        ("citations, N-Quads, gzip", _count(cited), lambda: [gzipped(text.encode()) for text in cited]),
    ]
    rates = [(name, number, min(_clock(work) for _ in range(_ROUNDS))) for name, number, work in works]
    graph = Graph()
    for data in plain[: max(1, len(plain) // 10)]:
        graph.parse(io.BytesIO(data), format="nt")
    peers = ("nt", "turtle", "json-ld")
    return [
        *rates,
        *((f"rdflib, {name}, not packed", len(graph), _clock(partial(graph.serialize, format=name))) for name in peers),
    ]


def loaders(reports: int) -> list[Rate]:
    """How long it takes to load named graphs: as a release's store is loaded, and by peers."""
    said, cited = _texts(reports)
    texts = [*said, *cited]
    quads = _count(texts)
    lines = "".join(texts).splitlines(keepends=True)
    batches = [lines[start : start + BATCH] for start in range(0, len(lines), BATCH)]
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder, "store")
        rates = [
            ("a release's store", quads, _clock(lambda: _load(place, batches))),
            ("compaction of that store", quads, _clock(lambda: ox.Store(str(place)).optimize())),
        ]
        file = Path(folder, "all.nq")
        file.write_text("".join(texts), encoding="utf-8")
        rates.append(("oxigraph load, disk", quads, _oxigraph(file, Path(folder, "peer"))))
        rates.append(("Virtuoso's own loader, disk", quads, _virtuoso(file, Path(folder, "virtuoso"))))
    rates.append(("pyoxigraph, memory", quads, _clock(lambda: ox.Store().bulk_load("".join(texts), _QUADS))))
    plain = "\n".join((*merged(texts[0].split("\n")[:-1]), ""))
    rates.append(("rdflib, memory, without graphs", _count([plain]), _clock(partial(_rdflib, plain))))
    return rates


def _count(texts: list[str]) -> int:
    return sum(text.count("\n") for text in texts)


def _load(place: Path, batches: list[list[str]]) -> None:
    store = ox.Store(str(place))
    for some in batches:
        store.bulk_load("".join(some), _QUADS)
    store.flush()


def _rdflib(text: str) -> None:
    Graph().parse(io.StringIO(text), format="nt")


def _oxigraph(file: Path, place: Path) -> float:
    program = Path(sys.executable).with_name("oxigraph")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    line = [str(program), "load", "--location", str(place), "--file", str(file)]
    subprocess.run(line, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _virtuoso(file: Path, place: Path) -> float:
    with virtuoso(place, "virtuoso-t", allowed=file.parent) as service:
        assert service.process is not None
        isql = Isql(service.sql, service.secret)
        with Running(Server("virtuoso", [], 0, ""), service.process.pid).spent() as spent:
            isql.run(f"ld_dir('{file.parent}', '{file.name}', '{service.default}');\nrdf_loader_run();\ncheckpoint;\n")
        told = isql.run("select ll_state, ll_error from DB.DBA.load_list;\n").split()
        if told != ["2", "NULL"]:
            raise RuntimeError(f"Virtuoso has not loaded {file.name}: {told}")
    return spent[0]
