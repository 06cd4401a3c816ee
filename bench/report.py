"""Figures of :mod:`bench.scale` and :mod:`bench.dumps` as a page with a plot: tables by stage, slopes, ratios."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import vl_convert

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from bench.dumps import Rate

__all__ = ["exponent", "write_report"]

_HEAD = """# From a crawl to a release

Written by `make bench` (`python -m bench.scale`); do not edit. A WARC file of synthetic web pages becomes a verified
release by the command's own code, then a second crawl in which one page in a hundred says more. CPU seconds are those
of all processes, user and system; they are what to compare, since walls depend on what else the machine does. The
exponent is the slope of a straight line through (log reports, log CPU seconds); 1 is linear. With several processes,
what starting them costs (about a second each) is in the stages that start them, so at small sizes their slopes are too
low; and too high for a change that starts none at the smaller and some at the larger size.

{machine}
"""


def exponent(points: Mapping[int, float]) -> float | None:
    """The slope of log(seconds) over log(size), by least squares; None for less than two sizes."""
    pairs = [(math.log(size), math.log(seconds)) for size, seconds in points.items() if seconds > 0]
    if len(pairs) < 2:
        return None
    left, right = (sum(pair[at] for pair in pairs) / len(pairs) for at in (0, 1))
    spread = sum((x - left) ** 2 for x, _ in pairs)
    return sum((x - left) * (y - right) for x, y in pairs) / spread


def write_report(
    runs: Mapping[int, dict[str, Any]], dumps: Sequence[Rate], loads: Sequence[Rate], machine: str, folder: Path
) -> None:
    """Writes ``release.md``, ``release.svg`` and the figures themselves, ``release.json``."""
    parts = [_HEAD.format(machine=machine), _sums(runs), _stages(runs, "full"), _stages(runs, "changed")]
    parts += ["![CPU seconds by stage and size](release.svg)\n", _peaks(runs, "full"), _peaks(runs, "changed")]
    parts += [_rates("Dumps, one core", dumps)]
    parts += [_rates("Loading a store, one core unless it takes more", loads)]
    (folder / "release.md").write_text("\n".join(parts), encoding="utf-8")
    (folder / "release.svg").write_text(_plot(runs), encoding="utf-8")
    figures = {"runs": runs, "dumps": dumps, "loads": loads, "machine": machine}
    (folder / "release.json").write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def _sums(runs: Mapping[int, dict[str, Any]]) -> str:
    rows = []
    for size, run in sorted(runs.items()):
        full, changed = (sum(run[name]["cpu"].values()) for name in ("full", "changed"))
        size_of = run["full"]["bytes"]
        rows.append(
            (
                f"{size:,}", f"{run['processes']}", f"{full:,.1f}", f"{size / full:,.0f}",
                f"{sum(run['full']['wall'].values()):,.0f}", f"{run['full verified']['cpu']['verify']:,.1f}",
                f"{run['full']['peak_mb']:,} / {run['full']['worker_mb']:,}",
                f"{sum(size_of.values()) / size:,.0f}", f"{changed:,.1f}", f"{changed / full:.1%}",
            )
        )  # fmt: skip
    head = (
        "reports", "processes", "CPU s", "reports per CPU s", "wall s", "verify, CPU s",
        "peak MB, build / largest worker", "bytes on disk a report", "1 % changed, CPU s", "share of the full build",
    )  # fmt: skip
    return "## Whole runs\n\n" + _table(head, rows)


_TITLES = {"full": "Everything anew", "changed": "One report in a hundred changed"}


def _names(runs: Mapping[int, dict[str, Any]], which: str) -> list[str]:
    return list(dict.fromkeys(stage for _, run in sorted(runs.items()) for stage in run[which]["cpu"]))


def _peaks(runs: Mapping[int, dict[str, Any]], which: str) -> str:
    rows = [
        (name, *(f"{run[which]['peak'].get(name, 0):,}" for _, run in sorted(runs.items())))
        for name in _names(runs, which)
    ]
    return f"## {_TITLES[which]}: largest resident set of the building process in each stage, MiB\n\n" + _table(
        ("stage", *(f"{n:,}" for n in sorted(runs))), rows
    )


def _stages(runs: Mapping[int, dict[str, Any]], which: str) -> str:
    rows = []
    for name in _names(runs, which):
        points = {size: run[which]["cpu"].get(name, 0.0) for size, run in sorted(runs.items())}
        slope = exponent(points)
        rows.append((name, *(f"{value:,.2f}" for value in points.values()), "" if slope is None else f"{slope:.2f}"))
    return f"## {_TITLES[which]}: CPU seconds by stage\n\n" + _table(
        ("stage", *(f"{n:,}" for n in sorted(runs)), "exponent"), rows
    )


def _rates(title: str, rates: Sequence[Rate]) -> str:
    rows = [(name, f"{count:,}", f"{count / seconds:,.0f}") for name, count, seconds in rates]
    return f"## {title}\n\n" + _table(("what", "statements", "statements per CPU s"), rows)


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = list(head)
    lines = ["| " + " | ".join(head) + " |", "|---" + "|---:" * (len(head) - 1) + "|"]
    return "\n".join((*lines, *("| " + " | ".join(row) + " |" for row in rows))) + "\n"


def _plot(runs: Mapping[int, dict[str, Any]]) -> str:
    values = [
        {"reports": size, "stage": stage.removeprefix("release: "), "seconds": round(seconds, 3), "build": title}
        for size, run in runs.items()
        for which, title in _TITLES.items()
        for stage, seconds in run[which]["cpu"].items()
        if seconds >= 0.01
    ]
    logarithmic = {"scale": {"type": "log"}}
    return vl_convert.vegalite_to_svg(
        {
            "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
            "data": {"values": values},
            "facet": {"field": "build", "title": None},
            "spec": {
                "width": 330,
                "height": 330,
                "mark": {"type": "line", "point": True},
                "encoding": {
                    "x": {"field": "reports", "type": "quantitative", "title": "reports"} | logarithmic,
                    "y": {"field": "seconds", "type": "quantitative", "title": "CPU seconds"} | logarithmic,
                    "color": {"field": "stage", "type": "nominal", "title": "stage", "scale": {"scheme": "category20"}},
                },
            },
        }
    )
