"""``ogp-graph validate``: the SHACL shapes on a workspace's reports or on any RDF file in the vocabulary."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import pyoxigraph as ox

from ogp_graph.cli.options import base_of, setting_options, settings_of
from ogp_graph.describe import describe_shared
from ogp_graph.errors import UsageError
from ogp_graph.model import Finding, Severity
from ogp_graph.names import IRIs
from ogp_graph.pipeline import definitions
from ogp_graph.release import Workspace, current_release
from ogp_graph.validate import findings_lines, load_shapes, summary
from ogp_graph.validate import validate as by_shapes

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["validate"]


@click.command()
@click.option(
    "--workspace",
    "-w",
    type=click.Path(file_okay=False, path_type=Path),
    default=None,
    help="Every report of a workspace.",
)
@click.argument("files", nargs=-1, metavar="[FILE]...")
@click.option("--format", "format_", type=click.Choice(["text", "jsonl"]), default="text", show_default=True)
@setting_options("base")
def validate(workspace: Path | None, files: tuple[str, ...], format_: str, **given: Any) -> None:
    """Check reports against the shapes. Exit code 1 when there is a violation.

    FILE is RDF in the project's vocabulary (.nq, .trig, .ttl, .nt, .jsonld, .rdf), with --base if it was made with
    one. Reports of a workspace are checked with the base of its current release.

    \b
    Examples
      ogp-graph validate --workspace ws
      ogp-graph validate reports.nq
    """
    if (workspace is None) == (not files):
        raise click.UsageError("give either --workspace or files")
    settings = settings_of(given)
    found = list(_of_workspace(workspace) if workspace else _of_files(files, settings.base))
    click.echo(findings_lines(found) if format_ == "jsonl" else summary(found), nl=False)
    if any(finding.severity is Severity.VIOLATION for finding in found):
        raise click.exceptions.Exit(1)


def _of_workspace(workspace: Path) -> Iterator[Finding]:
    space = Workspace(workspace, create=False)
    release = current_release(space)
    if release is None:
        raise UsageError(f"{workspace} has no release; ogp-graph build makes one")
    base = base_of(release)
    shapes, members = load_shapes(base=base), definitions().members.entries
    for result in space.results():
        quads = list(ox.parse(f"{result.graph}\n{result.sources}".encode(), format=ox.RdfFormat.N_QUADS))
        shared = describe_shared([result.mention], IRIs(base), members)
        yield from by_shapes([*quads, *shared], report=result.key, shapes=shapes)


def _of_files(files: tuple[str, ...], base: str) -> Iterator[Finding]:
    for name in files:
        form = ox.RdfFormat.from_extension(Path(name).suffix.lstrip("."))
        if form is None:
            raise UsageError(f"{name}: the ending names no RDF format")
        try:
            quads = list(ox.parse(path=name, format=form))
        except (SyntaxError, FileNotFoundError, IsADirectoryError) as error:
            raise UsageError(f"{name}: {error}") from None
        yield from by_shapes(quads, report=Path(name).name, shapes=load_shapes(base=base))
