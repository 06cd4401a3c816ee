"""Linking: what is certain, what a person decides, and what mapping files may hold."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ogp_graph.link import (
    CURATED,
    LEXICAL,
    Mapping,
    MappingSet,
    Matcher,
    Promise,
    decide,
    identify,
    joint,
    read_sssom,
    read_table,
    write_sssom,
)
from ogp_graph.linksets import load_gazetteer, load_linksets
from ogp_graph.members import load_members
from ogp_graph.model import Mention
from ogp_graph.names import IRIs
from ogp_graph.pipeline.links import LinkRun
from ogp_graph.settings import settings_from
from ogp_graph.vocabulary import DCTERMS, OGPV, data_folder

IRI = IRIs()
MEMBERS = load_members()
MATCHER = Matcher(MEMBERS.entries, load_gazetteer().countries)
SPATIAL = DCTERMS + "spatial"
PLACE = "https://sws.geonames.org/1/"
A = Mapping(IRI.member("a"), SPATIAL, PLACE, LEXICAL, "A", "Place", 0.9)
YES = replace(A, justification=CURATED, confidence=1.0, author="Ada", date="2026-01-02")
NO = replace(YES, negated=True, author="Bo")


# Decisions


def test_what_is_neither_certain_nor_decided_is_a_candidate():
    one = decide([A], [])
    assert (one.links, one.candidates, one.refused) == ((), (A,), ())


def test_what_is_certain_is_a_link():
    sure = replace(A, confidence=1.0)
    assert decide([sure], []).links == (sure,)


def test_a_curated_yes_makes_a_candidate_a_link():
    assert decide([A], [YES]).links == (YES,)


def test_a_curated_no_wins_over_certainty():
    one = decide([replace(A, confidence=1.0)], [NO])
    assert (one.links, one.candidates, one.refused) == ((), (), (NO,))


def test_curations_that_contradict_each_other_count_for_nothing_and_are_named():
    one = decide([A], [YES, NO])
    assert (one.links, one.candidates, one.refused) == ((), (A,), ())
    (finding,) = one.findings
    assert finding.code == "curations-contradict"
    assert "Ada" in finding.message
    assert "Bo" in finding.message


def test_a_candidate_in_a_file_is_no_decision():
    assert decide([], [A]).candidates == (A,)


def test_the_order_does_not_matter():
    others = [replace(A, object=f"https://sws.geonames.org/{n}/", confidence=c) for n, c in ((2, 1.0), (3, 0.5))]
    assert decide([A, *others], [NO]) == decide([*reversed(others), A], [NO])


# Names


@pytest.mark.parametrize(
    ("spelling", "place", "country"),
    [
        ("Cataluña (España)", "cataluna", "ES"),
        ("Córdoba (Province), Argentina", "cordoba", "AR"),
        ("Prefeitura Municipal de Osasco, Brasil", "osasco", "BR"),
        ("Seoul, Republic of Korea", "seoul", "KR"),
        ("Atlantis", "atlantis", None),
        ("", "", None),
        (", Mexico", "", "MX"),
    ],
)
def test_a_spelling_is_read_as_place_and_country(spelling: str, place: str, country: str | None):
    said = MATCHER.read(spelling)
    assert (said.place, said.country) == (place, country)


def test_a_level_that_does_not_fit_makes_a_candidate_with_its_features():
    first, *_ = MATCHER.likenesses("Buenos Aires (Province), Argentina")
    assert first.key == "buenos-aires-argentina"
    assert first.confidence < 1
    assert dict(first.features)["level"] == 0


def test_a_very_long_spelling_is_read_in_time():
    assert MATCHER.certain("Monterrey " * 10_000 + ", Mexico") is None


def test_a_place_in_another_country_is_no_candidate():
    assert MATCHER.likenesses("Monterrey, Colombia") == ()


# Commitments of several members

SAN_PEDRO = "san-pedro-garza-garcia-mexico"
TITLE = "A shared guide to proactive openness for the whole state"
TEXT = "the commitment is to write a guide by which every public body of the state publishes without being asked " * 2
ONE = Promise("one", "monterrey-mexico", "MX", "monterrey-mexico-2022-2024", 2022, 2024, TITLE, TEXT)
OTHER = replace(
    ONE, key="other", member="san-pedro-garza-garcia-mexico", plan="san-pedro-garza-garcia-mexico-2022-2024"
)
THIRD = replace(ONE, key="third", member="nuevo-leon-state-mexico", plan="nuevo-leon-state-mexico-2022-2024")


def confidence(one: Promise, other: Promise) -> float | None:
    pairs = joint([one, other])
    assert joint([other, one]) == pairs
    return pairs[0].confidence if pairs else None


def test_three_members_of_one_coalition_carry_one_promise():
    pairs = joint([THIRD, ONE, OTHER])
    assert [(pair.one, pair.other, pair.confidence) for pair in pairs] == [
        ("one", "other", 1.0), ("one", "third", 1.0), ("other", "third", 1.0),
    ]  # fmt: skip


def test_accents_and_case_make_no_difference():
    assert confidence(ONE, replace(OTHER, title=TITLE.upper().replace("OPENNESS", "ÓPENNESS"))) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"text": "something else entirely, about roads and bridges and who pays for their repair and when " * 2},
        {"text": ""},
        {"start": 2025, "end": 2026},
        {"title": TITLE.replace("guide", "guides")},
    ],
)
def test_what_differs_a_little_is_a_candidate(change: dict[str, object]):
    found = confidence(ONE, replace(OTHER, **change))
    assert found is not None
    assert found < 1


@pytest.mark.parametrize(
    "change",
    [
        {"country": "CO"},
        {"plan": ONE.plan},
        {"start": 2030, "end": 2031},
        {"start": None},
        {"title": "Open contracting portal"},
        {"title": TITLE + " phase 2"},
    ],
)
def test_what_differs_in_kind_is_no_candidate(change: dict[str, object]):
    assert confidence(ONE, replace(OTHER, **change)) is None


def test_short_titles_are_never_certain():
    assert (confidence(replace(ONE, title="Open data portal"), replace(OTHER, title="Open data portal")) or 0) < 1


def test_members_whose_country_is_not_known_are_never_certain():
    assert (confidence(replace(ONE, country=None), replace(OTHER, country=None)) or 0) < 1


def test_a_pair_is_found_among_many_titles_of_the_same_words():
    crowd = [
        replace(
            ONE,
            key=f"crowd-{number:03d}",
            plan=f"plan-{number}",
            title=f"A guide to openness for town {number}",
            text=TEXT[number:],
        )
        for number in range(300)
    ]
    assert [(pair.one, pair.other) for pair in joint([*crowd, ONE, OTHER])] == [("one", "other")]


# OGP's identifiers

HEAD = b"identifier\tmember\tplan\ttitle\n"


def test_an_identifier_is_found_by_member_plan_and_title():
    rows, findings = read_table(HEAD + f"mxmty0001\tMonterrey, México\t2022-2024\t{TITLE}\n".encode(), "t.tsv")
    found, more = identify(rows, [ONE, OTHER, THIRD], MEMBERS.key)
    assert findings == more == ()
    assert [(one.key, one.identifier, one.confidence) for one in found] == [("one", "MXMTY0001", 1.0)]


def test_an_identifier_without_the_years_or_with_another_title_is_a_candidate():
    lines = (
        f"MXMTY0001\tMonterrey, Mexico\t\t{TITLE}",
        f"MXSPG0003\tSan Pedro Garza García, Mexico\t2022-2024\t{TITLE}s",
    )
    table = HEAD + "\n".join(lines).encode()
    found, _ = identify(read_table(table, "t")[0], [ONE, OTHER], MEMBERS.key)
    assert [one.key for one in found] == ["one", "other"]
    assert all(one.confidence < 1 for one in found)


def test_two_identifiers_for_one_commitment_are_none():
    table = HEAD + "".join(f"MXMTY000{n}\tMonterrey, Mexico\t2022-2024\t{TITLE}\n" for n in (1, 2)).encode()
    found, findings = identify(read_table(table, "t")[0], [ONE], MEMBERS.key)
    assert found == ()
    assert [finding.code for finding in findings] == ["table-ambiguous"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (HEAD + "MXMTY0001\tMonterrey, México\t\tx\n".encode("latin-1"), "table-encoding"),
        (HEAD.decode().encode("utf-16"), "table-encoding"),
        (b"id\tname\n1\t2\n", "table-columns"),
        (b"", "table-columns"),
        (HEAD + b"MX-1\tMonterrey, Mexico\t\tx\n", "table-identifier"),
        (HEAD + b"MX0001\t\t\tx\n", "table-row"),
        (HEAD + b"MX0001\tA\t\tx\nMX0001\tB\t\ty\n", "table-duplicate"),
    ],
)
def test_a_wrong_table_gives_a_named_finding_and_no_row(data: bytes, code: str):
    rows, findings = read_table(data, "table.tsv")
    assert rows == ()
    assert {finding.code for finding in findings} == {code}


def test_a_table_with_commas_and_a_byte_order_mark_is_read():
    rows, _ = read_table(b'\xef\xbb\xbfTitle,Plan,Member,Identifier\n"a, b",2022,Kenya,KE0034\n', "t.csv")
    assert [(row.identifier, row.title) for row in rows] == [("KE0034", "a, b")]


# Mapping files

PREDICATES = load_linksets()["geonames"].predicates


def file(*mappings: Mapping) -> str:
    return write_sssom(MappingSet(IRI.links_graph("geonames"), "https://example.org/licence", mappings))


def test_mappings_survive_a_round_trip_and_are_sorted():
    full = replace(NO, tool="ogp-graph link", features=(("name", 0.5), ("level", 1.0)), comment="so\tand\nso")
    read, findings = read_sssom(file(YES, full).encode(), "x", PREDICATES)
    assert findings == ()
    assert set(read.mappings) == {YES, replace(full, comment="so and so")}
    assert file(YES, full) == file(full, YES)
    assert (read.id, read.licence) == (IRI.links_graph("geonames"), "https://example.org/licence")


def test_a_link_to_a_text_survives_a_round_trip():
    one = Mapping(IRI.commitment("c"), DCTERMS + "identifier", "", CURATED, "C", "KE0034")
    read, findings = read_sssom(file(one).encode(), "x", load_linksets()["ogp-identifiers"].predicates)
    assert (read.mappings, findings) == ((one,), ())


def test_a_mapping_file_holds_no_email_address():
    assert "ada@example.org" not in file(replace(YES, author="ada@example.org"))


def test_files_of_the_default_base_are_read_below_another_one():
    (one,) = read_sssom(file(YES).encode(), "x", PREDICATES, base="https://data.example.org/")[0].mappings
    assert one.subject == "https://data.example.org/id/member/a"


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("dcterms:spatial", "skos:broadMatch", "sssom-predicate"),
        ("dcterms:spatial", "dct:spatial", "sssom-prefix"),
        ("https://sws.geonames.org/1/", "geonames one", "sssom-iri"),
        ("semapv:ManualMappingCuration", "https://example.org/Guess", "sssom-justification"),
        ("\t1\t", "\tvery\t", "sssom-confidence"),
        ("\t1\t", "\t1.5\t", "sssom-confidence"),
        ("\t1\t", "\tnan\t", "sssom-confidence"),
        ("2026-01-02", "yesterday", "sssom-date"),
        ("\tPlace\t", "\tPlace\t\t", "sssom-row"),
        ("predicate_id", "predicate", "sssom-columns"),
        ("#license: https://example.org/licence\n", "", "sssom-header"),
        ("#curie_map:", "#: curie", "sssom-header"),
        ("Place", "Pl\udce9ce", "sssom-encoding"),
    ],
)
def test_what_is_wrong_in_a_mapping_file_is_a_named_finding(old: str, new: str, code: str):
    data = file(YES).replace(old, new)
    read, findings = read_sssom(data.encode("utf-8", "surrogateescape"), "file.sssom.tsv", PREDICATES)
    assert code in {finding.code for finding in findings}
    assert {finding.name for finding in findings} == {"file.sssom.tsv"}
    assert code == "sssom-header" or read.mappings == ()


def test_a_modifier_other_than_not_is_a_finding():
    data = file(NO).replace("\tNot\t", "\tPerhaps\t")
    assert [f.code for f in read_sssom(data.encode(), "x", PREDICATES)[1]] == ["sssom-modifier"]


def test_a_page_at_ogp_is_linked_when_it_was_seen_and_else_waits_for_a_person():
    path = data_folder("ontology") / "links" / "ogp-pages.sssom.tsv"
    read, _ = read_sssom(path.read_bytes(), path.name, load_linksets()["ogp-pages"].predicates)
    assert {one.comment.startswith("Not seen: ") for one in read.mappings if one.certain} == {False}
    assert {one.comment.startswith("Not seen: ") for one in read.mappings if not one.certain} == {True}
    pages = {(one.subject, one.object) for one in read.mappings if one.certain}
    assert {(IRI.member(one.key), one.page) for one in MEMBERS.entries.values() if one.page} <= pages


@pytest.mark.parametrize("path", sorted((data_folder("ontology") / "links").glob("*.sssom.tsv")), ids=lambda p: p.name)
def test_the_projects_own_mapping_files_are_as_they_would_be_written(path):
    linkset = load_linksets()[path.name.removesuffix(".sssom.tsv")]
    read, findings = read_sssom(path.read_bytes(), path.name, linkset.predicates)
    assert findings == ()
    assert all((one.decided or not one.certain) and one.author and one.date for one in read.mappings)
    assert write_sssom(read) == path.read_text(encoding="utf-8")


# A whole run


def mention(promise: Promise) -> Mention:
    name = MEMBERS.entries[promise.member].label
    return Mention(
        promise.key, promise.member, name, promise.plan, f"Action plan – {name}", 2022, 2024, TITLE, promise.text
    )


def test_a_run_links_places_pages_and_joint_commitments_and_says_who_says_so(tmp_path):
    lines = LinkRun(settings_from({}), tmp_path).take([mention(p) for p in (ONE, OTHER, THIRD)]).lines()
    text = "\n".join(lines)
    assert text.count(f"<{OGPV}jointWith> <{IRI.commitment('')}") == 6
    assert f"<{IRI.member('monterrey-mexico')}> <{SPATIAL}> <https://sws.geonames.org/8582459/>" in text
    assert f"<{IRI.member('monterrey-mexico')}> <{OGPV}seat> <https://sws.geonames.org/3995465/>" in text
    assert f"<{IRI.plan(OTHER.plan)}> <{DCTERMS}isReferencedBy>" in text
    assert 'label> "México"@es' in text
    assert lines == sorted(set(lines))
    assert all(f"<{IRI.links_graph('')}" in line for line in lines)
    assert "3435907" not in text


def test_every_linked_thing_has_a_label():
    lines = LinkRun(settings_from({})).take([mention(ONE)]).lines()
    targets = {line.split(" ")[2] for line in lines if "annotatedTarget" in line}
    labelled = {line.split(" ")[0] for line in lines if "#label>" in line}
    assert targets <= labelled


def test_an_unknown_member_gets_no_link_and_a_finding():
    run = LinkRun(settings_from({})).take([Mention("r", "atlantis", "Atlantis", "p", None, 2022, 2024, TITLE, "")])
    assert [finding.code for finding in run.findings] == ["member-not-in-register"]
    assert not any("/id/member/atlantis" in line for line in run.lines())


def test_a_candidate_stays_out_until_a_person_decides(tmp_path):
    mentions = [Mention("r", "gobierno-monterrey", "Monterey, Mexico", "p", None, 2022, 2024, TITLE, "")]
    (one,) = LinkRun(settings_from({})).take(mentions).decided["members"].candidates
    assert one.object == IRI.member("monterrey-mexico")
    run = LinkRun(settings_from({}))
    text = run.written("members", [replace(one, justification=CURATED, author="Ada", date="2026-01-01")])
    (tmp_path / "members.sssom.tsv").write_text(text, encoding="utf-8")
    run = LinkRun(settings_from({}), tmp_path).take(mentions)
    assert [link.author for link in run.decided["members"].links] == ["Ada"]
    assert set(run.files()) >= {"dumps/links-members.sssom.tsv"}


def test_a_file_of_no_linkset_is_a_finding(tmp_path):
    (tmp_path / "cities.sssom.tsv").write_text(file(YES), encoding="utf-8")
    assert [f.code for f in LinkRun(settings_from({}), tmp_path).take([]).findings] == ["sssom-linkset"]


def test_another_base_changes_our_side_only():
    lines = LinkRun(settings_from({}, base="https://data.example.org/")).take([mention(ONE)]).lines()
    assert not any("https://w3id.org/ogp-graph/id/" in line for line in lines)
    assert any("<https://data.example.org/code/dimension/" in line for line in lines)
