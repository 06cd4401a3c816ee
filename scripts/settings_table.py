"""The README's table of settings, made from ``ogp_graph.settings.SETTINGS``; ``--write`` puts it in place."""

from __future__ import annotations

import sys
from pathlib import Path

from ogp_graph.settings import SETTINGS

START, END = "<!-- settings: written by make readme -->", "<!-- end of settings -->"
README = Path(__file__).resolve().parent.parent / "README.md"


def table() -> str:
    """The settings as a Markdown table, one row each."""
    rows = [f"| `{s.name}` | `{s.variable}` | {_default(s.default)} | {s.help} |" for s in SETTINGS]
    return "\n".join(("| setting | environment | default | meaning |", "|---|---|---|---|", *rows))


def current(readme: str) -> str:
    """``readme`` with the table as it should be.

    Raises:
        ValueError: the two marks are not there.
    """
    before, rest = readme.split(START)
    after = rest.split(END)[1]
    return f"{before}{START}\n{table()}\n{END}{after}"


def _default(value: str | float) -> str:
    return f"`{value}`" if value != "" else "empty"


if __name__ == "__main__":
    if "--write" in sys.argv:
        README.write_text(current(README.read_text(encoding="utf-8")), encoding="utf-8")
    else:
        print(table())
