"""A small data set, an engine over it, and a real server on a free port, each ended by whoever asked for it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pyoxigraph as ox

from ogp_graph.engine import Direct, Embedded, embedded
from ogp_graph.settings import Settings, settings_from
from ogp_graph.web import create_app, release_target
from ogp_graph.web.target import Site

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient

ROOT = Path(__file__).resolve().parent.parent
ONE, TWO = "https://example.org/graph/one", "https://example.org/graph/two"
DATA = f"""
<https://example.org/a> <https://example.org/name> "Ada" .
<https://example.org/b> <https://example.org/name> "Br\\u00E9beuf, \\"the\\" <b>"@fr .
<https://example.org/b> <https://example.org/size> "3"^^<http://www.w3.org/2001/XMLSchema#integer> .
<https://example.org/a> <https://example.org/knows> <https://example.org/b> <{ONE}> .
<https://example.org/b> <https://example.org/knows> <https://example.org/a> <{TWO}> .
"""
NAMES = "SELECT ?thing ?name WHERE { ?thing <https://example.org/name> ?name } ORDER BY ?name"
_START = (
    "import os, sys; from pathlib import Path; from ogp_graph.settings import settings_from; "
    "from ogp_graph.web import serve; from ogp_graph.errors import OgpGraphError\n"
    "try: serve(**{sys.argv[1]: Path(sys.argv[2])}, settings=settings_from(os.environ))\n"
    "except OgpGraphError as error: sys.exit(f'{error.exit_code} {error}')"
)


def data_file(folder: Path, more: str = "") -> Path:
    """:data:`DATA` as N-Quads in ``folder``."""
    path = folder / "small.nq"
    path.write_text(DATA + more, encoding="utf-8")
    return path


def many(count: int) -> str:
    """``count`` more statements."""
    return "".join(f'<https://example.org/n/{n}> <https://example.org/number> "{n}" .\n' for n in range(count))


@contextmanager
def engine_over(path: Path, **settings: object) -> Iterator[Embedded]:
    """An engine with quick limits."""
    limits = {"query_seconds": 2.0, "query_memory": 600_000_000, "query_workers": 2} | settings
    engine = embedded(path, settings_from({}, **limits))
    try:
        yield engine
    finally:
        engine.close()


class Server:
    """A server in a process of its own; ``url`` ends in a slash."""

    def __init__(self, process: subprocess.Popen[str], url: str, said: list[str]) -> None:
        self.process, self.url, self.said = process, url, said

    def get(self, path: str, method: str = "GET", data: bytes | None = None, **headers: str) -> Reply:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return fetch(self.url + path, method, data, named)

    def processes(self) -> set[int]:
        """The server's process and every one below it."""
        return below(self.process.pid)

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(20)


class Reply:
    """Status, headers (case does not matter) and body."""

    def __init__(self, status: int, headers: object, body: bytes) -> None:
        self.status, self.headers, self.body = status, headers, body

    @property
    def text(self) -> str:
        return self.body.decode()


def fetch(url: str, method: str = "GET", data: bytes | None = None, headers: dict[str, str] | None = None) -> Reply:
    """One request; errors are replies too."""
    request = Request(url, data=data, headers={"Accept": "*/*"} | (headers or {}), method=method)
    try:
        with urlopen(request, timeout=30) as answer:
            return Reply(answer.status, answer.headers, answer.read())
    except HTTPError as error:
        with error:
            return Reply(error.code, error.headers, error.read())


@contextmanager
def server_over(kind: str, path: Path, **settings: object) -> Iterator[Server]:
    """A server over a ``data`` file or a ``workspace``, on a free port of this machine alone."""
    limits = {"port": 0, "host": "127.0.0.1", "query_seconds": 3.0} | settings
    names = {f"OGP_GRAPH_{name.upper()}": str(value) for name, value in limits.items()}
    process = subprocess.Popen(
        [sys.executable, "-c", _START, kind, str(path)],
        stdout=subprocess.PIPE, text=True, cwd=ROOT, env=os.environ | names,
    )  # fmt: skip
    assert process.stdout is not None
    said = []
    try:
        for line in process.stdout:
            said.append(line.rstrip("\n"))
            if "SPARQL" in line:
                break
        assert "SPARQL" in "".join(said[-1:]), f"the server did not start: {said}"
        server = Server(process, said[-1].split()[1].removesuffix("sparql"), said)
        yield server
    finally:
        process.kill()
        process.stdout.close()
        process.wait(20)


def below(process: int) -> set[int]:
    """``process`` and its descendants, while they live."""
    found = {process}
    try:
        for task in Path(f"/proc/{process}/task").iterdir():
            for child in (task / "children").read_text().split():
                found |= below(int(child))
    except (FileNotFoundError, ProcessLookupError):
        pass
    return found


def settings(**given: object) -> Settings:
    return settings_from({}, **given)


def client_over(workspace: Path, url: str) -> FlaskClient:
    """Asks the site of a workspace's release, as it is at ``url``, without a server."""
    target = release_target(workspace)
    assert target.folder is not None
    store = ox.Store.read_only(str(target.folder / "store"))
    return create_app(Site(target, url, settings_from({})), Direct(store)).test_client()
