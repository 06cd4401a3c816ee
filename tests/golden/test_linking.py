"""Precision and recall of matching on judged spellings: other words, other languages, other levels, look-alikes."""

from __future__ import annotations

import csv
import json
from functools import cache
from pathlib import Path

from ogp_graph.link import Matcher
from ogp_graph.linksets import load_gazetteer
from ogp_graph.members import load_members

FOLDER = Path(__file__).parent / "links"
FLOORS = json.loads((FOLDER / "floors.json").read_text(encoding="utf-8"))
MEMBERS = load_members()
MATCHER = Matcher(MEMBERS.entries, load_gazetteer().countries)


@cache
def judged() -> tuple[tuple[str, str], ...]:
    with (FOLDER / "judged-members.tsv").open(encoding="utf-8", newline="") as file:
        return tuple((row["spelling"], row["member"]) for row in csv.DictReader(file, delimiter="\t"))


def linked(spelling: str) -> str | None:
    """What enters a release: the register's own spelling, or a certain match."""
    return MEMBERS.known(spelling) or MATCHER.certain(spelling)


def test_the_judged_set_is_as_large_as_pinned_and_names_members():
    pairs = judged()
    assert len(pairs) == len(dict(pairs)) >= FLOORS["pairs"] >= 150
    assert sum(not member for _, member in pairs) >= FLOORS["look_alikes"] >= 40
    assert {member for _, member in pairs if member} <= MEMBERS.entries.keys()


def test_nothing_that_enters_a_release_is_wrong():
    wrong = {spelling: linked(spelling) for spelling, member in judged() if linked(spelling) not in (None, member)}
    assert wrong == {}
    assert FLOORS["precision"] == 1.0


def test_no_look_alike_is_linked():
    assert [spelling for spelling, member in judged() if not member and linked(spelling)] == []


def test_recall_is_at_least_as_pinned():
    named = [(spelling, member) for spelling, member in judged() if member]
    found = sum(linked(spelling) == member for spelling, member in named)
    assert found / len(named) >= FLOORS["recall"]


def test_the_right_member_is_among_the_candidates_as_often_as_pinned():
    named = [(spelling, member) for spelling, member in judged() if member]
    offered = sum(member in {one.key for one in MATCHER.likenesses(spelling)} for spelling, member in named)
    assert offered / len(named) >= FLOORS["candidate_recall"]


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
