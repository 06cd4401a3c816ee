"""Every command of the README's tour does what the README says."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SERVERS = ("ogp-graph serve", "curl ")  # these have tests of their own
FAILS_BY_DESIGN = "ogp-graph build"  # one sample page is no report, and the README says so


def tour() -> list[str]:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    section = readme.split("## Five minutes")[1].split("### Exit codes")[0]
    commands = [line.split("  # ")[0].strip() for line in re.findall(r"(?m)^    (\S.*)$", section)]
    return [line for line in commands if not line.startswith(("export ", *SERVERS))]


@pytest.mark.slow
def test_the_tour_runs_as_it_is_written(tmp_path: Path, command_folder: Path):
    for name in ("samples", "queries"):
        (tmp_path / name).symlink_to(ROOT / name)
    environment = os.environ | {"PATH": f"{command_folder}{os.pathsep}{os.environ['PATH']}"}
    commands = tour()
    assert len(commands) >= 10
    for command in commands:
        done = subprocess.run(
            command, shell=True, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300
        )
        wanted = 1 if command.startswith(FAILS_BY_DESIGN) else 0
        assert done.returncode == wanted, f"{command}\n{done.stdout}\n{done.stderr}"
        assert "Traceback" not in done.stderr, f"{command}\n{done.stderr}"
    assert (tmp_path / "meals.ttl").stat().st_size > 1000
    assert (tmp_path / "workspace" / "current" / "SHA256SUMS").is_file()


def test_every_command_of_the_tour_has_a_help_text_and_every_command_is_in_the_tour(ogp_graph):
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"(?m)^  (\w[\w-]*) +\S", ogp_graph("--help").stdout.split("Commands:")[-1]))
    assert listed
    assert listed == set(re.findall(r"ogp-graph (\w+)(?= [-\w])", readme)) - {"COMMAND"}
    for name in sorted(listed):
        assert "Usage:" in ogp_graph(name, "--help").stdout
