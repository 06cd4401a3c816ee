"""``python -m bench.paint``: when a browser first paints each type of page, and what it loads for it.

Chromium opens each page with an empty cache, on a desk and as a phone would: a quarter of the processor's speed,
1.6 Mbit/s, 150 ms for each round trip (what Lighthouse calls slow 4G).
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import statistics
import sys
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from playwright.sync_api import sync_playwright

from bench.release import release_workspace
from bench.serving import Server, free_port, running
from bench.site import things

if TYPE_CHECKING:
    from playwright.sync_api import Browser

__all__ = ["main"]

OUTPUT = Path(__file__).resolve().parent.parent / "docs" / "benchmarks" / "paint.md"
_FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
_PHONE = {"offline": False, "latency": 150, "downloadThroughput": 1.6e6 / 8, "uploadThroughput": 750e3 / 8}
_SLOWER = 4
_PAINTED = "performance.getEntriesByName('first-contentful-paint').map(one => one.startTime)"

HEAD = """# First paint

Written by `python -m bench.paint`; do not edit. A release of {reports:,} reports of the seeded corpus, served on this
machine. Milliseconds from the request to the first contentful paint, the median of {rounds} visits with an empty cache;
as a phone: the processor {slower} times slower, 1.6 Mbit/s, 150 ms a round trip. *Loaded* is what came over the wire,
packed, with style and icon.

{machine}

Target: no request to anybody else before the first paint, or at all, and less than 100 kB a page without the query
page.

| page | requests | to others | loaded, bytes | desk, ms | phone, ms |
|---|---:|---:|---:|---:|---:|
"""


def main() -> None:
    """Measures and writes the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reports", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--output", type=Path, default=OUTPUT)
    given = parser.parse_args()
    program = shutil.which("chromium")
    if program is None:
        sys.exit("chromium is not installed: apt-get install chromium (make test does it as root)")
    workspace = release_workspace(given.reports)
    command = [sys.executable, "-c", "from ogp_graph.cli import main; main()", "serve", "--workspace", str(workspace)]
    port = free_port()
    server = Server("ogp-graph", [*command, "--port", str(port)], port, "/sparql")
    with running(server), sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=list(_FLAGS))
        rows = "".join(
            _row(chromium, f"http://127.0.0.1:{port}/", *page, given.rounds)
            for page in _pages((workspace / "current").resolve())
        )
        told = f"Chromium {chromium.version}, playwright {version('playwright')}"
        chromium.close()
    machine = (
        f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the end; Python {platform.python_version()}, {told}."
    )
    head = HEAD.format(reports=given.reports, rounds=given.rounds, slower=_SLOWER, machine=machine)
    given.output.write_text(head + rows, encoding="utf-8")
    print(f"written: {given.output}")


def _pages(release: Path) -> list[tuple[str, str]]:
    """Name and path of one page of each type."""
    overviews = ("", "members", "coverage", "results", "lessons", "downloads", "quality/", "search?q=open", "query")
    of_things = [
        (f"page/{kind}/...", "page/" + things(release, table)[0].removeprefix("id/"))
        for table, kind in (
            ("members", "member"),
            ("plans", "plan"),
            ("commitments", "commitment"),
            ("reports", "report"),
        )
    ]
    return [*((f"/{path}", path) for path in overviews), *of_things]


def _row(chromium: Browser, url: str, name: str, path: str, rounds: int) -> str:
    desk = [_visit(chromium, url, path, phone=False) for _ in range(rounds)]
    phone = [_visit(chromium, url, path, phone=True) for _ in range(rounds)]
    requests, others, size = desk[0][:3]
    first, slow = (statistics.median(one[3] for one in visits) for visits in (desk, phone))
    return f"| `{name}` | {requests} | {others} | {size:,.0f} | {first:.0f} | {slow:.0f} |\n"


def _visit(chromium: Browser, url: str, path: str, *, phone: bool) -> tuple[int, int, float, float]:
    """Requests, those to others, bytes on the wire, and milliseconds to the first contentful paint."""
    context = chromium.new_context(viewport={"width": 390 if phone else 1200, "height": 840})
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    devtools.send("Network.enable")
    if phone:
        devtools.send("Network.emulateNetworkConditions", _PHONE)
        devtools.send("Emulation.setCPUThrottlingRate", {"rate": _SLOWER})
    sizes: list[float] = []
    asked: list[str] = []
    devtools.on("Network.loadingFinished", lambda told: sizes.append(told["encodedDataLength"]))
    page.on("request", lambda one: asked.append(one.url))
    page.goto(url + path, wait_until="load")
    painted: list[Any] = []
    while not painted:  # no waiting for a function: the pages' policy forbids to evaluate one
        page.wait_for_timeout(20)
        painted = page.evaluate(_PAINTED)
    context.close()
    return len(asked), sum(not one.startswith((url, "data:")) for one in asked), sum(sizes), float(painted[0])


if __name__ == "__main__":
    main()
