"""The command line: one command for each stage, each of them one call."""

from __future__ import annotations

import io
import os
import sys

import click

from ogp_graph import __version__
from ogp_graph.cli.build import build
from ogp_graph.cli.convert import convert
from ogp_graph.cli.fetch import fetch
from ogp_graph.cli.inspect import inspect
from ogp_graph.cli.link import link
from ogp_graph.cli.publish import publish
from ogp_graph.cli.query import query
from ogp_graph.cli.serve import serve
from ogp_graph.cli.validate import validate
from ogp_graph.cli.workspace import findings, releases, reports, verify
from ogp_graph.errors import OgpGraphError

__all__ = ["commands", "main"]


class _InOrder(click.Group):
    """Lists the commands in the order in which a newcomer meets them."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(self.commands)


@click.group(cls=_InOrder, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="ogp-graph")
def commands() -> None:
    """Turns OGP End of Commitment Report pages into a knowledge graph that says where each statement came from.

    \b
    Exit codes
      0  every input gave its report (warnings never change it)
      1  done, but some input gave no report or was quarantined
      2  wrong usage, or a definition file that contradicts itself
      3  the environment failed: disk, permission, lock
    """


for _command in (
    fetch,
    inspect,
    convert,
    build,
    reports,
    findings,
    link,
    validate,
    releases,
    verify,
    query,
    serve,
    publish,
):
    commands.add_command(_command)


def main() -> None:
    """Runs the command line and ends the process with its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # what a terminal's encoding cannot show is escaped
            stream.reconfigure(errors="backslashreplace")
    try:
        code = commands.main(prog_name="ogp-graph", standalone_mode=False)
        sys.stdout.flush()
    except click.exceptions.Abort:
        _say("stopped")
        code = 130
    except click.exceptions.Exit as done:
        code = done.exit_code
    except click.ClickException as wrong:
        wrong.show()
        code = 2
    except OgpGraphError as error:
        _say(str(error))
        code = error.exit_code
    except BrokenPipeError:  # the reader of our output went away, as head does
        _drop_output()
        code = 0
    except OSError as error:
        said = error.strerror or str(error)
        _say(f"{error.filename}: {said}" if error.filename else said)
        _drop_output()
        code = 3
    sys.exit(code if isinstance(code, int) else 0)


def _drop_output() -> None:
    """What is left in the buffer goes nowhere: at the end it would fail once more, and change the exit code."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _say(message: str) -> None:
    click.echo(f"ogp-graph: {message}", err=True)
