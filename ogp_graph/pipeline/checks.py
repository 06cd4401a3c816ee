"""The quality checks of a release: over the whole store; where a check looks at one report alone, over what changed."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

import pyoxigraph as ox

from ogp_graph.engine import Direct, run_checks
from ogp_graph.model import Finding, decode
from ogp_graph.names import IRIs
from ogp_graph.queries import CHECKS, load_queries
from ogp_graph.vocabulary import data_folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from ogp_graph.queries import Query
    from ogp_graph.release import Before

__all__ = ["checked"]

_TOLD_BY_MERGING = frozenset({"captures-contradict"})
"""Checks that say what merging has said before, with the characters."""
_AT_ONCE = 200  # reports in memory


def checked(store: ox.Store, before: Before | None, base: str) -> tuple[Finding, ...]:
    """What the queries in ``queries/checks/`` find in the store of a release, each row a finding.

    When the release was made of the one ``before``, checks that look at one report at a time (``scope: report``) look
    at the reports that changed, and what they found of the others is taken over."""
    checks = [check for check in load_queries(data_folder("queries") / CHECKS) if check.name not in _TOLD_BY_MERGING]
    alone = [check for check in checks if check.alone]
    known = None if before is None else _known(before.path, {check.name for check in alone})
    if before is None or known is None:
        return run_checks(Direct(store), checks)
    found = list(run_checks(Direct(store), [check for check in checks if not check.alone]))
    told = before.changes
    differing = {*told.added, *told.changed, *told.removed}
    found += [finding for finding in known if finding.report not in differing]
    found += _of_reports(store, alone, (*told.added, *told.changed), IRIs(base))
    return tuple(dict.fromkeys(found))


def _known(release: Path, names: set[str]) -> list[Finding] | None:
    """What checks of these names found in a release; None when one of it belongs to no report."""
    with (release / "quality" / "findings.jsonl").open("rb") as file:
        found = [finding for finding in (decode(line, Finding) for line in file) if finding.code in names]
    return None if any(finding.report is None for finding in found) else found


def _of_reports(store: ox.Store, checks: list[Query], keys: Iterable[str], iris: IRIs) -> Iterator[Finding]:
    """What the checks find in some reports, and in what all share."""
    waiting = iter(keys)
    while batch := list(islice(waiting, _AT_ONCE)):
        some = ox.Store()
        for key in batch:
            for graph in (iris.report_graph(key), iris.sources_graph(key)):
                quads = list(store.quads_for_pattern(None, None, None, ox.NamedNode(graph)))
                some.extend(quads)
                if graph == iris.report_graph(key):
                    some.extend(ox.Quad(quad.subject, quad.predicate, quad.object) for quad in quads)
        meta = store.quads_for_pattern(None, None, None, ox.NamedNode(iris.meta_graph))
        some.extend(ox.Quad(quad.subject, quad.predicate, quad.object) for quad in meta)
        yield from run_checks(Direct(some), checks)
