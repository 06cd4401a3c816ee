"""The language of each voice on a page, by a library that ships its model."""

from __future__ import annotations

import re
from functools import lru_cache

from lingua import ConfidenceValue, IsoCode639_1, LanguageDetector, LanguageDetectorBuilder

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

# The letters beyond a to z of the languages above that have few or none; English takes them with the names it takes.
_LETTERS = {
    "ES": "áéíóúüñ",
    "FR": "àâæçéèêëîïôœùûüÿ",
    "PT": "áâãàçéêíóôõúü",
    "IT": "àèéìíîòóùú",
    "RO": "ăâîșțşţ",
    "CA": "àçèéíïòóúü",
    "ID": "é",
    "DE": "äöüß",
    "NL": "éèëïóöü",
    "SQ": "çë",
    "EU": "ñçü",
    "TL": "ñ",
    "TR": "âçğıîöşüû",
    "LV": "āčēģīķļņšūž",
    "LT": "ąčęėįšųūž",
    "ET": "äõöüšž",
    "HR": "čćđšž",
    "SW": "",
}

_ENOUGH = 40
"""Letters below which a text is not judged."""
_GLANCE, _LOOK = 160, 600
"""Code points that are looked at first, and when the first glance leaves a doubt."""
_CLEAR = 0.8
"""How far ahead of the second language the first must be for a glance to do (of 1)."""
_LIKELY = 6
"""Languages that are considered for one text."""
_MARKED = 0.03
"""Share of letters beyond a to z from which on they count: fewer may be those of names."""
_ADDRESS = re.compile(r"https?://\S+|\[e-mail removed\]")


@lru_cache(maxsize=1)
def _detector() -> LanguageDetector:
    codes = [IsoCode639_1.from_str(code) for code in (*_LATIN, *_OTHER)]
    return LanguageDetectorBuilder.from_iso_codes_639_1(*codes).with_low_accuracy_mode().build()


def identify(text: str) -> str | None:
    """The ISO 639-1 code of the language that ``text`` is written in; None when it is too short to tell.

    >>> identify("El registro se abrió en marzo y desde entonces se actualiza cada semana.")
    'es'
    """
    words = _ADDRESS.sub(" ", text[: 2 * _LOOK])[:_LOOK]
    if sum(map(str.isalpha, words[:_GLANCE])) < _ENOUGH and sum(map(str.isalpha, words)) < _ENOUGH:
        return None
    likely = _likely(_beginning(words, _GLANCE))
    if len(words) > _GLANCE and len(likely) > 1 and likely[0].value - likely[1].value < _CLEAR:
        likely = _likely(words)
    return likely[0].language.iso_code_639_1.name.lower() if likely else None


def _likely(words: str) -> list[ConfidenceValue]:
    """The likeliest languages first, without those that do not have most of the marked letters of ``words``."""
    found = [v for v in _detector().compute_language_confidence_values(words)[:_LIKELY] if v.value]
    marked = [] if words.isascii() else [c for c in words.lower() if c > "\x7f" and c.isalpha()]
    if len(marked) < _MARKED * len(words):
        return found
    return [v for v in found if _has(v.language.iso_code_639_1.name, marked)] or found


def _has(language: str, marked: list[str]) -> bool:
    letters = _LETTERS.get(language)
    return letters is None or 2 * sum(c in letters for c in marked) >= len(marked)


def _beginning(words: str, size: int) -> str:
    return words if len(words) <= size else words[:size].rsplit(" ", 1)[0]
