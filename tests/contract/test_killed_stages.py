"""Killed as each stage begins, a build goes on from what was finished and ends with the same bytes."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from ogp_graph.pipeline import build
from ogp_graph.release import Workspace, current_release, verify
from ogp_graph.release.checksums import read_sums
from ogp_graph.settings import settings_from
from tests.edited_pages import titled_text
from tests.running import environment

if TYPE_CHECKING:
    from pathlib import Path

DAY = dt.date(2026, 3, 1)
SETTINGS = settings_from({}, processes=1)
READING = ("captures", "pages", "reports", "release")
FINISHING = ("checks", "quality report", "products", "checksums, index, catalogue")
FIRST = (*READING, *(f"release: {step}" for step in ("citations and tables", "statements", "store", *FINISHING)))
NEXT = (*READING, *(f"release: {step}" for step in ("statements", "citations", "store", "tables", *FINISHING)))
NAMELESS = ("catalogue.", "changes.", "release.json")

KILLED = """
import datetime, os, signal, sys
from ogp_graph.pipeline import build
from ogp_graph.release import Workspace
from ogp_graph.settings import settings_from
workspace, folder, *steps = sys.argv[1:]
for step in steps:
    def begun(name, *_):
        if name == step:
            os.kill(os.getpid(), signal.SIGKILL)
    child = os.fork()  # nothing ran here yet: there are no threads
    if child == 0:
        build(Workspace(workspace), [folder], settings_from({}, processes=1), today=datetime.date(2026, 3, 1),
              progress=begun)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if not os.WIFSIGNALED(status):
        sys.exit(f"no stage is called {step}")
    try:
        print(os.readlink(os.path.join(workspace, "current")))
    except FileNotFoundError:
        print("none")
"""


def pages(folder: Path, changed: str = "") -> Path:
    folder.mkdir(exist_ok=True)
    for number in range(8):
        said = changed if number == 5 and changed else f"Meeting {number} took place."
        text = titled_text(f"Street number {number}", ("Eight of nine panels met twice a year.", said))
        (folder / f"{number}.txt").write_text(text, encoding="utf-8")
    return folder


def killed(workspace: Path, folder: Path, steps: tuple[str, ...]) -> list[str]:
    """Builds that are killed when each of ``steps`` begins, one after the other; what was current after each."""
    line = [sys.executable, "-c", KILLED, workspace, folder, *steps]
    done = subprocess.run(line, env=environment(measured=False), capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def sums(workspace: Path) -> dict[str, str]:
    release = current_release(Workspace(workspace))
    assert release is not None
    assert verify(release.path) == ()
    return {path: sha256 for path, sha256 in read_sums(release.path).items() if not path.startswith(NAMELESS)}


@pytest.mark.slow
def test_killed_at_the_beginning_of_each_stage_a_build_ends_with_the_same_bytes(tmp_path: Path) -> None:
    folder, workspace = pages(tmp_path / "pages"), tmp_path / "killed"
    assert killed(workspace, folder, FIRST) == ["none"] * len(FIRST)
    done = build(Workspace(workspace), [str(folder)], SETTINGS, today=DAY)
    assert (done.rebuilt, len(done.accepted)) == (0, 8), "what was finished was done again"
    build(Workspace(tmp_path / "other"), [str(folder)], SETTINGS, today=DAY)
    assert sums(workspace) == sums(tmp_path / "other")

    pages(folder, changed="Nobody came.")
    assert killed(workspace, folder, NEXT) == ["releases/2026-03-01.1"] * len(NEXT)
    done = build(Workspace(workspace), [str(folder)], SETTINGS, today=DAY)
    assert done.rebuilt == 0
    build(Workspace(tmp_path / "scratch"), [str(folder)], SETTINGS, today=DAY)
    assert sums(workspace) == sums(tmp_path / "scratch")
