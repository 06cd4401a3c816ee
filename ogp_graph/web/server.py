"""The production server: granian in front of the application, the query processes behind it, one tree of processes.

::

    ogp-graph serve          watches; ends the others on SIGTERM and SIGINT; SIGHUP moves on to the newest release
    └── web process          granian's threads and the application
        └── nursery          holds the store
            └── workers      one query each

Each process ends when the one above it does, killed or not.
"""

from __future__ import annotations

import multiprocessing
import os
import socket
import sys
import threading
from contextlib import closing, suppress
from dataclasses import dataclass
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any

from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels

from ogp_graph.engine import embedded
from ogp_graph.engine.confine import end_with_parent
from ogp_graph.errors import EnvironmentFailure, OgpGraphError, UsageError
from ogp_graph.web.app import create_app
from ogp_graph.web.target import Site, data_target, release_target, site_url

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection
    from pathlib import Path

    from ogp_graph.settings import Settings
    from ogp_graph.web.target import Target

__all__ = ["serve"]

_PAGES = 16  # threads for what is no query
_DRAIN = 10  # seconds that running requests get to end
_STARTING = 30.0  # seconds until the socket answers
_LOG = {
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "generic", "stream": "ext://sys.stderr"},
        "access": {"class": "logging.NullHandler"},
    }
}


def serve(*, workspace: Path | None = None, data: Path | None = None, settings: Settings) -> None:
    """Serves the current release of a workspace, or an RDF file, until SIGTERM or SIGINT; prints the addresses.

    Raises:
        UsageError: no such workspace, release or file; or the file does not parse.
        EnvironmentFailure: the port is taken, or processes cannot be started.
    """
    loader = _Loader(workspace, data, settings, os.getpid())
    loader.target()
    with closing(_reserved(settings)) as reserved:
        loader.port = reserved.getsockname()[1]
        failed, loader.failed = multiprocessing.Pipe(duplex=False)
        server = Granian(
            "ogp-graph",
            address=settings.host,
            port=loader.port,
            interface=Interfaces.WSGI,
            http=HTTPModes.http1,
            blocking_threads=settings.query_workers + settings.query_queue + _PAGES,
            workers_kill_timeout=_DRAIN,
            log_level=LogLevels.error,
            log_dictconfig=_LOG,
            websockets=False,
        )
        try:
            server.serve(target_loader=loader, wrap_loader=False)
        except SystemExit:
            code, reason = failed.recv() if failed.poll() else (EnvironmentFailure.exit_code, "the web process ended")
            raise (UsageError if code == UsageError.exit_code else EnvironmentFailure)(reason) from None


@dataclass(slots=True)
class _Loader:
    """Makes the application, in the web process."""

    workspace: Path | None
    data: Path | None
    settings: Settings
    parent: int
    port: int = 0
    failed: Connection[Any, Any] | None = None

    def target(self) -> Target:
        """What is served now."""
        if self.workspace is not None:
            return release_target(self.workspace)
        if self.data is None:
            raise UsageError("there is nothing to serve: name a workspace or a file")
        return data_target(self.data)

    def __call__(self) -> Callable[..., Any]:
        end_with_parent(self.parent)
        try:
            target = self.target()
            url = site_url(self.settings, self.port)
            engine = embedded(target.source, self.settings, base=url)
        except OgpGraphError as error:
            if self.failed is not None:
                self.failed.send((error.exit_code, str(error)))
            sys.exit(error.exit_code)
        threading.Thread(target=_announce, args=(target, url, self.settings.host, self.port), daemon=True).start()
        return create_app(Site(target, url, self.settings), engine)


def _reserved(settings: Settings) -> socket.socket:
    """A socket that holds the port for us without listening; granian binds the same port to it (SO_REUSEPORT).

    Raises:
        EnvironmentFailure: another program has the port.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        if settings.port:
            with socket.socket(family) as alone:  # SO_REUSEPORT alone would share the port with another server of ours
                alone.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                alone.bind((settings.host, settings.port))
        holder = socket.socket(family)
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        holder.bind((settings.host, settings.port))
    except OSError as error:
        raise EnvironmentFailure(f"cannot listen on {settings.host}, port {settings.port}: {error.strerror}") from error
    return holder


def _announce(target: Target, url: str, host: str, port: int) -> None:
    """Prints where everything is, once the socket answers."""
    until = monotonic() + _STARTING
    while monotonic() < until:
        with suppress(OSError), socket.create_connection((host, port), 1):
            break
        sleep(0.02)
    lines = [f"Serving {'release ' + target.id if target.folder else target.source.name}", f"  start page  {url}"]
    lines += [f"  SPARQL      {url}sparql"]
    if target.folder is not None:
        lines += [f"  dumps       {url}dumps/", f"  tables      {url}tables/", f"  catalogue   {url}catalogue"]
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()
