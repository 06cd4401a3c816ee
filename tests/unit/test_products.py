"""Products of a release: made from its folder, part of its checksums, gone with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ogp_graph.release import Before, Product, Said, Workspace, verify
from ogp_graph.release.checksums import read_sums
from tests.small_release import release_of, some_results

if TYPE_CHECKING:
    from pathlib import Path


def _count(release: Path, _before: Before | None, said: Said) -> None:
    reports = (release / "reports.tsv").read_text(encoding="utf-8").splitlines()
    (release / "counted" / "reports.txt").write_text(f"{len(reports) - 1}\n", encoding="utf-8")
    for line in reports[1:]:
        key = line.partition("\t")[0]
        said_of, cited = said(key)
        assert f"/graph/report/{key}> ." in said_of
        assert f"/graph/sources/{key}> ." in cited


def _twice(release: Path, *_: object) -> None:
    number = int((release / "counted" / "reports.txt").read_text(encoding="utf-8"))
    (release / "doubled" / "reports.txt").write_text(f"{2 * number}\n", encoding="utf-8")


def test_a_product_is_made_of_the_release_and_sealed_with_it(tmp_path: Path) -> None:
    products = (Product("counted", _count), Product("doubled", _twice))
    release = release_of(Workspace(tmp_path / "ws"), some_results(), products=products)
    assert (release.path / "counted" / "reports.txt").read_text() == "2\n"
    assert (release.path / "doubled" / "reports.txt").read_text() == "4\n"
    assert {"counted/reports.txt", "doubled/reports.txt"} <= read_sums(release.path).keys()
    assert verify(release.path) == ()
    (release.path / "counted" / "reports.txt").unlink()
    assert verify(release.path) == ("counted/reports.txt: missing",)
