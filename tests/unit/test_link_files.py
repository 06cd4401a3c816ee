"""Files that people write for linking, wrong in every way: each is a named finding, and nothing is lost on the way."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import pytest

from ogp_graph.errors import DefinitionError, UsageError
from ogp_graph.link import CURATED, Mapping, MappingSet, read_sssom, read_table, write_sssom
from ogp_graph.linksets import load_gazetteer, load_linksets
from ogp_graph.names import IRIs
from ogp_graph.pipeline import decisions
from ogp_graph.pipeline.links import LinkRun
from ogp_graph.release import Workspace
from ogp_graph.settings import settings_from
from ogp_graph.vocabulary import data_folder

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "identifier,member,plan,title\n"
ROW = "KE0034,Kenya,2022,Open budgets\n"
IRI, SETTINGS = IRIs(), settings_from({})
PREDICATES = load_linksets()["geonames"].predicates
PLACE = "https://sws.geonames.org/1/"
ADA = Mapping(
    IRI.member("kenya"), PREDICATES[0], PLACE, CURATED, "Kenya", "Place", author="Ada", date="2026-01-01", comment="end"
)
FILE = write_sssom(MappingSet(IRI.links_graph("geonames"), "https://example.org/licence", (ADA,)))


@pytest.mark.parametrize(
    "text", ["\ufeff" + HEAD + ROW, (HEAD + ROW).replace("\n", "\r\n"), (HEAD + ROW).replace("\n", "\r"),
             HEAD + "\n" + ROW + "\n,,,\n", HEAD.replace(",", "\t") + ROW.replace(",", "\t"),
             "title,Plan,MEMBER, Identifier \nOpen budgets,2022,Kenya,ke0034\n"]
)  # fmt: skip
def test_a_table_in_any_dress_is_read(text: str):
    rows, findings = read_table(text.encode(), "t.csv")
    assert [(row.identifier, row.member, row.title) for row in rows] == [("KE0034", "Kenya", "Open budgets")]
    assert findings == ()


@pytest.mark.parametrize("sign", ["\u2028", "\x0b", "\x85", "\n", "\r\n"])
def test_a_line_end_within_a_cell_ends_no_row(sign: str):
    rows, findings = read_table(f'{HEAD}KE0034,Kenya,2022,"Open{sign}budgets"\n{ROW[:5]}5{ROW[6:]}'.encode(), "t.csv")
    assert [row.title for row in rows] == [f"Open{sign}budgets", "Open budgets"]
    assert findings == ()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ((HEAD + ROW).encode("utf-16"), "table-encoding"), (f"{HEAD}{ROW}é".encode("latin-1"), "table-encoding"),
        (b"", "table-columns"), (ROW.encode(), "table-columns"), (HEAD.encode(), "table-empty"),
        ((HEAD + ROW).replace(",", ";").encode(), "table-columns"),
        (b"identifier,identifier,member,plan,title\nKE0034,KE0035,Kenya,2022,T\n", "table-columns"),
        ((HEAD + 'KE0034,Kenya,2022,"never closed\n' + ROW).encode(), "table-form"),
        ((HEAD + "KE0034,Kenya,2022," + "x" * 200_000).encode(), "table-form"),
        ((HEAD + "KE0034,Kenya\n").encode(), "table-row"),
        ((HEAD + "KE0034,Kenya,2022,T,more\n").encode(), "table-row"),
        ((HEAD + "KE0034,,2022,T\n").encode(), "table-row"), ((HEAD + ROW + ROW).encode(), "table-duplicate"),
        ((HEAD + "KE٠٠٣٤,Kenya,2022,T\n").encode(), "table-identifier"),
        ((HEAD + "a@example.org,Kenya,2022,T\n").encode(), "table-identifier"),
    ],
)  # fmt: skip
def test_a_table_that_is_wrong_gives_a_finding_and_no_row(data: bytes, code: str):
    rows, findings = read_table(data, "t.csv")
    assert rows == ()
    assert {one.code for one in findings} == {code}
    assert "example.org" not in "".join(one.message for one in findings)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("dcterms:spatial", "skos:exactMatch", "sssom-predicate"), ("dcterms:spatial", "owl:sameAs", "sssom-prefix"),
        ("ogpd:member/kenya", "zzz:member/kenya", "sssom-prefix"), (PLACE, "file:///etc/passwd", "sssom-iri"),
        (PLACE, "javascript:alert(1)", "sssom-prefix"), (PLACE, "https://a b/", "sssom-iri"), (PLACE, "", "sssom-iri"),
        ("#curie_map:\n", "#curie_map:\n#  bad: javascript:\n", ""),
        ("spatial\t\t", "spatial\tMaybe\t", "sssom-modifier"),
        ("\t1\t", "\tnan\t", "sssom-confidence"), ("\t1\t", "\t1.01\t", "sssom-confidence"),
        ("2026-01-01", "2026-02-30", "sssom-date"), ("2026-01-01", "1 May", "sssom-date"),
        ("semapv:Manual", "skos:Manual", "sssom-justification"), ("\tend\n", "\tend\tmore\n", "sssom-row"),
        ("\tend\n", '\t"end\n', "sssom-form"), ("\tend\n", "\t" + "x" * 200_000 + "\n", "sssom-form"),
        ("comment\n", "subject_id\n", "sssom-columns"), ("predicate_id", "relation", "sssom-columns"),
        ("#license", "#rights", "sssom-header"),
    ],
)  # fmt: skip
def test_a_mapping_that_is_wrong_gives_a_finding_and_no_link(old: str, new: str, code: str):
    assert old in FILE
    read, findings = read_sssom(FILE.replace(old, new, 1).encode(), "f.sssom.tsv", PREDICATES)
    assert {one.code for one in findings} == ({code} if code else set())
    assert len(read.mappings) == (0 if code else 1)


def test_a_prefix_does_not_smuggle_in_what_is_no_web_address():
    text = FILE.replace("#curie_map:\n", "#curie_map:\n#  bad: javascript:\n").replace(PLACE, "bad:alert(1)")
    read, findings = read_sssom(text.encode(), "f.sssom.tsv", PREDICATES)
    assert (read.mappings, [one.code for one in findings]) == ((), ["sssom-iri"])


@pytest.mark.parametrize("text", ["\ufeff" + FILE, FILE.replace("\n", "\r\n"), FILE.replace("end", "e\u2028nd")])
def test_a_mapping_file_in_any_dress_is_read(text: str):
    read, findings = read_sssom(text.encode(), "f.sssom.tsv", PREDICATES)
    assert findings == ()
    assert [(one.subject, one.object, one.author) for one in read.mappings] == [(ADA.subject, PLACE, "Ada")]


def test_no_address_of_an_author_comes_out_of_a_mapping_file():
    read, _ = read_sssom(FILE.replace("Ada", "Ada <ada@example.org>").encode(), "f.sssom.tsv", PREDICATES)
    assert "example.org" not in repr(read.mappings)


def test_a_file_with_a_row_that_is_not_understood_is_not_written_anew(tmp_path: Path):
    workspace = Workspace(tmp_path / "ws")
    folder = workspace.path / "links"
    folder.mkdir()
    path, row = folder / "geonames.sssom.tsv", FILE.splitlines()[-1].replace("dcterms:spatial", "owl:sameAs")
    path.write_text(FILE + row + "\n", encoding="utf-8")
    before = path.read_bytes()
    decision = decisions.decided(ADA, yes=False, reviewer="Bo", today=datetime.date(2026, 1, 2))
    with pytest.raises(UsageError, match=r"line 13.*owl.*sssom-prefix.*first"):
        decisions.record(workspace, "geonames", decision, SETTINGS)
    assert path.read_bytes() == before
    path.write_text(FILE, encoding="utf-8")
    decisions.record(workspace, "geonames", decision, SETTINGS)
    assert path.read_text(encoding="utf-8").count("\nogpd:") == 2


def test_a_mapping_of_somebody_elses_thing_is_no_link_of_a_release(tmp_path: Path):
    (tmp_path / "geonames.sssom.tsv").write_text(
        FILE.replace("ogpd:member/kenya", "https://other.example.org/kenya"), encoding="utf-8"
    )
    run = LinkRun(SETTINGS, tmp_path).take(())
    assert run.decided["geonames"].links == ()


@pytest.mark.parametrize(
    ("old", "new"), [("AD\t", "AD\tAD\t"), ("AE\t", "AD\t"), ("\tm49", ""), ("Andorra", '"Andorra'), ("AD\tAND", "AD")]
)  # fmt: skip
def test_a_table_of_the_register_that_is_wrong_is_a_wrong_definition(tmp_path: Path, old: str, new: str):
    for name in ("countries.tsv", "places.tsv"):
        text = (data_folder("ontology") / "register" / name).read_text(encoding="utf-8")
        (tmp_path / name).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DefinitionError, match=r"countries\.tsv"):
        load_gazetteer(tmp_path)
