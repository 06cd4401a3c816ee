"""What is read from the development pages, fact by fact, by the scorer that comes with them.

The floors in ``floors.json`` are pinned: ``pytest --raise-floors`` writes better ones, only ``--lower-floors``
writes worse ones.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from ogp_graph import pipeline
from ogp_graph.describe import write_quads
from ogp_graph.formats import FORMATS
from ogp_graph.settings import settings_from

FLOORS = Path(__file__).with_name("floors.json")
LAYOUTS = ("HTML", "HTML1252", "HTMLMIN", "L1", "L2", "L3a", "L3b", "L3c", "L4", "TRUNC", "TRUNC2", "TRUNCQ")
LAST_LINE = re.compile(r"^(\d+) passed, (\d+) failed$", re.MULTILINE)


@pytest.fixture(scope="module")
def floors(request: pytest.FixtureRequest):
    known = json.loads(FLOORS.read_text("utf-8")) if FLOORS.exists() else {}
    yield known
    if request.config.getoption("--raise-floors") or request.config.getoption("--lower-floors"):
        FLOORS.write_text(json.dumps(known, indent=2, sort_keys=True) + "\n", "utf-8")


def converted(pages: list[Path], folder: Path) -> Path:
    target = folder / "out.nq"
    settings = settings_from({})
    batches = (quads for quads, _ in pipeline.convert([str(page) for page in pages], settings))
    with target.open("wb") as file:
        write_quads(batches, FORMATS["nquads"], file, base=settings.base)
    return target


def scored(scorer: Path, *arguments: object) -> tuple[int, int, str]:
    done = subprocess.run([sys.executable, scorer, *map(str, arguments)], capture_output=True, text=True, check=False)
    found = LAST_LINE.search(done.stdout)
    assert found, done.stdout + done.stderr
    return int(found[1]), int(found[2]), done.stdout


def hold(name: str, passed: int, failed: int, told: str, floors: dict, config: pytest.Config) -> None:
    floor = floors.get(name, {"passed": 0, "failed": 0})
    worse = passed < floor["passed"] or failed > floor["failed"]
    if worse and not config.getoption("--lower-floors"):
        pytest.fail(f"{name}: {passed} passed, {failed} failed; the floor is {floor}\n{told}")
    if config.getoption("--raise-floors") or config.getoption("--lower-floors"):
        floors[name] = {"passed": passed, "failed": failed}
    else:
        assert name in floors, f"{name} has no floor yet: pytest --raise-floors"


@pytest.mark.parametrize("layout", LAYOUTS)
def test_each_layout_alone_is_read_at_least_as_well_as_pinned(layout, shared, tmp_path, floors, request):
    pages = sorted(p for p in (shared / "pages").iterdir() if p.stem.endswith(f"-{layout}"))
    assert pages
    out = converted(pages, tmp_path)
    passed, failed, told = scored(shared / "pages" / "score.py", "--nquads", out, "--only", layout, "--found-only")
    assert "not found 0" in told
    hold(layout, passed, failed, told, floors, request.config)


def test_all_pages_together_meet_in_their_reports(shared, tmp_path, floors, request):
    out = converted([shared / "pages"], tmp_path)
    passed, failed, told = scored(shared / "pages" / "score.py", "--nquads", out)
    assert "wrong merges 0" in told
    assert "not found 0" in told
    hold("all together", passed, failed, told, floors, request.config)


def test_the_two_real_pages_are_read(shared, tmp_path, floors, request):
    out = converted([shared / "pages" / "real"], tmp_path)
    passed, failed, told = scored(shared / "pages" / "score.py", "--pages", shared / "pages" / "real", "--nquads", out)
    assert "not found 0" in told
    hold("real", passed, failed, told, floors, request.config)


def test_every_page_that_has_gold_is_in_a_layout_of_this_test(shared):
    found = Counter(p.stem.rsplit("-", 1)[1] for p in (shared / "pages").glob("E*.*"))
    assert set(found) == set(LAYOUTS)
    assert sum(found.values()) == 127


def test_no_floor_allows_a_wrong_field():
    assert {floor["failed"] for floor in json.loads(FLOORS.read_text("utf-8")).values()} == {0}
