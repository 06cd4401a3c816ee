"""The same captures give the same bytes: whatever the order, process, hash seed, locale, time zone, day, number of
processes or folder, and whether they came at once or bit by bit."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from ogp_graph.formats import FORMATS
from tests.edited_pages import corpus, titled_text
from tests.running import command, environment

RDF = [form.name for form in FORMATS.values() if form.rdf]
NAMES_THE_RELEASE = ("catalogue.", "changes.", "release.json")
HERE = {"PYTHONHASHSEED": "0", "LC_ALL": "C.UTF-8", "LANG": "C.UTF-8", "TZ": "UTC"}
ELSEWHERE = {
    "PYTHONHASHSEED": "4242", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "LC_ALL": "C", "LANG": "tr_TR.UTF-8",
    "TZ": "Pacific/Kiritimati", "COLUMNS": "40", "NO_COLOR": "1",
}  # fmt: skip
SOME = [
    "not-a-report.html", "aragon-villages-L1.txt", "glasgow-street-panels-L1.txt", "glasgow-street-panels-L2.txt",
    "kaduna-school-meals.html", "kaduna-school-meals-fr-half-saved.html", "Tétouan – ça.txt",
]  # fmt: skip


def run(*arguments: str | Path, cwd: Path, umask: int = 0o022, **variables: str) -> bytes:
    """What the command prints; one page of the corpus is no report, hence 1."""
    line, env = command(*arguments), environment(**variables)
    done = subprocess.run(line, capture_output=True, cwd=cwd, env=env, umask=umask, timeout=120)
    assert done.returncode == 1, done.stderr.decode()
    return done.stdout


def sums(workspace: Path) -> list[str]:
    """The checksums of all files of the current release that do not name it."""
    lines = (workspace / "current" / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if not line.split(maxsplit=1)[1].startswith(NAMES_THE_RELEASE)]
    assert sum(line.split(maxsplit=1)[1].startswith("dumps/ogp-graph") for line in kept) == 6
    assert sum(line.split(maxsplit=1)[1].startswith("tables/") for line in kept) > 12
    return kept


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """More captures than one process reads alone, one of them under a name that is not ASCII."""
    folder = corpus(tmp_path_factory.mktemp("corpus") / "pages", 12)
    (folder / "Tétouan – ça.txt").write_text(titled_text("Ünïcödé in the name"), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory, pages: Path) -> tuple[list[str], bytes]:
    """The checksums of the release, and what the build says, in the plainest surroundings."""
    folder = tmp_path_factory.mktemp("expected")
    said = run("build", "-w", "ws", "--date", "2026-01-02", "--processes", "1", pages, cwd=folder, **HERE)
    assert said.count(b"accepted ") == 17 + 13
    return sums(folder / "ws"), said


@pytest.mark.slow
def test_a_build_elsewhere_gives_the_same_bytes(pages: Path, expected: tuple[list[str], bytes], tmp_path: Path) -> None:
    paths = sorted(pages.iterdir(), reverse=True)
    options = ("-w", tmp_path / "other" / "ws", "--date", "2031-12-31", "--processes", "2")
    said = run("build", *options, *paths, cwd=tmp_path, umask=0o077, **ELSEWHERE)
    assert sums(tmp_path / "other" / "ws") == expected[0]
    assert said == expected[1]
    assert (tmp_path / "other" / "ws" / "current").resolve().name == "2031-12-31.1"


@pytest.mark.slow
def test_a_workspace_that_grew_bit_by_bit_gives_the_same_bytes(
    pages: Path, expected: tuple[list[str], bytes], tmp_path: Path
) -> None:
    """Pages in another folder, of another time, some of them in an older version before."""
    other = tmp_path / "moved"
    other.mkdir()
    for number, page in enumerate(sorted(pages.iterdir())):
        (other / page.name).write_bytes(page.read_bytes())
        os.utime(other / page.name, (number * 1e6, number * 1e6))
    changed = other / "more-001.txt"
    now = changed.read_text(encoding="utf-8")
    changed.write_text(now.replace("Eight of nine", "Six of nine"), encoding="utf-8")
    run("build", "-w", "ws", changed, other / "not-a-report.html", other / "more-002.html", cwd=tmp_path)
    assert sums(tmp_path / "ws") != expected[0]
    changed.write_text(now, encoding="utf-8")
    run("build", "-w", "ws", other, cwd=tmp_path)
    assert sums(tmp_path / "ws") == expected[0]


@pytest.mark.slow
@pytest.mark.parametrize("form", RDF)
def test_a_conversion_elsewhere_gives_the_same_bytes(form: str, pages: Path, tmp_path: Path) -> None:
    some = [pages / name for name in SOME]
    one = run("convert", "--format", form, *some, cwd=pages, **HERE)
    other = run("convert", "--format", form, *reversed(some), cwd=tmp_path, **ELSEWHERE)
    assert one == other
    assert len(one) > 10_000
