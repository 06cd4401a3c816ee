"""From pages to a release with links, and a person's decisions in between."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest

from ogp_graph.linksets import load_linksets
from ogp_graph.names import IRIs
from ogp_graph.vocabulary import PREFIXES
from tests.edited_pages import titled_text
from tests.running import Forking

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TITLE = "One guide to open decisions for the whole state"
OLD, YEARS = "Glasgow, United Kingdom", ("2021 – 2023", "2022 – 2024")
COALITION = ("Monterrey, Mexico", "San Pedro Garza García, Mexico", "Nuevo Leon (State), Mexico")
MISSPELT = "Monterey, Mexico"
IRI = IRIs()


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forking]:
    server = Forking(tmp_path_factory.mktemp("quick"))
    yield server
    server.close()


@pytest.fixture
def workspace(tmp_path: Path, quick: Forking) -> Path:
    """A workspace with the same commitment in three plans, and another one of a member whose name is misspelt."""
    pages = tmp_path / "pages"
    pages.mkdir()
    for number, (member, title) in enumerate([*((name, TITLE) for name in COALITION), (MISSPELT, "Benches in parks")]):
        (pages / f"{number}.txt").write_text(titled_text(title, (OLD, member), YEARS), encoding="utf-8")
    quick("build", "--workspace", tmp_path / "ws", "--date", "2026-01-02", pages)
    return tmp_path / "ws"


def asked(workspace: Path, pattern: str) -> list[str]:
    """The first column of what the current release answers."""
    prefixes = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in PREFIXES.items())
    store = ox.Store.read_only(str(workspace / "current" / "store"))
    return sorted(row[0].value for row in store.query(f"{prefixes} SELECT ?x {{ {pattern} }}"))


def files(workspace: Path) -> set[str]:
    return {path.name for path in (workspace / "links").rglob("*.tsv")}


def test_a_coalition_carries_one_commitment_in_both_directions_with_evidence(workspace: Path):
    pairs = asked(workspace, "?x ogpv:jointWith ?other . ?other ogpv:jointWith ?x")
    assert len(pairs) == 6
    assert len(set(pairs)) == 3
    said = asked(workspace, "?link owl:annotatedProperty ogpv:jointWith ; sssom:confidence 1.0 ; sssom:other ?x")
    assert said == ["title=1; text=1; years=1; country=1"] * 6
    starts = asked(workspace, "?link owl:annotatedProperty ogpv:jointWith ; owl:annotatedSource ?x")
    assert starts == pairs  # all links of a thing start at it


def test_each_linkset_of_a_release_is_described_with_its_number_of_links(workspace: Path):
    catalogue = ox.Store()
    catalogue.load(path=str(workspace / "current" / "catalogue.ttl"), format=ox.RdfFormat.TURTLE)
    query = "PREFIX void: <http://rdfs.org/ns/void#> SELECT ?set ?n ?t { ?set a void:Linkset ; void:triples ?n ; "
    query += "void:objectsTarget ?t ; void:linkPredicate ?p ; void:subjectsTarget ?s . ?version void:subset ?set }"
    told = {row["set"].value: (int(row["n"].value), row["t"].value) for row in catalogue.query(query)}
    linksets = load_linksets()
    for name in ("geonames", "eu-countries", "ogp-pages", "joint-commitments", "sdg", "unbis"):
        number, target = told[IRI.links_graph(name)]
        predicates = " ".join(f"<{iri}>" for iri in linksets[name].predicates)
        values = f"VALUES ?p {{ {predicates} }} GRAPH <{IRI.links_graph(name)}> {{ ?x ?p ?y }}"
        assert number == len(asked(workspace, values)) > 0
        assert target == linksets[name].target
    assert IRI.links_graph("wikidata") not in told


def test_mapping_files_are_in_the_release_and_its_checksums(workspace: Path, quick: Forking):
    release = workspace / "current"
    sums = (release / "SHA256SUMS").read_text(encoding="utf-8")
    for path in ("dumps/links-geonames.sssom.tsv", "quality/candidates-members.sssom.tsv"):
        assert (release / path).is_file()
        assert path in sums
    assert "links-geonames.sssom.tsv" in (release / "catalogue.ttl").read_text(encoding="utf-8")
    quick("verify", "--workspace", workspace)


def test_a_person_decides_and_the_next_release_says_who_did(workspace: Path, quick: Forking):
    told = quick("link", "--workspace", workspace).stdout
    assert "members\t0 links\t1 open\t0 refused" in told
    assert files(workspace) == {"members.sssom.tsv", "ogp-pages.sssom.tsv"}  # a page that nobody saw is a candidate too
    shown = quick("link", "review", "--workspace", workspace, "--reviewer", "Ada Lovelace", input="y\nq\n").stdout
    assert MISSPELT in shown
    assert "1 decided" in shown
    assert asked(workspace, "?x skos:exactMatch ?y") == []
    quick("build", "--workspace", workspace, "--date", "2026-01-03")
    assert asked(workspace, "?y skos:exactMatch ?x") == [IRI.member("monterrey-mexico")]
    assert asked(workspace, "?l owl:annotatedProperty skos:exactMatch ; sssom:author_label ?x") == ["Ada Lovelace"]
    assert "1 links\t0 open" in quick("link", "--workspace", workspace, "--base", IRI.base).stdout


def test_a_no_keeps_a_candidate_out_for_good(workspace: Path, quick: Forking):
    quick("link", "review", "--workspace", workspace, "--reviewer", "Ada", "--linkset", "members", input="n\n")
    assert "members\t0 links\t0 open\t1 refused" in quick("link", "--workspace", workspace).stdout
    again = quick("link", "review", "--workspace", workspace, "--reviewer", "Ada", "--linkset", "members")
    assert "0 decided" in again.stdout


def test_what_was_decided_before_the_input_ended_is_kept(workspace: Path, quick: Forking):
    done = quick("link", "review", "--workspace", workspace, "--reviewer", "Ada", input="", code=None)
    assert "Traceback" not in done.stderr
    assert not (workspace / "links" / "members.sssom.tsv").exists()


def test_a_review_of_no_linkset_is_wrong_usage(workspace: Path, quick: Forking):
    quick("link", "review", "--workspace", workspace, "--reviewer", "Ada", "--linkset", "cities", code=2)
    quick("link", "review", "--workspace", workspace, "--reviewer", " ", code=2)
    quick("link", code=2)


def test_a_table_of_identifiers_reaches_the_commitments(workspace: Path, quick: Forking, tmp_path: Path):
    table = tmp_path / "ids.csv"
    table.write_text(
        f"identifier,member,plan,title\nMXMTY0001,Monterrey (México),2022-2024,{TITLE}\n", encoding="utf-8"
    )
    assert "1 commitments" in quick("link", "--workspace", workspace, "--identifiers", table).stderr
    quick("build", "--workspace", workspace, "--date", "2026-01-03")
    assert asked(workspace, '?c dcterms:identifier "MXMTY0001" ; dcterms:title ?x') == [TITLE]


def test_a_table_in_the_wrong_encoding_changes_nothing(workspace: Path, quick: Forking, tmp_path: Path):
    table = tmp_path / "ids.csv"
    table.write_bytes("identifier,member,plan,title\nMXMTY0001,Monterrey (México),2022-2024,x\n".encode("latin-1"))
    done = quick("link", "--workspace", workspace, "--identifiers", table, code=1)
    assert "table-encoding" in done.stderr
    assert files(workspace) == set()


def test_a_broken_mapping_file_in_the_workspace_is_a_finding_of_the_release(workspace: Path, quick: Forking):
    (workspace / "links").mkdir()
    (workspace / "links" / "geonames.sssom.tsv").write_text("subject_id\tobject_id\n1\t2\n", encoding="utf-8")
    quick("build", "--workspace", workspace, "--date", "2026-01-03")
    assert "sssom-header" in (workspace / "current" / "quality" / "findings.jsonl").read_text(encoding="utf-8")


def test_an_unknown_member_is_named_in_the_quality_report(workspace: Path):
    assert "member-not-in-register" in (workspace / "current" / "quality" / "findings.jsonl").read_text("utf-8")
