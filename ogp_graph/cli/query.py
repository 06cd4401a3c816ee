"""``ogp-graph query``: a SPARQL query on the current release, without a server."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click
import pyoxigraph as ox

from ogp_graph.cli.options import workspace_option
from ogp_graph.engine.evaluate import refused
from ogp_graph.engine.interface import spool
from ogp_graph.engine.scan import scan
from ogp_graph.errors import QueryRefused, UsageError
from ogp_graph.formats import FORMATS
from ogp_graph.release import Workspace, current_release
from ogp_graph.settings import settings_from
from ogp_graph.vocabulary import PREFIXES

if TYPE_CHECKING:
    from ogp_graph.engine.scan import Scanned
    from ogp_graph.formats import Format

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
    with spool() as whole:  # a table that fails half-way is no table
        try:
            form = _form(scan(text, settings_from(os.environ)), format_)
            _write(store, text, form, whole)
        except QueryRefused as error:
            place = ":".join(map(str, (file, *(error.position or ()))))
            raise UsageError(f"{place}: {error}") from None
        whole.seek(0)
        shutil.copyfileobj(whole, sys.stdout.buffer)


def _write(store: ox.Store, text: str, form: Format, out: IO[bytes]) -> None:
    try:
        found = store.query(text, prefixes=dict(PREFIXES))
        if isinstance(found, ox.QueryTriples):
            prefixes = dict(PREFIXES) if form.name == "turtle" else None
            ox.serialize(found, out, format=form.rdf, prefixes=prefixes)
        elif form.results:
            found.serialize(out, format=form.results)
    except SyntaxError as error:
        raise refused(str(error), text) from None
    except (RuntimeError, ValueError) as error:
        raise QueryRefused(str(error)) from None


def _form(asked: Scanned, name: str | None) -> Format:
    """The format that is asked for, or what suits the query."""
    choices = _GRAPHS if asked.makes_graph else _RESULTS
    form = choices.get(name or ("turtle" if asked.makes_graph else "json" if asked.form == "ASK" else "csv"))
    if form is None:
        raise UsageError(
            f"the query gives a {'graph' if asked.makes_graph else 'table'}; choose one of {', '.join(choices)}"
        )
    return form
