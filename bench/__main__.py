"""``python -m bench``: runs every benchmark and writes the table to ``docs/benchmarks/results.md``.

``python -m bench --sizes 200 --output -`` is a quick look. Not a test: figures depend on the machine and on what
else it does, ratios less so.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
OUTPUT = ROOT / "docs" / "benchmarks" / "results.md"
PACKAGES = ("pyoxigraph", "rdflib", "pyshacl", "lingua-language-detector", "selectolax")

HEAD = """# Benchmarks

Written by `make bench`; do not edit. Pages come from the seeded generator in `bench/corpus.py`. Every benchmark ran in
a process of its own. Rates are reports per CPU second (user and system, all threads), the median of three rounds (one
round of more than 1,000 reports, and of `build`); start-up is counted in `build` only. Peak memory is that of the whole
process. `--only` renews some rows and leaves the others; the line below is of the last run.

{machine}

| benchmark | reports | reports per CPU second | peak MB | |
|---|---:|---:|---:|---|
"""


def main() -> None:
    """Parses the command line; ``--one`` is how the benchmarks' own processes are started."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--sizes", default="1000,10000", help="sizes of the corpora, parted by commas")
    parser.add_argument("--only", default="", help="names of benchmarks, parted by commas")
    parser.add_argument("--output", default=str(OUTPUT), help="where the table goes; - is standard output")
    parser.add_argument("--one", nargs=2, metavar=("NAME", "SIZE"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        from bench.stages import measure

        json.dump(measure(given.one[0], int(given.one[1])), sys.stdout)
        return
    only = set(filter(None, given.only.split(",")))
    output = Path(given.output)
    kept = output.read_text("utf-8") if only and output.is_file() else ""
    rows = _renewed(kept, _measured([int(size) for size in given.sizes.split(",")], only))
    table = HEAD.format(machine=machine()) + "\n".join(rows) + "\n"
    if given.output == "-":
        sys.stdout.write(table)
    else:
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(table, encoding="utf-8")
        print(f"written: {given.output}")


def _renewed(kept: str, rows: list[str]) -> list[str]:
    """The rows of the table ``kept`` with those in ``rows`` in their places, new ones at the end."""
    new = {_key(row): row for row in rows}
    old = [row for row in kept.splitlines() if row.startswith("| ") and not row.startswith("| benchmark ")]
    return [new.pop(_key(row), row) for row in old] + list(new.values())


def _key(row: str) -> tuple[str, str]:
    """The name and the size of a row."""
    _, name, reports, *_rest = row.split("|")
    return name.strip(), reports.strip()


def _measured(sizes: list[int], only: set[str]) -> list[str]:
    from bench.stages import SIZED, STAGES

    rows = []
    for name in STAGES:
        if only and name not in only:
            continue
        for size in sizes if name in SIZED else sizes[:1]:
            for row in _run(name, size):
                line = "| {name} | {reports:,} | {rate:,.0f} | {peak_mb:,.0f} | {note} |".format(**row)
                print(line, file=sys.stderr, flush=True)
                rows.append(line)
    return rows


def _run(name: str, size: int) -> list[dict[str, Any]]:
    command = [sys.executable, "-m", "bench", "--one", name, str(size)]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True)
    rows: list[dict[str, Any]] = json.loads(done.stdout)
    return rows


def machine() -> str:
    """Processor, cores, load, and the versions that matter."""
    processor = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.is_file():
        models = [line.partition(":")[2].strip() for line in cpuinfo.read_text().splitlines() if "model name" in line]
        processor = models[0] if models else processor
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return (
        f"{processor}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the end; {platform.system()} "
        f"{platform.release()}, Python {platform.python_version()}, {packages}."
    )


if __name__ == "__main__":
    main()
