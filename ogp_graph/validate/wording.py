"""What a finding of the shapes is about, in the words of the form and of the pages."""

from __future__ import annotations

import re

__all__ = ["property_in_words", "thing_in_words"]

_ANSWER = re.compile(r"answer/([^/]+)(/evidence/.+)?")
_SOURCE = re.compile(r"source/(.+?)(/selector)?")
_CAPITAL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_CALLED = {
    "prefLabel": "name",
    "altLabel": "other name",
    "wasDerivedFrom": "capture",
    "generatedAtTime": "time of capture",
    "exact": "quote",
    "prefix": "start of the quote",
    "suffix": "end of the quote",
    "source": "address",
}
_DIGITS = 12  # of a SHA-256 that tell captures apart for a reader


def thing_in_words(iri: str, report: str, base: str) -> str:
    """The thing that ``iri`` names, in a finding about ``report``; the IRI when it is not one of ours.

    >>> base = "https://w3id.org/ogp-graph/"
    >>> [thing_in_words(f"{base}{path}", "r", base) for path in ("id/report/r/answer/2.1.3", "id/commitment/r")]
    ['answer 2.1.3', 'commitment']
    >>> [thing_in_words(f"{base}{path}", "r", base) for path in ("code/degree/did-not-change", "id/plan/x-2020-2022")]
    ['“did not change”', 'plan x-2020-2022']
    """
    if not iri.startswith((f"{base}id/", f"{base}code/")):
        return iri
    kind, _, name = iri.removeprefix(base).removeprefix("id/").partition("/")
    if iri.startswith(f"{base}code/"):
        return f"“{name.rpartition('/')[2].replace('-', ' ')}”"
    if kind == "capture":
        return f"capture {name[:_DIGITS]}"
    part = name.removeprefix(f"{report}/") if name.startswith(f"{report}/") else ""
    if kind == "report" and part:
        return _part(part)
    if name == report:
        return kind
    return f"{kind} {part or name}"


def property_in_words(iri: str) -> str:
    """The last part of the IRI of a property, as words.

    >>> property_in_words("https://w3id.org/ogp-graph/ontology#statedValue"), property_in_words("x#prefLabel")
    ('stated value', 'name')
    """
    name = re.split("[#/]", iri)[-1]
    return _CALLED.get(name) or _CAPITAL.sub(" ", name).lower()


def _part(part: str) -> str:
    """What stands below a report."""
    if found := _ANSWER.fullmatch(part):
        return f"evidence of answer {found[1]}" if found[2] else f"answer {found[1]}"
    if found := _SOURCE.fullmatch(part):
        return f"source of {found[1].replace('/', ' ').replace('-', ' ')}"
    return part.replace("/", " ")
