"""The ``.rq`` files: complete headers, and queries that parse."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest

from ogp_graph.engine.checks import COLUMNS
from ogp_graph.errors import DefinitionError
from ogp_graph.model import Severity
from ogp_graph.queries import CHECKS, EXAMPLES, PAGES, RECONCILE, load_queries, read_query
from ogp_graph.vocabulary import data_folder, term

if TYPE_CHECKING:
    from pathlib import Path

    from ogp_graph.queries import Query

ALL = [query for fate in (EXAMPLES, CHECKS, PAGES, RECONCILE) for query in load_queries(data_folder("queries") / fate)]


def written(folder: Path, text: str, fate: str = EXAMPLES) -> Path:
    path = folder / fate / "one.rq"
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")
    return path


def named(query: Query) -> str:
    return f"{query.fate}/{query.name}"


def test_there_are_enough_examples_and_checks() -> None:
    assert sum(query.fate == EXAMPLES for query in ALL) >= 14
    assert sum(query.fate == CHECKS for query in ALL) >= 8


@pytest.mark.parametrize("query", ALL, ids=named)
def test_every_query_parses_as_it_stands(query: Query) -> None:
    ox.Store().query(query.text)


@pytest.mark.parametrize("query", [query for query in ALL if query.fate != PAGES], ids=named)
def test_every_table_has_an_order(query: Query) -> None:
    assert "ORDER BY" in query.text or query.text.lstrip().startswith("CONSTRUCT") or "CONSTRUCT {" in query.text


@pytest.mark.parametrize("query", [query for query in ALL if query.fate == CHECKS], ids=named)
def test_a_check_selects_a_report_a_message_and_what_it_is_about(query: Query) -> None:
    found = ox.Store().query(query.text)
    assert isinstance(found, ox.QuerySolutions)
    selected = tuple(variable.value for variable in found.variables)
    assert selected == COLUMNS[: len(selected)]
    assert "thing" in selected or query.name == "captures-contradict"  # which merging tells with the place


@pytest.mark.parametrize("query", ALL, ids=named)
def test_codes_are_named_by_notation_so_that_any_base_will_do(query: Query) -> None:
    from ogp_graph.names import DEFAULT_BASE

    assert DEFAULT_BASE not in query.text.replace(term("ogpv:"), "")


def test_every_example_has_its_place_in_the_order() -> None:
    assert sorted(query.order for query in ALL if query.fate == EXAMPLES) == list(
        range(1, 1 + sum(query.fate == EXAMPLES for query in ALL))
    )


def test_titles_are_told_apart() -> None:
    titles = [query.title for query in ALL if query.fate == EXAMPLES]
    assert len(set(titles)) == len(titles)


def test_a_header_may_go_on_over_lines_and_does_not_run(tmp_path: Path) -> None:
    path = written(tmp_path, "#+ title: A\n#+ description: one\n#+   two\n#+   three\n\nASK {} # no header\n")
    query = read_query(path)
    assert (query.name, query.fate, query.title, query.description) == ("one", EXAMPLES, "A", "one two three")
    assert query.text == "ASK {} # no header\n"


def test_a_check_has_a_severity(tmp_path: Path) -> None:
    path = written(tmp_path, "#+ title: A\n#+ description: b\n#+ severity: Violation\nASK {}", CHECKS)
    assert read_query(path).severity is Severity.VIOLATION


@pytest.mark.parametrize(
    ("text", "fate"),
    [
        ("ASK {}", EXAMPLES),
        ("#+ title: A\nASK {}", EXAMPLES),
        ("#+ title:\n#+ description: b\nASK {}", EXAMPLES),
        ("#+ title: A\n#+ description: b\n", EXAMPLES),
        ("#+ title: A\n#+ title: A\n#+ description: b\nASK {}", EXAMPLES),
        ("#+ title: A\n#+ colour: b\n#+ description: b\nASK {}", EXAMPLES),
        ("#+ title: A\n#+description: b\nASK {}", EXAMPLES),
        ("#+ title: A\n#+ description: b\n#+ order: first\nASK {}", EXAMPLES),
        ("#+ title: A\n#+ description: b\n#+ severity: Warning\nASK {}", EXAMPLES),
        ("#+ title: A\n#+ description: b\nASK {}", CHECKS),
        ("#+ title: A\n#+ description: b\n#+ severity: Bad\nASK {}", CHECKS),
    ],
)
def test_an_incomplete_header_is_a_wrong_definition(tmp_path: Path, text: str, fate: str) -> None:
    with pytest.raises(DefinitionError, match=r"one\.rq"):
        read_query(written(tmp_path, text, fate))


def test_a_missing_folder_is_a_wrong_definition(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError):
        load_queries(tmp_path / "nowhere")
