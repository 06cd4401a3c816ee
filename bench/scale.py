"""A crawl of synthetic reports to a verified release, then one report in a hundred changed: ``python -m bench.scale``.

Every stage with its CPU seconds (of all processes), its wall, and the peak memory; the command is the product's own.
"""

from __future__ import annotations

import argparse
import ctypes
import datetime as dt
import hashlib
import json
import os
import shutil
import sys
import tempfile
import threading
import time
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.__main__ import ROOT, machine
from bench.corpus import write_archive
from bench.dumps import formats, loaders
from bench.report import write_report
from ogp_graph.cli.build import products
from ogp_graph.pipeline import build
from ogp_graph.processes import cores
from ogp_graph.release import Workspace, verify
from ogp_graph.release.checksums import SUMS
from ogp_graph.settings import settings_from

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_CHILD_SUBREAPER = 36  # prctl(2)
_TICK = os.sysconf("SC_CLK_TCK")
_RATED = 300  # reports whose statements are written and loaded alone
_DAY = dt.date(2026, 1, 1)


@dataclass(slots=True)
class Stages:
    """CPU seconds and wall by stage."""

    cpu: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    wall: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    name: str = "start"
    since: tuple[float, float] = (0.0, 0.0)
    worker_mb: int = 0
    peak: dict[str, int] = field(default_factory=lambda: defaultdict(int))  # MB of this process

    def begin(self, name: str) -> None:
        """The next stage begins; the time until now was the last one's."""
        if name != self.name:
            now = (_cpu(), time.monotonic())
            self.cpu[self.name] += now[0] - self.since[0]
            self.wall[self.name] += now[1] - self.since[1]
            self.peak[self.name] = max(self.peak[self.name], _peak_mb(os.getpid()))
            Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # proc(5): VmHWM begins anew
            self.name, self.since = name, now

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Looks at the memory of the processes that this one starts, every other second."""
        over = threading.Event()

        def watch() -> None:
            while not over.wait(2):
                self.worker_mb = max(self.worker_mb, *map(_peak_mb, _ours() - {os.getpid()}), 0)

        watcher = threading.Thread(target=watch)
        watcher.start()
        try:
            yield
        finally:
            over.set()
            watcher.join()


def _cpu() -> float:
    """CPU seconds of this process and all that it started, the living (proc(5)) and the dead."""
    return sum(ticks for _, ticks in _processes(_ours()).values()) / _TICK


def _ours() -> set[int]:
    """This process and all below it."""
    known, ours = _processes(None), {os.getpid()}
    while more := {pid for pid, (parent, _) in known.items() if parent in ours} - ours:
        ours |= more
    return ours


def _processes(wanted: set[int] | None) -> dict[int, tuple[int, int]]:
    """Process -> (its parent, CPU ticks of it and of its children that were waited for)."""
    found = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        if wanted is None or int(stat.parent.name) in wanted:
            try:
                fields = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
            except OSError:
                continue
            found[int(stat.parent.name)] = (int(fields[1]), sum(map(int, fields[11:15])))
    return found


def _peak_mb(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM")), 0)


def _in_a_process(work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What ``work`` gives in a process of its own, with the peak memory of that."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        ctypes.CDLL(None).prctl(_CHILD_SUBREAPER, 1, 0, 0, 0)
        told = work()
        told["peak_mb"] = max([*told.get("peak", {}).values(), _peak_mb(os.getpid())])
        with os.fdopen(write, "w", encoding="utf-8") as pipe:
            json.dump(told, pipe)
        os._exit(0)
    os.close(write)
    with os.fdopen(read, encoding="utf-8") as pipe:
        told = json.load(pipe)
    os.waitpid(child, 0)
    return dict(told)


def built(workspace: Path, source: Path, processes: int) -> dict[str, Any]:
    """Builds once; what it cost by stage."""
    stages = Stages(since=(_cpu(), time.monotonic()))
    space = Workspace(workspace)
    settings = settings_from({}, processes=processes)
    with stages.watched():
        done = build(
            space, [str(source)], settings, today=_DAY, products=products(settings),
            progress=lambda step, count, _: stages.begin("end" if step == "release" and count else step),
        )  # fmt: skip
    assert done.release is not None
    return {
        "cpu": dict(stages.cpu), "wall": dict(stages.wall), "peak": dict(stages.peak), "digest": release_digest(space),
        "rebuilt": done.rebuilt, "quarantined": len(done.quarantined), "worker_mb": stages.worker_mb,
        "release": done.release.id, "counts": dict(done.release.counts),
    }  # fmt: skip


def release_digest(space: Workspace) -> str:
    """SHA-256 of the digests of all files of the current release but its store's: of dumps, tables, pages, quality."""
    return hashlib.sha256(((space.path / "current").resolve() / SUMS).read_bytes()).hexdigest()


def verified(release: Path, processes: int) -> dict[str, Any]:
    """Verifies a release; what that cost, and what is wrong with it."""
    start, wall = _cpu(), time.monotonic()
    problems = verify(release, processes=processes)
    return {"cpu": {"verify": _cpu() - start}, "wall": {"verify": time.monotonic() - wall}, "problems": problems}


def bytes_of(folder: Path) -> int:
    """What a folder takes on the disk; a file with several names counts once."""
    files = {(s.st_dev, s.st_ino): s.st_size for p in folder.rglob("*") if p.is_file() for s in [p.lstat()]}
    return sum(files.values())


def run(size: int, share: float, processes: int, folder: Path) -> dict[str, Any]:
    """All of it; figures by name."""
    told: dict[str, Any] = {"reports": size, "processes": processes}
    crawl, changed, space = folder / "crawl", folder / "changed", folder / "workspace"
    for one, of in ((crawl, 0.0), (changed, share)):
        one.mkdir()
        told["page_bytes"] = write_archive(one, ("html",), size, changed=of)
    for name, work in (
        ("full", lambda: built(space, crawl, processes)),
        ("full verified", lambda: verified((space / "current").resolve(), processes)),
        ("changed", lambda: built(space, changed, processes)),
        ("changed verified", lambda: verified((space / "current").resolve(), processes)),
    ):
        told[name] = _in_a_process(work)
        print(json.dumps({name: told[name]}), file=sys.stderr, flush=True)
        told[name]["bytes"] = {part: bytes_of(space / part) for part in ("captures", "readings", "reports", "releases")}
    return told


def main() -> None:
    """Parses the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.scale", description=__doc__)
    parser.add_argument("--sizes", default="1000,4000", help="reports, parted by commas; 100000 takes hours and 60 GB")
    parser.add_argument("--share", type=float, default=0.01, help="of the reports that change")
    parser.add_argument("--processes", type=int, default=0)
    parser.add_argument("--output", type=Path, default=ROOT / "docs" / "benchmarks", help="folder of the report")
    parser.add_argument("--folder", type=Path, default=tempfile.gettempdir(), help="where there is room")
    parser.add_argument("--runs", type=Path, nargs="*", default=[], help="figures of runs that were made before")
    parser.add_argument("--one", type=int, help="run one size and print its figures")
    given = parser.parse_args()
    if given.one:
        print(json.dumps(_run(given.one, given)))
        return
    runs = [json.loads(path.read_bytes()) for path in given.runs]
    runs += [_run(int(size), given) for size in given.sizes.split(",") if size]
    dumps, loads = formats(_RATED), loaders(_RATED)
    write_report({one["reports"]: one for one in runs}, dumps, loads, machine(), given.output)


def _run(size: int, given: argparse.Namespace) -> dict[str, Any]:
    given.folder.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="ogp-graph-scale-", dir=given.folder))
    try:
        return run(size, given.share, cores(given.processes), folder)
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
