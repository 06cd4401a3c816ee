"""Killed at any moment, a build leaves the last release whole, no process behind it, and a workspace that goes on."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.edited_pages import corpus, titled_text
from tests.running import Forking, processes_of_session, until

KILLS = 50
MOST = 100
"""Attempts: some builds end before their moment comes."""


@dataclass
class Builds:
    """Builds of one workspace, each with one changed page. Odd ones use a pool of processes, even ones none;
    ``seconds`` is how long either took, ``number`` how many there were."""

    folder: Path
    run: Forking
    number: int = 0
    seconds: list[float] = field(default_factory=lambda: [60.0, 60.0])

    @property
    def workspace(self) -> Path:
        return self.folder / "ws"

    def begin(self) -> int:
        """Changes the page and starts a build; returns its process and session."""
        self.number += 1
        page = titled_text("A page that changes", ("Eight of nine panels met twice a year.", self.said()))
        (self.folder / "pages" / "changing.txt").write_text(page, encoding="utf-8")
        options = ("--workspace", self.workspace, "--processes", 1 + self.number % 2, "--date", "2026-03-01")
        return self.run.begin("build", *options, self.folder / "pages")

    def said(self) -> str:
        """What only the present version of the changed page says."""
        return f"Version {self.number} of the panels met."

    def succeed(self) -> None:
        """A build that nobody disturbs publishes the changed page."""
        start = time.monotonic()
        self.begin()
        done = self.run.finish()
        assert done.returncode == 1, done.stderr  # one sample page is no report
        self.took(time.monotonic() - start)
        assert self.said() in (self.workspace / "current" / "tables" / "answers.csv").read_text(encoding="utf-8")

    def took(self, seconds: float) -> None:
        self.seconds[self.number % 2] = min(self.seconds[self.number % 2], seconds)

    def kill(self, moments: random.Random) -> bool:
        """Kills a build at a random moment; False when it was done before."""
        start, session = time.monotonic(), self.begin()
        process = os.pidfd_open(session)
        time.sleep(moments.uniform(0, self.seconds[self.number % 2]))
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(process, signal.SIGKILL)
        os.close(process)
        code = self.run.finish().returncode
        assert code in (1, -signal.SIGKILL)
        if code == 1:
            self.took(time.monotonic() - start)
        assert until(lambda: not processes_of_session(session), seconds=20), "a worker outlives its build"
        return code != 1

    def verify(self, *options: str) -> None:
        lines = self.run("verify", "--workspace", self.workspace, *options).stdout.splitlines()
        assert lines
        assert all(line.endswith(": whole") for line in lines)

    def drafts(self) -> list[Path]:
        """What builds that did not come to their end left behind."""
        return [*(self.workspace / "releases").glob(".tmp-*"), *(self.workspace / "temporary").iterdir()]


@pytest.mark.slow
def test_the_last_release_is_whole_after_each_of_fifty_killed_builds(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Each build finds a whole release, one changed page, and what the killed ones before it left behind."""
    corpus(tmp_path / "pages", 8)  # more captures than one process reads alone
    run = Forking(tmp_path_factory.mktemp("quick"), measured=False)
    builds = Builds(tmp_path, run)
    moments = random.Random(20261121)
    killed = within_a_release = 0
    try:
        builds.succeed()
        builds.succeed()
        while killed < KILLS and builds.number < MOST:
            killed += builds.kill(moments)
            within_a_release += bool(builds.drafts())
            builds.verify()
            if builds.number % 10 == 0:
                builds.succeed()
        assert killed == KILLS
        assert within_a_release, "no build was killed while it wrote a release"
        builds.succeed()
        builds.verify("--all")
        assert builds.drafts() == []
    finally:
        run.close()
