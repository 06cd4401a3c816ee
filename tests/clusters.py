"""A Dask cluster of real processes on this machine, and an object store that speaks S3."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.request import urlopen

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
_WORKER = "import sys; from distributed.cli.dask_worker import main; main(sys.argv[1:])"
_SCHEDULER = "import sys; from distributed.cli.dask_scheduler import main; main(sys.argv[1:])"


class Machines:
    """The scheduler's address and its workers, each a process of its own that may be killed."""

    def __init__(self, address: str, workers: list[subprocess.Popen[str]]) -> None:
        self.address, self.workers = address, workers


@contextmanager
def machines(folder: Path, count: int = 3, **environment: str) -> Iterator[Machines]:
    """A scheduler and ``count`` workers of one thread."""
    with ExitStack() as stack:
        given = os.environ | {"PYTHONPATH": str(ROOT)} | environment
        scheduler = _started(stack, _SCHEDULER, ["--host", "127.0.0.1", "--port", "0", "--no-dashboard"], folder, given)
        address = _said(scheduler, r"Scheduler at:\s*(tcp://\S+)")
        options = ["--nthreads", "1", "--no-nanny", "--no-dashboard", "--death-timeout", "60"]
        workers = [
            _started(stack, _WORKER, [address, *options, "--local-directory", str(folder / f"w{n}")], folder, given)
            for n in range(count)
        ]
        for worker in workers:
            _said(worker, r"Registered to:\s*(tcp://\S+)")
        yield Machines(address, workers)


def _started(
    stack: ExitStack, program: str, arguments: list[str], folder: Path, environment: dict[str, str]
) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip

    def end() -> None:
        process.kill()
        process.wait(20)
        if process.stderr is not None:
            process.stderr.close()

    stack.callback(end)
    return process


def _said(process: subprocess.Popen[str], pattern: str) -> str:
    """What a process logs at its start; the rest of its log is read and forgotten."""
    assert process.stderr is not None
    for line in process.stderr:
        if found := re.search(pattern, line):
            threading.Thread(target=lambda: [None for _ in process.stderr or ()], daemon=True).start()
            return found[1]
    raise AssertionError(f"ended with {process.wait()}")


@contextmanager
def object_store(port: int) -> Iterator[str]:
    """The address of an S3-compatible server without a bucket."""
    command = [str(Path(sys.executable).with_name("moto_server")), "-H", "127.0.0.1", "-p", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 60
        while True:
            assert process.poll() is None
            assert time.monotonic() < until
            try:
                with urlopen(f"http://127.0.0.1:{port}/moto-api/", timeout=5):
                    break
            except OSError:
                time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait(20)
