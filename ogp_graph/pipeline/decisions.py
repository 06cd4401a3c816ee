"""A workspace's own mapping files: what persons decided, what a table of identifiers told, and what is still open."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ogp_graph.errors import UsageError
from ogp_graph.link import CURATED, identifiers_found, identify, read_table
from ogp_graph.names import IRIs, redact
from ogp_graph.pipeline.links import LinkRun, promises, read_decisions
from ogp_graph.pipeline.stages import definitions

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable
    from pathlib import Path

    from ogp_graph.link import Mapping
    from ogp_graph.model import Finding
    from ogp_graph.release import Workspace
    from ogp_graph.settings import Settings

__all__ = [
    "decided", "decisions_folder", "keep_found", "kept", "linked", "record", "take_identifiers", "write_candidates",
    "write_whole",
]  # fmt: skip

_IDENTIFIERS = "ogp-identifiers"


def decisions_folder(workspace: Workspace) -> Path:
    """Where a workspace keeps its mapping files."""
    return workspace.path / "links"


def linked(workspace: Workspace, settings: Settings) -> LinkRun:
    """What a build of the workspace as it is would link, without building."""
    mentions = (result.mention for result in workspace.results() if not result.quarantined)
    return LinkRun(settings, decisions_folder(workspace)).take(mentions)


def write_candidates(workspace: Workspace, run: LinkRun) -> None:
    """Writes the open candidates of each linkset to ``links/candidates/``; a linkset without one has no file."""
    folder = decisions_folder(workspace) / "candidates"
    for name, one in run.decided.items():
        path = folder / f"{name}.sssom.tsv"
        if one.candidates:
            write_whole(path, run.written(name, one.candidates))
        else:
            path.unlink(missing_ok=True)


def decided(one: Mapping, *, yes: bool, reviewer: str, today: datetime.date) -> Mapping:
    """A candidate as a person decided it."""
    told = f"{one.comment.rstrip('.')}; found with confidence {one.confidence:g}".removeprefix("; ")
    return replace(
        one, justification=CURATED, negated=not yes, author=redact(reviewer.strip()), date=today.isoformat(),
        confidence=1.0, comment=told,
    )  # fmt: skip


def record(workspace: Workspace, name: str, decision: Mapping, settings: Settings) -> None:
    """Writes a decision into the linkset's file, in place of that person's earlier one about the same things."""
    others = [
        one for one in kept(workspace, name, settings) if (one.key, one.author) != (decision.key, decision.author)
    ]
    _save(workspace, name, [*others, decision], settings)


def take_identifiers(
    workspace: Workspace, data: bytes, name: str, settings: Settings, today: datetime.date
) -> tuple[int | None, tuple[Finding, ...]]:
    """Finds the commitments that a user's table of identifiers is about and keeps what was found for the next build.

    Returns how many commitments got an identifier for certain (None: no row is usable), and the findings. What an
    earlier table told is replaced; what a person decided stays. Without a usable row nothing is written."""
    rows, said = read_table(data, name)
    if not rows:
        return None, said
    mentions = [result.mention for result in workspace.results() if not result.quarantined]
    found, more = identify(rows, promises(mentions), definitions().members.key, name)
    told = list(identifiers_found(found, redact(name), today.isoformat(), IRIs(settings.base)))
    keep_found(workspace, _IDENTIFIERS, told, settings)
    return sum(one.certain for one in told), (*said, *more)


def keep_found(workspace: Workspace, name: str, found: Iterable[Mapping], settings: Settings) -> None:
    """Writes what a source told of a linkset, in place of what it told before; what a person decided stays."""
    decided = [one for one in kept(workspace, name, settings) if one.decided]
    _save(workspace, name, [*decided, *found], settings)


def kept(workspace: Workspace, name: str, settings: Settings) -> list[Mapping]:
    """The mappings of a linkset's file, which is about to be written anew.

    Raises:
        UsageError: it has a row that is not understood, and that would be lost."""
    found, findings = read_decisions(decisions_folder(workspace), settings)
    for one in findings:
        if one.name == f"{name}.sssom.tsv":
            raise UsageError(
                f"{decisions_folder(workspace) / one.name}: {one.message} ({one.code}); put it right first"
            )
    return list(found[name])


def _save(workspace: Workspace, name: str, mappings: Iterable[Mapping], settings: Settings) -> None:
    write_whole(decisions_folder(workspace) / f"{name}.sssom.tsv", LinkRun(settings).written(name, tuple(mappings)))


def write_whole(path: Path, text: str) -> None:
    """Puts a whole file in place at once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}")
    draft.write_text(text, encoding="utf-8", newline="\n")
    draft.replace(path)
