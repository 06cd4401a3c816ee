"""Servers to be measured, and wrk to measure them with."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.error import HTTPError
from urllib.request import urlopen

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["Load", "Running", "Server", "free_port", "peers", "running", "wrk"]

_FOLDER = Path(__file__).resolve().parent
_CLOCK = os.sysconf("SC_CLK_TCK")
_STARTING = 900.0  # seconds until a server answers: rdflib parses a release in minutes
_RESULT = re.compile(r"RESULT (\d+) (\S+) (\d+) (\S+) (\S+) (\S+)")


@dataclass(frozen=True, slots=True)
class Server:
    """How to start it, where it listens, and the path that queries are sent to."""

    name: str
    command: Sequence[str]
    port: int
    path: str

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}{self.path}"


@dataclass(frozen=True, slots=True)
class Running:
    """A server that answers, by its process."""

    server: Server
    process: int

    @contextmanager
    def spent(self) -> Iterator[list[float]]:
        """Seconds of processor time that its processes have had within the block, as the only element; those that came
        and went are counted up to the last look at them, of which there are ten a second."""
        seen: dict[int, float] = {}
        ended = threading.Event()

        def look() -> None:
            while not ended.wait(0.1):
                seen.update(self._processor())

        before, looking, found = self._processor(), threading.Thread(target=look), [0.0]
        looking.start()
        try:
            yield found
        finally:
            ended.set()
            looking.join()
            seen.update(self._processor())
            found[0] = sum(seconds - before.get(one, 0.0) for one, seconds in seen.items())

    def _processor(self) -> dict[int, float]:
        times = {}
        for one in _below(self.process):
            with suppress(OSError):
                fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
                times[one] = (int(fields[11]) + int(fields[12])) / _CLOCK
        return times

    def memory(self) -> int:
        """Bytes of memory of its processes, what they share counted once."""
        total = 0
        for one in _below(self.process):
            with suppress(OSError):
                for line in Path(f"/proc/{one}/smaps_rollup").read_text().splitlines():
                    total += int(line.split()[1]) * 1024 if line.startswith("Pss:") else 0
        return total


@dataclass(frozen=True, slots=True)
class Load:
    """What wrk saw: requests a second, milliseconds at the 50th, 95th and 99th percentile, seconds of the server's
    processor time a request, and responses that were no 200 or did not come."""

    rate: float
    p50: float
    p95: float
    p99: float
    processor: float
    bad: int


def peers(name: str) -> Path:
    """The programs of a virtual environment that has what ``bench/peers/NAME.txt`` lists; made when it is not there."""
    wanted = _FOLDER / "peers" / f"{name}.txt"
    digest = sha256(wanted.read_bytes()).hexdigest()[:8]
    place = Path(tempfile.gettempdir(), f"ogp-graph-bench-{name}-{digest}")
    if not (place / "made").is_file():
        print(f"installing {wanted.name} into {place}", file=sys.stderr, flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", place], check=True)
        command = [place / "bin" / "python", "-m", "pip", "--quiet", "install", "-r", wanted]
        subprocess.run([str(part) for part in command], check=True)
        (place / "made").touch()
    return place / "bin"


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def running(server: Server) -> Iterator[Running]:
    """The server, once it answers; ended with everything that it started.

    Raises:
        RuntimeError: it ended instead.
    """
    process = subprocess.Popen(
        list(map(str, server.command)), cwd=tempfile.gettempdir(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        until = time.monotonic() + _STARTING
        while not _answers(server.url + "?query=ASK%7B%7D"):
            if process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"{server.name} did not start: {' '.join(map(str, server.command))}")
            time.sleep(0.2)
        yield Running(server, process.pid)
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(20)
        process.kill()
        process.wait(20)


def _answers(url: str) -> bool:
    try:
        with urlopen(url, timeout=20) as answer:
            return bool(answer.read())
    except HTTPError:
        return False
    except OSError:
        return False


def wrk(target: Running, script: str, clients: int, seconds: int, **environment: object) -> Load:
    """The server under ``clients`` connections that each ask again as soon as they are answered."""
    program = shutil.which("wrk")
    if program is None:
        sys.exit("wrk is not installed: apt-get install wrk (make bench does it as root)")
    command = [program, f"-t{min(clients, 2)}", f"-c{clients}", f"-d{seconds}s", "--timeout", "30s"]
    command += ["-H", "Accept: application/sparql-results+json", "-s", str(_FOLDER / script), target.server.url]
    given = os.environ | {name.upper(): str(value) for name, value in environment.items()} | {"BENCH": str(_FOLDER)}
    with target.spent() as spent:
        done = subprocess.run(command, capture_output=True, text=True, check=True, env=given)
    found = _RESULT.search(done.stdout)
    if found is None:
        raise RuntimeError(f"wrk said nothing of {target.server.name}: {done.stdout}{done.stderr}")
    requests, lasted, bad = int(found[1]), float(found[2]), int(found[3])
    rest: Mapping[str, float] = {f"p{part}": float(found[place]) for part, place in ((50, 4), (95, 5), (99, 6))}
    return Load(requests / lasted, **rest, processor=spent[0] / max(1, requests), bad=bad)


def _below(process: int) -> set[int]:
    found = {process}
    with suppress(OSError):
        for task in Path(f"/proc/{process}/task").iterdir():
            for child in (task / "children").read_text().split():
                found |= _below(int(child))
    return found
