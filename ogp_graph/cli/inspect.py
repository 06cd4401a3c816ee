"""``ogp-graph inspect``: how one page was read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ogp_graph import captures, pipeline
from ogp_graph.cli.options import finding_line, printable, setting_options, settings_of
from ogp_graph.model import Answer, Finding, Page, Report, Result, Severity, Status, Value

if TYPE_CHECKING:
    from ogp_graph.extract import Extraction

__all__ = ["inspect"]

_COLOURS = {
    Status.ANSWERED: "green",
    Status.EMPTY: "blue",
    Status.LOST: "magenta",
    Status.NOT_REACHED: "magenta",
    Status.UNRECOGNISED: "yellow",
}


@click.command()
@click.argument("file")
@click.option("--at", type=click.IntRange(0), default=None, help="Only the record of a web archive at this offset.")
@setting_options("max_page_bytes", "page_seconds")
def inspect(file: str, at: int | None, **given: Any) -> None:
    """Show how one page was read: statuses, values, their places in the page, and findings.

    Numbers behind @ are positions (code points) in the decoded page. FILE may be - for standard input.

    \b
    Examples
      ogp-graph inspect page.html
      ogp-graph inspect crawl.warc.gz --at 48213
      cat page.txt | ogp-graph inspect -
    """
    settings = settings_of(given)
    refused = False
    found = captures.pages([file], settings) if at is None else captures.part(file, settings, start=at, stop=at + 1)
    for page in found:
        if isinstance(page, Finding):
            click.echo(finding_line(page))
            refused = refused or page.severity is Severity.VIOLATION
            continue
        extraction = pipeline.read_page(page, settings)
        _outline(page, extraction)
        refused = refused or extraction.report is None
    if refused:
        raise click.exceptions.Exit(1)


def _outline(page: Page, extraction: Extraction) -> None:
    click.secho(f"{printable(', '.join(page.capture.names) or 'standard input')}  {page.capture.media_type}", bold=True)
    report = extraction.report
    if report is not None:
        layout = dict(report.layouts)[page.capture.sha256]
        click.echo(
            f"  layout {layout}{', machine translation' if report.machine_translations else ''}; key {report.key}"
        )
        _overview(report)
        for answer in sorted((*report.answers, *report.results), key=lambda a: a.question):
            _answer(answer)
        for value in report.unassigned:
            _value("in no answer", value)
    if extraction.findings:
        click.secho("  findings", bold=True)
    for finding in extraction.findings:
        click.echo("    " + finding_line(finding))


def _overview(report: Report) -> None:
    click.secho("  overview", bold=True)
    _value("headline", report.title)
    for evaluator in report.evaluators:
        about = f" ({evaluator.kind}{', ' + evaluator.affiliation if evaluator.affiliation else ''})"
        _value("evaluator", evaluator.name, extra=about)
    if not report.evaluators:
        _status("evaluator", report.evaluator_status)
    _value("member", report.member_name, extra=f" = {report.member}")
    _value("plan", report.plan_title, extra=f" = {report.plan}")
    _value("commitment", report.commitment_title)
    _value("title", report.commitment_subtitle)
    for name, value, status in (
        ("action", report.action, report.action_status),
        ("problem", report.problem, report.problem_status),
    ):
        if value:
            _value(name, value)
        else:
            _status(name, status)
    if report.border_unknown:
        click.echo("    (action and problem together: the page does not show the border)")


def _answer(answer: Answer) -> None:
    click.secho(f"  {answer.question}", bold=True, nl=False)
    click.echo(
        " " + click.style(answer.status.value, fg=_COLOURS[answer.status]) + (f" {answer.code}" if answer.code else "")
    )
    _value("stated", answer.stated)
    if isinstance(answer, Result) and answer.degree_status:
        _status("degree", answer.degree_status, extra=f" {answer.degree or ''}")
        _value("stated", answer.degree_stated)
    _value("explanation", answer.explanation)
    for item in answer.evidence:
        _value("evidence", item.title, extra=f" -> {', '.join(item.urls)}" if item.urls else "")


def _status(name: str, status: Status, *, extra: str = "") -> None:
    click.echo(f"    {name:12} " + click.style(status.value, fg=_COLOURS[status]) + printable(extra))


def _value(name: str, value: Value | None, *, extra: str = "") -> None:
    if value is None:
        return
    words = printable(value.text)
    shown = words if len(words) <= 96 else words[:70] + " … " + words[-22:]
    span = click.style(f"@{value.source.span.start}-{value.source.span.end}", dim=True)
    told = f" [{value.language}]" if value.language else ""
    click.echo(f"    {name:12} {shown}{printable(extra)}{told}{' (cut)' if value.partial else ''} {span}")
