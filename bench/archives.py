"""``python -m bench.archives``: how fast web archives are read, and pages in them dismissed.

A seeded WET file of ordinary pages (no report among them) and a seeded WARC file of ordinary web pages are read by the
bare reader (fastwarc, every record looked at by nobody), by warcio, and by ogp-graph; a WARC file of reports is read
by ogp-graph alone. CPU seconds of this process, the best of the rounds, in turn.
"""

from __future__ import annotations

import argparse
import gzip
import os
import platform
import random
import sys
import tempfile
import time
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from fastwarc.warc import ArchiveIterator

from bench.corpus import page, sheet
from ogp_graph.captures import pages
from ogp_graph.captures.warc.look import look
from ogp_graph.model import Page
from ogp_graph.settings import settings_from

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["main", "ordinary", "record", "timed"]

ROOT = Path(__file__).resolve().parent.parent
OUTPUT = ROOT / "docs" / "benchmarks" / "archives.md"
_SYLLABLES = "an ber co de er for ga hi in ko la men no or pa qui re sta ti un ver wa xi yo zen the and ing ion ous"
HEAD = """# Web archives

Written by `python -m bench.archives`; do not edit. {pages:,} ordinary pages, and {reports:,} reports of the seeded
corpus, one gzip member a record. CPU seconds of one process, the best of {rounds} rounds, readers in turn. The ratio is
the speed as a share of the bare reader's. Of reports, ogp-graph checks digests and hands the pages over.

{machine}

| archive | MB packed | MB | reader | records per CPU second | MB per CPU second | ratio |
|---|---:|---:|---|---:|---:|---:|
"""


def record(kind: str, url: str, block: bytes, content_type: str) -> bytes:
    """One record in a gzip member of its own."""
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {url}\r\nWARC-Date: 2024-05-01T12:00:00Z\r\n"
        f"WARC-Record-ID: <urn:uuid:{random.Random(url).getrandbits(128):032x}>\r\nContent-Type: {content_type}\r\n"
        f"Content-Length: {len(block)}\r\n\r\n"
    )
    return gzip.compress(head.encode() + block + b"\r\n\r\n", 6, mtime=0)


def ordinary(count: int, seed: int = 1) -> Iterator[tuple[str, str]]:
    """Addresses and texts of pages that are no reports: lengths as in crawls (a median of four kilobytes, a long tail),
    words by frequency. One in a hundred speaks of a commitment."""
    chance = random.Random(seed)
    syllables = _SYLLABLES.split()
    words = ["".join(chance.choices(syllables, k=chance.randint(1, 4))) for _ in range(8_000)]
    weights = [1 / (rank + 3) for rank in range(len(words))]
    for number in range(count):
        some = chance.choices(words, weights, k=max(20, int(chance.lognormvariate(6.4, 0.9))))
        if number % 100 == 0:
            some.insert(len(some) // 2, "our commitment to you")
        text = " ".join(some)
        lines = "\n".join(text[i : i + 90] for i in range(0, len(text), 90))
        yield f"https://www.site{number % 997}.example/articles/{number}/{some[0]}", lines


def timed(read: Callable[[Path], int], path: Path) -> tuple[float, int]:
    """CPU seconds, and what ``read`` counted."""
    start = time.process_time()
    count = read(path)
    return time.process_time() - start, count


def _bare(path: Path) -> int:
    with path.open("rb") as file:
        return sum(1 for _ in ArchiveIterator(file, parse_http=False))


def _warcio(path: Path) -> int:
    from warcio.archiveiterator import ArchiveIterator as Peer

    with path.open("rb") as file:
        return sum(1 for _ in Peer(file))


def _ours(path: Path) -> int:
    return sum(isinstance(one, Page) for one in pages([str(path)], settings_from({})))


def main() -> None:
    """Measures and writes the table."""
    parser = argparse.ArgumentParser(prog="python -m bench.archives", description=__doc__)
    parser.add_argument("--pages", type=int, default=20_000)
    parser.add_argument("--reports", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--output", default=str(OUTPUT), help="where the table goes; - is standard output")
    given = parser.parse_args()
    look()
    readers: dict[str, Callable[[Path], int]] = {"bare (fastwarc)": _bare, "ogp-graph": _ours}
    if find_spec("warcio"):
        readers["warcio"] = _warcio
    else:
        print("warcio is not installed: measured without it", file=sys.stderr)
    with tempfile.TemporaryDirectory() as folder:
        rows = [row for made in _archives(Path(folder), given) for row in _measured(*made, readers, given.rounds)]
    peer = f", warcio {version('warcio')}" if "warcio" in readers else ""
    load, python = f"load {os.getloadavg()[0]:.1f} at the end", platform.python_version()
    machine = f"{os.cpu_count()} cores, {load}; Python {python}, fastwarc {version('fastwarc')}{peer}."
    head = HEAD.format(pages=given.pages, reports=given.reports, rounds=given.rounds, machine=machine)
    table = head + "\n".join(rows) + "\n"
    if given.output == "-":
        sys.stdout.write(table)
    else:
        Path(given.output).write_text(table, encoding="utf-8")
        print(f"written: {given.output}")


def _archives(folder: Path, given: argparse.Namespace) -> Iterator[tuple[str, Path, int, int]]:
    """Name, file, records and bytes of each archive."""
    http = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
    response = "application/http; msgtype=response"
    texts = [(url, text.encode()) for url, text in ordinary(given.pages)]
    webs = [(url, http + b"<!DOCTYPE html><title>x</title><p>" + text.replace(b"\n", b"<p>")) for url, text in texts]
    made = [
        (f"https://www.example.org/documents/{n}/", http + page(sheet(n), "html").encode())
        for n in range(given.reports)
    ]
    for name, kind, type_, blocks in (
        ("WET, ordinary pages", "conversion", "text/plain", texts),
        ("WARC, ordinary pages", "response", response, webs),
        ("WARC, reports", "response", response, made),
    ):
        path = folder / f"{name[:4]}{len(name)}.warc.gz"
        with path.open("wb") as file:
            file.writelines(record(kind, url, block, type_) for url, block in blocks)
        yield name, path, len(blocks), sum(len(block) for _, block in blocks)


def _measured(
    name: str, path: Path, count: int, size: int, readers: dict[str, Callable[[Path], int]], rounds: int
) -> list[str]:
    best = dict.fromkeys(readers, float("inf"))
    for _ in range(rounds):
        for reader, read in readers.items():
            best[reader] = min(best[reader], timed(read, path)[0])
    bare = best["bare (fastwarc)"]
    return [
        f"| {name} | {path.stat().st_size / 1e6:.1f} | {size / 1e6:.1f} | {reader} | {count / took:,.0f} | "
        f"{size / 1e6 / took:,.0f} | {bare / took:.2f} |"
        for reader, took in best.items()
    ]


if __name__ == "__main__":
    main()
