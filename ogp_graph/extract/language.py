"""The language of each voice on a page, by a library that ships its model."""

from __future__ import annotations

import re
from functools import lru_cache

from lingua import IsoCode639_1, Language, LanguageDetector, LanguageDetectorBuilder

__all__ = ["identify"]

# The languages of OGP's members and their neighbours that must not be taken for them.
_LANGUAGES = (
    "EN ES FR PT IT RO CA ID DE NL SQ EU TL TR LV LT ET HR SW"  # Latin script
    " KA HY AR UK RU MK SR BG EL HE KO JA ZH HI TA TH FA MN KK AZ"
).split()

_ENOUGH = 40
"""Letters below which a text is not judged."""
_SAMPLE = 200
"""Code points that are looked at."""
_ADDRESS = re.compile(r"https?://\S+|\[e-mail removed\]")


@lru_cache(maxsize=1)
def _detector() -> LanguageDetector:
    codes = [IsoCode639_1.from_str(code) for code in _LANGUAGES]
    return LanguageDetectorBuilder.from_iso_codes_639_1(*codes).with_low_accuracy_mode().build()


def identify(text: str) -> str | None:
    """The ISO 639-1 code of the language that ``text`` is written in; None when it is too short to tell.

    >>> identify("El registro se abrió en marzo y desde entonces se actualiza cada semana.")
    'es'
    """
    sample = _ADDRESS.sub(" ", text[: _SAMPLE + 100])
    if len(sample) > _SAMPLE:
        sample = sample[:_SAMPLE].rsplit(" ", 1)[0]
    if sum(c.isalpha() for c in sample) < _ENOUGH:
        return None
    language: Language | None = _detector().detect_language_of(sample)
    return language.iso_code_639_1.name.lower() if language else None
