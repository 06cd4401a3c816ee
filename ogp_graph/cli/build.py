"""``ogp-graph build``: pages to a validated, published release."""

from __future__ import annotations

import datetime
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from ogp_graph import pipeline
from ogp_graph.cli.options import (
    here,
    list_option,
    paths_argument,
    paths_of,
    progress_bars,
    setting_options,
    settings_of,
    show,
    workspace_option,
)
from ogp_graph.errors import UsageError
from ogp_graph.known import PREPARED
from ogp_graph.model import Severity
from ogp_graph.release import Product, Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ogp_graph.pipeline.cluster import Cluster
    from ogp_graph.pipeline.jobs import Done
    from ogp_graph.release import Before, Said
    from ogp_graph.settings import Settings

__all__ = ["build", "products"]


@click.command()
@workspace_option
@paths_argument
@list_option
@click.option(
    "--date",
    "day",
    type=click.DateTime(["%Y-%m-%d"]),
    default=None,
    help="Date in the release's name. [default: today, UTC]",
)
@click.option(
    "--scheduler",
    metavar="ADDRESS",
    help="Have a Dask cluster do the work: tcp://HOST:PORT, or local for processes of this machine.",
)
@click.option(
    "--storage", metavar="URL", help="Where its machines share files: a folder, s3://... [default: in the workspace]"
)
@setting_options("base", "public_url", "processes", "max_page_bytes", "page_seconds")
def build(
    workspace: Path,
    paths: tuple[str, ...],
    lists: tuple[str, ...],
    day: datetime.datetime | None,
    scheduler: str | None,
    storage: str | None,
    **given: Any,
) -> None:
    """Archive pages, validate their reports and publish a release.

    Only what changed is built anew. Without PATH the release is made again from the pages that the workspace has,
    for example after an entry in its takedown.toml. Prints "accepted KEY DIGEST" for each report whose result is
    safely stored. PATH is a file, a folder, a web archive (WARC, WET, WACZ), a .zip, a .gz, or - for standard input.

    \b
    Examples
      ogp-graph build --workspace ws pages/
      ogp-graph build --workspace ws new-page.html archive.zip
      ogp-graph build --workspace ws crawl.warc.gz --list more-archives.txt
      ogp-graph build --workspace ws s3://crawl/2026/ --scheduler tcp://10.0.0.1:8786 --storage s3://shared/ogp
      cat page.html | ogp-graph build --workspace ws -
    """
    settings = settings_of(given)
    today = day.date() if day else datetime.datetime.now(tz=datetime.UTC).date()
    wanted = paths_of(paths, lists)
    opened = Workspace(workspace)
    with progress_bars() as tell, _cluster(scheduler, storage, wanted, workspace, settings) as cluster:
        built = pipeline.build(
            opened, wanted, settings, today=today, stored=_say, progress=tell, cluster=cluster,
            products=products(settings),
        )  # fmt: skip
    show(built.refused)
    release = built.release.id if built.release else "none"
    click.echo(
        f"release {release}: {len(built.accepted)} reports, {len(built.quarantined)} quarantined; "
        f"{built.rebuilt} built",
        err=True,
    )
    if built.quarantined:
        click.echo(f"why: ogp-graph findings --workspace {workspace} --severity violation", err=True)
    if built.quarantined or any(finding.severity is Severity.VIOLATION for finding in built.refused):
        raise click.exceptions.Exit(1)


@contextmanager
def _cluster(
    scheduler: str | None, storage: str | None, paths: list[str], workspace: Path, settings: Settings
) -> Iterator[Cluster | None]:
    """The cluster that was asked for, if one was."""
    if scheduler is None:
        if storage is not None:
            raise UsageError("--storage is for a cluster; give --scheduler")
        here(paths)
        yield None
        return
    if "-" in paths:
        raise UsageError("a cluster cannot read standard input; give the file")
    from ogp_graph.pipeline.cluster import Cluster

    with Cluster.at(scheduler, storage or str(workspace.resolve() / "cluster"), settings) as cluster:
        yield cluster


def products(settings: Settings) -> tuple[Product, ...]:
    """What the command prepares with a release."""
    return (*pipeline.PRODUCTS, Product(PREPARED, partial(_pages, settings)))


def _pages(settings: Settings, release: Path, before: Before | None, said: Said) -> None:
    from ogp_graph.web.preparing import make_pages  # which takes a moment, and is late

    make_pages(release, before, said, settings=settings)


def _say(done: Done) -> None:
    click.echo(f"quarantined {done.key}" if done.quarantined else f"accepted {done.key} {done.digest}")
