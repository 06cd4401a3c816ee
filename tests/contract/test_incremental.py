"""A build does again what changed and nothing else; what is taken down leaves no trace in what is published."""

from __future__ import annotations

import csv
import hashlib
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ogp_graph.names import fold
from tests.edited_pages import PAGES, html, text, titled_html, titled_text
from tests.running import Forking
from tests.traces import traces

if TYPE_CHECKING:
    from collections.abc import Iterator

PANELS = "glasgow-united-kingdom-2021-2023-neighbourhood-panels-decide-which-streets-are-repaired-first-170ee6f7"
SAID = "Eight of nine panels met twice a year."
NOW = "All nine panels met four times a year."


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forking]:
    server = Forking(tmp_path_factory.mktemp("quick"))
    yield server
    server.close()


class Place:
    """A folder of pages, the workspace beside it, and what the last build said."""

    def __init__(self, folder: Path, quick: Forking) -> None:
        self.pages, self.workspace, self.quick = folder / "pages", folder / "ws", quick
        self.pages.mkdir()
        self.accepted: dict[str, str] = {}
        self.built = self.day = 0

    def write(self, name: str, page: str) -> str:
        (self.pages / name).write_text(page, encoding="utf-8")
        return hashlib.sha256(page.encode()).hexdigest()

    def build(self, *paths: Path, code: int = 0) -> str:
        """Builds all pages, a day later than the last time; returns what was said on standard error."""
        self.day += 1
        options = ("--workspace", self.workspace, "--date", f"2026-03-{self.day:02}")
        done = self.quick("build", *options, *(paths or [self.pages]), code=code)
        lines = [line.split() for line in done.stdout.splitlines()]
        self.accepted = {line[1]: line[2] for line in lines if line[0] == "accepted"}
        count = re.search(r"\b(\d+) built", done.stderr)
        assert count is not None
        self.built = int(count[1])
        return done.stderr

    def releases(self) -> list[str]:
        listed = self.quick("releases", "--workspace", self.workspace).stdout.splitlines()
        assert [line[0] for line in listed] == [" "] * (len(listed) - 1) + ["*"]
        return [line.split()[-5] for line in listed]

    def release(self, name: str = "") -> Path:
        return self.workspace / "releases" / name if name else (self.workspace / "current").resolve()

    def takedown(self, entry: str) -> None:
        with (self.workspace / "takedown.toml").open("a", encoding="utf-8") as file:
            file.write(f'{entry}\ndate = 2026-03-01\nreason = "at the person\'s request"\n')


@pytest.fixture
def place(tmp_path: Path, quick: Forking) -> Place:
    """Four reports in five captures, built once."""
    here = Place(tmp_path, quick)
    here.write("panels.txt", text())
    here.write("panels-again.txt", (PAGES / "glasgow-street-panels-L2.txt").read_text(encoding="utf-8"))
    here.write("fund.html", html())
    here.write("harbour.html", titled_html("A harbour for everybody"))
    here.write("market.txt", titled_text("A market hall"))
    here.build()
    assert (here.built, len(here.accepted)) == (4, 4)
    return here


def explanations(release: Path) -> str:
    with (release / "tables" / "answers.csv").open(encoding="utf-8", newline="") as file:
        return "\n".join(row["explanation"] for row in csv.DictReader(file))


# What changed, and nothing else


def test_nothing_new_builds_nothing_and_publishes_nothing(place: Place) -> None:
    before = {path: path.stat().st_mtime_ns for path in place.release().rglob("*")}
    first = place.accepted
    place.build()
    assert (place.built, place.accepted) == (0, first)
    assert place.releases() == ["2026-03-01.1"]
    assert {path: path.stat().st_mtime_ns for path in place.release().rglob("*")} == before


def test_one_changed_page_rebuilds_one_report(place: Place) -> None:
    first = place.accepted
    place.write("panels.txt", text((SAID, NOW)))
    place.build()
    assert place.built == 1
    assert {key for key in place.accepted if place.accepted[key] != first[key]} == {PANELS}
    old, new = place.releases()
    assert place.release() == place.release(new)
    told = json.loads((place.release(new) / "changes.json").read_text(encoding="utf-8"))
    assert (told["previous"], told["changed"], told["unchanged"]) == (old, [PANELS], 3)
    place.quick("verify", "--workspace", place.workspace, "--all")


def test_the_changed_value_is_in_the_new_release_and_the_old_one_has_the_old_value(place: Place) -> None:
    place.write("panels.txt", text((SAID, NOW)))
    place.write("panels-again.txt", titled_text("The second capture became another report"))
    place.build()
    old, new = place.releases()
    assert NOW in explanations(place.release(new))
    assert traces(place.release(old), SAID)
    assert not traces(place.release(old), NOW)
    panels = "\n".join(row for row in explanations(place.release(new)).split("\n") if NOW in row)
    assert SAID not in panels


def test_a_page_that_changes_back_gives_the_first_release_s_data_again(place: Place) -> None:
    first = place.accepted
    place.write("panels.txt", text((SAID, NOW)))
    place.build()
    place.write("panels.txt", text())
    place.build()
    assert (place.built, place.accepted) == (1, first)
    sums = [(place.release(name) / "SHA256SUMS").read_text().splitlines() for name in place.releases()]
    assert len(sums) == 3
    dumps = [[line for line in lines if "  dumps/" in line] for lines in sums]
    assert dumps[0] == dumps[2] != dumps[1]


def test_a_new_page_builds_its_report_alone(place: Place) -> None:
    first = place.accepted
    place.write("library.txt", titled_text("A library that is open at night"))
    place.build(place.pages / "library.txt")
    assert place.built == 1
    assert place.accepted.items() > first.items()


def test_another_capture_of_a_report_rebuilds_that_report(place: Place) -> None:
    place.write("fund-again.html", html() + "\n")
    place.build()
    assert (place.built, len(place.accepted)) == (1, 4)


def test_another_base_rebuilds_everything(place: Place) -> None:
    options = ("--workspace", place.workspace, "--base", "https://data.example.org/ogp/")
    assert "; 4 built" in place.quick("build", *options).stderr
    assert not traces(place.release() / "dumps", "https://w3id.org/ogp-graph/id/")
    place.quick("verify", "--workspace", place.workspace)


def test_one_report_that_fails_leaves_the_others_as_they_are(place: Place) -> None:
    first = place.accepted
    place.write("panels.txt", "no report any more")
    place.write("panels-again.txt", "nor this")
    said = place.build(code=1)
    assert place.built == 0
    assert said.count("not-a-report") == 2
    assert place.accepted == {key: digest for key, digest in first.items() if key != PANELS}
    assert len(place.releases()) == 2


# Takedown


def test_a_capture_that_is_taken_down_is_nowhere_any_more(place: Place) -> None:
    only = "Four tides a day will be measured"
    page = titled_html("A harbour for everybody", ("All five milestones were met", only))
    place.write("harbour.html", page)
    place.build()
    sha256 = hashlib.sha256(page.encode()).hexdigest()
    assert traces(place.workspace, only)
    place.takedown(f'[[capture]]\nsha256 = "{sha256}"')
    place.build()  # the page is still in the folder
    assert traces(place.workspace, only) == []
    assert len(place.accepted) == 3
    assert place.releases() == ["2026-03-03.1"]
    stones = json.loads((place.release() / "tombstones.json").read_text(encoding="utf-8"))
    assert {"capture", "release"} == {stone["kind"] for stone in stones}
    assert [stone["sha256"] for stone in stones if stone["kind"] == "capture"] == [sha256]
    assert [stone["release"] for stone in stones if stone["kind"] == "release"] == ["2026-03-01.1", "2026-03-02.1"]
    assert traces(place.release(), sha256) == ["tombstones.json"]
    place.quick("verify", "--workspace", place.workspace)


def test_a_person_who_is_taken_down_is_in_no_file_of_any_release(place: Place) -> None:
    place.write(
        "Abernethy-Rao, Fergus.html",
        titled_html(
            "A bench for everybody",
            ("Dr Morag Tulloch-Fyfe", "Fergus Abernethy-Rao, Dr Morag Tulloch-Fyfe"),
            ("The ledger went online", "As FERGUS&nbsp;<b>Abernethy</b>-Rao says, the ledger went online"),
            ("https://www.example.org/glasgow/ledger", "https://www.example.org/people/fergus-abernethy-rao?q=1"),
            ("Minutes of four sessions", "Minutes by Fergus Abern\u0065\u0301thy Rao"),
            ("m.tulloch@example.org", "fergus.abernethy-rao@example.org"),
        ),
    )
    place.write("abernethy-rao-fergus-letter.html", "<p>No report by Fergus Abernethy-Rao</p>")
    place.build(code=1)
    assert len(traces(place.release(), "Abernethy Rao")) > 10
    place.takedown('[[person]]\nnames = ["Fergus Abernethy-Rao"]')
    place.build(code=1)
    assert place.built == 5
    assert place.releases() == ["2026-03-03.1"]
    assert traces(place.workspace / "releases", "Abernethy") == []
    assert traces(place.workspace / "reports", "Abernethy") == []
    assert traces(place.release(), "Drummond Petrie"), "who evaluated with him stays"
    stones = json.loads((place.release() / "tombstones.json").read_text(encoding="utf-8"))
    gone = [(stone["report"], stone["position"]) for stone in stones if stone["kind"] == "evaluator"]
    assert (PANELS, 1) in gone
    assert len(gone) == 3
    assert "[name removed] says, the ledger went online" in explanations(place.release())
    place.quick("verify", "--workspace", place.workspace)


def test_a_person_may_be_taken_down_in_one_report_by_place(place: Place) -> None:
    place.takedown(f'[[person]]\nreport = "{PANELS}"\nposition = 2')
    place.build()
    assert place.releases() == ["2026-03-02.1"]
    with (place.release() / "tables" / "evaluators.csv").open(encoding="utf-8", newline="") as file:
        names = {(row["report"].rpartition("/")[2], row["name"]) for row in csv.DictReader(file)}
    assert {name for report, name in names if report == PANELS} == {"Fergus Abernethy-Rao"}
    assert "Isla Drummond-Petrie" in {name for _, name in names}


def test_nothing_that_the_build_says_names_who_was_taken_down(place: Place) -> None:
    place.write("Fergus Abernethy-Rao.txt", "no report, but a name in a file's name")
    place.takedown('[[person]]\nnames = ["Fergus Abernethy-Rao"]')
    said = place.build(code=1)
    assert "not-a-report" in said
    told = place.quick("findings", "--workspace", place.workspace, "--format", "jsonl").stdout
    assert "abernethy" not in fold(said + told)
