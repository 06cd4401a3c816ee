"""What a person decided wins over what a program found; only what is decided or certain is a link."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ogp_graph.model import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ogp_graph.link.mapping import Mapping

__all__ = ["Decided", "decide"]


@dataclass(frozen=True, slots=True)
class Decided:
    """``links`` enter a release, ``candidates`` wait for a person, ``refused`` are known not to be links."""

    links: tuple[Mapping, ...]
    candidates: tuple[Mapping, ...]
    refused: tuple[Mapping, ...]
    findings: tuple[Finding, ...] = ()


def decide(found: Iterable[Mapping], curated: Iterable[Mapping]) -> Decided:
    """The links and candidates out of what was ``found`` and of what was ``curated``, each sorted by what it links.

    A curated yes and a curated no about the same two things contradict each other: neither counts, there is a finding,
    and what was found of them is a candidate again, however certain."""
    said: dict[tuple[str, str, str], list[Mapping]] = defaultdict(list)
    proposed: dict[tuple[str, str, str], Mapping] = {}
    for one in sorted(curated, key=_latest):
        if one.decided:
            said[one.key].append(one)
        else:
            proposed[one.key] = one
    for one in sorted(found, key=lambda m: (m.key, m.confidence)):
        proposed[one.key] = one
    links: list[Mapping] = []
    candidates: list[Mapping] = []
    refused: list[Mapping] = []
    findings: list[Finding] = []
    for key in sorted(said.keys() | proposed.keys()):
        voices = {one.negated: one for one in said.get(key, ())}
        if len(voices) == 2:
            findings.append(_contradiction(voices[False], voices[True]))
            candidates += [proposed[key]] if key in proposed else []
        elif voices:
            ((negated, voice),) = voices.items()
            (refused if negated else links).append(voice)
        elif proposed[key].certain and not proposed[key].negated:
            links.append(proposed[key])
        elif not proposed[key].negated:
            candidates.append(proposed[key])
    return Decided(tuple(links), tuple(candidates), tuple(refused), tuple(findings))


def _latest(one: Mapping) -> tuple[object, ...]:
    return one.key, one.date, one.author, one.comment


def _contradiction(yes: Mapping, no: Mapping) -> Finding:
    says = " and ".join(f"{one.author or 'nobody named'} ({one.date or 'no date'})" for one in (yes, no))
    message = f"{says} contradict each other about {yes.subject} and {yes.object or yes.object_label}: neither counts"
    return Finding(Severity.WARNING, "curations-contradict", message)
