"""What is on the takedown list is in no text, quote, file name or address of what is published."""

from __future__ import annotations

import datetime as dt
import json
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from ogp_graph.errors import DefinitionError
from ogp_graph.model import Capture, Evaluator, Evidence, Finding, Page, Severity, Span, Status, encode
from ogp_graph.names import commitment_key, fold
from ogp_graph.release import (
    Takedown,
    Workspace,
    apply,
    apply_to_findings,
    public_key,
    read_takedown,
    releases,
    removed_positions,
)  # fmt: skip
from ogp_graph.release.dumps import DUMPS
from ogp_graph.release.erasing import REMOVED, eraser
from ogp_graph.release.packing import unpacked
from ogp_graph.release.takedown import TakenCapture, TakenPerson
from tests.full_report import KEY, ONE, full_report, name, value
from tests.small_release import files_of, page, release_of, report_named, result_of

if TYPE_CHECKING:
    from pathlib import Path

    from ogp_graph.model import Report

NAME = "Ada Pérez Example"
EVERYWHERE = Takedown(persons=(TakenPerson("2026-11-20", "at her request", names=(NAME,)),))
PLACE = Takedown(persons=(TakenPerson("2026-11-20", "at her request", report=KEY, position=1),))


def named_report(key: str = KEY) -> Report:
    """A report in which the name stands everywhere that a name can stand."""
    report = full_report()
    answer = replace(
        report.answers[0],
        explanation=value("Says Ada Perez-Example: done."),
        evidence=(
            Evidence(
                value(f"CV of {NAME}"), ("https://example.org/ada_p%C3%A9rez_example.pdf", "https://example.org/x")
            ),
        ),
        alternatives=(("limited", value(f"Limited, says {NAME}")),),
    )
    result = replace(
        report.results[0], degree_alternatives=(("marginal", value(NAME)),), explanation=value("ADA\nPEREZ  example")
    )
    return replace(
        report,
        key=key,
        captures=(
            Capture(ONE, ("ada-perez-example.html", "b.html"), "text/html", "https://example.org/ada-perez-example/"),
        ),
        title=value("Report by Ada <b>P&eacute;rez</b> Example"),
        evaluators=(
            Evaluator(1, name(NAME, 50), "person", f"Office of {NAME}"),
            Evaluator(2, name("Forum for Open Budgets", 65), "organization"),
        ),
        answers=(answer, *report.answers[1:]),
        results=(result, *report.results[1:]),
        unassigned=(value("Thanks to Pérez Example, Ada!"),),
        addresses=("https://example.org/ada-perez-example/", "https://example.org/report"),
        captures_addresses=((ONE, "https://example.org/ada-perez-example/"),),
    )


def holds_name(text: str) -> bool:
    return "perez" in fold(text) or "rez_ex" in text or "eacute" in text


# Names


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("Ada Pérez Example.", "[name removed]."),
        ("ADA PEREZ EXAMPLE's", "[name removed]'s"),
        ("Ada  Pe\u0301rez-Example", "[name removed]"),
        ("Pérez Example, Ada (2022)", "[name removed] (2022)"),
        ("by <i>Ada</i> P&eacute;rez&nbsp;<b>Example</b>", "by <i>[name removed]</b>"),
        ("Ada Pérez Example, Ada Pérez Example", "[name removed], [name removed]"),
        ("A\u00adda Pé\u200brez Exam&shy;ple", "[name removed]"),
        ("https://example.org/Ada_P%C3%A9rez_Example.pdf", "https://example.org/[name removed].pdf"),
        ("68% of Ada Pérez Example's", "68% of [name removed]'s"),
        ("Ada Pérez Examples", "Ada Pérez Examples"),
        ("Nada Pérez Example", "Nada Pérez Example"),
        ("a < b, Ada > c & Pérez; Example", "a < b, Ada > c & Pérez; Example"),
        ("", ""),
    ],
)
def test_a_name_is_removed_however_it_is_spelt(text: str, cleaned: str) -> None:
    assert eraser([NAME]).text(text) == cleaned


def test_a_long_text_without_the_name_is_returned_as_it_is() -> None:
    text = "Ada or Pérez or an Example. " * 1000
    assert eraser([NAME]).text(text) is text


# The list


def test_the_list_is_read_from_toml(tmp_path: Path) -> None:
    (tmp_path / "takedown.toml").write_text(
        f"""
        [[capture]]
        sha256 = "{"AB" * 32}"
        date = 2026-11-21
        reason = "withdrawn"

        [[person]]
        report = "{KEY}"
        position = 1
        date = 2026-11-20

        [[person]]
        name = "{NAME}"
        names = ["A. Pérez"]
        date = 2026-11-20
        reason = "at her request"
        """,
        encoding="utf-8",
    )
    assert read_takedown(tmp_path / "takedown.toml") == Takedown(
        (TakenCapture("ab" * 32, "2026-11-21", "withdrawn"),),
        (
            TakenPerson("2026-11-20", "", KEY, 1),
            TakenPerson("2026-11-20", "at her request", names=(NAME, "A. Pérez")),
        ),
    )


def test_no_list_removes_nothing(tmp_path: Path) -> None:
    takedown = read_takedown(tmp_path / "absent.toml")
    assert takedown == Takedown()
    assert apply(takedown, full_report()) == full_report()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[[capture", "."),
        ("[capture]\nsha256 = 'x'", "two brackets"),
        ("[[captures]]\ndate = 2026-11-21", "unknown table captures"),
        ("[[capture]]\nsha256 = 'abc'\ndate = 2026-11-21", "not a SHA-256"),
        (f"[[capture]]\nsha256 = '{ONE}'\ndate = '2026-11-21'", "needs a date"),
        (f"[[capture]]\nsha256 = '{ONE}'\ndate = 2026-11-21\nwhy = 'x'", "unknown field why"),
        ("[[person]]\ndate = 2026-11-21", "needs report and position, or name"),
        ("[[person]]\nname = '...'\ndate = 2026-11-21", "a text with letters"),
        ("[[person]]\nposition = 1\ndate = 2026-11-21", "needs the key"),
        ("[[person]]\nreport = 'x'\nposition = 0\ndate = 2026-11-21", "counts from 1"),
        ("[[person]]\nreport = 'x'\nposition = true\ndate = 2026-11-21", "counts from 1"),
        ("[[person]]\nreport = 7\nname = 'x'\ndate = 2026-11-21", "a text"),
        ("[[person]]\nname = 'x'\ndate = 2026-11-21\nreason = 7", "reason is a text"),
    ],
)
def test_a_list_that_is_half_understood_stops_the_build(tmp_path: Path, text: str, problem: str) -> None:
    (tmp_path / "takedown.toml").write_text(text)
    with pytest.raises(DefinitionError, match=problem) as caught:
        read_takedown(tmp_path / "takedown.toml")
    assert "takedown.toml" in str(caught.value)


def test_a_list_that_is_not_utf_8_stops_the_build(tmp_path: Path) -> None:
    (tmp_path / "takedown.toml").write_bytes(b"\xff")
    with pytest.raises(DefinitionError):
        read_takedown(tmp_path / "takedown.toml")


def test_the_digest_changes_with_every_entry_and_the_fingerprints_with_every_thing() -> None:
    why = replace(EVERYWHERE, persons=(replace(EVERYWHERE.persons[0], reason="other words"),))
    assert len({Takedown().digest, EVERYWHERE.digest, PLACE.digest, why.digest}) == 4
    assert why.fingerprints == EVERYWHERE.fingerprints != PLACE.fingerprints


# Its effect on a report


@pytest.mark.parametrize("takedown", [EVERYWHERE, PLACE])
def test_a_removed_name_stands_nowhere_in_the_report_nor_in_what_is_made_of_it(takedown: Takedown) -> None:
    assert holds_name(encode(named_report()).decode())
    report = apply(takedown, named_report())
    assert report is not None
    assert not holds_name(encode(report).decode())
    assert not holds_name(encode(result_of(report)).decode())


def test_the_evaluator_is_dropped_and_the_others_keep_their_positions() -> None:
    report = apply(PLACE, named_report())
    assert report is not None
    assert [(evaluator.position, evaluator.name.text) for evaluator in report.evaluators] == [
        (2, "Forum for Open Budgets")
    ]
    assert report.evaluator_status is Status.ANSWERED
    assert removed_positions(PLACE, named_report()) == removed_positions(EVERYWHERE, named_report()) == (1,)


def test_what_has_nothing_to_do_with_the_name_stays_letter_by_letter() -> None:
    report = apply(EVERYWHERE, named_report())
    assert report is not None
    assert report.answers[1:] == named_report().answers[1:]
    assert (report.key, report.member, report.captures[0].sha256) == (KEY, "lindholm-norland", ONE)
    assert report.answers[0].explanation is not None
    assert report.answers[0].explanation.text == f"Says {REMOVED}: done."
    assert report.answers[0].evidence[0].urls == ("https://example.org/x",)
    assert report.addresses == ("https://example.org/report",)
    assert report.captures[0].names == (REMOVED, "b.html")


def test_when_no_evaluator_stays_nobody_can_say_who_it_was() -> None:
    report = apply(PLACE, replace(named_report(), evaluators=named_report().evaluators[:1]))
    assert report is not None
    assert (report.evaluators, report.evaluator_status) == ((), Status.LOST)


def test_a_key_that_would_hold_the_name_is_made_without_it() -> None:
    title = value("The Ada Pérez Example prize")
    report = replace(named_report(), commitment_title=title, key=commitment_key("glasgow-2021-2023", title.text))
    report = replace(report, plan="glasgow-2021-2023")
    by_place = Takedown(persons=(replace(PLACE.persons[0], report=report.key),))
    for takedown in (EVERYWHERE, by_place):
        key = public_key(takedown, report)
        assert key.startswith("glasgow-2021-2023-the-name-removed-prize-")
    assert public_key(EVERYWHERE, named_report()) == named_report().key
    assert public_key(Takedown(), report) == report.key


def test_a_report_that_only_a_withdrawn_release_has_is_not_named_among_the_changes(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "workspace")
    release_of(workspace, [result_of(named_report()), result_of(report_named("ada-perez-example-prize"))])
    after = release_of(workspace, [result_of(report_named("name-removed-prize"))], takedown=PLACE)
    assert "perez" not in (after.path / "changes.json").read_text() + (after.path / "changes.txt").read_text()


def test_a_place_in_one_report_says_nothing_about_another() -> None:
    other = named_report("another")
    assert apply(PLACE, other) == other
    assert removed_positions(PLACE, other) == ()


def test_a_name_bound_to_a_report_is_erased_there_alone() -> None:
    takedown = Takedown(persons=(TakenPerson("2026-11-20", "", report="another", names=(NAME,)),))
    assert apply(takedown, named_report()) == named_report()
    assert apply(takedown, named_report("another")) != named_report("another")


def test_a_report_that_rests_on_a_removed_capture_is_none() -> None:
    takedown = Takedown((TakenCapture(ONE, "2026-11-20", ""),))
    assert takedown.removes(Capture(ONE))
    assert apply(takedown, full_report()) is None


def test_findings_lose_the_name_too() -> None:
    finding = Finding(
        Severity.INFO, "x", f"Saw {NAME}", KEY, name="ada-perez-example.html", span=Span(1, 2), quote=NAME
    )
    for takedown in (PLACE, EVERYWHERE):
        (cleaned,) = apply_to_findings(takedown, named_report(), (finding,))
        assert not holds_name(encode(cleaned).decode())
    assert not holds_name(str(apply_to_findings(EVERYWHERE, None, (finding,))))
    assert apply_to_findings(PLACE, None, (finding,)) == (finding,)


# Its effect on a workspace and its releases


def test_the_bytes_of_a_removed_capture_leave_the_archive_and_a_tombstone_stays(tmp_path: Path) -> None:
    workspace, one = Workspace(tmp_path / "workspace"), page(b"secret")
    sha256 = one.capture.sha256
    workspace.record(one)
    workspace.store_reading(sha256, "code", b"secret")
    taken = TakenCapture(sha256, "2026-11-21", "withdrawn")
    workspace.bury(Takedown((taken,)))
    assert (workspace.captures(), workspace.tombstones()) == ([], [taken])
    workspace.record(Page(one.capture, b"secret", "/elsewhere"))
    workspace.commit()
    assert Workspace(workspace.path).captures() == []
    assert not [path for path in workspace.path.rglob("*") if path.is_file() and b"secret" in path.read_bytes()]


def texts(folder: Path) -> str:
    """All that a release says, unpacked."""
    parts = [data.decode("utf-8", "replace") for path, data in files_of(folder) if not path.startswith("dumps/")]
    for dump in DUMPS:
        with unpacked(folder / "dumps" / dump.name) as file:
            parts.append(file.read().decode())
    return "\n".join(parts)


def test_a_release_without_the_person_replaces_every_release_that_has_her(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "workspace")
    before = release_of(workspace, [result_of(named_report())])
    assert holds_name(texts(before.path))
    cleaned = apply(PLACE, named_report())
    assert cleaned is not None
    removed = removed_positions(PLACE, named_report())
    after = release_of(workspace, [result_of(cleaned, removed=removed)], takedown=PLACE)
    assert not holds_name(texts(after.path))
    assert [release.id for release in releases(workspace)] == [after.id] == ["2026-11-21.2"]
    assert json.loads((after.path / "tombstones.json").read_text()) == [
        {"kind": "evaluator", "report": KEY, "position": 1, "date": "2026-11-20", "reason": "at her request"},
        {"kind": "release", "release": "2026-11-21.1", "date": "2026-11-21"},
    ]


def test_a_withdrawn_release_number_is_never_given_again(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "workspace")
    release_of(workspace, [result_of(named_report())])
    release_of(workspace, [result_of(report_named("parks"))], takedown=PLACE)
    third = release_of(workspace, [result_of(report_named("roads"))], takedown=PLACE)
    assert third.id == "2026-11-21.3"
    assert [release.id for release in releases(workspace)] == ["2026-11-21.2", "2026-11-21.3"]


def test_a_removal_that_was_cut_short_is_finished_by_the_next_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = Workspace(tmp_path / "workspace")
    release_of(workspace, [result_of(named_report())])
    results = [result_of(report_named("parks"))]

    def killed(workspace: Workspace) -> list[str]:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(sys.modules["ogp_graph.release.publish"], "remove_withdrawn", killed)
        with pytest.raises(KeyboardInterrupt):
            release_of(workspace, results, takedown=PLACE)
    assert len(releases(workspace)) == 2
    after = release_of(workspace, results, takedown=PLACE, release_date=dt.date(2026, 11, 22))
    assert [release.id for release in releases(workspace)] == [after.id] == ["2026-11-21.2"]


def test_an_unchanged_list_withdraws_nothing(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "workspace")
    for name_ in ("parks", "roads", "schools"):
        release_of(workspace, [result_of(report_named(name_))], takedown=PLACE)
    assert len(releases(workspace)) == 3
