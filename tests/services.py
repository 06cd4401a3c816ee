"""SPARQL services that are not ours: Oxigraph's own server, Virtuoso, and one that does what no service should."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs
from urllib.request import urlopen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_VIRTUOSO = """
[Database]
DatabaseFile = virtuoso.db
ErrorLogFile = virtuoso.log
LockFile = virtuoso.lck
TransactionFile = virtuoso.trx
xa_persistent_file = virtuoso.pxa
FileExtend = 50
[TempDatabase]
DatabaseFile = virtuoso-temp.db
TransactionFile = virtuoso-temp.trx
[Parameters]
ServerPort = 127.0.0.1:{sql}
ServerThreads = 8
NumberOfBuffers = 4000
MaxDirtyBuffers = 3000
DirsAllowed = {folder}
CheckpointInterval = 0
[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerThreads = 5
KeepAliveTimeout = 5
[SPARQL]
ResultSetMaxRows = {rows}
MaxQueryExecutionTime = 20
"""


_JSON = "application/sparql-results+json"


@dataclass(frozen=True)
class Service:
    """Addresses for queries, graphs and updates; Virtuoso's own port, and its default graph."""

    query: str
    graphs: str
    update: str
    default: str = ""
    secret: str = ""
    sql: str = ""
    process: subprocess.Popen[bytes] | None = None


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def oxigraph(folder: Path) -> Iterator[Service]:
    port = free_port()
    program = Path(sys.executable).with_name("oxigraph")
    command = [str(program), "serve", "--location", str(folder), "--bind", f"127.0.0.1:{port}"]
    url = f"http://127.0.0.1:{port}"
    with _running(command, folder.parent, f"{url}/") as process:
        yield Service(f"{url}/query", f"{url}/store", f"{url}/update", process=process)


@contextmanager
def virtuoso(folder: Path, program: str, *, allowed: Path, rows: int = 10_000) -> Iterator[Service]:
    """A server of its own in ``folder``, which may load files from ``allowed``, with tables of at most ``rows``."""
    http, sql = free_port(), free_port()
    folder.mkdir(parents=True, exist_ok=True)
    told = _VIRTUOSO.format(http=http, sql=sql, rows=rows, folder=f"., {allowed}")
    (folder / "virtuoso.ini").write_text(told, encoding="utf-8")
    url = f"http://127.0.0.1:{http}/sparql"
    with _running([program, "+foreground", "+configfile", "virtuoso.ini"], folder, url, supervised=True) as process:
        grant = 'grant SPARQL_UPDATE to "SPARQL";'
        isql = shutil.which("isql-vt") or "isql"
        subprocess.run([isql, f"127.0.0.1:{sql}", "dba", "dba", f"exec={grant}"], check=True, capture_output=True)
        default = "https://w3id.org/ogp-graph/graph/default"
        yield Service(url, f"{url}-graph-crud-auth", url, default, "dba:dba", f"127.0.0.1:{sql}", process)


@contextmanager
def _running(
    command: list[str], folder: Path, url: str, *, supervised: bool = False
) -> Iterator[subprocess.Popen[bytes]]:
    """A server that answers at ``url``. One that is ``supervised`` is started again when it ends, as systemd would:
    this version of Virtuoso crashes now and then, and rolls forward."""

    def start() -> subprocess.Popen[bytes]:
        quiet = subprocess.DEVNULL
        return subprocess.Popen(command, cwd=folder, stdin=quiet, stdout=quiet, stderr=quiet)

    def watch() -> None:
        nonlocal latest
        while latest.wait() is not None and not ended.is_set():
            with suppress(OSError):
                (folder / "virtuoso.lck").unlink()
            latest = start()

    process = latest = start()
    ended = threading.Event()
    watcher = threading.Thread(target=watch, daemon=True)
    if supervised:
        watcher.start()
    try:
        until = time.monotonic() + 60
        while True:
            assert process.poll() is None, f"{command[0]} ended with {process.returncode}"
            assert time.monotonic() < until, f"{command[0]} does not answer"
            with suppress(OSError), urlopen(url, timeout=5):
                break
            time.sleep(0.05)
        yield process
    finally:
        ended.set()
        latest.kill()
        latest.wait(20)
        if supervised:
            watcher.join(20)


class Bad(BaseHTTPRequestHandler):
    """Answers every query with what ``answers`` has for it, byte by byte as it stands there."""

    protocol_version = "HTTP/1.1"
    answer: Callable[[Bad, str], None]

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        type(self).answer(self, form["query"][0])

    def log_message(self, *_: object) -> None:
        """Nothing."""

    def raw(self, *parts: bytes, end: bool = True) -> None:
        for part in parts:
            self.wfile.write(part)
            self.wfile.flush()
        self.close_connection = end

    def json(
        self, body: bytes, *more: str, status: str = "200 OK", kind: str = "application/sparql-results+json"
    ) -> None:
        lines = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", f"Content-Length: {len(body)}", *more]
        self.raw("\r\n".join(lines).encode() + b"\r\n\r\n" + body, end=False)


@contextmanager
def bad_service(answer: Callable[[Bad, str], None]) -> Iterator[str]:
    """The address of a service that holds every release and answers other queries by ``answer``."""

    def told(handler: Bad, query: str) -> None:
        if "graph/published" in query:
            handler.json(b'{"head":{},"boolean":true}')
        else:
            answer(handler, query)

    handler = type("Handler", (Bad,), {"answer": staticmethod(told)})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/sparql"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
