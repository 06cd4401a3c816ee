"""Linking for a release: what was found and what was decided, linkset by linkset."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from ogp_graph.link import (
    MappingSet,
    Matcher,
    Promise,
    commitments_found,
    decide,
    link_lines,
    members_found,
    read_sssom,
    register_links,
    write_sssom,
)
from ogp_graph.linksets import load_gazetteer, load_linksets
from ogp_graph.model import Finding, Severity
from ogp_graph.names import IRIs
from ogp_graph.pipeline.stages import definitions
from ogp_graph.vocabulary import data_folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from ogp_graph.link import Decided
    from ogp_graph.link import Mapping as Link
    from ogp_graph.model import Mention
    from ogp_graph.settings import Settings

__all__ = ["LinkRun", "promises", "read_decisions"]

_SUFFIX = ".sssom.tsv"


@dataclass(slots=True)
class LinkRun:
    """Linking for one release: each linkset's links, candidates and refusals, and findings.

    ``decisions`` is the workspace's folder of mapping files, if it has one."""

    settings: Settings
    decisions: Path | None = None
    decided: dict[str, Decided] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def take(self, mentions: Iterable[Mention]) -> LinkRun:
        """Links what ``mentions`` name; only what a release has is linked."""
        told = sorted(mentions, key=lambda mention: mention.report)
        curated, found = _curated(self), _found(self, told)
        here = _things(told, IRIs(self.settings.base))
        for name in load_linksets():
            decided = [one for one in curated[name] if _is_here(one, here, self.settings.base)]
            self.decided[name] = one = decide(found[name], decided)
            self.findings += one.findings
        return self

    def lines(self) -> list[str]:
        """The N-Quads lines of every linkset's graph, sorted."""
        iris, labels = IRIs(self.settings.base), _labels()
        return sorted(line for name, one in self.decided.items() for line in link_lines(name, one.links, labels, iris))

    def files(self) -> dict[str, str]:
        """Mapping files by their path in a release: links among the dumps, candidates with the quality report."""
        found = {}
        for name, one in self.decided.items():
            for path, mappings in ((f"dumps/links-{name}", one.links), (f"quality/candidates-{name}", one.candidates)):
                if mappings:
                    found[path + _SUFFIX] = self.written(name, mappings)
        return found

    def written(self, name: str, mappings: Sequence[Link]) -> str:
        """Mappings of one linkset as SSSOM."""
        iris, licence = IRIs(self.settings.base), load_linksets()[name].licence
        return write_sssom(MappingSet(iris.links_graph(name), licence, tuple(mappings)), self.settings.base)


def promises(mentions: Iterable[Mention]) -> list[Promise]:
    """What linking needs to know of the commitments that ``mentions`` are about."""
    entries = definitions().members.entries
    return [
        Promise(
            one.report, one.member, entries[one.member].country if one.member in entries else None, one.plan,
            one.start_year, one.end_year, one.commitment, one.text,
        )
        for one in mentions
        if one.member and one.plan and one.commitment
    ]  # fmt: skip


def read_decisions(folder: Path, settings: Settings) -> tuple[dict[str, list[Link]], list[Finding]]:
    """The mappings of the files in ``folder`` by linkset; a file's name says which linkset it belongs to."""
    found: dict[str, list[Link]] = defaultdict(list)
    findings: list[Finding] = []
    linksets = load_linksets()
    for path in sorted(folder.glob("*" + _SUFFIX)) if folder.is_dir() else ():
        name = path.name.removesuffix(_SUFFIX)
        if name not in linksets:
            findings.append(Finding(Severity.WARNING, "sssom-linkset", f"no linkset is called {name}", name=path.name))
            continue
        read, said = read_sssom(path.read_bytes(), path.name, linksets[name].predicates, settings.base)
        found[name] += read.mappings
        findings += said
    return found, findings


def _curated(run: LinkRun) -> dict[str, list[Link]]:
    found: dict[str, list[Link]] = defaultdict(list)
    for folder in (data_folder("ontology") / "links", *([run.decisions] if run.decisions else [])):
        read, findings = read_decisions(folder, run.settings)
        run.findings += findings
        for name, mappings in read.items():
            found[name] += mappings
    return found


def _found(run: LinkRun, mentions: Sequence[Mention]) -> dict[str, list[Link]]:
    iris, members, gazetteer = IRIs(run.settings.base), definitions().members.entries, load_gazetteer()
    found: dict[str, list[Link]] = defaultdict(list)
    here = {one.member for one in mentions if one.member}
    for name, mapping in register_links((members[key] for key in sorted(here & members.keys())), gazetteer, iris):
        found[name].append(mapping)
    named: dict[str, set[str]] = defaultdict(set)
    for one in mentions:
        if one.member and one.member not in members:
            named[one.member].add(one.member_name or one.member)
    unknown = {key: sorted(names) for key, names in named.items()}
    found["members"] += members_found(unknown, Matcher(members, gazetteer.countries), members, iris)
    found["joint-commitments"] += commitments_found(promises(mentions), iris)
    for key, spellings in sorted(unknown.items()):
        message = f"{min(spellings)!r} is not in the register of members: it has an identifier and no link"
        run.findings.append(Finding(Severity.WARNING, "member-not-in-register", message, name=key))
    return found


def _things(mentions: Iterable[Mention], iris: IRIs) -> frozenset[str]:
    """The members, plans and commitments of a release."""
    found = set()
    for one in mentions:
        found.add(iris.commitment(one.report))
        found.update([iris.member(one.member)] if one.member else [])
        found.update([iris.plan(one.plan)] if one.plan else [])
    return frozenset(found)


def _is_here(one: Link, here: frozenset[str], base: str) -> bool:
    """Whether a release has what is linked; codes are in every release, and registered members may be led to."""
    own = [one.object] if one.object.startswith(base + "id/") and not one.object.startswith(f"{base}id/member/") else []
    return (one.subject in here or one.subject.startswith(base + "code/")) and all(end in here for end in own)


@lru_cache(maxsize=1)
def _labels() -> dict[str, dict[str, str]]:
    """The names of countries by language, for the EU's entries."""
    return {country.authority: dict(country.names) for country in load_gazetteer().countries.values()}
