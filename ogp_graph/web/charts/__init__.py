"""Charts: Vega-Lite specifications beside this file, drawn as SVG that stands in the page.

The SVG has no script and no style of its own: colours are the tokens of the style sheet, so it is dark, light and
printed with the page; each mark has a label for screen readers. It is drawn in a process of its own, since the renderer
brings a JavaScript machine along; a page shows its table where that fails.
"""

from __future__ import annotations

import json
import subprocess
import sys
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING
from xml.sax.saxutils import quoteattr

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["drawn"]

_FOLDER = Path(__file__).parent
_SECONDS = 20


def drawn(name: str, rows: Sequence[dict[str, object]]) -> str:
    """The chart of ``name.vl.json`` over ``rows``, as SVG; empty when it cannot be drawn.

    ``rows`` hold labels of codes and numbers, never the words of a report."""
    return _drawn(name, json.dumps(list(rows), sort_keys=True))


@lru_cache(maxsize=32)
def _drawn(name: str, rows: str) -> str:
    chart = json.loads((_FOLDER / f"{name}.vl.json").read_bytes())
    chart |= {"config": json.loads((_FOLDER / "config.json").read_bytes()), "datasets": {"rows": json.loads(rows)}}
    command = [sys.executable, "-I", str(_FOLDER / "draw.py")]
    try:
        done = subprocess.run(
            command, input=json.dumps(chart), capture_output=True, text=True, timeout=_SECONDS, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    start = done.stdout.find("<svg")
    named = f'<svg role="graphics-document" aria-label={quoteattr(chart["description"])} '
    return done.stdout[start:].replace("<svg ", named, 1) if start >= 0 else ""
