"""The command line in processes of its own, where a test needs more than the fixture ``ogp_graph`` gives: the process
while it runs, without the powers of root, killed, measured."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = [
    "ORDINARY", "Forking", "command", "environment", "processes_of_session", "resident_bytes", "started", "until",
]  # fmt: skip

ROOT = Path(__file__).resolve().parent.parent
SECONDS = 120
"""How long anything here may take before the test fails."""

# For root, rights of files mean nothing; without these two capabilities they do (capabilities(7), prctl(2)). 24 is
# PR_CAPBSET_DROP, 1 and 2 are CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH. Who is not root has and may drop neither.
ORDINARY = (
    sys.executable,
    "-c",
    "import ctypes, os, sys; drop = ctypes.CDLL(None).prctl; drop(24, 1, 0, 0, 0); drop(24, 2, 0, 0, 0);"
    "os.execv(sys.argv[1], sys.argv[1:])",
)


def command(*arguments: str | Path) -> list[str]:
    """The command line of this checkout with ``arguments``."""
    return [sys.executable, "-c", "from ogp_graph.cli import main; main()", *map(str, arguments)]


def environment(*, measured: bool = True, **more: str) -> dict[str, str]:
    """The environment of a process that runs this checkout; not ``measured`` for coverage where time counts."""
    ours = {k: v for k, v in os.environ.items() if measured or not k.startswith(("COV_", "COVERAGE_"))}
    return ours | {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"} | more


class Forking:
    """Runs command lines as the fixture ``ogp_graph`` does, each in a process of its own that finds the program loaded;
    see :mod:`tests.forking`. Variables that Python itself reads at its start have no effect here."""

    def __init__(self, folder: Path, *, measured: bool = True) -> None:
        self.folder = folder
        self._heard = b""
        self._line: list[str] = []
        asked, self._requests = os.pipe()
        self._answers, answered = os.pipe()
        line = [sys.executable, str(ROOT / "tests" / "forking.py"), str(asked), str(answered)]
        env = environment(measured=measured)
        self._process = subprocess.Popen(line, pass_fds=(asked, answered), env=env, start_new_session=True)
        os.close(asked)
        os.close(answered)

    def __call__(
        self,
        *arguments: str | Path,
        code: int | None = 0,
        input: str | bytes = b"",
        stdout: str = "",
        cwd: Path | None = None,
        env: dict[str, str] | None = None,
    ) -> subprocess.CompletedProcess[str]:
        self.begin(*arguments, input=input, stdout=stdout, cwd=cwd, env=env)
        done = self.finish()
        assert code is None or done.returncode == code, f"exit code {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    def begin(
        self,
        *arguments: str | Path,
        input: str | bytes = b"",
        stdout: str = "",
        cwd: Path | None = None,
        env: dict[str, str] | None = None,
    ) -> int:
        """Starts a command line; returns the number of its process and session. :meth:`finish` waits for it."""
        files = {name: str(self.folder / name) for name in ("stdin", "stdout", "stderr")}
        Path(files["stdin"]).write_bytes(input if isinstance(input, bytes) else input.encode())
        for name in ("stdout", "stderr"):
            Path(files[name]).write_bytes(b"")
        request = {"arguments": [str(a) for a in arguments], "cwd": str(cwd or ROOT), "variables": env or {}}
        request |= files | ({"stdout": stdout} if stdout else {})
        os.write(self._requests, json.dumps(request).encode() + b"\n")
        self._line = request["arguments"]
        return self._answer()

    def finish(self) -> subprocess.CompletedProcess[str]:
        """What the command line that was begun has said, when it has ended."""
        code = self._answer()
        said, complained = ((self.folder / name).read_text(encoding="utf-8") for name in ("stdout", "stderr"))
        return subprocess.CompletedProcess(self._line, code, said, complained)

    def _answer(self) -> int:
        while b"\n" not in self._heard:
            ready, _, _ = select.select([self._answers], [], [], SECONDS)
            assert ready, f"{self._line} takes more than {SECONDS} seconds"
            part = os.read(self._answers, 100)
            assert part, f"{self._line}: the process ended"
            self._heard += part
        line, _, self._heard = self._heard.partition(b"\n")
        return int(line)

    def close(self) -> None:
        """Ends the process and what it may have left running."""
        os.close(self._requests)
        os.close(self._answers)
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for left in processes_of_session(self._process.pid):
            os.kill(left, 9)


@contextmanager
def started(
    *arguments: str | Path,
    prefix: tuple[str, ...] = (),
    measured: bool = True,
    stdin: int | IO[bytes] = subprocess.DEVNULL,
    stdout: int | IO[bytes] = subprocess.PIPE,
    stderr: int | IO[bytes] = subprocess.PIPE,
    cwd: Path | None = None,
    **more: str,
) -> Iterator[subprocess.Popen[bytes]]:
    """A running command in a session of its own, in which nothing is left behind."""
    process = subprocess.Popen(
        [*prefix, *command(*arguments)],
        stdin=stdin, stdout=stdout, stderr=stderr, cwd=cwd,
        env=environment(measured=measured, **more), start_new_session=True,
    )  # fmt: skip
    try:
        with process:
            try:
                yield process
            finally:
                if process.poll() is None:
                    process.kill()
    finally:
        for left in processes_of_session(process.pid):
            os.kill(left, 9)


def until(true: Callable[[], bool], *, seconds: float = SECONDS) -> bool:
    """Whether ``true`` became so in time."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(0.005)
    return True


def processes_of_session(session: int) -> list[int]:
    """The living processes of a session, zombies aside (proc(5))."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        except OSError:  # it ended
            continue
        if int(fields[3]) == session and fields[0] not in "ZX":
            found.append(int(stat.parent.name))
    return found


def resident_bytes(session: int) -> int:
    """Memory that the processes of a session hold together; what they share counts for each."""
    pages = 0
    for process in processes_of_session(session):
        try:
            pages += int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1])
        except (OSError, IndexError):
            continue
    return pages * os.sysconf("SC_PAGE_SIZE")
