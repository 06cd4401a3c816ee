"""``ogp-graph serve``: a release, or any RDF file, as a site with a SPARQL endpoint."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ogp_graph.cli.options import setting_options, settings_of

__all__ = ["serve"]


@click.command()
@click.option(
    "--workspace",
    "-w",
    type=click.Path(file_okay=False, path_type=Path),
    default=None,
    help="Serve its current release.",
)
@click.option(
    "--data", type=click.Path(dir_okay=False, path_type=Path), default=None, help="Serve this RDF file instead."
)
@setting_options(
    "host", "port", "public_url", "base", "query_seconds", "query_workers", "query_memory", "result_bytes",
    "engine_url", "engine_default_graph",
)  # fmt: skip
def serve(workspace: Path | None, data: Path | None, **given: Any) -> None:
    """Serve a release: start page, dumps, tables and a SPARQL endpoint.

    \b
    Examples
      ogp-graph serve --workspace ws
      ogp-graph serve --workspace ws --port 0 --public-url https://data.example.org/
      ogp-graph serve --data reports.nq
      ogp-graph serve --workspace ws --engine-url https://sparql.example.org/query
    """
    if (workspace is None) == (data is None):
        raise click.UsageError("give either --workspace or --data")
    settings = settings_of(given)
    if settings.engine_url and data is not None:
        raise click.UsageError("a service elsewhere holds a release, not a file; give --workspace")
    from ogp_graph.web import serve as run

    run(workspace=workspace, data=data, settings=settings)
