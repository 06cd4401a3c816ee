"""Tables: one list of columns, safe CSV, verbatim Parquet, and the rows that a report gives."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ogp_graph.codes import load_codes
from ogp_graph.describe import describe, describe_shared, lines, mention
from ogp_graph.model import Evaluator, Evidence, Finding, Severity, Span, Status
from ogp_graph.names import IRIs
from ogp_graph.release import Workspace, tablefiles
from ogp_graph.release.rows import finding_row, rows, shared_rows
from ogp_graph.release.tablefiles import neutral, write_description, write_table
from ogp_graph.release.tables import COLUMNS, TABLES, csvw
from tests.full_report import KEY, ONE, TWO, bare_report, full_report, name, value
from tests.small_release import release_of, report_named, result_of, shared

if TYPE_CHECKING:
    from pathlib import Path

    from ogp_graph.model import Report
    from ogp_graph.release.results import Row, Rows

CODES = load_codes()
FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\nx", "  =1", "\u00a0=1", "\u3000+1", "\u200b=1", "\ufeff=1"]
FORMULAS += [
    "＝1",
    "＋1",
    "－1",
    "＠x",
    "\ufe62x",
    "\ufe63x",
    "\ufe66x",
    "\ufe6bx",
    "\u202e=1",
    "'=1",
    "''  -1",
    "- a point",
]


def of(report: Report) -> Rows:
    return rows(report, IRIs(), CODES)


def written(table: str, found: list[Row], folder: Path) -> tuple[list[dict[str, str]], list[dict[str, Any]]]:
    """The rows as CSV and as Parquet."""
    write_table(TABLES[table], found, folder)
    with (folder / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        cells = list(csv.DictReader(file))
    return cells, pq.read_table(folder / f"{table}.parquet").to_pylist()


# Formulas


@pytest.mark.parametrize("cell", FORMULAS)
def test_a_cell_that_looks_like_a_formula_gets_an_apostrophe(cell: str) -> None:
    assert neutral(cell) == "'" + cell


@pytest.mark.parametrize("cell", ["", "one - two", "a=b", "'quoted'", "…", "“=1”", "(-1)", " text", "3-4", "ñ=1", "."])
def test_any_other_cell_is_left_alone(cell: str) -> None:
    assert neutral(cell) == cell


@given(st.text("'=+-@ \t\r\n＝a\u200b", max_size=8))
def test_taking_one_apostrophe_away_gives_every_cell_back(cell: str) -> None:
    found = neutral(cell)
    back = found[1:] if found.startswith("'") and neutral(found[1:]) == found else found
    assert back == cell
    assert not found.lstrip().startswith(("=", "+", "-", "@", "＝"))


def test_csv_is_neutralised_and_parquet_is_verbatim(tmp_path: Path) -> None:
    found = [{column.name: None for column in TABLES["members"].columns} | {"name": cell} for cell in FORMULAS]
    cells, exact = written("members", found, tmp_path)
    assert [row["name"] for row in cells] == ["'" + cell for cell in FORMULAS]
    assert [row["name"] for row in exact] == FORMULAS


# Files


def test_csv_is_utf_8_with_crlf_and_quotes_as_rfc_4180_says(tmp_path: Path) -> None:
    report = replace(full_report(), title=value('Ends "here",\nsays été'))
    write_table(TABLES["reports"], of(report)["reports"], tmp_path)
    data = (tmp_path / "reports.csv").read_bytes()
    assert data.startswith(b"report,iri,title,")
    assert ',"Ends ""here"",\nsays été",'.encode() in data
    assert data.count(b"\r\n") == 2
    assert data.endswith(b"\r\n")


def test_numbers_years_and_booleans_keep_their_type_in_parquet(tmp_path: Path) -> None:
    found = of(full_report())
    _, (overview,) = written("overview", found["overview"], tmp_path)
    assert (overview["start_year"], overview["captures"]) == (2022, 2)
    cells, (commitment,) = written("commitments", found["commitments"], tmp_path)
    assert (cells[0]["border_unknown"], commitment["border_unknown"]) == ("true", True)


def test_parquet_holds_no_pandas_metadata_and_no_time(tmp_path: Path) -> None:
    write_table(TABLES["members"], [], tmp_path)
    metadata = pq.read_metadata(tmp_path / "members.parquet")
    assert metadata.metadata is None
    assert "parquet-cpp-arrow" in metadata.created_by


def test_the_same_rows_give_the_same_bytes_in_row_groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tablefiles, "_ROW_GROUP", 2)
    monkeypatch.setattr(tablefiles, "_PART", 1)
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        assert write_table(TABLES["answers"], of(full_report())["answers"], tmp_path / folder) == 9
    for kind in ("csv", "parquet"):
        same = [(tmp_path / folder / f"answers.{kind}").read_bytes() for folder in ("one", "two")]
        assert same[0] == same[1]
    assert pq.read_metadata(tmp_path / "one" / "answers.parquet").num_row_groups > 1


def test_a_table_without_rows_has_its_header(tmp_path: Path) -> None:
    cells, exact = written("evidence", [], tmp_path)
    assert (cells, exact) == ([], [])
    assert (tmp_path / "evidence.csv").read_text() == "report,question,evidence,title,urls\n"


def test_the_description_names_every_column_of_every_table_and_says_what_was_done_to_formulas(tmp_path: Path) -> None:
    write_description(tmp_path)
    told = json.loads((tmp_path / "tables.csv-metadata.json").read_text(encoding="utf-8"))
    assert told == csvw()
    for table in told["tables"]:
        known = TABLES[table["url"].removesuffix(".csv")]
        assert [column["name"] for column in table["tableSchema"]["columns"]] == [c.name for c in known.columns]
        assert set(table["tableSchema"].get("primaryKey", [])) <= {column.name for column in known.columns}
        assert "apostrophe" in table["dc:description"]
    assert len(told["tables"]) == len(TABLES)


def test_every_column_is_described_once_and_has_a_known_kind() -> None:
    assert len({(column.table, column.name) for column in COLUMNS}) == len(COLUMNS)
    assert {column.kind for column in COLUMNS} <= {"string", "anyURI", "gYear", "integer", "boolean"}
    assert all(column.description and not column.description.endswith(".") for column in COLUMNS)


# Rows


def test_every_row_has_exactly_the_columns_of_its_table_in_order() -> None:
    for report in (full_report(), bare_report()):
        for table, found in of(report).items():
            for row in found:
                assert list(row) == [column.name for column in TABLES[table].columns]


def test_every_column_is_filled_by_a_full_report(tmp_path: Path) -> None:
    found = of(full_report()) | shared_rows(shared([mention(full_report())]), IRIs())
    extra = {"other_names", "level"}  # of a member: from the register and other spellings
    for table, entries in found.items():
        for column in TABLES[table].columns:
            if column.name not in extra and not column.name.startswith(("civic", "public", "other")):
                filled = any(row[column.name] is not None for row in entries)
                assert filled or column.name in {"as_planned_explanation", "problem_addressed_explanation"}, column


def test_the_wide_row_says_code_label_and_status_of_each_answer() -> None:
    (row,) = of(full_report())["overview"]
    assert (row["completion"], row["completion_label"], row["completion_status"]) == (
        "complete",
        "Complete",
        "answered",
    )
    assert row["access_to_information_degree"] == "major"
    assert row["access_to_information_degree_label"] == CODES.label("degree", "major")
    assert (row["civic_participation"], row["civic_participation_status"]) == (None, "lost")
    assert (row["other"], row["other_status"]) == (None, "not-reached")
    assert row["source_address"] == "https://example.org/report"
    assert row["evaluators"] == "Ada Example; Forum for Open Budgets"


def test_a_missing_answer_is_an_empty_cell_and_never_no() -> None:
    (row,) = of(bare_report())["overview"]
    assert row["completion"] is None
    assert row["completion_status"] is None
    assert row["action_status"] == "lost"


def test_iris_in_the_tables_are_those_of_the_graph() -> None:
    subjects = {quad.subject.value for quad in describe(full_report(), IRIs())}
    subjects |= {quad.subject.value for quad in describe_shared([mention(full_report())], IRIs())}
    found = of(full_report()) | shared_rows(shared([mention(full_report())]), IRIs())
    for table, entries in found.items():
        for row in entries:
            assert row["evidence" if table == "evidence" else "iri"] in subjects


def test_alternatives_and_unknown_values_are_shown_as_such() -> None:
    answers = {row["question"]: row for row in of(full_report())["answers"]}
    assert answers["1.1"]["alternatives"] == "limited"
    assert (answers["2.1.3"]["value"], answers["2.1.3"]["stated"]) == (None, "Partly, see annex")


def test_evidence_that_a_page_repeats_is_one_row() -> None:
    same = Evidence(value("Minutes", 1)), Evidence(value("Minutes", 50))
    first = replace(full_report().answers[0], evidence=same)
    assert len(of(replace(full_report(), answers=(first,)))["evidence"]) == 1


def test_captures_say_layout_address_and_translation() -> None:
    one, two = of(full_report())["captures"]
    assert (one["capture"], one["layout"], one["address"], one["names"]) == (
        ONE,
        "html",
        "https://example.org/report",
        "p%C3%A1gina%201.html",
    )
    assert (two["capture"], two["machine_translation"]) == (TWO, True)


def test_no_e_mail_address_gets_into_a_table() -> None:
    report = replace(
        full_report(),
        title=value("Write to ada@example.org"),
        evaluators=(Evaluator(1, name("Ada (ada@example.com)"), "person", "ada＠example.org"),),
    )
    found = of(report)
    found["findings"] = [
        finding_row(Finding(Severity.INFO, "x", "seen: ada@example.org", quote="mailto:ada@example.org"))
    ]
    assert "@" not in json.dumps(found)
    assert "＠" not in json.dumps(found, ensure_ascii=False)


def test_a_finding_gives_its_place() -> None:
    row = finding_row(Finding(Severity.WARNING, "odd", "Odd", report=KEY, capture=ONE, span=Span(3, 9), quote="odd"))
    assert (row["severity"], row["start"], row["end"]) == ("Warning", 3, 9)


def test_members_and_plans_come_from_the_shared_statements() -> None:
    spelt = replace(mention(full_report()), report="other", member_name="Lindholm (Norland)")
    found = shared_rows(lines(describe_shared([mention(full_report()), spelt], IRIs())).split("\n"), IRIs())
    (member,), (plan,) = found["members"], found["plans"]
    assert {member["name"], member["other_names"]} == {"Lindholm, Norland", "Lindholm (Norland)"}
    assert (plan["member"], plan["member_name"]) == ("lindholm-norland", member["name"])
    assert (plan["start_year"], plan["end_year"]) == (2022, 2024)


def test_rows_of_all_reports_come_by_table_and_report_with_the_name_that_the_graph_shows(tmp_path: Path) -> None:
    spelt = replace(report_named("parks"), member_name=name("lindholm (norland)"))
    release = release_of(Workspace(tmp_path / "ws"), [result_of(spelt), result_of(full_report())])
    found = {}
    for table in TABLES:
        with (release.path / "tables" / f"{table}.csv").open(encoding="utf-8", newline="") as file:
            found[table] = list(csv.DictReader(file))
    assert [row["report"] for row in found["reports"]] == sorted((KEY, spelt.key))
    assert {row["member_name"] for row in found["overview"]} == {found["members"][0]["name"]}
    assert [row["question"] for row in found["answers"]][:9] == sorted(row["question"] for row in found["answers"])[::2]


def test_a_report_without_evaluators_says_what_is_known_of_them() -> None:
    (row,) = of(replace(full_report(), evaluators=(), evaluator_status=Status.NOT_REACHED))["reports"]
    assert (row["evaluators"], row["evaluator_status"]) == (0, "not-reached")
