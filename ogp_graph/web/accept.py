"""What a header says that lists preferences (RFC 9110, 12.4.2)."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from werkzeug.http import parse_accept_header

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["preferred", "qualities"]

_ANY = "*/*"


@lru_cache(maxsize=256)
def qualities(header: str | None) -> Mapping[str, float]:
    """What is listed, in lower case, and its quality from 0 to 1, of two the higher one; without those that are none.

    Parameters other than the quality are cut off, and the name then ends in a semicolon.

    >>> qualities('text/csv;q=0.5, text/csv; header=present, gzip; q=none, *')
    {'text/csv;': 1, 'text/csv': 0.5, '*': 1}
    """
    found: dict[str, float] = {}
    for value, quality in parse_accept_header(header):
        name, semicolon, _ = value.partition(";")
        key = name.strip().lower() + semicolon
        if name.strip():
            found[key] = max(quality, found.get(key, 0.0))
    return found


def preferred(accept: str | None, offers: Sequence[str]) -> str | None:
    """The media type of ``offers`` that ``accept`` likes best; of equals the first. None when none is acceptable.

    A header that is missing, empty or no list of media types means anything (RFC 9110, 12.5.1). The most specific range
    decides about an offer; a range with parameters such as ``profile`` or ``charset`` stands for the type itself
    when that one is not listed without them.

    >>> preferred("text/html;q=0.5, text/*;q=0.7", ["text/html", "text/csv"])
    'text/csv'
    >>> preferred("csv;;,=", ["text/html", "text/csv"])
    'text/html'
    """
    ranges = qualities(accept)
    if not any("/" in one or one.startswith("*") for one in ranges):
        return offers[0]
    quality, place = max((_quality(offer, ranges), -place) for place, offer in enumerate(offers))
    return offers[-place] if quality > 0 else None


def _quality(offer: str, ranges: Mapping[str, float]) -> float:
    kind = offer.partition("/")[0] + "/*"
    fitting = (offer, f"{offer};", kind, f"{kind};", _ANY, f"{_ANY};", "*")  # "*" alone is old, and sent by Java
    return next((ranges[fits] for fits in fitting if fits in ranges), 0.0)
