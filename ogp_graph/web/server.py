"""The production server: granian in front of the application, the query processes behind it, one tree of processes.

::

    ogp-graph serve          watches; ends the others on SIGTERM and SIGINT
    └── web process          granian's threads and the application; moves on to a new release when there is one
        └── nursery          holds the store
            └── workers      one query each

Each process ends when the one above it does, killed or not.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import multiprocessing
import os
import resource
import socket
import sys
import threading
from contextlib import closing, suppress
from dataclasses import dataclass
from math import ceil
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any, cast

from granian import Granian
from granian.constants import HTTPModes, Interfaces, Loops
from granian.http import HTTP1Settings
from granian.log import LogLevels

from ogp_graph.engine.confine import end_with_parent, return_memory, unhurried
from ogp_graph.errors import EnvironmentFailure, OgpGraphError, UsageError
from ogp_graph.web.front import Front
from ogp_graph.web.serving import Serving, opened
from ogp_graph.web.target import Site, data_target, release_target, site_url

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection
    from pathlib import Path

    from ogp_graph.settings import Settings
    from ogp_graph.web.target import Target

__all__ = ["serve"]

_TURN = 0.0005  # seconds for which a thread that makes pages may keep the event loop waiting
_GARBAGE = (20_000, 20, 50)  # objects, and rounds, until garbage is collected; hardly any is made here
_CONNECTIONS = 4096  # that may be open at once
_HEADERS = 10  # seconds that a client may take for the headers of a request, or be silent between two of them
_DEAF = 30  # seconds for which a client may take nothing of what it is sent
_DRAIN = 3  # seconds that running requests get to end, beyond those that a query may take
_STARTING = 30.0  # seconds until the socket answers
_LOG = {
    "filters": {"said by us": {"()": "ogp_graph.web.server._SaidByUs"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "generic",
            "stream": "ext://sys.stderr",
            "filters": ["said by us"],
        },
        "access": {"class": "logging.NullHandler"},
    },
}


class _SaidByUs(logging.Filter):
    """Passes what granian logs, but for that the web process has ended: :func:`serve` says so, and why."""

    def filter(self, record: logging.LogRecord) -> bool:
        return not record.getMessage().startswith("Unexpected exit from worker")


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
            interface=Interfaces.RSGI,
            loop=Loops.uvloop,
            http=HTTPModes.http1,
            http1_settings=HTTP1Settings(header_read_timeout=_HEADERS * 1000),
            backlog=_CONNECTIONS,
            backpressure=_CONNECTIONS,
            workers_kill_timeout=ceil(settings.query_seconds) + _DRAIN,
            log_level=LogLevels.error,
            log_dictconfig=_LOG,
            websockets=False,
        )
        try:
            server.serve(target_loader=cast("Callable[..., Callable[..., Any]]", loader), wrap_loader=False)
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

    def __call__(self) -> Front:
        end_with_parent(self.parent)
        allowed = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, allowed))
        return_memory()
        sys.setswitchinterval(_TURN)
        gc.freeze()
        gc.set_threshold(*_GARBAGE)
        return Front(self._opening, self._newer, self.settings)

    async def _opening(self) -> Serving:
        """What is served first, its addresses announced as soon as they answer."""
        try:
            target = self.target()
            url = site_url(self.settings, self.port)
            serving = await opened(Site(target, url, self.settings))
        except OgpGraphError as error:
            if self.failed is not None:
                self.failed.send((error.exit_code, str(error)))
            sys.exit(error.exit_code)
        threading.Thread(target=_announce, args=(target, url, self.settings.host, self.port), daemon=True).start()
        return serving

    async def _newer(self, than: Serving) -> Serving | None:
        """The current release of the workspace, when it is another one than that."""
        if self.workspace is None:
            return None
        target = await asyncio.to_thread(self.target)
        return None if target.id == than.site.target.id else await opened(Site(target, than.site.url, self.settings))


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


def _give_up_on_the_deaf(port: int) -> None:
    """Has the kernel end a connection whose client takes nothing for some time; those that are accepted inherit it."""
    for name in os.listdir("/proc/self/fd"):
        with suppress(OSError), socket.socket(fileno=os.dup(int(name))) as one:
            if one.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN) and one.getsockname()[1] == port:
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _DEAF * 1000)


def _let_the_loop_go_on() -> None:
    """Has the threads of granian not interrupt the event loop after each answer."""
    ours = {thread.native_id for thread in threading.enumerate()}
    for name in os.listdir("/proc/self/task"):
        if int(name) not in ours:
            unhurried(int(name))


def _announce(target: Target, url: str, host: str, port: int) -> None:
    """Prints where everything is, once the socket answers."""
    until = monotonic() + _STARTING
    while monotonic() < until:
        with suppress(OSError), socket.create_connection((host, port), 1):
            break
        sleep(0.02)
    _give_up_on_the_deaf(port)
    _let_the_loop_go_on()
    lines = [f"Serving {'release ' + target.id if target.folder else target.source.name}", f"  start page  {url}"]
    lines += [f"  SPARQL      {url}sparql"]
    if target.folder is not None:
        lines += [f"  dumps       {url}dumps/", f"  tables      {url}tables/", f"  catalogue   {url}catalogue"]
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()
