"""The quality checks of a release: those that look at one report at a time over its statements, the others over the
whole store."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import pyoxigraph as ox

from ogp_graph.engine import Direct, run_checks
from ogp_graph.errors import DefinitionError
from ogp_graph.model import Finding, decode
from ogp_graph.pipeline.stages import shared_lines
from ogp_graph.processes import Failure, cores, in_order
from ogp_graph.queries import CHECKS, load_queries
from ogp_graph.release import Workspace
from ogp_graph.release.dumps import merged
from ogp_graph.vocabulary import data_folder

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ogp_graph.queries import Query
    from ogp_graph.release import Before
    from ogp_graph.settings import Settings

__all__ = ["checked"]

_TOLD_BY_MERGING = frozenset({"captures-contradict"})
"""Checks that say what merging has said before, with the characters."""
_AT_ONCE = 50  # reports in memory of one process
_FEW = 20  # batches for which no other process is started


def checked(
    store: ox.Store, before: Before | None, keys: Sequence[str], workspace: Path, settings: Settings
) -> tuple[Finding, ...]:
    """What the queries in ``queries/checks/`` find in a release, each row a finding.

    ``store`` is the whole release's. Checks that look at one report at a time (``scope: report``) look at the results
    that ``workspace`` has of the reports ``keys``, some at a time and on all cores, so that memory does not grow with
    the release. When it was made of the one ``before``, what the same checks found there of reports that did not change
    is taken over.

    Raises:
        RuntimeError: the result of a report is gone or damaged.
    """
    found = list(run_checks(Direct(store), [check for check in _checks() if not check.alone]))
    known = None if before is None else _known(before.path)
    if before is not None and known is not None:
        told = before.changes
        differing = {*told.added, *told.changed, *told.removed}
        found += [finding for finding in known if finding.report not in differing]
        keys = (*told.added, *told.changed)
    work = _CheckReports(str(workspace), settings)
    batches = (tuple(keys[place : place + _AT_ONCE]) for place in range(0, len(keys), _AT_ONCE))
    for some in in_order(work, batches, processes=cores(settings.processes), few=_FEW):
        if isinstance(some, Failure):
            raise RuntimeError(f"{workspace}: reports could not be checked: {some.kind} at {some.place}; build again")
        found += some
    return tuple(dict.fromkeys(found))


@lru_cache(maxsize=1)
def _checks() -> tuple[Query, ...]:
    return _read_checks(data_folder("queries"))


def _read_checks(queries: Path) -> tuple[Query, ...]:
    return tuple(check for check in load_queries(queries / CHECKS) if check.name not in _TOLD_BY_MERGING)


def _known(release: Path) -> list[Finding] | None:
    """What checks of one report at a time found in a release; None when they were others, or when one of what they
    found belongs to no report."""
    alone = [check for check in _checks() if check.alone]
    try:
        before = [check for check in _read_checks(release / "definitions" / "queries") if check.alone]
    except DefinitionError:
        return None
    if before != alone:
        return None
    names = {check.name for check in alone}
    with (release / "quality" / "findings.jsonl").open("rb") as file:
        found = [finding for finding in (decode(line, Finding) for line in file) if finding.code in names]
    return None if any(finding.report is None for finding in found) else found


@dataclass(frozen=True, slots=True)
class _CheckReports:
    """What the checks find in some reports (keys), and in what these share."""

    workspace: str
    settings: Settings

    def __call__(self, keys: tuple[str, ...]) -> tuple[Finding, ...]:
        workspace = Workspace(self.workspace, create=False)
        store, mentions = ox.Store(), []
        for key in keys:
            result = workspace.result(key)
            if result is None:
                raise RuntimeError(f"the result of {key} is gone or damaged")
            mentions.append(result.mention)
            _load(store, result.graph.split("\n"))
            store.bulk_load(result.sources.encode(), ox.RdfFormat.N_QUADS)
        _load(store, shared_lines(mentions, self.settings))
        return run_checks(Direct(store), [check for check in _checks() if check.alone])


def _load(store: ox.Store, quads: list[str]) -> None:
    """Loads sorted lines as a release's store has them: in their graphs, and in the default graph."""
    store.bulk_load("\n".join(quads).encode(), ox.RdfFormat.N_QUADS)
    store.bulk_load("\n".join(merged(quads)).encode(), ox.RdfFormat.N_TRIPLES)
