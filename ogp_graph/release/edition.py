"""What is particular to one release: its files, its counts, the years and languages in it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ogp_graph.linksets import load_linksets
from ogp_graph.release.dumps import DUMPS
from ogp_graph.release.tables import TABLES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from ogp_graph.release.dumps import Counts
    from ogp_graph.release.releases import Release

__all__ = ["Edition", "File", "distributed", "first_day", "languages_and_years"]


@dataclass(frozen=True, slots=True)
class File:
    """One file that a release offers: its path inside the release, size and SHA-256; ``compression`` is empty for a
    file that is not compressed."""

    path: str
    title: str
    media_type: str
    compression: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Edition:
    """What is particular to one release. ``years`` are the first and the last one that an action plan covers,
    ``languages`` those of its texts (BCP 47); ``first_issued`` is the day of the first release."""

    id: str
    issued: dt.date
    previous: str | None
    counts: Counts
    files: tuple[File, ...]
    years: tuple[int, int] | None = None
    languages: tuple[str, ...] = ()
    first_issued: dt.date | None = None


def distributed(digests: Mapping[str, str], folder: Path) -> tuple[File, ...]:
    """The files of a release that are distributions, from ``digests`` (path -> SHA-256)."""
    known = {f"dumps/{dump.name}": (dump.title, dump.media_type, dump.compression) for dump in DUMPS}
    for table in TABLES.values():
        known[f"tables/{table.name}.csv"] = (f"{table.title}, CSV", "text/csv", "")
        known[f"tables/{table.name}.parquet"] = (f"{table.title}, Parquet", "application/vnd.apache.parquet", "")
    for name, linkset in load_linksets().items():
        title = f"{linkset.title}, SSSOM"
        known[f"dumps/links-{name}.sssom.tsv"] = (title, "text/tab-separated-values", "")
        known[f"quality/candidates-{name}.sssom.tsv"] = (f"{title}, not decided", "text/tab-separated-values", "")
    patch = "Changes since the previous release, citations included, RDF patch"
    known["changes.rdfp.gz"] = (patch, "application/octet-stream", "application/gzip")
    return tuple(
        File(path, *about, (folder / path).stat().st_size, digests[path])
        for path, about in known.items()
        if path in digests
    )


def languages_and_years(folder: Path) -> tuple[tuple[str, ...], tuple[int, int] | None]:
    """The languages of the texts of a release (BCP 47), sorted, and the first and last year of its action plans."""
    languages = {str(tag) for tag in _column(folder, "overview", "language")}
    languages |= {str(tag) for tag in _column(folder, "answers", "explanation_language")}
    years = [int(year) for name in ("start_year", "end_year") for year in _column(folder, "plans", name)]
    return tuple(sorted(languages)), (min(years), max(years)) if years else None


def _column(folder: Path, table: str, name: str) -> list[str | int]:
    """The different values of a column."""
    from pyarrow.parquet import read_table

    found: list[str | int | None] = (
        read_table(folder / "tables" / f"{table}.parquet", columns=[name])[0].unique().to_pylist()
    )
    return [value for value in found if value is not None]


def first_day(releases: Iterable[Release], day: dt.date) -> dt.date:
    """The day of the oldest release that is still there, or ``day``."""
    return min([dt.date.fromisoformat(release.issued) for release in releases] + [day])
