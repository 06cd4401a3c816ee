"""Precision and recall of matching on judged spellings: other words, other languages, other levels, look-alikes."""

from __future__ import annotations

import csv
import json
from functools import cache
from pathlib import Path

import pytest

from ogp_graph.link import Matcher
from ogp_graph.linksets import load_gazetteer
from ogp_graph.members import load_members

FOLDER = Path(__file__).parent / "links"
FLOORS = json.loads((FOLDER / "floors.json").read_text(encoding="utf-8"))
"""Of each set. ``judged-apart`` was written by somebody who had not seen the matcher."""
MEMBERS = load_members()
MATCHER = Matcher(MEMBERS.entries, load_gazetteer().countries)

each_set = pytest.mark.parametrize("name", sorted(FLOORS))


@cache
def judged(name: str) -> tuple[tuple[str, str], ...]:
    with (FOLDER / f"{name}.tsv").open(encoding="utf-8", newline="") as file:
        return tuple((row["spelling"], row["member"]) for row in csv.DictReader(file, delimiter="\t"))


def linked(spelling: str) -> str | None:
    """What enters a release: the register's own spelling, or a certain match."""
    return MEMBERS.known(spelling) or MATCHER.certain(spelling)


@each_set
def test_the_judged_set_is_as_large_as_pinned_and_names_members(name):
    pairs, floor = judged(name), FLOORS[name]
    assert len(pairs) == len(dict(pairs)) >= floor["pairs"] >= 150
    assert sum(not member for _, member in pairs) >= floor["look_alikes"] >= 40
    assert {member for _, member in pairs if member} <= MEMBERS.entries.keys()


def test_the_judged_sets_agree_where_they_meet():
    one, other = dict(judged("judged-members")), dict(judged("judged-apart"))
    assert {spelling: (one[spelling], other[spelling]) for spelling in one.keys() & other.keys()
            if one[spelling] != other[spelling]} == {}  # fmt: skip
    assert len(other.keys() - one.keys()) >= 60


@each_set
def test_nothing_that_enters_a_release_is_wrong(name):
    found = {spelling: (linked(spelling), member) for spelling, member in judged(name)}
    assert {spelling: one for spelling, (one, member) in found.items() if one not in (None, member)} == {}
    assert FLOORS[name]["precision"] == 1.0


@each_set
def test_no_look_alike_is_linked(name):
    assert [spelling for spelling, member in judged(name) if not member and linked(spelling)] == []


@each_set
def test_recall_is_at_least_as_pinned(name):
    named = [(spelling, member) for spelling, member in judged(name) if member]
    found = sum(linked(spelling) == member for spelling, member in named)
    assert found / len(named) >= FLOORS[name]["recall"]


@each_set
def test_the_right_member_is_among_the_candidates_as_often_as_pinned(name):
    named = [(spelling, member) for spelling, member in judged(name) if member]
    offered = sum(
        member in {MEMBERS.known(spelling), *(one.key for one in MATCHER.likenesses(spelling))}
        for spelling, member in named
    )
    assert offered / len(named) >= FLOORS[name]["candidate_recall"]


def test_every_member_of_the_development_pages_resolves_to_its_entry(shared):
    """The spellings are read from the pages; what they should be is judged here."""
    from ogp_graph import pipeline
    from ogp_graph.settings import settings_from

    keys = set()
    pages = [str(page) for page in sorted((shared / "pages").iterdir()) if page.name.endswith("-L1.txt")]
    for quads, _ in pipeline.convert(pages, settings_from({})):
        keys |= {q.subject.value.rpartition("/")[2] for q in quads if "/id/member/" in str(q.subject)}
    assert keys == DEVELOPMENT
    assert keys <= MEMBERS.entries.keys()


DEVELOPMENT = {
    "aragon-spain", "banggai-indonesia", "buenos-aires-argentina", "catalonia-spain", "contagem-brazil",
    "glasgow-united-kingdom", "kaduna-state-nigeria", "khoni-georgia", "madrid-spain", "mendoza-argentina",
    "mexico-state-mexico", "monterrey-mexico", "nuevo-leon-state-mexico", "ozurgeti-georgia", "quintana-roo-mexico",
    "timisoara-romania",
}  # fmt: skip
