"""What a workspace holds: reports, findings, releases, and whether they are whole."""

from __future__ import annotations

import sys
from pathlib import Path  # noqa: TC003
from typing import TYPE_CHECKING, Any

import click

from ogp_graph import release as releasing
from ogp_graph.cli.options import base_of, setting_options, settings_of, workspace_option
from ogp_graph.errors import UsageError
from ogp_graph.model import Finding, Severity
from ogp_graph.names import IRIs
from ogp_graph.processes import cores
from ogp_graph.release import Release, Workspace, current_release
from ogp_graph.validate import findings_graph, findings_lines, summary
from ogp_graph.vocabulary import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["findings", "releases", "reports", "verify"]

_ORDER = [Severity.INFO, Severity.WARNING, Severity.VIOLATION]


@click.command()
@workspace_option
@click.option("--quarantined", is_flag=True, help="List the reports that did not pass instead.")
@click.option(
    "--show", "key", default=None, metavar="KEY", help="Show one report's statements as TriG, quarantined or not."
)
def reports(workspace: Path, quarantined: bool, key: str | None) -> None:
    """List the reports of a workspace, each with the digest of its result.

    \b
    Examples
      ogp-graph reports --workspace ws
      ogp-graph reports --workspace ws --quarantined
      ogp-graph reports --workspace ws --show glasgow-united-kingdom-2021-2023-...
    """
    space = Workspace(workspace, create=False)
    if key is not None:
        _show(space, key)
        return
    accepted = set(space.accepted())
    if not quarantined:
        for report, digest in sorted(accepted):
            click.echo(f"{report} {digest}")
        return
    for result in space.results():
        if result.quarantined:
            click.echo(f"{result.key} {result.digest}")


def _show(space: Workspace, key: str) -> None:
    import pyoxigraph as ox

    result = space.result(key)
    if result is None:
        raise UsageError(f"the workspace has no report {key}; ogp-graph reports lists them")
    quads = ox.parse(f"{result.graph}\n{result.sources}".encode(), format=ox.RdfFormat.N_QUADS)
    ox.serialize(quads, sys.stdout.buffer, format=ox.RdfFormat.TRIG, prefixes=dict(PREFIXES))


@click.command()
@workspace_option
@click.option("--format", "format_", type=click.Choice(["text", "jsonl", "turtle"]), default="text", show_default=True)
@click.option(
    "--severity",
    type=click.Choice([s.value.lower() for s in _ORDER]),
    default="info",
    show_default=True,
    help="The least.",
)
@click.option("--report", "key", default=None, metavar="KEY", help="Only of this report.")
def findings(workspace: Path, format_: str, severity: str, key: str | None) -> None:
    """What reading, extraction and validation found, for the current release and the quarantined reports.

    \b
    Examples
      ogp-graph findings --workspace ws
      ogp-graph findings --workspace ws --severity violation --format jsonl
    """
    release = _current(workspace)
    least = next(i for i, s in enumerate(_ORDER) if s.value.lower() == severity)
    found = [f for f in _findings(release) if _ORDER.index(f.severity) >= least and (key is None or f.report == key)]
    if format_ == "jsonl":
        click.echo(findings_lines(found), nl=False)
    elif format_ == "turtle":
        import pyoxigraph as ox

        quads = sorted(findings_graph(found, IRIs(base_of(release))), key=str)
        triples = [ox.Triple(q.subject, q.predicate, q.object) for q in quads]
        ox.serialize(triples, sys.stdout.buffer, format=ox.RdfFormat.TURTLE, prefixes=dict(PREFIXES))
    else:
        click.echo(summary(found), nl=False)


def _findings(release: Release) -> Iterator[Finding]:
    from ogp_graph.model import decode

    with (release.path / "quality" / "findings.jsonl").open("rb") as file:
        for line in file:
            yield decode(line, Finding)


def _current(workspace: Path) -> Release:
    release = current_release(Workspace(workspace, create=False))
    if release is None:
        raise UsageError(f"{workspace} has no release; ogp-graph build makes one")
    return release


@click.command()
@workspace_option
def releases(workspace: Path) -> None:
    """List the releases of a workspace, oldest first; * marks the current one.

    \b
    Example
      ogp-graph releases --workspace ws
    """
    for release in releasing.releases(Workspace(workspace, create=False)):
        counts = ", ".join(
            f"{release.counts[name]} {name}" for name in ("reports", "statements") if name in release.counts
        )
        click.echo(f"{'*' if release.current else ' '} {release.id}  {counts}")


@click.command()
@workspace_option
@click.option("--release", "release_id", default=None, metavar="ID", help="[default: the current one]")
@click.option("--all", "everything", is_flag=True, help="Every release.")
@setting_options("processes")
def verify(workspace: Path, release_id: str | None, everything: bool, **given: Any) -> None:
    """Check that a release still is what was published: checksums, store, and each dump against the others.

    \b
    Examples
      ogp-graph verify --workspace ws
      ogp-graph verify --workspace ws --all
    """
    known = releasing.releases(Workspace(workspace, create=False))
    chosen = [r for r in known if everything or r.id == release_id or (release_id is None and r.current)]
    if not chosen:
        raise UsageError(f"no release {release_id or ''} in {workspace}; ogp-graph releases lists them")
    damaged, processes = False, cores(settings_of(given).processes)
    for release in chosen:
        problems = releasing.verify(release.path, processes=processes)
        for problem in problems:
            click.echo(f"{release.id}: {problem}", err=True)
        damaged = damaged or bool(problems)
        if not problems:
            click.echo(f"{release.id}: whole")
    if damaged:
        raise click.exceptions.Exit(3)
