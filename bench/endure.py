"""One crawl, built in several ways that must end with the same files: ``python -m bench.endure``.

By one process; by two; on a Dask cluster of three workers, one of which is killed in the middle; and by builds that are
killed (SIGKILL) once in each stage until one comes to its end. Written to ``docs/benchmarks/endurance.md``.
"""

from __future__ import annotations

import argparse
import datetime as dt
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from bench.__main__ import ROOT, machine
from bench.corpus import write_archive
from bench.scale import release_digest
from ogp_graph.cli.build import products
from ogp_graph.pipeline import build
from ogp_graph.pipeline.cluster import Cluster
from ogp_graph.processes import cores
from ogp_graph.release import Workspace, verify
from ogp_graph.settings import settings_from
from tests.clusters import machines

if TYPE_CHECKING:
    from collections.abc import Callable

_DAY = dt.date(2026, 1, 1)
_WORKERS = 3
_HEAD = """# One crawl, built in several ways

Written by `python -m bench.endure`; do not edit. {size:,} synthetic web pages in a WARC file. The digest is that of
`SHA256SUMS`, which has the digest of every file of the release but its store's: dumps, tables, prepared pages, quality.

{machine}

| way | wall s | what was killed | digest of the release's files |
|---|---:|---|---|
"""


def built(folder: Path, processes: int, progress: Callable[[str, int, int | None], None] = lambda *_: None) -> str:
    """One build on this machine, in which nothing is killed."""
    settings = settings_from({}, processes=processes)
    build(
        Workspace(folder / "workspace"), [str(folder / "crawl")], settings, today=_DAY, progress=progress,
        products=products(settings),
    )  # fmt: skip
    return ""


def on_a_cluster(folder: Path, size: int) -> str:
    """One build on a cluster that loses a worker when a third of its reports are built."""
    killed: list[str] = []
    scratch = folder / "machines"
    scratch.mkdir()
    with machines(scratch, _WORKERS) as cluster:

        def progress(step: str, done: int, _of: int | None) -> None:
            if step == "batches" and not killed and done > size // 3:
                victim = cluster.workers[1]
                victim.send_signal(signal.SIGKILL)
                killed.append(f"a worker of {_WORKERS}, {done:,} reports built")

        settings = settings_from({}, processes=2)
        with Cluster.at(cluster.address, str(folder / "storage"), settings) as workers:
            build(
                Workspace(folder / "workspace"), [str(folder / "crawl")], settings, today=_DAY, progress=progress,
                cluster=workers, products=products(settings),
            )  # fmt: skip
    return "; ".join(killed)


def killed_in_each_stage(folder: Path, _size: int) -> str:
    """Builds that are killed, each in a stage in which none was killed before, until one comes to its end."""
    stages: list[str] = []
    moments = random.Random(20261128)
    while (stage := _killed_once(folder, stages, moments)) is not None:
        stages.append(stage)
    return f"{len(stages)} builds: {', '.join(stages)}"


def _killed_once(folder: Path, before: list[str], moments: random.Random) -> str | None:
    """In which stage a build was killed; None when it was done."""
    command = [sys.executable, "-m", "bench.endure", "--one", "told", "--folder", str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        for line in child.stdout:
            if (stage := line.strip() or "after the end") not in before:
                time.sleep(moments.uniform(0.2, 3))
                child.kill()
                return stage
        assert child.wait() == 0
    return None


def told(folder: Path, _size: int) -> str:
    """One build that says each stage once."""
    seen: set[str] = set()

    def progress(step: str, *_: object) -> None:
        if step not in seen:
            seen.add(step)
            print(step, flush=True)

    return built(folder, 2, progress)


WAYS: dict[str, tuple[str, Callable[[Path, int], str]]] = {
    "one": ("one process", lambda folder, _: built(folder, 1)),
    "two": ("two processes", lambda folder, _: built(folder, 2)),
    "cluster": (f"Dask, {_WORKERS} workers", on_a_cluster),
    "killed": ("two processes, killed in each stage", killed_in_each_stage),
    "told": ("", told),
}


def _row(way: str, folder: Path, size: int, *, checked: bool) -> str:
    """One way in a process of its own: none inherits another's threads."""
    (folder / "crawl").mkdir()
    write_archive(folder / "crawl", ("html",), size)
    start = time.monotonic()
    command = [sys.executable, "-m", "bench.endure", "--one", way, "--size", str(size), "--folder", str(folder)]
    killed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()
    wall = time.monotonic() - start
    space = Workspace(folder / "workspace")
    problems = verify((space.path / "current").resolve(), processes=cores(0)) if checked else ()
    return f"| {WAYS[way][0]} | {wall:.0f} | {killed} | `{release_digest(space)}` {'; '.join(problems)} |"


def main() -> None:
    """Parses the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.endure", description=__doc__)
    parser.add_argument("--size", type=int, default=2_000, help="reports")
    parser.add_argument("--ways", default="one,two,cluster,killed", help="parted by commas")
    parser.add_argument("--unverified", action="store_true", help="compare digests only; verifying takes as long again")
    parser.add_argument("--folder", default=tempfile.gettempdir(), help="where there is room")
    parser.add_argument("--one", choices=WAYS, help=argparse.SUPPRESS)
    parser.add_argument("--output", type=Path, default=ROOT / "docs" / "benchmarks" / "endurance.md")
    given = parser.parse_args()
    if given.one:
        print(WAYS[given.one][1](Path(given.folder), given.size))
        return
    rows = []
    for way in given.ways.split(","):
        folder = Path(tempfile.mkdtemp(prefix="ogp-graph-endure-", dir=given.folder))
        try:
            rows.append(_row(way, folder, given.size, checked=not given.unverified))
        finally:
            shutil.rmtree(folder)
        print(rows[-1], flush=True)
    given.output.write_text(_HEAD.format(size=given.size, machine=machine()) + "\n".join(rows) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
