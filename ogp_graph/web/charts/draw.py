"""A program: a Vega-Lite chart on standard input, SVG on standard output. It fetches nothing."""

from __future__ import annotations

import sys

import vl_convert

__all__: list[str] = []

if __name__ == "__main__":
    sys.stdout.write(vl_convert.vegalite_to_svg(sys.stdin.read(), allowed_base_urls=[]))
