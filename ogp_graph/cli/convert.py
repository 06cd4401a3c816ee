"""``ogp-graph convert``: pages to RDF, without a workspace."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from ogp_graph import pipeline
from ogp_graph.cli.options import here, list_option, paths_argument, paths_of, setting_options, settings_of, show
from ogp_graph.describe import write_quads
from ogp_graph.formats import FORMATS
from ogp_graph.model import Finding, Severity
from ogp_graph.validate import findings_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pyoxigraph as ox

__all__ = ["convert"]

_FORMATS = [f.name for f in FORMATS.values() if f.rdf]


@click.command()
@paths_argument
@list_option
@click.option("-o", "--output", default="-", help="Where to write; - is standard output.", show_default=True)
@click.option(
    "--format",
    "format_",
    type=click.Choice(_FORMATS),
    default=None,
    help="[default: by the output's ending, else nquads]",
)
@click.option(
    "--findings", "findings_file", default=None, help="Write findings as JSON Lines there, not to standard error."
)
@setting_options("base", "max_page_bytes", "page_seconds")
def convert(
    paths: tuple[str, ...],
    lists: tuple[str, ...],
    output: str,
    format_: str | None,
    findings_file: str | None,
    **given: Any,
) -> None:
    """Read pages, extract what they say and describe it as RDF. Nothing is validated.

    PATH is a file, a folder, a web archive (WARC, WET, WACZ), a .zip or .gz file, or - for standard input. N-Quads and
    TriG carry named graphs and citations; the other formats hold the merged statements.

    \b
    Examples
      ogp-graph convert page.html
      ogp-graph convert pages/ -o reports.nq --findings findings.jsonl
      ogp-graph convert crawl.warc.gz crawl.wet.gz -o reports.nq
      cat page.txt | ogp-graph convert - --format turtle
    """
    settings = settings_of(given)
    wanted = here(paths_of(paths, lists))
    if not wanted:
        raise click.UsageError("give a PATH, or - for standard input")
    format_ = format_ or _by_ending(output)
    findings: list[Finding] = []
    with _written(output) as file:
        write_quads(_quads(pipeline.convert(wanted, settings), findings), FORMATS[format_], file, base=settings.base)
    if findings_file is not None:
        with _written(findings_file) as file:
            file.write(findings_lines(findings).encode("utf-8"))
    else:
        show(findings, Severity.INFO)
    if any(finding.severity is Severity.VIOLATION for finding in findings):
        raise click.exceptions.Exit(1)


def _quads(
    described: Iterable[tuple[list[ox.Quad], tuple[Finding, ...]]], findings: list[Finding]
) -> Iterator[list[ox.Quad]]:
    for quads, told in described:
        findings.extend(told)
        yield quads


def _by_ending(output: str) -> str:
    endings = {f.extension: f.name for f in FORMATS.values() if f.rdf}
    return endings.get(Path(output).suffix.lstrip("."), "nquads")


@contextmanager
def _written(name: str) -> Iterator[IO[bytes]]:
    """Standard output, or a file that is there only when it is whole."""
    if name == "-":
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    target = Path(name)
    if target.exists() and not target.is_file():
        with target.open("wb") as file:
            yield file
        return
    draft = target.with_name(f".{target.name}.part")
    try:
        with draft.open("wb") as file:
            yield file
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
