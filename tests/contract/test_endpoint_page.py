"""The page about the endpoint says every format and every error that the code knows."""

from __future__ import annotations

import ast
from pathlib import Path

from ogp_graph.web import negotiation, problems, protocol, representation
from ogp_graph.web.negotiation import GRAPHS, RESULTS

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "endpoint.md").read_text(encoding="utf-8")


def codes(module: object) -> set[str]:
    """The third argument of every problem that a module tells, and the names in its table of query errors."""
    found = {code for _, code in getattr(module, "_STATUS", {}).values()}
    for node in ast.walk(ast.parse(Path(module.__file__).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("Problem", "problem", "_told"):
            code = node.args[2]
            if isinstance(code, ast.Constant):
                found.add(code.value)
    return found


def test_every_code_of_an_error_is_explained() -> None:
    known = set().union(*(codes(module) for module in (negotiation, problems, protocol, representation)))
    assert len(known) > 15
    assert {code for code in known if f"`{code}`" not in PAGE} == set()


def test_every_format_is_named_with_its_media_type() -> None:
    for media_type, name in (RESULTS | GRAPHS).items():
        assert f"`{media_type}`" in PAGE
        assert f"`{name}`" in PAGE
