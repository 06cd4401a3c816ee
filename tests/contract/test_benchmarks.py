"""What the benchmarks rest on: a corpus that is the same everywhere, pages that are read whole, and a fair peer."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest

from bench.corpus import LAYOUTS, page, sheet, write_archive
from bench.dumps import loaders
from bench.latency import measured, table
from bench.linking import mentions, timed
from bench.rdflib_describe import describe_with_rdflib
from bench.report import exponent
from ogp_graph.captures import pages
from ogp_graph.definitions import load_definitions
from ogp_graph.describe import describe
from ogp_graph.extract import extract
from ogp_graph.model import Capture, Document, Page, Report, Status
from ogp_graph.names import IRIs
from ogp_graph.queries import EXAMPLES, PAGES
from ogp_graph.read import document
from ogp_graph.settings import settings_from
from ogp_graph.vocabulary import data_folder

if TYPE_CHECKING:
    from pathlib import Path

DEFINITIONS = load_definitions()
PEER = "oxigraph load, disk"


def report(number: int, layout: str) -> Report:
    data = page(sheet(number, size=40), layout).encode()
    kind = "text/html" if layout == "html" else "text/plain"
    capture = Capture(hashlib.sha256(data).hexdigest(), (f"{number}-{layout}",), kind)
    read = document(Page(capture, data), DEFINITIONS.form, settings_from({}))
    assert isinstance(read, Document)
    found = extract(read, DEFINITIONS).report
    assert found is not None
    return found


def test_the_same_seed_gives_the_same_corpus() -> None:
    pages = "".join(page(sheet(number), layout) for number in range(5) for layout in LAYOUTS)
    digest = hashlib.sha256(pages.encode()).hexdigest()
    assert digest == "eb785a7eec806f4ef092500528d7ae67330cce282aeafe47125bfa3dab368711"


def test_another_seed_gives_another_corpus() -> None:
    assert page(sheet(1, seed=1), "L1") != page(sheet(1, seed=2), "L1")


def test_a_web_page_of_the_corpus_has_about_15_kilobytes() -> None:
    sizes = [len(page(sheet(number), "html").encode()) for number in range(20)]
    assert 14_000 < sum(sizes) / len(sizes) < 16_000


@pytest.mark.parametrize("layout", ["L1", "html"])
def test_pages_with_everything_are_read_whole(layout: str) -> None:
    found = report(3, layout)
    assert len(found.answers) + len(found.results) == 9
    assert {answer.status for answer in (*found.answers, *found.results)} == {Status.ANSWERED}
    assert found.member
    assert found.plan
    assert not found.unassigned


@pytest.mark.parametrize("layout", ["L2", "L3a"])
def test_pages_without_short_lines_have_lost_answers(layout: str) -> None:
    found = report(3, layout)
    assert Status.LOST in {answer.status for answer in found.results}
    assert found.key == report(3, "L1").key


@pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib")
@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_rdflib_peer_says_the_same(layout: str) -> None:
    for number in range(4):
        found = report(number, layout)
        peer = ox.parse(describe_with_rdflib(found, IRIs()), format=ox.RdfFormat.N_QUADS)
        assert set(peer) == set(describe(found, IRIs()))


def test_the_linking_benchmark_links_what_it_planted() -> None:
    told = mentions(2_000)
    assert told == mentions(2_000)
    done = timed(2_000)
    assert done.joint > 0
    assert done.open > 0
    assert done.lines > 500


def test_an_archive_of_the_corpus_holds_its_pages(tmp_path: Path) -> None:
    size = write_archive(tmp_path, ("html",), 3)
    found = [one for one in pages([str(tmp_path)], settings_from({})) if isinstance(one, Page)]
    assert [one.data for one in found] == [page(sheet(number, size=3), "html").encode() for number in range(3)]
    assert sum(len(one.data) for one in found) == size


def test_the_exponent_of_a_power_is_that_power() -> None:
    assert exponent({1000: 3.0, 10_000: 30.0, 100_000: 300.0}) == pytest.approx(1.0)
    assert exponent({1000: 1.0, 4000: 8.0}) == pytest.approx(1.5)
    assert exponent({1000: 1.0}) is None


def test_every_query_of_pages_and_examples_is_timed(sample_release: Path) -> None:
    names = {path.stem for fate in (PAGES, EXAMPLES) for path in (data_folder("queries") / fate).glob("*.rq")}
    found = measured(sample_release)
    assert {name.removeprefix("page of a ").replace(" ", "-") for name in found} == names
    assert min(found.values()) > 0


def test_a_query_goes_on_along_its_slope() -> None:
    rows = table({1_000: {"flat": 2.0, "whole": 5.0}, 10_000: {"flat": 2.0, "whole": 50.0}}).splitlines()
    assert rows[2:] == ["| flat | 2.0 | 2.0 | 0.00 | 2 |", "| whole | 5.0 | 50.0 | 1.00 | 5,000 |"]


def test_the_store_and_its_peers_load_the_same_statements() -> None:
    rates = loaders(5)
    ours, peer = (next(count for name, count, _ in rates if name == one) for one in ("a release's store", PEER))
    assert ours == peer > 2000
    assert all(seconds > 0 for _, _, seconds in rates)
