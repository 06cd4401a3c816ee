"""Names that do not depend on who mints them: slugs, keys and IRIs (DESIGN 3.1), and e-mail redaction."""

from __future__ import annotations

import datetime
import hashlib
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote

__all__ = [
    "DEFAULT_BASE",
    "IRIs",
    "commitment_key",
    "fold",
    "is_date",
    "is_plain_address",
    "plan_key",
    "redact",
    "slug",
]

DEFAULT_BASE = "https://w3id.org/ogp-graph/"
REDACTED = "[e-mail removed]"

# RFC 5321 mailboxes as they occur in running text, also with other signs for "@", encoded for HTML, URLs or JSON, spelt
# out, or with characters in them that nobody sees (soft hyphen, zero-width space and joiners, byte order mark).
_UNSEEN = "\xad\u200b-\u200d\u2060\ufeff"
_LABEL = rf"[\w{_UNSEEN}](?:[\w{_UNSEEN}-]{{0,61}}[\w{_UNSEEN}])?"
_DOMAIN = rf"(?:(?:{_LABEL}(?:\.|\s?[.．。｡](?=\w))){{1,8}}[^\W\d_][\w{_UNSEEN}-]{{1,62}}|\[[\d.:a-f]{{3,40}}\])"
_AT, _DOT = r"(?:at|arroba|arobase)", r"(?:dot|punto|ponto|point)"
_SPELT_DOT = rf"(?:\s?[\[({{]\s?{_DOT}\s?[\])}}]\s?|\s{_DOT}\s)"
_SIGN_AND_DOMAIN = re.compile(
    rf"(?:[@＠﹫]\s?|%(?:25){{0,3}}40|&(?:#0*64|#x0*40|commat);|\\u0040){_DOMAIN}"
    rf"|[\[({{<]\s?{_AT}\s?[\])}}>]\s?(?:{_DOMAIN}|[\w-]{{1,63}}(?:{_SPELT_DOT}[\w-]{{1,63}}){{1,4}})"
    rf"|(?:(?-i:AT)|arroba|arobase)\s[\w-]{{1,63}}(?:\s(?:(?-i:DOT)|punto|ponto|point)\s\w{{1,63}}){{1,4}}",
    re.IGNORECASE,
)
_LOCAL = re.compile(
    rf"(?:(?:[^\s@＠﹫<>()\[\]{{}},;:\"'“”‘’«»|/?=&%\\]|(?<=\w)['’](?=\w)){{1,64}}|\"[^\"\n]{{1,62}}\")[{_UNSEEN}]*\s?\Z"
)
_SIGNS = ("[", "{", "<", "%", "&", "＠", "﹫", "\\u0040", " AT ", "rroba ", "robase ")
_SCHEME = "mailto:"


def is_date(text: str) -> bool:
    """Whether ``text`` is a day of the calendar as xsd:date without a zone has it.

    >>> is_date("2024-02-29"), is_date("2023-02-29"), is_date("20240229")
    (True, False, False)
    """
    try:
        return datetime.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def redact(text: str) -> str:
    """``text`` with every e-mail address replaced by ``[e-mail removed]``.

    >>> redact("write to ada@example.org, or call")
    'write to [e-mail removed], or call'
    """
    if not ("@" in text or "(" in text or any(map(text.__contains__, _SIGNS))):  # quicker than the pattern
        return text
    kept: list[str] = []
    position = 0
    for found in _SIGN_AND_DOMAIN.finditer(text):
        start = found.start()
        local = _LOCAL.search(text[max(position, start - 66) : start])
        if local:
            before = text[position : max(position, start - 66) + local.start()]
            kept += (before[: -len(_SCHEME)] if before[-len(_SCHEME) :].lower() == _SCHEME else before, REDACTED)
            position = found.end()
    return "".join((*kept, text[position:])) if kept else text


_PLAIN_ADDRESS = re.compile(r"https?://[A-Za-z0-9.-]+(?:/[A-Za-z0-9/_.~-]*)?(?:\?[A-Za-z0-9/_.~=&-]+)?")


def is_plain_address(text: str) -> bool:
    """Whether ``text`` is an http address of plain characters, which nothing that is done to addresses changes: not
    joining, not encoding, not redaction. Most are."""
    return _PLAIN_ADDRESS.fullmatch(text) is not None


class _Folded(dict[int, str]):
    """What a decomposed character becomes, worked out when it is first met."""

    def __missing__(self, code: int) -> str:
        c = chr(code)
        unseen = unicodedata.combining(c) or unicodedata.category(c) == "Cf"
        self[code] = found = "" if unseen else c if c.isalnum() else " "
        return found


_FOLDED = _Folded()
_NOT_WORD = re.compile(r"[^a-z0-9]+")
_NOT_SLUG = re.compile(r"[^a-z0-9]+")
_EXTRA = str.maketrans({"ł": "l", "đ": "d", "ø": "o", "ı": "i", "ß": "ss", "æ": "ae", "œ": "oe", "’": "'", "‘": "'"})


def fold(text: str) -> str:
    """``text`` as it is compared: no accents, no case, no punctuation, nothing that is not seen, single spaces.

    >>> fold("  Qué\\u00adbec –  l’Été. ")
    'quebec l ete'
    """
    return _folded_before(text) if len(text) <= _SHORT else _fold(text)


_SHORT = 160
"""Code points up to which a text is folded once: labels come again on every page, long texts do not."""


def _fold(text: str) -> str:
    if text.isascii():
        return _NOT_WORD.sub(" ", text.lower()).strip()
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_EXTRA))
    return " ".join(plain.translate(_FOLDED).split())


_folded_before = lru_cache(maxsize=4096)(_fold)


def slug(text: str) -> str:
    """The folded text in ASCII with hyphens; letters without an ASCII form give a short hash instead.

    >>> slug("Timișoara, Romania")
    'timisoara-romania'
    """
    folded = fold(text)
    ascii_part = _NOT_SLUG.sub("-", folded).strip("-")
    if folded and sum(c.isalnum() and not c.isascii() for c in folded):
        return f"{ascii_part}-{_digest(folded)}".strip("-")
    return ascii_part or _digest(text)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]


def plan_key(member: str, start: int, end: int) -> str:
    """A plan's key: its member and its years."""
    return f"{member}-{start}-{end}"


def commitment_key(plan: str, title: str) -> str:
    """A commitment's (and its report's) key: plan, readable title cut at a word, hash of the folded title."""
    words = slug(title)
    if len(words) > 60:
        words = words[:60].rsplit("-", 1)[0]
    return f"{plan}-{words}-{_digest(plan + '|' + fold(title))}"


@dataclass(frozen=True, slots=True)
class IRIs:
    """Mints every IRI below one base.

    >>> IRIs().member("monterrey-mexico")
    'https://w3id.org/ogp-graph/id/member/monterrey-mexico'
    """

    base: str = DEFAULT_BASE

    def member(self, key: str) -> str:
        return f"{self.base}id/member/{key}"

    def plan(self, key: str) -> str:
        return f"{self.base}id/plan/{key}"

    def commitment(self, key: str) -> str:
        return f"{self.base}id/commitment/{key}"

    def report(self, key: str) -> str:
        return f"{self.base}id/report/{key}"

    def answer(self, key: str, question: str) -> str:
        return f"{self.base}id/report/{key}/answer/{question}"

    def evidence(self, key: str, question: str, title: str, urls: tuple[str, ...]) -> str:
        """Evidence is known by its words and targets, so two lines that say the same are one thing."""
        return f"{self.answer(key, question)}/evidence/{_digest(chr(10).join((title, *urls)))}"

    def evaluator(self, key: str, position: int) -> str:
        return f"{self.base}id/evaluator/{key}/{position}"

    def capture(self, sha256: str) -> str:
        return f"{self.base}id/capture/{sha256}"

    def citation(self, key: str, field: str) -> str:
        return f"{self.base}id/report/{key}/source/{quote(field, safe='/')}"

    def code(self, scheme: str, notation: str) -> str:
        return f"{self.base}code/{scheme}/{notation}"

    def question(self, form: str, notation: str) -> str:
        return self.code("question", f"{form}-{notation}")

    def link(self, digest: str) -> str:
        return f"{self.base}id/link/{digest}"

    def report_graph(self, key: str) -> str:
        return f"{self.base}graph/report/{key}"

    def sources_graph(self, key: str) -> str:
        return f"{self.base}graph/sources/{key}"

    def links_graph(self, name: str) -> str:
        return f"{self.base}graph/links/{name}"

    @property
    def meta_graph(self) -> str:
        return f"{self.base}graph/meta"
