"""The noun of linking: one mapping, found or decided, and who says so."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["CHAINED", "CURATED", "LEXICAL", "REVIEWED", "SEMAPV", "Mapping"]

SEMAPV = "https://w3id.org/semapv/vocab/"
CURATED = SEMAPV + "ManualMappingCuration"
REVIEWED = SEMAPV + "MappingReview"
LEXICAL = SEMAPV + "LexicalMatching"
CHAINED = SEMAPV + "MappingChaining"  # by an identifier that both sides have


@dataclass(frozen=True, slots=True)
class Mapping:
    """A statement that two things are linked, or, ``negated``, that they are not (https://w3id.org/sssom/Mapping).

    ``subject``, ``predicate``, ``object`` and ``justification`` are IRIs; a link to a text has no ``object`` and the
    text as ``object_label``. ``confidence`` goes from 0 to 1, and 1 is certain. ``features`` are what it was reckoned
    from (name, value), ``comment`` is evidence for a reader, ``date`` is an xsd:date."""

    subject: str
    predicate: str
    object: str
    justification: str
    subject_label: str = ""
    object_label: str = ""
    confidence: float = 1.0
    negated: bool = False
    author: str = ""
    date: str = ""
    tool: str = ""
    features: tuple[tuple[str, float], ...] = ()
    comment: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """What is linked, whatever is said of it."""
        return self.subject, self.predicate, self.object or f'"{self.object_label}"'

    @property
    def decided(self) -> bool:
        """Whether a person says so, and not a program."""
        return self.justification in (CURATED, REVIEWED)

    @property
    def certain(self) -> bool:
        """Whether a program is sure: nothing else fits what was compared."""
        return self.confidence >= 1
