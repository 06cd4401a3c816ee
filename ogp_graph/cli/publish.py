"""``ogp-graph publish``: a release into a SPARQL service elsewhere."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from ogp_graph.cli.options import base_of, progress_bars, setting_options, settings_of, workspace_option
from ogp_graph.errors import UsageError
from ogp_graph.release import Workspace, current_release

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["publish"]

_LOADER = "virtuoso-loader"


@click.command()
@workspace_option
@click.option("--to", required=True, help="Where to write: its graph store or update address, or its HOST:PORT.")
@click.option(
    "--via",
    type=click.Choice(["graph-store", "update", _LOADER]),
    default="graph-store",
    show_default=True,
    help="How: SPARQL 1.1 Graph Store Protocol, SPARQL 1.1 Update, or Virtuoso's own port and loader.",
)
@setting_options("engine_url", "engine_default_graph")
def publish(workspace: Path, to: str, via: str, **given: Any) -> None:
    """Make a SPARQL service hold the current release, for serve --engine-url.

    What the service has below the release's base is replaced; other graphs stay. Batches are bounded; a run that was
    killed goes on where it was. At the end the statements in each graph are counted, and the service is told which
    release it holds. Credentials: OGP_GRAPH_ENGINE_AUTH in the environment.

    \b
    Examples
      ogp-graph publish --workspace ws --to http://localhost:7878/store --engine-url http://localhost:7878/query
      ogp-graph publish --workspace ws --via update --to http://localhost:8890/sparql \\
          --engine-url http://localhost:8890/sparql --engine-default-graph https://w3id.org/ogp-graph/graph/default
    """
    from ogp_graph.pipeline.publishing import publish_by_loader, publish_to
    from ogp_graph.pipeline.writers import WRITERS

    settings = settings_of(given)
    if not settings.engine_url:
        raise UsageError("give --engine-url, the address for queries: what was sent is counted there")
    opened = Workspace(workspace, create=False)
    release = current_release(opened)
    if release is None:
        raise UsageError(f"{workspace} has no release; ogp-graph build makes one")
    release = replace(release, path=release.path.resolve())
    with opened.lock(), progress_bars() as tell:
        if via == _LOADER:
            done = publish_by_loader(release, to, settings, base=base_of(release))
        else:
            from ogp_graph.engine.channel import Channel

            writer = WRITERS[via](Channel(to, settings.engine_auth))
            done = publish_to(opened, release, writer, settings, base=base_of(release), progress=tell)
    click.echo(
        f"release {release.id}: {done.statements} statements in {done.graphs} graphs, {done.batches} batches sent"
    )
