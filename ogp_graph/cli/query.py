"""``ogp-graph query``: a SPARQL query on the current release, without a server."""

from __future__ import annotations

import sys
from pathlib import Path

import click
import pyoxigraph as ox

from ogp_graph.cli.options import workspace_option
from ogp_graph.errors import UsageError
from ogp_graph.formats import FORMATS
from ogp_graph.release import Workspace, current_release
from ogp_graph.vocabulary import PREFIXES

__all__ = ["query"]

_RESULTS = {f.name: f for f in FORMATS.values() if f.results}
_GRAPHS = {f.name: f for f in FORMATS.values() if f.rdf and not f.graphs}


@click.command()
@workspace_option
@click.argument("file")
@click.option(
    "--format",
    "format_",
    type=click.Choice([*_RESULTS, *_GRAPHS]),
    default=None,
    help="[default: csv, or turtle for graphs]",
)
def query(workspace: Path, file: str, format_: str | None) -> None:
    """Ask the current release a question written in SPARQL. FILE may be - for standard input.

    \b
    Examples
      ogp-graph query --workspace ws queries/examples/completed-but-not-open.rq
      echo 'SELECT * { ?report ogpv:completion ?how }' | ogp-graph query --workspace ws -
    """
    release = current_release(Workspace(workspace, create=False))
    if release is None:
        raise UsageError(f"{workspace} has no release; ogp-graph build makes one")
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
    except (FileNotFoundError, UnicodeDecodeError) as error:
        raise UsageError(f"{file}: {error.strerror if isinstance(error, OSError) else 'not a text in UTF-8'}") from None
    store = ox.Store.read_only(str(release.path / "store"))
    try:
        found = store.query(text, prefixes=dict(PREFIXES))
    except SyntaxError as error:
        raise UsageError(f"{file}: {error}") from None
    if isinstance(found, ox.QueryTriples):
        form = _GRAPHS.get(format_ or "turtle")
        if form is None or form.rdf is None:
            raise UsageError(f"the query gives a graph; choose one of {', '.join(_GRAPHS)}")
        prefixes = dict(PREFIXES) if form.name == "turtle" else None
        ox.serialize(found, sys.stdout.buffer, format=form.rdf, prefixes=prefixes)
        return
    results = _RESULTS.get(format_ or ("csv" if isinstance(found, ox.QuerySolutions) else "json"))
    if results is None or results.results is None:
        raise UsageError(f"the query gives a table; choose one of {', '.join(_RESULTS)}")
    found.serialize(sys.stdout.buffer, format=results.results)
