"""A release of synthetic reports to serve: pages read, described and published as a build does it, SHACL left out.

Leaving out the shapes saves most of the minutes; what is served is the same, for the generator's pages pass them. The
workspace is kept in the temporary folder under its size and the digest of the generator: remove it to make it anew.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import shutil
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bench.corpus import page, sheet
from ogp_graph.describe import mention
from ogp_graph.model import Capture, Page
from ogp_graph.names import IRIs
from ogp_graph.pipeline import stages
from ogp_graph.processes import Failure, cores, in_order
from ogp_graph.release import ReportResult, Workspace, publish, rows
from ogp_graph.settings import settings_from
from ogp_graph.validate import findings_graph

if TYPE_CHECKING:
    from ogp_graph.release.results import Brief

__all__ = ["release_workspace", "result_of_page"]

_SETTINGS = settings_from({})
_DAY = dt.date(2026, 1, 1)


def release_workspace(size: int) -> Path:
    """A workspace whose current release holds ``size`` reports; made in about 15 ms of processor time a report."""
    place = Path(tempfile.gettempdir(), f"ogp-graph-bench-{size}-{_generator()}")
    if place.is_dir():
        return place
    print(f"making a release of {size:,} reports in {place}", file=sys.stderr, flush=True)
    draft = place.with_name(f"{place.name}.{os.getpid()}")
    workspace = Workspace(draft)
    made = in_order(partial(result_of_page, size=size), range(size), processes=cores(0))
    with workspace.lock():
        publish(
            workspace,
            [_stored(workspace, _whole(one)) for one in made],
            shared=lambda mentions: stages.shared_lines(mentions, _SETTINGS),
            definitions={},
            findings_graph=findings_graph,
            release_date=_DAY,
            settings=_SETTINGS,
        )
    try:
        draft.rename(place)
    except OSError:  # another run was quicker
        shutil.rmtree(draft)
    return place


def result_of_page(number: int, size: int) -> ReportResult:
    """What a build makes of one page of a corpus, without validation."""
    data = page(sheet(number, size=size), "L1").encode()
    capture = Capture(hashlib.sha256(data).hexdigest(), (f"{number}.txt",), "text/plain")
    extraction = stages.read_page(Page(capture, data), _SETTINGS)
    assert extraction.report is not None, extraction.findings
    report, _ = stages.merged(extraction.report.key, [extraction])
    said = stages.described(report, _SETTINGS)
    table_rows = rows(report, IRIs(_SETTINGS.base), stages.definitions().codes)
    return ReportResult(report.key, "", said.report, said.sources, mention(report), table_rows)


def _stored(workspace: Workspace, result: ReportResult) -> Brief:
    """The whole goes to the disk: results of 100,000 reports do not fit into memory."""
    workspace.store_result(result)
    return result.brief()


def _whole(result: ReportResult | Failure[int]) -> ReportResult:
    assert not isinstance(result, Failure), result
    return result


def _generator() -> str:
    folder = Path(__file__).parent
    return hashlib.sha256((folder / "corpus.py").read_bytes() + (folder / "sentences.toml").read_bytes()).hexdigest()[
        :8
    ]
