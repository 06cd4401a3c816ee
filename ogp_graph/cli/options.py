"""What several commands share: options, settings, progress, and how a finding is shown."""

from __future__ import annotations

import json
import os
import re
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
import pyoxigraph as ox
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from ogp_graph.captures import listed
from ogp_graph.errors import UsageError
from ogp_graph.model import Finding, Severity
from ogp_graph.settings import SETTINGS, Settings, settings_from

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ogp_graph.release import Release

__all__ = [
    "base_of",
    "finding_line",
    "here",
    "list_option",
    "paths_argument",
    "paths_of",
    "printable",
    "progress_bars",
    "setting_options",
    "settings_of",
    "show",
    "workspace_option",
]

_Command = TypeVar("_Command", bound="Callable[..., Any]")
_COLOURS = {Severity.VIOLATION: "red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}

workspace_option = click.option(
    "--workspace",
    "-w",
    "workspace",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="The workspace's folder.",
)
paths_argument = click.argument("paths", nargs=-1, metavar="[PATH]...")
list_option = click.option(
    "--list",
    "lists",
    multiple=True,
    metavar="FILE",
    help="Also take the paths in this file, one a line, # for remarks; - is stdin.",
)


def paths_of(paths: tuple[str, ...], lists: tuple[str, ...]) -> list[str]:
    """The paths that were named, then those in the lists.

    Raises:
        UsageError: a list is no list of paths, or cannot be read.
    """
    found = list(paths)
    for name in lists:
        try:
            data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        except OSError as error:
            raise UsageError(f"the list {name}: {error.strerror}") from error
        found += listed(data, name)
    return found


def here(paths: list[str]) -> list[str]:
    """The same paths, if none is an address.

    Raises:
        UsageError: one is.
    """
    for path in paths:
        if re.match(r"https?://", path, re.IGNORECASE):
            raise UsageError(f"{path} is an address; get the page with ogp-graph fetch, then name the folder")
        if re.match(r"[a-z0-9]+://", path):
            raise UsageError(
                f"{path} is an address, which ogp-graph build reads with --scheduler (local, or an address)"
            )
    return paths


def setting_options(*names: str) -> Callable[[_Command], _Command]:
    """Flags for the settings called ``names``, with default and help from the settings' table."""

    def decorate(command: _Command) -> _Command:
        for setting in reversed([s for s in SETTINGS if s.name in names]):
            default = setting.default if setting.default != "" else "empty"
            flag = click.option(
                "--" + setting.name.replace("_", "-"),
                setting.name,
                type=type(setting.default),
                default=None,
                help=f"{setting.help} [default: {default}; environment: {setting.variable}]",
            )
            command = flag(command)
        return command

    return decorate


def settings_of(given: dict[str, object]) -> Settings:
    """The settings in force: flags, then the environment, then the defaults.

    Raises:
        UsageError: a value is not of the setting's type, or no IRI can start with ``base``.
    """
    settings = settings_from(os.environ, **given)
    try:
        ox.NamedNode(settings.base)  # RFC 3987
    except ValueError:
        raise UsageError(f"base {settings.base!r} is not an absolute IRI") from None
    if not settings.base.endswith(("/", "#")):
        raise UsageError(f"base {settings.base!r} must end in / or #")
    return settings


def base_of(release: Release) -> str:
    """The base with which a release was built."""
    told = json.loads((release.path / "release.json").read_text(encoding="utf-8"))
    return str(told["base"])


@contextmanager
def progress_bars() -> Iterator[Callable[[str, int, int | None], None] | None]:
    """A function that shows how far each step is, on a terminal; None in a pipe."""
    if not sys.stderr.isatty():
        yield None
        return
    columns = (TextColumn("{task.description:10}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        tasks: dict[str, Any] = {}

        def tell(step: str, done: int, of: int | None) -> None:
            if step not in tasks:
                tasks[step] = bars.add_task(step, total=of)
            bars.update(tasks[step], completed=done, total=of)

        yield tell


def finding_line(finding: Finding) -> str:
    """One line for a reader: severity, code, where, what."""
    place = finding.name or finding.report or (finding.capture or "")[:12]
    at = f":{finding.span.start}-{finding.span.end}" if finding.span else ""
    quote = f' "{finding.quote[:80]}"' if finding.quote else ""
    severity = click.style(f"{finding.severity.value.lower():9}", fg=_COLOURS[finding.severity])
    return f"{severity} {finding.code}  {printable(place)}{at}  {printable(finding.message)}{printable(quote)}"


def printable(text: str) -> str:
    """``text`` on one line, control characters escaped: a page must not move the reader's cursor."""
    return "".join(c if c.isprintable() else " " if c in "\n\t" else f"\\x{ord(c):02x}" for c in text)


def show(findings: tuple[Finding, ...] | list[Finding], least: Severity = Severity.WARNING) -> None:
    """Shows findings on standard error."""
    ranks = [Severity.INFO, Severity.WARNING, Severity.VIOLATION]
    for finding in findings:
        if ranks.index(finding.severity) >= ranks.index(least):
            click.echo(finding_line(finding), err=True)
