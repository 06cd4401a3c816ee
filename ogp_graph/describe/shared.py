"""What several reports share, described once: members and action plans, in ``graph/meta``.

Nothing depends on the order of the mentions: names are chosen by what they are and how often they occur.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from ogp_graph.describe.lines import quads
from ogp_graph.describe.terms import code, iri, term, text, writable, year
from ogp_graph.model import Mention
from ogp_graph.names import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pyoxigraph import Quad

    from ogp_graph.members import Member
    from ogp_graph.model import Report
    from ogp_graph.names import IRIs

__all__ = ["describe_shared", "mention"]

_TEXT = 400  # characters of a commitment's text that are compared with others
_CODES = {"country": "ogpv:countryCode", "subdivision": "ogpv:subdivisionCode", "area": "ogpv:areaCode"}


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
        commitment=report.commitment_title.text if report.commitment_title else None,
        text=fold(" ".join(value.text[:_TEXT] for value in (report.action, report.problem) if value))[:_TEXT],
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
    tail = f" {iri(iris.meta_graph)} ."
    told = [line for key, seen in spellings.items() for line in _member(key, seen, (registry or {}).get(key), iris)]
    told += [line for key, said in plans.items() for line in _plan(key, said, iris)]
    return quads(sorted(line + tail for line in told))


def _member(key: str, seen: set[str], entry: Member | None, iris: IRIs) -> Iterator[str]:
    thing = iri(iris.member(key))
    label = writable(entry.label) if entry else min(seen, default=key)
    yield f"{thing} {term('rdf:type')} {term('ogpv:Member')}"
    yield f"{thing} {term('skos:prefLabel')} {text(label)}"
    for name in seen - {label}:
        yield f"{thing} {term('skos:altLabel')} {text(name)}"
    if entry and entry.level:
        yield f"{thing} {term('ogpv:level')} {code(iris, 'level', entry.level)}"
    for name, property_ in _CODES.items():
        if known := getattr(entry, name, None):
            yield f"{thing} {term(property_)} {text(known)}"


def _plan(key: str, said: set[Mention], iris: IRIs) -> Iterator[str]:
    thing = iri(iris.plan(key))
    yield f"{thing} {term('rdf:type')} {term('ogpv:ActionPlan')}"
    titles = Counter(writable(one.plan_title) for one in said if one.plan_title)
    for place, title in enumerate(sorted(titles, key=lambda t: (not _english(t), -titles[t], t))):
        yield f"{thing} {term('skos:altLabel' if place else 'dcterms:title')} {text(title)}"
    for member in {one.member for one in said if one.member is not None}:
        yield f"{thing} {term('ogpv:member')} {iri(iris.member(member))}"
    for number in {one.start_year for one in said if one.start_year is not None}:
        yield f"{thing} {term('ogpv:startYear')} {year(number)}"
    for number in {one.end_year for one in said if one.end_year is not None}:
        yield f"{thing} {term('ogpv:endYear')} {year(number)}"


def _english(title: str) -> bool:
    return title.casefold().startswith("action plan")
