"""RDF terms as N-Quads has them. Each is made and escaped by pyoxigraph, which refuses what is no term.

Texts and addresses from pages become terms here and nowhere else, so that every serialisation can hold them.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from pyoxigraph import Literal, NamedNode

from ogp_graph.names import is_plain_address, redact
from ogp_graph.vocabulary import node

if TYPE_CHECKING:
    from ogp_graph.names import IRIs

__all__ = [
    "code",
    "count",
    "file_name",
    "iri",
    "prose",
    "removed",
    "term",
    "text",
    "time",
    "true",
    "web_iri",
    "writable",
    "year",
]

# What XML 1.0 cannot hold (https://www.w3.org/TR/xml/#charsets), and the rest of Unicode's control characters.
_UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_NOT_A_BYTE = re.compile("[\ud800-\udc7f\udd00-\udfff]")  # surrogates that do not stand for a byte of a file name
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*\Z")  # BCP 47, section 2.1, without its registry
_HEX = re.compile(r"%(?![0-9A-Fa-f]{2})")
# What no part of an IRI may hold (RFC 3987, section 2.2), nor its bidi formatting characters (section 4.1), nor the
# white space of Unicode, which the RFC allows and rdflib does not read back.
_NOT_IRI = re.compile(
    '[\x00-\x20"<>\\\\^`{|}\x7f-\xa0\u1680\u2000-\u200a\u200e\u200f\u2028-\u202f\u205f\u2066-\u2069\u3000'
    "\ue000-\uf8ff\ufdd0-\ufdef\ufff0-\uffff\U000e0000-\U0010ffff]"
)
_BRACKET = re.compile(r"[\[\]]")


@lru_cache(maxsize=256)
def term(name: str) -> str:
    """A prefixed name of :mod:`ogp_graph.vocabulary`.

    >>> term("rdf:type")
    '<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>'
    """
    return str(node(name))


@lru_cache(maxsize=1024)
def code(iris: IRIs, scheme: str, notation: str) -> str:
    """A code, such as ``code/status/lost``."""
    return iri(iris.code(scheme, notation))


def iri(value: str) -> str:
    """An IRI that the software itself has minted; ValueError when it is none."""
    return str(NamedNode(value))


@lru_cache(maxsize=256)
def year(number: int) -> str:
    """A year as ``xsd:gYear`` (four digits at least, XML Schema 1.1 part 2, 3.3.11).

    >>> year(2022)
    '"2022"^^<http://www.w3.org/2001/XMLSchema#gYear>'
    """
    return _typed(f"{number:04d}", "xsd:gYear")


def count(number: int) -> str:
    """A number of characters."""
    return f'"{number:d}"{_COUNT}'


def time(moment: str) -> str:
    """A moment in the lexical form of ``xsd:dateTime``, as it was recorded."""
    return _typed(moment, "xsd:dateTime")


def true() -> str:
    """The boolean that flags have; what is not true is not said."""
    return _TRUE


def _typed(lexical: str, datatype: str) -> str:
    return str(Literal(lexical, datatype=node(datatype)))


_COUNT = "^^" + term("xsd:nonNegativeInteger")
_TRUE = _typed("true", "xsd:boolean")


def removed(words: str) -> str:
    """The control characters that :func:`writable` takes out of ``words``, in their order.

    Line ends (CR, CR LF) are not among them: they are kept as LF."""
    if words.isprintable():
        return ""
    return "".join(_UNWRITABLE.findall(words.replace("\r", "")))


def writable(words: str) -> str:
    r"""``words`` as every RDF format can hold them: line ends are LF, control characters other than tab and
    line feed are gone, lone surrogates are U+FFFD.

    >>> writable("a\x00b\r\nc")
    'ab\nc'
    """
    if words.isprintable():
        return words
    if "\r" in words:
        words = words.replace("\r\n", "\n").replace("\r", "\n")
    return _SURROGATE.sub("\ufffd", _UNWRITABLE.sub("", words))


def text(words: str) -> str:
    """``words`` as a plain literal (names, quotes, codes as they stand on the page)."""
    return str(Literal(writable(words)))


def prose(words: str, language: str | None) -> str:
    """``words`` with their language tag; plain when the language is unknown or is no BCP 47 tag."""
    if language and _LANGUAGE.match(language):
        return str(Literal(writable(words), language=language))
    return text(words)


def file_name(name: str) -> str:
    """A file's name, percent-encoded; a byte that is no UTF-8 is encoded as that byte.

    >>> file_name("página 1.html")
    '"p%C3%A1gina%201.html"'
    """
    return text(quote(_NOT_A_BYTE.sub("\ufffd", name), safe="", errors="surrogateescape"))


def web_iri(address: str) -> NamedNode | None:
    """``address`` as the node of an http or https IRI that every format can hold, or None.

    Characters that an IRI cannot hold are percent-encoded; what is then still no IRI, names no host, uses
    another scheme or holds an e-mail address is None.

    >>> web_iri("https://example.org/a b?q={1}").value
    'https://example.org/a%20b?q=%7B1%7D'
    >>> web_iri("javascript:alert(1)") is None
    True
    """
    if is_plain_address(address):
        return NamedNode(address)
    address = address.strip()
    if not address[:8].lower().startswith(("http://", "https://")) or redact(address) != address:
        return None
    address = _NOT_IRI.sub(_percent, _HEX.sub("%25", _SURROGATE.sub("\ufffd", address)))
    try:
        host = urlsplit(address).netloc
        start, hash_sign, fragment = address.partition("#")
        head, tail = start.split(host, 1) if host else ("", "")
        rest = _BRACKET.sub(_percent, tail + hash_sign + fragment.replace("#", "%23"))
        return NamedNode(head + host + rest) if host.strip(":@") else None
    except ValueError:  # urlsplit on broken brackets, NamedNode on what is no IRI
        return None


def _percent(match: re.Match[str]) -> str:
    return quote(match.group(), safe="")
