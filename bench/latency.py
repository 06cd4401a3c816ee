"""How long queries take as a release grows: ``python -m bench.latency``.

The queries are the product's own: those that a page offers about its thing, and the examples. They are asked of the
store on the disk, by the engine that the server's query processes run, one after the other in this process. Written to
``docs/benchmarks/latency.md``, with what the slopes say of a million reports.
"""

from __future__ import annotations

import argparse
import math
import statistics
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox

from bench.__main__ import ROOT, machine
from bench.release import release_workspace
from bench.report import exponent
from ogp_graph.engine import Direct, bindings, scan
from ogp_graph.formats import FORMATS
from ogp_graph.queries import EXAMPLES, PAGES, load_queries
from ogp_graph.settings import settings_from
from ogp_graph.vocabulary import data_folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ogp_graph.queries import Query

_ROUNDS = 3  # the first of which warms up
_LONG = 10.0  # seconds after which a query is asked only once
_ON_PAPER = 1_000_000
_THING = "urn:example:this"
_THINGS = """PREFIX ogpv: <https://w3id.org/ogp-graph/ontology#>

SELECT ?report ?thing ?plan ?member ?graph ?code
WHERE {
  ?report ogpv:commitment ?thing ; ogpv:completion ?code .
  ?thing ogpv:actionPlan ?plan .
  ?plan ogpv:member ?member .
  GRAPH ?graph { ?report ogpv:commitment ?thing }
}
LIMIT 1
"""
_HEAD = """# Queries as a release grows

Written by `python -m bench.latency`; do not edit. CPU milliseconds of one query by the embedded engine, its store on
the disk and in the system's cache, the median of rounds after a first one (a query of more than ten seconds is asked
once). The exponent is the slope of a straight line through (log reports, log milliseconds): 0 is a look-up that does
not care, 1 a query that looks at every report. The last column goes on along that line and is not measured. The public
endpoint ends a query after {limit:.0f} seconds (`query_seconds`).

{machine}

"""


def things(engine: Direct) -> dict[str, str]:
    """An IRI for each query of a page."""
    (row,) = bindings(engine.query(_THINGS, format=FORMATS["json"]))[1]
    return {name: told["value"] for name, told in row.items()} | {"dataset": f"{settings_from({}).base}dataset"}


def queries(about: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Names and texts: the queries of pages about their things, then the examples."""

    def of(fate: str) -> tuple[Query, ...]:
        return load_queries(data_folder("queries") / fate)

    for query in of(PAGES):
        yield f"page of a {query.name}", query.text.replace(_THING, about[query.name])
    for query in of(EXAMPLES):
        yield query.name.replace("-", " "), query.text


def latency(engine: Direct, text: str) -> float:
    """CPU milliseconds of one answer."""
    format = FORMATS["ntriples" if scan(text, settings_from({})).makes_graph else "json"]
    taken: list[float] = []
    for _ in range(_ROUNDS):
        start = time.process_time()
        engine.query(text, format=format).read()
        taken.append(time.process_time() - start)
        if taken[0] > _LONG:
            break
    return statistics.median(taken[1:] or taken) * 1_000


def measured(release: Path) -> dict[str, float]:
    """Milliseconds by query, of the release in a folder."""
    engine = Direct(ox.Store.read_only(str(release / "store")))
    found = {}
    for name, text in queries(things(engine)):
        found[name] = latency(engine, text)
        print(f"{release}: {name}: {found[name]:,.1f} ms", file=sys.stderr, flush=True)
    return found


def table(by_size: Mapping[int, Mapping[str, float]]) -> str:
    """Rows of milliseconds, with slopes and what they say of a million reports."""
    sizes = sorted(by_size)
    heads = ["query", *(f"{size:,}" for size in sizes), "exponent", f"{_ON_PAPER:,}, on paper"]
    lines = [_row(heads), _row(["---", *["---:"] * (len(heads) - 1)])]
    for name in by_size[sizes[0]]:
        points = {size: by_size[size][name] for size in sizes}
        slope = exponent(points) or 0.0
        paper = points[sizes[-1]] * math.pow(_ON_PAPER / sizes[-1], max(slope, 0))
        lines.append(_row([name, *(f"{points[size]:,.1f}" for size in sizes), f"{slope:.2f}", f"{paper:,.0f}"]))
    return "\n".join(lines) + "\n"


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """Parses the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.latency", description=__doc__)
    parser.add_argument("--sizes", default="1000,10000", help="reports, parted by commas; their releases are made")
    parser.add_argument(
        "--release", nargs=2, action="append", default=[], metavar=("REPORTS", "FOLDER"), help="a release that is there"
    )
    parser.add_argument("--output", type=Path, default=ROOT / "docs" / "benchmarks" / "latency.md")
    given = parser.parse_args()
    folders = {int(size): release_workspace(int(size)) / "current" for size in given.sizes.split(",") if size}
    folders |= {int(size): Path(folder) for size, folder in given.release}
    by_size = {size: measured(folder.resolve()) for size, folder in sorted(folders.items())}
    head = _HEAD.format(machine=machine(), limit=settings_from({}).query_seconds)
    given.output.write_text(head + table(by_size), encoding="utf-8")


if __name__ == "__main__":
    main()
