"""Answers as pages, for readers: a table, a yes or no, or a graph as text."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from flask import render_template

from ogp_graph.formats import FORMATS
from ogp_graph.queries import EXAMPLES, load_queries
from ogp_graph.vocabulary import PREFIXES, data_folder
from ogp_graph.web.negotiation import GRAPHS, HTML, RESULTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ogp_graph.engine import Engine, Scanned
    from ogp_graph.queries import Query
    from ogp_graph.web.protocol import Asked
    from ogp_graph.web.target import Site

__all__ = ["example_links", "result_page", "start_query"]

_ROWS = 1000  # rows of a table that a page shows
_BYTES = 4_000_000  # bytes of an answer that a page is made from
_TEXT = 100_000  # characters of a graph that a page shows
_REPORTS = """
SELECT ?report ?title
WHERE {
  ?report a ogpv:Report ;
          dcterms:title ?title .
}
LIMIT 10
"""
_ANYTHING = "SELECT ?thing ?property ?value\nWHERE { ?thing ?property ?value }\nLIMIT 10\n"


def example_links(site: Site) -> list[tuple[Query, str]]:
    """Every example query and the address that runs it; none for a file, which may hold anything."""
    if site.target.folder is None:
        return []
    return [(query, _run(site, query.text)) for query in load_queries(data_folder("queries") / EXAMPLES)]


def start_query(site: Site) -> str:
    """The query that a form begins with."""
    prefixes = "".join(f"PREFIX {name}: <{PREFIXES[name]}>\n" for name in ("ogpv", "dcterms", "skos"))
    return prefixes + _REPORTS if site.target.folder else _ANYTHING


def result_page(site: Site, engine: Engine, query: Scanned, found: Asked) -> str:
    """The answer to ``query``, the query itself to change, and the same answer in every format."""
    chosen = FORMATS["turtle" if query.makes_graph else "json"]
    answer = engine.query(query, format=chosen, default_graphs=found.default_graphs, named_graphs=found.named_graphs)
    asked_for = "\n".join(query.text.splitlines()).strip()  # a form sends CR LF
    known = next((example for example, _ in example_links(site) if example.text.strip() == asked_for), None)
    shown: dict[str, Any] = {"query": query.text, "known": known, "size": answer.size}
    shown["formats"] = [(name, _again(site, found, name)) for name in _names(query)]
    if answer.size > _BYTES:
        answer.file.close()
        return render_template("result.html", too_large=True, **shown)
    text = answer.read().decode("utf-8")
    if query.makes_graph:
        return render_template("result.html", graph=text[:_TEXT], cut=len(text) > _TEXT, **shown)
    return render_template("result.html", **_table(site, json.loads(text)), **shown)


def _names(query: Scanned) -> list[str]:
    return [name for name in (GRAPHS if query.makes_graph else RESULTS).values() if name != HTML]


def _table(site: Site, parsed: Mapping[str, Any]) -> dict[str, Any]:
    """What the template shows of a result in JSON: a truth, or columns and rows of cells."""
    if "boolean" in parsed:
        return {"truth": parsed["boolean"]}
    columns, rows = parsed["head"]["vars"], parsed["results"]["bindings"]
    cells = [[_cell(site, row.get(column)) for column in columns] for row in rows[:_ROWS]]
    numbers = [bool(rows) and all(_is_number(row.get(column)) for row in rows[:_ROWS]) for column in columns]
    return {"columns": columns, "rows": cells, "count": len(rows), "numbers": numbers}


def _cell(site: Site, term: Mapping[str, Any] | None) -> dict[str, str | None]:
    """A value, where it leads, and its language. Things of the data lead to their page, others to themselves."""
    if term is None:
        return {"text": "", "link": None, "language": None}
    value = str(term["value"]) if term["type"] != "triple" else json.dumps(term["value"], ensure_ascii=False)
    link = None
    if term["type"] == "uri" and value.startswith(site.base):
        link = _path(site) + value.removeprefix(site.base)
    elif term["type"] == "uri" and value.startswith(("http://", "https://")):
        link = value
    return {"text": _short(site, value) if link else value, "link": link, "language": term.get("xml:lang")}


def _short(site: Site, iri: str) -> str:
    """An IRI of the data without the part that all of them share."""
    return iri.removeprefix(site.base) or iri


def _is_number(term: Mapping[str, Any] | None) -> bool:
    kind = str((term or {}).get("datatype", "")).rpartition("#")[2]
    return kind in ("integer", "decimal", "double", "nonNegativeInteger", "gYear")


def _run(site: Site, query: str) -> str:
    return f"{_path(site)}sparql?query={quote(query, safe='')}"


def _again(site: Site, found: Asked, name: str) -> str:
    """The address of the same answer in another format."""
    fields = [("query", found.query or ""), *(("default-graph-uri", g) for g in found.default_graphs)]
    fields += [*(("named-graph-uri", g) for g in found.named_graphs), ("format", name)]
    return f"{_path(site)}sparql?{urlencode(fields)}"


def _path(site: Site) -> str:
    return "/" + site.now.split("/", 3)[3]
