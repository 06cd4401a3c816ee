"""What a release knows of a thing, as values: labels by one order, citations from their lines."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from ogp_graph.known.citing import Source, sources
from ogp_graph.known.inputs import Inputs
from ogp_graph.known.words import Text, best
from ogp_graph.vocabulary import term

CITED = "https://example.org/id/report/x/source/title"
THING = "https://example.org/id/report/x"


def cited(exact: str) -> list[str]:
    """The lines of one citation, as any writer of N-Triples has them."""
    said = [
        (CITED, "ogpv:supports", ox.NamedNode(THING)),
        (CITED, "ogpv:supportsProperty", ox.NamedNode(term("dcterms:title"))),
        (CITED, "oa:hasSelector", ox.NamedNode(f"{CITED}/selector")),
        (f"{CITED}/selector", "oa:start", ox.Literal("3", datatype=ox.NamedNode(term("xsd:nonNegativeInteger")))),
        (f"{CITED}/selector", "oa:end", ox.Literal(9)),
        (f"{CITED}/selector", "oa:exact", ox.Literal(exact, language="es")),
    ]
    triples = [ox.Triple(ox.NamedNode(one), ox.NamedNode(term(name)), value) for one, name, value in said]
    return [f"{triple} ." for triple in triples]


@pytest.mark.parametrize(
    "words", ["", 'a "b" \\ c', "two\nlines\tand\rmore", "ends in \\", '"@es .', "\U0001f600 \\u0041"]
)
def test_a_quote_is_read_from_its_line_as_it_was_written(words: str) -> None:
    found = sources(cited(words), {})
    assert found == {(THING, term("dcterms:title")): [Source(CITED, None, "3", "9", words, "", "")]}


def test_escapes_that_others_write_are_signs() -> None:
    line = f'<{CITED}/selector> <{term("oa:exact")}> "\\u00e9\\U0001F600\\b\\f" .'
    lines = [one for one in cited("") if "exact" not in one]
    ((source,),) = sources([*lines, line], {}).values()
    assert source.exact == "é\U0001f600\b\f"


@pytest.mark.parametrize(
    ("languages", "expected"),
    [
        ((), "one"),
        (("es",), "uno"),
        (("en", "es"), "one"),
        (("es", "en"), "uno"),
        (("fr", "es"), "uno"),
        (("de",), "one"),
    ],
)
def test_a_label_is_the_first_that_the_reader_prefers(languages: tuple[str, ...], expected: str) -> None:
    labels = [ox.Literal("uno", language="es"), ox.Literal("one", language="en"), ox.Literal("1")]
    found = best(labels, languages)
    assert found is not None
    assert found.text == expected


def test_a_label_without_a_language_comes_before_one_in_a_foreign_language() -> None:
    assert best([ox.Literal("Eins", language="de"), ox.Literal("1")], ("es",)) == Text("1")


BASE = "https://example.org/"
SHARED = {
    "member": '<https://example.org/id/member/m> <p> "M" <g> .',
    "plan": "<https://example.org/id/plan/p> <p> <https://example.org/id/member/m> <g> .",
    "other member": '<https://example.org/id/member/n> <p> "N" <g> .',
    "link": "<https://example.org/id/mapping/1> <p> <https://example.org/id/commitment/a> <g> .\n"
    "<https://example.org/id/mapping/1> <q> <https://example.org/id/commitment/b> <g> .",
    "label of another": '<https://elsewhere.example/n> <p> "N" <g> .',
    "link of a member": "<https://example.org/id/mapping/2> <p> <https://example.org/id/member/n> <g> .\n"
    "<https://example.org/id/mapping/2> <q> <https://elsewhere.example/n> <g> .",
    "code": '<https://example.org/code/status/lost> <p> "lost" <g> .',
}
CONTENTS = {"a": "1", "b": "1", "c": "1"}


def digests(shared: dict[str, str], contents: dict[str, str], base: str = BASE) -> dict[str, bytes]:
    lines = sorted(line for text in shared.values() for line in text.split("\n"))
    inputs = Inputs(contents, lines, base)
    return {
        "a": inputs.report("a", "p", "m"),
        "c": inputs.report("c", "p", "m"),
        "elsewhere": inputs.report("d", "q", "n"),
        "plan": inputs.place("p", "m", ["a", "c"]),
        "member": inputs.place("", "m", ["a", "c"]),
    }


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ("member", {"a", "c", "plan", "member"}),
        ("plan", {"a", "c", "plan", "member"}),
        ("other member", {"elsewhere"}),
        ("link", {"a"}),
        ("link of a member", {"elsewhere"}),
        ("label of another", {"elsewhere"}),
        ("code", {"a", "c", "elsewhere", "plan", "member"}),
    ],
)
def test_what_is_said_of_shared_things_counts_for_whom_it_concerns(changed: str, expected: set[str]) -> None:
    before, text = digests(SHARED, CONTENTS), SHARED[changed]
    after = digests(SHARED | {changed: text.replace(" <g> .", " <h> .")}, CONTENTS)
    assert {name for name in before if before[name] != after[name]} == expected


@pytest.mark.parametrize(("key", "expected"), [("a", {"a", "plan", "member"}), ("b", {"a"}), ("x", set())])
def test_what_a_report_says_counts_for_it_its_places_and_what_is_linked(key: str, expected: set[str]) -> None:
    before, after = digests(SHARED, CONTENTS), digests(SHARED, CONTENTS | {key: "2"})
    assert {name for name in before if before[name] != after[name]} == expected
