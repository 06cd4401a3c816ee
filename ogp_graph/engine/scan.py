"""A linear look at a query before any parser sees it: its form, its graphs, and whether it may run here.

The scan knows strings, comments, IRIs and names, does not recurse, and reads each character once. It refuses what
is too long or too deeply nested, updates, and SERVICE; it accepts much that is no SPARQL, which the parser then
refuses. Keywords need no space around them for the parser, so ``SERVICESILENT`` and ``SERVICE:name {`` count too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol
from urllib.parse import urljoin

from ogp_graph.errors import QueryRefused

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["FORMS", "Bounds", "Scanned", "glance", "scan"]

FORMS = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")
_UPDATES = ("INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY", "WITH")
_NAMING = ("GRAPH", "NAMED", "FROM", "DESCRIBE")  # words that an IRI and then a brace may follow

# SPARQL 1.1, section 19.8 (https://www.w3.org/TR/sparql11-query/#sparqlGrammar), with possessive repetition.
_TOKEN = re.compile(
    r"""(?P<space>[\x20\t\r\n]++|\#[^\r\n]*+)
    | (?P<iri><(?:[^<>"{}|^`\\\x00-\x20]|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*+>)
    | (?P<string>\"{3}(?:[^"\\]|\\.|"(?!""))*+\"{3} | '{3}(?:[^'\\]|\\.|'(?!''))*+'{3}
        | "(?:[^"\\\r\n]|\\.)*+" | '(?:[^'\\\r\n]|\\.)*+')
    | (?P<variable>[?$]\w++)
    | (?P<language>@[A-Za-z]++(?:-[A-Za-z0-9]++)*+)
    | (?P<name>(?:[^\W\d][\w.-]*+)?:(?:[\w:.-]|%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?\#@%])*+)
    | (?P<number>\d++(?:\.\d*+)?(?:[eE][+-]?\d++)?)
    | (?P<word>[^\W\d]\w*+)
    | (?P<open>[({\[]|<<)
    | (?P<close>[)}\]]|>>)
    | (?P<quote>["'])
    | (?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_SOUND = re.compile(
    r"""(?: [^"'<\#]++ | \#[^\r\n]*+ | <(?:(?:[^<>"{}|^`\\\x00-\x20]|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*+>)?+
        | \"{3}(?:[^"\\]|\\.|"(?!""))*+\"{3} | '{3}(?:[^'\\]|\\.|'(?!''))*+'{3}
        | (?!\"{3})"(?:[^"\\\r\n]|\\.)*+" | (?!'{3})'(?:[^'\\\r\n]|\\.)*+' )*+""",
    re.VERBOSE | re.DOTALL,
)
"""A text whose strings all end."""
_START = re.compile(
    r"(?:[\x20\t\r\n]++|PREFIX[\x20\t\r\n]++\w*+:[\x20\t\r\n]*+<[^<>\x20\\]*+>)*+(SELECT|ASK|CONSTRUCT|DESCRIBE)\b"
)
"""In upper case: prefixes, and the word that says the form."""
_GLANCE = 20_000  # characters
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")


@dataclass(frozen=True, slots=True)
class Scanned:
    """A query that may run. ``form`` is one of :data:`FORMS`; ``graphs`` are the IRIs of its FROM clauses; ``base``
    resolves its relative IRIs, empty when there may be none. What is not ``whole`` has only been glanced at."""

    text: str
    form: str
    graphs: tuple[str, ...] = ()
    base: str = ""
    whole: bool = True

    @property
    def makes_graph(self) -> bool:
        """Whether the answer is a graph, not a table or a yes or no."""
        return self.form in ("CONSTRUCT", "DESCRIBE")


class Bounds(Protocol):
    """Settings that the scan keeps to."""

    @property
    def query_bytes(self) -> int: ...
    @property
    def query_nesting(self) -> int: ...


class _Token(NamedTuple):
    kind: str
    text: str
    start: int

    @property
    def word(self) -> str:
        """The keyword in upper case; empty for anything else."""
        return self.text.upper() if self.kind == "word" else ""


def scan(text: str, settings: Bounds, base: str = "") -> Scanned:
    """What ``text`` is, when it may run. ``base`` is the service's own (RFC 3986, 5.1.4; SPARQL 1.1 Query, 4.1.1).

    Raises:
        QueryRefused: too long, too deeply nested, an update, SERVICE, a string that does not end, or no query.
    """
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > settings.query_bytes:
        raise QueryRefused(f"the query has {size:,} bytes; {settings.query_bytes:,} are allowed")
    if bad := re.search(r"[\x00\ud800-\udfff]", text):
        raise _refused(text, bad.start(), "a character that no query may have")
    if form := _plain(text, settings.query_nesting):
        return Scanned(text, form, (), base)
    tokens = list(_tokens(text, settings.query_nesting))
    for place, token in enumerate(tokens):
        if token.kind in ("word", "name") and _calls_service(tokens, place):
            raise _refused(text, token.start, "SERVICE is refused: this endpoint does not ask others")
    form, rest, inner, prefixes = _form(text, tokens, base)
    return Scanned(text, form, tuple(_graphs(tokens[rest:], inner, prefixes)), base)


def glance(text: str, base: str = "") -> Scanned | None:
    """The form of a long text, where it is easily seen, so that its scan can be left to whoever has the time for it."""
    start = _START.match(text[:_GLANCE].upper())
    return Scanned(text, start[1], (), base, whole=False) if start else None


def _plain(text: str, nesting: int) -> str:
    """The form of a query that is as most are, which is seen without looking at every token; empty for any other."""
    upper = text.upper()
    if "SERVICE" in upper or "FROM" in upper or sum(map(text.count, "([{<")) > nesting:
        return ""
    start = _START.match(upper)
    return start[1] if start and _SOUND.fullmatch(text) else ""


def _tokens(text: str, nesting: int) -> Iterator[_Token]:
    depth = 0
    for found in _TOKEN.finditer(text):
        kind = found.lastgroup or ""
        if kind == "space":
            continue
        if kind == "quote":
            raise _refused(text, found.start(), "a string that does not end")
        depth += (kind == "open") - (kind == "close")
        if depth > nesting:
            raise _refused(text, found.start(), f"more than {nesting} brackets are open at once")
        yield _Token(kind, found.group(), found.start())


def _calls_service(tokens: list[_Token], place: int) -> bool:
    """Whether a word holds SERVICE, or a name may be read as SERVICE and a name: ``SERVICEex:a {``."""
    token = tokens[place]
    if token.kind == "word":
        return "SERVICE" in token.word
    if "SERVICE" not in token.text.partition(":")[0].upper():
        return False
    follows_naming = place > 0 and tokens[place - 1].word in _NAMING
    return not follows_naming and [t.text for t in tokens[place + 1 : place + 2]] == ["{"]


def _form(text: str, tokens: list[_Token], base: str) -> tuple[str, int, str, dict[str, str]]:
    """The query's form, the place of its word (which may be ASKFROM), its BASE and its prefixes."""
    prefixes, place = {}, 0
    while place < len(tokens):
        token = tokens[place]
        values = [t.text for t in tokens[place + 1 : place + 3]] + ["", ""]
        if token.word == "BASE":
            base, place = urljoin(base, _unescaped(values[0])), place + 2
        elif token.word == "PREFIX":
            prefixes[values[0].removesuffix(":")] = urljoin(base, _unescaped(values[1]))
            place += 3
        elif token.word == "VERSION":
            place += 2
        elif form := next((f for f in FORMS if token.text.upper().startswith(f)), ""):
            return form, place, base, prefixes
        elif token.word.startswith(_UPDATES):
            raise _refused(text, token.start, "updates are refused: this endpoint is read-only")
        else:
            raise _refused(text, token.start, f"expected {', '.join(FORMS[:-1])} or {FORMS[-1]}")
    raise QueryRefused("the query is empty")


def _graphs(tokens: list[_Token], base: str, prefixes: dict[str, str]) -> Iterator[str]:
    """The IRIs after FROM and FROM NAMED; a name with an unknown prefix is left to the parser."""
    for place, token in enumerate(tokens):
        if not token.word.endswith(("FROM", "FROMNAMED")):
            continue
        follow = tokens[place + 1 : place + 3]
        if follow and follow[0].word == "NAMED":
            follow = follow[1:]
        if follow and follow[0].kind == "iri":
            yield urljoin(base, _unescaped(follow[0].text))
        elif follow and follow[0].kind == "name":
            prefix, _, local = follow[0].text.partition(":")
            if prefix in prefixes:
                yield prefixes[prefix] + re.sub(r"\\(.)", r"\1", local)


def _unescaped(iri: str) -> str:
    """What stands between the angle brackets, escapes resolved."""
    return _ESCAPE.sub(lambda found: chr(int(found[1] or found[2], 16) & 0x10FFFF), iri[1:-1])


def _refused(text: str, at: int, reason: str) -> QueryRefused:
    line = text.count("\n", 0, at) + 1
    return QueryRefused(reason, (line, at - (text.rfind("\n", 0, at) + 1) + 1))
