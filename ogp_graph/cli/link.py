"""``ogp-graph link``: what reports name meets what others publish, and a person decides what a program cannot."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ogp_graph.cli.options import printable, setting_options, settings_of, show, workspace_option
from ogp_graph.errors import UsageError
from ogp_graph.pipeline import decisions
from ogp_graph.pipeline.refresh import ENDPOINT, refresh
from ogp_graph.release import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ogp_graph.link import Mapping
    from ogp_graph.pipeline.links import LinkRun

__all__ = ["link", "refresh_wikidata", "review"]

_ANSWERS = {"y": "yes", "n": "no", "s": "skip", "q": "quit"}


@click.group(invoke_without_command=True)
@click.option(
    "--workspace",
    "-w",
    type=click.Path(file_okay=False, path_type=Path),
    default=None,
    help="The workspace's folder.",
)
@click.option(
    "--identifiers",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    default=None,
    help="A table of OGP's identifiers: UTF-8, tabs or commas, with the columns identifier, member, plan, title.",
)
@setting_options("base")
@click.pass_context
def link(context: click.Context, /, workspace: Path | None, identifiers: Path | None, **given: Any) -> None:
    """Link members, plans and commitments with other data, and list what a person should decide.

    Prints how many links, open candidates and refusals each linkset has, and writes the candidates (SSSOM) to
    links/candidates/ in the workspace. Only what is certain or was decided enters the next release; the subcommand
    review walks through the candidates.

    \b
    Examples
      ogp-graph link --workspace ws
      ogp-graph link --workspace ws --identifiers commitments.tsv
    """
    if context.invoked_subcommand is not None:
        return
    if workspace is None:
        raise click.UsageError("missing option --workspace")
    settings, place = settings_of(given), Workspace(workspace, create=False)
    with place.lock():
        if identifiers is not None:
            today = datetime.datetime.now(tz=datetime.UTC).date()
            data = identifiers.read_bytes()
            certain, findings = decisions.take_identifiers(place, data, identifiers.name, settings, today)
            show(findings)
            if certain is None:
                raise click.exceptions.Exit(1)
            click.echo(f"{identifiers.name}: {certain} commitments have an identifier for certain", err=True)
        run = decisions.linked(place, settings)
        decisions.write_candidates(place, run)
    show(run.findings)
    for name, one in run.decided.items():
        click.echo(f"{name}\t{len(one.links)} links\t{len(one.candidates)} open\t{len(one.refused)} refused")


@link.command()
@workspace_option
@click.option("--reviewer", required=True, help="Your name, as it will stand with each decision.")
@click.option("--linkset", default=None, help="Review this linkset alone.")
@setting_options("base")
def review(workspace: Path, reviewer: str, linkset: str | None, **given: Any) -> None:
    """Walk through open candidates and decide each: yes, no, skip or quit.

    Each decision is written at once, with your name and the date, to links/ in the workspace; build again to publish
    it.

    \b
    Example
      ogp-graph link review --workspace ws --reviewer "Ada Lovelace"
    """
    if not reviewer.strip():
        raise UsageError("--reviewer needs a name")
    settings, place = settings_of(given), Workspace(workspace, create=False)
    today = datetime.datetime.now(tz=datetime.UTC).date()
    with place.lock():
        run = decisions.linked(place, settings)
        if linkset is not None and linkset not in run.decided:
            raise UsageError(f"no linkset is called {linkset!r}; there are {', '.join(run.decided)}")
        for name in {name for name, _ in _open(run, linkset)}:
            decisions.kept(place, name, settings)  # says before anybody answers that a file cannot be written
        count = 0
        for name, one in _open(run, linkset):
            answer = _asked(name, one)
            if answer == "q":
                break
            if answer != "s":
                decision = decisions.decided(one, yes=answer == "y", reviewer=reviewer, today=today)
                decisions.record(place, name, decision, settings)
                count += 1
    click.echo(f"{count} decided")


@link.command("refresh")
@workspace_option
@click.option("--endpoint", default=ENDPOINT, show_default=True, help="The SPARQL endpoint that is asked.")
@click.option(
    "--days",
    type=click.IntRange(0, 3650),
    default=90,
    show_default=True,
    help="Answers younger than this are not asked for again.",
)
@setting_options("base")
def refresh_wikidata(workspace: Path, endpoint: str, days: int, **given: Any) -> None:
    """Ask Wikidata which items have the identifiers of the register: ISO 3166 codes and GeoNames numbers.

    It goes to the network, with a few requests and a pause in between; no other command calls it. Answers are kept in
    the workspace with their dates. An item is linked when it is the only one that the identifiers lead to and in the
    right country; build again to publish the links.

    \b
    Example
      ogp-graph link refresh --workspace ws
    """
    settings, place = settings_of(given), Workspace(workspace, create=False)
    today = datetime.datetime.now(tz=datetime.UTC).date()
    with place.lock():
        done = refresh(place, settings, today, endpoint=endpoint, days=days)
    show(done.findings)
    click.echo(f"{done.identifiers} identifiers, {done.asked} asked now: {done.links} members have an item")


def _open(run: LinkRun, linkset: str | None) -> Iterator[tuple[str, Mapping]]:
    """The candidates, the likeliest of each linkset first."""
    for name, one in run.decided.items():
        if linkset in (None, name):
            for candidate in sorted(one.candidates, key=lambda c: (-c.confidence, c.key)):
                yield name, candidate


def _asked(name: str, one: Mapping) -> str:
    """Shows the evidence for a candidate and returns a key of the answers."""
    predicate = one.predicate.replace("#", "/").rsplit("/", 1)[-1]
    features = ", ".join(f"{feature} {value:g}" for feature, value in one.features)
    for text in (
        f"{name}, confidence {one.confidence:g}",
        f"  {one.subject_label}  <{one.subject}>",
        f"  {predicate}",
        f"  {one.object_label}  <{one.object}>" if one.object else f"  {one.object_label}",
        f"  evidence: {features}" if features else "",
        f"  {one.comment}" if one.comment else "",
    ):
        if text:
            click.echo(printable(text))
    choice = click.Choice(list(_ANSWERS))
    return str(click.prompt("Is this right? yes, no, skip, quit", type=choice, default="s", show_choices=True))
