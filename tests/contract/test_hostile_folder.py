"""One folder with everything that can be wrong in it, and good pages beside: each bad thing is named, nothing breaks,
the good pages give what they give alone (issue "What bad input gets")."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.bad_pages import BAD, MARK, ODD_MARK, Bad, shown, write_bad
from tests.running import ORDINARY, resident_bytes, started
from tests.traces import texts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Run = Callable[..., subprocess.CompletedProcess[str]]

SECONDS = 60
BYTES = 2_000_000_000
pytestmark = pytest.mark.slow


@dataclass
class Outcome:
    """What a build of the hostile folder did: ``findings`` by the file's name, ``bytes`` resident at most, and what
    stood outside the workspace ``before`` and ``after``."""

    folder: Path
    code: int
    stdout: str
    stderr: str
    seconds: float
    bytes: int
    findings: dict[str, list[dict[str, str]]]
    before: list[tuple[str, int]]
    after: list[tuple[str, int]]

    @property
    def workspace(self) -> Path:
        return self.folder / "work" / "ws"

    @property
    def accepted(self) -> dict[str, str]:
        lines = [line.split() for line in self.stdout.splitlines()]
        return {line[1]: line[2] for line in lines if line[0] == "accepted"}


def listing(folder: Path) -> list[tuple[str, int]]:
    """Every file outside the workspace with its size."""
    paths = (path for path in folder.rglob("*") if "work" not in path.relative_to(folder).parts)
    return sorted((repr(str(path)), path.lstat().st_size) for path in paths)


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory, samples: Path, ogp_graph: Run) -> Iterator[Outcome]:
    """The build, measured; as a user who may not read everything."""
    folder = tmp_path_factory.mktemp("hostile")
    write_bad(folder / "pages")
    shutil.copytree(samples, folder / "pages" / "good")
    for name in ("tmp", "elsewhere", "work"):
        (folder / name).mkdir()
    before = listing(folder)
    told = [folder / "work" / name for name in ("stdout", "stderr")]
    with told[0].open("wb") as stdout, told[1].open("wb") as stderr:
        seconds, most, code = measured(folder, stdout=stdout, stderr=stderr)
    after = listing(folder)
    said, complained = (path.read_text(encoding="utf-8") for path in told)
    lines = ogp_graph("findings", "-w", folder / "work" / "ws", "--format", "jsonl").stdout.splitlines()
    findings = defaultdict(list)
    for line in lines:
        finding = json.loads(line)
        findings[finding.get("name", "")].append(finding)
    yield Outcome(folder, code, said, complained, seconds, most, findings, before, after)
    for path in (folder / "pages").iterdir():  # what would fill disks of those who copy or read test folders
        if path.name.startswith(("sparse", "bomb", "pipe")):
            path.unlink()


def measured(folder: Path, **streams: object) -> tuple[float, int, int]:
    """(seconds, bytes resident at most, exit code) of a build of the folder and of a device."""
    paths = ("--", folder / "pages", "/dev/zero")
    options = {"cwd": folder / "elsewhere", "TMPDIR": str(folder / "tmp"), "HOME": str(folder / "elsewhere")}
    start, most = time.monotonic(), 0
    build = ("build", "--workspace", folder / "work" / "ws", *paths)
    with started(*build, prefix=ORDINARY, measured=False, **streams, **options) as process:
        while not (ended := os.wait4(process.pid, os.WNOHANG))[0]:
            most = max(most, resident_bytes(process.pid))
            assert time.monotonic() - start < 2 * SECONDS, "it does not end"
            time.sleep(0.05)
        process.returncode = os.waitstatus_to_exitcode(ended[1])
    return time.monotonic() - start, max(most, ended[2].ru_maxrss * 1024), process.returncode


def test_the_build_ends_with_1_in_time_and_in_bounds(outcome: Outcome) -> None:
    assert outcome.code == 1, outcome.stderr
    assert outcome.seconds < SECONDS
    assert outcome.bytes < BYTES


def test_nobody_sees_a_traceback(outcome: Outcome) -> None:
    assert "Traceback" not in outcome.stdout + outcome.stderr
    assert "internal-error" not in {f["code"] for told in outcome.findings.values() for f in told}


def named(bad: Bad) -> object:
    """The parameter for one bad thing."""
    return pytest.param(bad, id=shown(bad.name)[:40])


@pytest.mark.parametrize("bad", [named(bad) for bad in BAD])
def test_each_bad_thing_is_named_with_a_code(bad: Bad, outcome: Outcome) -> None:
    alone, member = shown(bad.name), f"{shown(bad.name)}!/"
    said = (those for name, those in outcome.findings.items() if name == alone or name.startswith(member))
    found = [finding for those in said for finding in those]
    assert found, "nothing is said about it"
    assert bad.code is None or bad.code in {f["code"] for f in found}
    if bad.gives == "no report":
        wanted = "Warning" if bad.name == "around" else "Violation"
        assert wanted in {f["severity"] for f in found}


def test_a_device_on_the_command_line_is_not_opened(outcome: Outcome) -> None:
    assert [f["code"] for f in outcome.findings["zero"]] == ["not-a-regular-file"]


def test_what_gives_no_report_gives_no_part_of_one(outcome: Outcome) -> None:
    """No capture of a refused or quarantined page stands in a dump, and every other bad page's does."""
    dumps = "".join(content for name, content in texts(outcome.workspace / "current" / "dumps"))
    given: dict[str, list[str]] = {"no report": [], "a quarantined report": [], "a report": []}
    for bad in BAD:
        path = outcome.folder / "pages" / bad.name
        if not path.is_file() or path.stat().st_size > 100_000_000 or not os.access(path, os.R_OK):
            continue
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        given[bad.gives].append(sha256)
        assert (sha256 in dumps) == (bad.gives == "a report"), bad.name
    assert min(map(len, given.values())) >= 2
    quarantined = [line for line in outcome.stdout.splitlines() if line.startswith("quarantined ")]
    assert len(quarantined) == len(given["a quarantined report"])


def test_every_good_page_gives_the_report_that_it_gives_alone(
    outcome: Outcome, sample_workspace: Path, ogp_graph: Run
) -> None:
    alone = dict(line.split() for line in ogp_graph("reports", "-w", sample_workspace).stdout.splitlines())
    assert len(alone) == 17
    assert {key: outcome.accepted.get(key) for key in alone} == alone
    assert len(outcome.accepted) == 17 + sum(bad.gives == "a report" for bad in BAD)


def test_nothing_is_written_outside_the_workspace(outcome: Outcome) -> None:
    assert outcome.after == outcome.before
    assert not Path("/tmp/climbed.html").exists()


def test_the_release_is_whole(outcome: Outcome, ogp_graph: Run) -> None:
    ogp_graph("verify", "-w", outcome.workspace)


def test_nothing_of_a_script_is_in_the_data(outcome: Outcome) -> None:
    dumps = "".join(content for name, content in texts(outcome.workspace / "current" / "dumps"))
    assert "document.write" not in dumps
    assert "alert(" not in dumps
    assert "lollol" not in dumps


@pytest.mark.parametrize("mark", [MARK, ODD_MARK])
def test_no_mailbox_leaves_the_archive(mark: str, outcome: Outcome) -> None:
    """Neither whole nor in part, in any form."""
    assert mark not in (outcome.stdout + outcome.stderr).lower()
    leaks = set()
    for folder in ("releases", "reports", "readings"):
        for name, content in texts(outcome.workspace / folder):
            if (at := content.lower().find(mark)) >= 0:
                leaks.add((f"{folder}/{name}", content[at : at + 40]))
    assert leaks == set()


def test_findings_can_be_shown_in_one_line_each(outcome: Outcome) -> None:
    lines = outcome.stderr.splitlines()
    assert all(line.isprintable() for line in lines)
    assert all(line.startswith(("violation ", "warning ", "release ", "why: ")) for line in lines)
