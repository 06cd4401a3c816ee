"""Search: what is found, how it is narrowed, and that an index that was updated is one that was made anew."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ogp_graph.model import Evaluator, Status
from ogp_graph.names import fold
from ogp_graph.release import Workspace, apply, verify
from ogp_graph.release.takedown import Takedown, TakenPerson
from ogp_graph.search import INDEX, Searcher, differences, read_words, write_index
from ogp_graph.search.words import apart
from tests.full_report import ANSWERS, RESULTS, full_report, name, value
from tests.small_release import release_of, result_of
from tests.traces import index_texts

if TYPE_CHECKING:
    from pathlib import Path

    from ogp_graph.model import Report
    from ogp_graph.search import Found

BIDI = "\u202etxt.exe\u202c"


def told(key: str, title: str, **fields: object) -> Report:
    """A report called ``title``."""
    return replace(
        full_report(), key=f"lindholm-norland-2022-2024-{key}-00000000", title=value(f"Report – {title}"),
        commitment_title=value(title), **fields,
    )  # fmt: skip


def lesson(words: str, language: str) -> dict[str, object]:
    return {"answers": (*ANSWERS[:-1], replace(ANSWERS[-1], explanation=value(words, language=language)))}


REPORTS = [
    told("budget", "Open budget"),
    told("water", "Registre de l'eau à Québec", action=value("Publier les œuvres d'adduction", language="fr"),
         **lesson("Il faut écouter les habitants dès l'été.", "fr")),
    told("parks", "Parks <script>alert(1)</script>", problem=value("Ada Example said that benches were missing."),
         results=(replace(RESULTS[0], code="no", degree="did-not-change"),
                  replace(RESULTS[1], status=Status.ANSWERED, code="yes", degree="major"), *RESULTS[2:])),
    told("roads", "Łódź roads", member="lodz", member_name=name("Łódź, Polska"), start_year=2020, end_year=2021,
         plan="lodz-2020-2021", plan_title=name("Plan działania – Łódź, 2020 – 2021"),
         answers=(replace(ANSWERS[0], status=Status.LOST, code=None, stated=None, explanation=None), *ANSWERS[1:])),
    told("bidi", f"Safe {BIDI} streets", action=value("x" * 200_000 + " lighthouse")),
    told("arabic", "الميزانية المفتوحة"),
]  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    workspace = Workspace(tmp_path_factory.mktemp("search") / "workspace")
    return release_of(workspace, map(result_of, REPORTS)).path


@pytest.fixture(scope="module")
def searcher(folder: Path) -> Searcher:
    return Searcher(folder / INDEX)


def keys(found: Found) -> list[str]:
    """The short names of what was found."""
    return [hit.key.removeprefix("lindholm-norland-2022-2024-").removesuffix("-00000000") for hit in found.hits]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("quebec", {"water"}),
        ("QUÉBEC", {"water"}),
        ("Que\u0301bec", {"water"}),
        ("québ*", {"water"}),
        ("oeuvre", {"water"}),
        ("œuvres", {"water"}),
        ("ecouter", {"water"}),
        ("lodz", {"roads"}),
        ("ŁÓDŹ drogi", set()),
        ("polska", {"roads"}),
        ("dzialania", {"roads"}),
        ("الميزانية", {"arabic"}),
        ("benches", {"parks"}),
        ("bench", {"parks"}),
        ('"bench"', set()),
        ('"were missing"', {"parks"}),
        ('"missing were"', set()),
        ("missing were", {"parks"}),
        ("mensual presupuesto", set()),
        ("presupuesto publica", {"budget", "water", "roads", "bidi", "arabic", "parks"}),
        ("lindholm -quebec -bench -safe -الميزانية", {"budget"}),
        ('"road', {"roads"}),
        ("lighthouse", {"bidi"}),
    ],
)
def test_words_are_found_whatever_their_case_accents_and_endings(
    searcher: Searcher, typed: str, expected: set[str]
) -> None:
    assert set(keys(searcher.search(typed))) == expected


def test_a_word_in_the_title_counts_for_more(searcher: Searcher) -> None:
    assert keys(searcher.search("budget"))[0] == "budget"
    assert searcher.search("budget").total == len(REPORTS)  # all of them speak of it


def test_a_phrase_does_not_reach_from_one_field_into_the_next(searcher: Searcher) -> None:
    assert searcher.search("norland action plan").total
    assert not searcher.search('"every month nobody could"').total


@pytest.mark.parametrize("typed", ["Ada Example", "ada", "Forum for Open Budgets", "University of Lindholm"])
def test_who_evaluated_is_not_found_by_name(searcher: Searcher, typed: str) -> None:
    assert searcher.search(typed).total == 0


HOSTILE = (
    '"', '""', '"""', "'", "NEAR", "NEAR(a b, 2)", "a AND", "AND", "OR OR", "NOT", "title:", "{title lessons}: x",
    "^", "^a", "*", "a**", "a* *", ":", "a:b", "-", "--", "- -a", "(", ")", "a + b", "\0", "a\0b", "\ud800", "😀", "%",
    "a" * 100_000, "a " * 50_000, '"' * 100_000, "-a " * 30_000, "; DROP TABLE report", "\ue000", "½", "ﬁ", "\n\t",
)  # fmt: skip


@pytest.mark.parametrize("typed", HOSTILE)
def test_nothing_that_is_typed_is_an_error(searcher: Searcher, typed: str) -> None:
    assert searcher.search(typed).total >= 0


@given(st.text(alphabet=st.sampled_from("ab \"*-^:(){}+\0'NEARODT,;é\u0301\u202e"), max_size=60))
@settings(max_examples=200, deadline=None)
def test_no_syntax_reaches_the_index(searcher: Searcher, typed: str) -> None:
    assert 0 <= searcher.search(typed).total <= len(REPORTS)


def test_what_is_too_long_is_cut_and_says_so(searcher: Searcher) -> None:
    assert searcher.search(" ".join(f"word{n}" for n in range(100))).words.cut
    assert not searcher.search("open budget").words.cut


def test_without_words_there_is_everything_the_newest_first(searcher: Searcher) -> None:
    found = searcher.search()
    assert (found.total, found.pages) == (len(REPORTS), 1)
    assert found.hits[-1].head["start_year"] == 2020
    assert searcher.search(page=2).hits == ()


# Facets


def test_facets_narrow_each_other_and_count_what_is_left(searcher: Searcher) -> None:
    found = searcher.search("presupuesto")
    assert found.counts["member"] == {"lindholm-norland": 5, "lodz": 1}
    assert found.counts["year"] == {"2020": 1, "2021": 1, "2022": 5, "2023": 5, "2024": 5}
    assert found.counts["completion"] == {"complete": 5, "unknown": 1}
    assert found.counts["status"]["lost"] == 5
    narrowed = searcher.search("presupuesto", {"completion": ["unknown"]})
    assert keys(narrowed) == ["roads"]
    assert narrowed.counts["member"] == {"lindholm-norland": 0, "lodz": 1}
    assert narrowed.counts["completion"] == {"complete": 5, "unknown": 1}  # what one would have instead
    both = searcher.search("", {"completion": ["unknown", "complete"], "member": ["lodz"]})
    assert keys(both) == ["roads"]


def test_every_count_is_what_one_gets(searcher: Searcher) -> None:
    for start in ({}, {"dimension": ["civic-participation"]}, {"degree": ["major"], "member": ["lindholm-norland"]}):
        for facet, values in searcher.search("", start).counts.items():
            for one, count in values.items():
                assert searcher.search("", {**start, facet: [one]}).total == count, (start, facet, one)


def test_dimension_and_degree_are_of_one_result(searcher: Searcher) -> None:
    assert keys(searcher.search("", {"dimension": ["civic-participation"], "degree": ["major"]})) == ["parks"]
    assert "parks" not in keys(searcher.search("", {"dimension": ["access-to-information"], "degree": ["major"]}))


def test_a_value_that_nothing_has_leaves_nothing(searcher: Searcher) -> None:
    found = searcher.search("", {"member": ["atlantis"]})
    assert (found.total, found.counts["member"]["atlantis"]) == (0, 0)


# Snippets


def test_a_snippet_is_the_text_as_it_stands_in_its_language(searcher: Searcher) -> None:
    (hit,) = searcher.search("ECOUTER ete").hits
    (found,) = hit.snippets
    assert (found.field, found.language) == ("lesson", "fr")
    assert found.pieces == [
        ("Il faut ", False),
        ("écouter", True),
        (" les habitants dès l'", False),
        ("été", True),
        (".", False),
    ]


def test_marks_cover_letters_that_fold_into_two(searcher: Searcher) -> None:
    (hit,) = searcher.search("oeuvre").hits
    assert [text for text, mark in hit.snippets[0].pieces if mark] == ["œuvres"]


def test_titles_are_marked_and_very_long_texts_are_cut(searcher: Searcher) -> None:
    (hit,) = searcher.search("roads").hits
    assert hit.title.pieces == [("Łódź ", False), ("roads", True)]
    (hit,) = searcher.search("safe").hits
    assert sum(len(snippet.text) for snippet in hit.snippets) < 1_000


def test_words_of_a_query() -> None:
    found = read_words('open "Data portal" -fees art*')
    assert found.expression() == '"open" * AND "data portal" AND "art" *'
    assert [term.expression() for term in found.unwanted] == ['"fees" *']


# Scripts that put no spaces between words

EASTERN = [
    told("taipei", "臺北市透明性AI推進計畫", **lesson("公開政府資料，讓市民參與預算。", "zh")),
    told("tokyo", "データ公開のガバナンス", problem=value("李明說資料沒有公開。", language="zh"),
         evaluators=(Evaluator(1, name("李明"), "person"),)),
    told("bangkok", "งบประมาณแบบมีส่วนร่วม", **lesson("เปิดเผยข้อมูลภาครัฐ", "th")),
    told("lao", "ງົບປະມານເປີດເຜີຍ"),
    told("khmer", "ថវិការដ្ឋបើកចំហ"),
    told("seoul", "열린 정부자료 공개", **lesson("자료를 공개한다", "ko")),
    told("hanoi", "Dữ liệu mở AI 2024"),
]  # fmt: skip


@pytest.fixture(scope="module")
def eastern(tmp_path_factory: pytest.TempPathFactory) -> Searcher:
    workspace = Workspace(tmp_path_factory.mktemp("eastern") / "workspace")
    return Searcher(release_of(workspace, map(result_of, EASTERN)).path / INDEX)


@pytest.mark.parametrize(
    ("typed", "expected", "marked"),
    [
        ("透明性", "taipei", ["透明性"]),
        ("明", "taipei", ["明"]),
        ("性AI推", "taipei", ["性AI推"]),
        ("ai", "taipei hanoi", ["AI"]),
        ("AI推進", "taipei", ["AI推進"]),
        ("推進 市民", "taipei", ["推進", "市民"]),
        ('"政府資料"', "taipei", ["政府資料"]),
        ('"市民 參與"', "taipei", ["市民參與"]),
        ('"資料政府"', "", []),
        ("性透明", "", []),
        ("ガバナンス", "tokyo", ["ガバナンス"]),
        ("バナ", "tokyo", ["バナ"]),
        ("公開 -市民", "tokyo", ["公開"]),
        ("李明", "", []),  # who evaluated is not found by name
        ("ส่วนร่วม", "bangkok", ["ส่วนร่วม"]),
        ("ข้อมูล", "bangkok", ["ข้อมูล"]),
        ("ເປີດເຜີຍ", "lao", ["ເປີດເຜີຍ"]),
        ("បើកចំហ", "khmer", ["បើកចំហ"]),
        ("자료", "seoul", ["자료를"]),  # as before: words that begin so
        ("정부", "seoul", ["정부자료"]),
        ("부자료", "", []),
        ("du lieu", "hanoi", ["Dữ", "liệu"]),
    ],
)
def test_words_inside_a_run_without_spaces_are_found_and_marked(
    eastern: Searcher, typed: str, expected: str, marked: list[str]
) -> None:
    found = eastern.search(typed)
    assert set(keys(found)) == set(expected.split())
    if found.hits:
        first = expected.partition(" ")[0]
        hit = next(hit for hit, key in zip(found.hits, keys(found), strict=True) if key == first)
        pieces = [piece for snippet in (hit.title, *hit.snippets) for piece in snippet.pieces]
        assert list(dict.fromkeys(text for text, mark in pieces if mark)) == marked


def test_what_stands_in_a_run_is_narrowed_as_anything_else(eastern: Searcher) -> None:
    found = eastern.search("公開", {"completion": ["complete"]})
    assert found.total == found.counts["completion"]["complete"] == 2
    assert eastern.search("公開", {"completion": ["limited"]}).total == 0


def test_words_with_spaces_are_in_the_index_as_they_were() -> None:
    for text in (
        "open data",
        "quebec l ete",
        "الميزانية المفتوحة",
        fold("열린 정부"),
        fold("Łódź, Polska"),
        fold("हिंदी"),
    ):
        assert apart(text) is text


# The index


def test_an_updated_index_is_one_made_anew(tmp_path: Path, folder: Path) -> None:
    changed = [
        told("budget", "Open budget"),
        told("water", "Water register", **lesson("Entirely new words.", "en")),
        told("bidi", "Streets"),
        told("new", "A new one"),
        told("arabic", "الميزانية المفتوحة", member_name=name("Lindholm Town, Norland")),
    ]
    release = release_of(Workspace(tmp_path / "workspace"), map(result_of, changed))
    anew, updated = release.path / INDEX, tmp_path / "updated"
    shutil.copytree(release.path / "tables", updated / "tables")
    count, put = write_index(updated, folder)
    assert (count, put > 0) == (5, True)
    assert list(index_texts(updated / INDEX)) == list(index_texts(anew))
    assert "habitants" in "".join(index_texts(folder / INDEX))
    assert "habitants" not in "".join(index_texts(updated / INDEX))
    for typed in ("", "budget", "water", "lindholm", "open data", "new*"):
        one, other = (Searcher(path).search(typed) for path in (anew, updated / INDEX))
        assert (one.hits, one.counts) == (other.hits, other.counts)


def test_what_did_not_change_is_not_put_in_again(tmp_path: Path, folder: Path) -> None:
    shutil.copytree(folder / "tables", tmp_path / "tables")
    assert write_index(tmp_path, folder) == (len(REPORTS), 0)
    assert differences(tmp_path) == []


def test_an_index_of_another_version_or_a_damaged_one_is_made_anew(tmp_path: Path, folder: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    (old / "search").mkdir(parents=True)
    (old / INDEX).write_bytes(b"no index at all" * 100)
    shutil.copytree(folder / "tables", new / "tables")
    assert write_index(new, old) == (len(REPORTS), len(REPORTS))
    with pytest.raises(FileNotFoundError):
        Searcher(tmp_path / "nothing")


def test_a_release_after_one_with_a_damaged_index_has_a_sound_one(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "workspace")
    index = release_of(workspace, map(result_of, REPORTS)).path / INDEX
    index.chmod(0o644)
    with index.open("r+b") as file:
        file.seek(8_192)  # the first page tells the version
        file.write(bytes(index.stat().st_size - 8_192))
    after = release_of(workspace, map(result_of, [*REPORTS, told("new", "A new one")]))
    assert differences(after.path) == []
    assert [hit.key for hit in Searcher(after.path / INDEX).search("new one").hits] == [told("new", "A new one").key]


def test_a_name_that_was_taken_down_is_nowhere_in_the_index(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "workspace")
    before = release_of(workspace, map(result_of, REPORTS))
    assert "Ada Example" in "".join(index_texts(before.path / INDEX))  # the sentence that names her is a text
    takedown = Takedown(persons=(TakenPerson("2026-11-22", "asked", names=("Ada Example",)),))
    clean = [result_of(report) for one in REPORTS if (report := apply(takedown, one))]
    after = release_of(workspace, clean, takedown=takedown)
    assert "example said" not in "".join(index_texts(after.path / INDEX)).casefold()
    assert b"Ada Example" not in (after.path / INDEX).read_bytes()
    assert "[name removed]" in "".join(index_texts(after.path / INDEX))


def test_verify_compares_the_index_with_the_tables(tmp_path: Path) -> None:
    release = release_of(Workspace(tmp_path / "workspace"), map(result_of, REPORTS[:2]))
    assert verify(release.path) == ()
    other = release_of(Workspace(tmp_path / "other"), map(result_of, REPORTS[:1]))
    (release.path / INDEX).unlink()
    shutil.copyfile(other.path / INDEX, release.path / INDEX)
    assert [problem.partition(":")[0] for problem in verify(release.path)] == [INDEX, INDEX]
