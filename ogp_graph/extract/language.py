"""The language of each voice on a page, by a library that ships its model."""

from __future__ import annotations

import re
from functools import lru_cache

from lingua import IsoCode639_1, LanguageDetector, LanguageDetectorBuilder

__all__ = ["identify"]

# The languages of OGP's members and their neighbours that must not be taken for them.
_LATIN = (
    "EN",
    "ES",
    "FR",
    "PT",
    "IT",
    "RO",
    "CA",
    "ID",
    "DE",
    "NL",
    "SQ",
    "EU",
    "TL",
    "TR",
    "LV",
    "LT",
    "ET",
    "HR",
    "SW",
)
_OTHER = (
    "KA",
    "HY",
    "AR",
    "UK",
    "RU",
    "MK",
    "SR",
    "BG",
    "EL",
    "HE",
    "KO",
    "JA",
    "ZH",
    "HI",
    "TA",
    "TH",
    "FA",
    "MN",
    "KK",
    "AZ",
)

_ENOUGH = 40
"""Letters below which a text is not judged."""
_GLANCE, _LOOK = 120, 600
"""Code points that are looked at first, and when the first glance leaves a doubt."""
_CLEAR = 0.8
"""How far ahead of the second language the first must be for a glance to do (of 1)."""
_ADDRESS = re.compile(r"https?://\S+|\[e-mail removed\]")


@lru_cache(maxsize=2)
def _detector(distance: float) -> LanguageDetector:
    codes = [IsoCode639_1.from_str(code) for code in (*_LATIN, *_OTHER)]
    builder = LanguageDetectorBuilder.from_iso_codes_639_1(*codes).with_low_accuracy_mode()
    return builder.with_minimum_relative_distance(distance).build()


def identify(text: str) -> str | None:
    """The ISO 639-1 code of the language that ``text`` is written in; None when it is too short to tell.

    >>> identify("El registro se abrió en marzo y desde entonces se actualiza cada semana.")
    'es'
    """
    words = _ADDRESS.sub(" ", text[: 2 * _LOOK])
    if sum(c.isalpha() for c in words[:_LOOK]) < _ENOUGH:
        return None
    language = _detector(_CLEAR).detect_language_of(_beginning(words, _GLANCE))
    if language is None:
        language = _detector(0.0).detect_language_of(_beginning(words, _LOOK))
    return language.iso_code_639_1.name.lower() if language else None


def _beginning(words: str, size: int) -> str:
    return words if len(words) <= size else words[:size].rsplit(" ", 1)[0]
