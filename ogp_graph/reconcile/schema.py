"""What the service offers: types and their properties, each one a row of a table."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["ALIKE", "CODE", "COMMITMENT", "MEMBER", "PLAN", "PROPERTIES", "TYPES", "Property", "Type", "properties_of"]

MEMBER, PLAN, COMMITMENT, CODE = "Member", "ActionPlan", "Commitment", "Code"


@dataclass(frozen=True, slots=True)
class Type:
    """A kind of thing; ``broader`` is the type that holds it. A code list is a type of its own."""

    id: str
    name: str
    description: str
    broader: str | None = None


@dataclass(frozen=True, slots=True)
class Property:
    """What may be said of things of ``types``. ``refers`` is the type of its values, None for text and numbers;
    ``service`` the service that knows its identifiers, when it is another one. ``prose`` is long text: it is shown and
    handed out, and not compared. ``unique`` says that a value names one thing."""

    id: str
    name: str
    description: str
    types: tuple[str, ...]
    refers: str | None = None
    service: str | None = None
    prose: bool = False
    unique: bool = False


TYPES: tuple[Type, ...] = (
    Type(MEMBER, "Member", "A government, national or local, that takes part in the Open Government Partnership."),
    Type(PLAN, "Action plan", "What a member set out to do in certain years."),
    Type(COMMITMENT, "Commitment", "One promise of an action plan."),
    Type(CODE, "Code", "A value of a closed list, such as a level of completion."),
)
"""Evaluators are not among them: they are persons."""

_ALL = (MEMBER, PLAN, COMMITMENT, CODE)
_WIKIDATA = "https://wikidata.reconci.link/en/api"

PROPERTIES: tuple[Property, ...] = (
    Property("country", "Country", "The country's name, as OGP writes it in English", (MEMBER, PLAN, COMMITMENT)),
    Property("level", "Level", "Level of government", (MEMBER,), CODE),
    Property("countryCode", "Country code", "ISO 3166-1 code of the country, in two letters", (MEMBER,)),
    Property("subdivisionCode", "Subdivision code", "ISO 3166-2 code of the territory", (MEMBER,), unique=True),
    Property("areaCode", "M49 code", "Code of the country at the United Nations", (MEMBER,), unique=True),
    Property("geonames", "GeoNames identifier", "The territory, by its number in GeoNames", (MEMBER,), unique=True),
    Property("seat", "Seat, GeoNames identifier", "The town, by its number in GeoNames", (MEMBER,), unique=True),
    Property("place", "Place", "The territory's name in GeoNames", (MEMBER,)),
    Property("town", "Seat", "The town's name in GeoNames", (MEMBER,)),
    Property("wikidata", "Wikidata item", "The item linked with the member", (MEMBER,), "Q", _WIKIDATA, unique=True),
    Property("member", "Member", "Whose plan or promise it is", (PLAN, COMMITMENT), MEMBER),
    Property("plan", "Action plan", "The plan that holds the commitment", (COMMITMENT,), PLAN),
    Property("startYear", "First year", "First year of the action plan", (PLAN, COMMITMENT)),
    Property("endYear", "Last year", "Last year of the action plan", (PLAN, COMMITMENT)),
    Property("completion", "Completion", "How far it got, as the report says", (COMMITMENT,), CODE),
    Property("asPlanned", "Implemented as planned", "As the report says", (COMMITMENT,), CODE),
    Property("problemAddressed", "Problem addressed", "As the report says", (COMMITMENT,), CODE),
    Property("action", "Action", "What was to be done, in the words of the page", (COMMITMENT,), prose=True),
    Property("problem", "Problem", "What was to be solved, in the words of the page", (COMMITMENT,), prose=True),
    Property("identifier", "OGP identifier", "Where one is known", (MEMBER, PLAN, COMMITMENT), unique=True),
    Property("jointWith", "Joint with", "The same promise, made by another member or again", (COMMITMENT,), COMMITMENT),
    Property("plans", "Action plans", "The plans of the member", (MEMBER,), PLAN),
    Property("commitments", "Commitments", "The promises of the member or plan", (MEMBER, PLAN), COMMITMENT),
    Property("report", "Report", "IRI of the End of Commitment Report", (COMMITMENT,), unique=True),
    Property("scheme", "Code list", "The list that holds the code", (CODE,)),
    Property("notation", "Notation", "How the code is written in data", (CODE,)),
    Property("rank", "Rank", "Place in the order of its list", (CODE,)),
    Property("definition", "Definition", "What the code stands for", (CODE,), prose=True),
    Property("spelling", "Other spelling", "Other wordings that lead to it", _ALL),
    Property("page", "Web page", "Its page at Open Government Partnership", (MEMBER, PLAN, COMMITMENT), unique=True),
    Property("iri", "IRI", "Its permanent address in the graph", _ALL, unique=True),
)  # fmt: skip

ALIKE = ("spelling", "iri", "page", "geonames", "seat", "report")
"""Properties that a preview leaves out: addresses, bare identifiers, and what the name says already."""


def properties_of(type_id: str | None) -> tuple[Property, ...]:
    """The properties of a type, all of them without one; none of a type that is not offered. A code list has those of
    a code.

    >>> [one.id for one in properties_of("code/degree")]
    ['scheme', 'notation', 'rank', 'definition', 'spelling', 'iri']
    """
    if not type_id:
        return PROPERTIES
    wanted = CODE if type_id.startswith("code/") else type_id
    return tuple(one for one in PROPERTIES if wanted in one.types)
