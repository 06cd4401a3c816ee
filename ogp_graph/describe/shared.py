"""What several reports share, described once: members and action plans, in ``graph/meta``.

Nothing depends on the order of the mentions: names are chosen by what they are and how often they occur.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode, Quad

from ogp_graph.describe.terms import code, text, writable, year
from ogp_graph.model import Mention
from ogp_graph.vocabulary import node

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ogp_graph.members import Member
    from ogp_graph.model import Report
    from ogp_graph.names import IRIs

__all__ = ["describe_shared", "mention"]


def mention(report: Report) -> Mention:
    """What ``report`` says about the things that it shares with other reports."""
    return Mention(
        report=report.key,
        member=report.member,
        member_name=report.member_name.text if report.member_name else None,
        plan=report.plan,
        plan_title=report.plan_title.text if report.plan_title else None,
        start_year=report.start_year,
        end_year=report.end_year,
    )


def describe_shared(
    mentions: Iterable[Mention], iris: IRIs, registry: Mapping[str, Member] | None = None
) -> list[Quad]:
    """The statements about every member and plan that ``mentions`` name, each thing once.

    ``registry`` holds the curated members by key. A member has its label there, else the smallest of its
    spellings; other spellings that were *seen* are ``skos:altLabel``. A plan has one title: an English one first,
    then the one that most reports give, then the smallest; other titles are ``skos:altLabel``."""
    spellings: dict[str, set[str]] = defaultdict(set)
    plans: dict[str, set[Mention]] = defaultdict(set)
    for one in mentions:
        if one.member is not None:
            spellings[one.member] |= {writable(one.member_name)} if one.member_name else set()
        if one.plan is not None:
            plans[one.plan].add(one)
    quads = []
    for key, seen in sorted(spellings.items()):
        quads += _member(key, seen, (registry or {}).get(key), iris)
    for key, said in sorted(plans.items()):
        quads += _plan(key, said, iris)
    return quads


def _member(key: str, seen: set[str], entry: Member | None, iris: IRIs) -> list[Quad]:
    graph, thing = NamedNode(iris.meta_graph), NamedNode(iris.member(key))
    label = writable(entry.label) if entry else min(seen, default=key)
    quads = [
        Quad(thing, node("rdf:type"), node("ogpv:Member"), graph),
        Quad(thing, node("skos:prefLabel"), text(label), graph),
    ]
    quads += [Quad(thing, node("skos:altLabel"), text(name), graph) for name in sorted(seen - {label})]
    if entry and entry.level:
        quads.append(Quad(thing, node("ogpv:level"), code(iris, "level", entry.level), graph))
    return quads


def _plan(key: str, said: set[Mention], iris: IRIs) -> list[Quad]:
    graph, thing = NamedNode(iris.meta_graph), NamedNode(iris.plan(key))
    quads = [Quad(thing, node("rdf:type"), node("ogpv:ActionPlan"), graph)]
    titles = Counter(writable(one.plan_title) for one in said if one.plan_title)
    for place, title in enumerate(sorted(titles, key=lambda t: (not _english(t), -titles[t], t))):
        quads.append(Quad(thing, node("skos:altLabel" if place else "dcterms:title"), text(title), graph))
    members = sorted({one.member for one in said if one.member is not None})
    starts = sorted({one.start_year for one in said if one.start_year is not None})
    ends = sorted({one.end_year for one in said if one.end_year is not None})
    quads += [Quad(thing, node("ogpv:member"), NamedNode(iris.member(member)), graph) for member in members]
    quads += [Quad(thing, node("ogpv:startYear"), year(number), graph) for number in starts]
    quads += [Quad(thing, node("ogpv:endYear"), year(number), graph) for number in ends]
    return quads


def _english(title: str) -> bool:
    return title.casefold().startswith("action plan")
