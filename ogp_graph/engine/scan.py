"""A linear look at a query before any parser sees it: its form, its graphs, and whether it may run here.

The scan knows strings, comments, IRIs and names, does not recurse, and reads each character once. It refuses what
is too long, too wide or too deeply nested, updates, and SERVICE; it accepts much that is no SPARQL, which the parser
then refuses. Keywords need no space around them for the parser, so ``SERVICESILENT`` and ``SERVICE:name {`` count too.
"""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple, Protocol

import msgspec

from ogp_graph.engine.declared import NO_CHARACTER, Declared, resolved
from ogp_graph.errors import QueryRefused

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["FORMS", "Bounds", "Scanned", "glance", "named_in", "scan", "undeclared"]

FORMS = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")
_UPDATES = ("INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY", "WITH")
_NO_SERVICE = "SERVICE is refused: this endpoint does not ask others"
_NAMING = ("GRAPH", "NAMED", "FROM", "DESCRIBE")  # words that an IRI and then a brace may follow

# SPARQL 1.1, section 19.8 (https://www.w3.org/TR/sparql11-query/#sparqlGrammar), with possessive repetition.
# (?!) is the last choice of what may fail half-way: before 3.11.5, Python went on from there, not from where it began.
_TOKEN = re.compile(
    r"""(?P<space>[\x20\t\r\n]++|\#[^\r\n]*+)
    | (?P<iri><(?:[^<>"{}|^`\\\x00-\x20]|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8}|(?!))*+>)
    | (?P<string>\"{3}(?:[^"\\]|\\.|"(?!"")|(?!))*+\"{3} | '{3}(?:[^'\\]|\\.|'(?!'')|(?!))*+'{3}
        | "(?:[^"\\\r\n]|\\.)*+" | '(?:[^'\\\r\n]|\\.)*+')
    | (?P<variable>[?$]\w++)
    | (?P<language>@[A-Za-z]++(?:-[A-Za-z0-9]++|(?!))*+)
    | (?P<name>(?:[^\W\d][\w.-]*+)?:(?:[\w:.-]|%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?\#@%]|(?!))*+)
    | (?P<number>\d++(?:\.\d*+)?(?:[eE][+-]?\d++)?)
    | (?P<word>[^\W\d]\w*+)
    | (?P<open>[({\[]|<<)
    | (?P<close>[)}\]]|>>)
    | (?P<quote>["'])
    | (?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_SOUND = re.compile(
    r"""(?: [^"'<\#]++ | \#[^\r\n]*+
        | <(?:(?:[^<>"{}|^`\\\x00-\x20]|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8}|(?!))*+>|(?!))?+
        | \"{3}(?:[^"\\]|\\.|"(?!"")|(?!))*+\"{3} | '{3}(?:[^'\\]|\\.|'(?!'')|(?!))*+'{3}
        | (?!\"{3})"(?:[^"\\\r\n]|\\.)*+" | (?!'{3})'(?:[^'\\\r\n]|\\.)*+' | (?!) )*+""",
    re.VERBOSE | re.DOTALL,
)
"""A text whose strings all end."""
_GAP = r"(?:[\x20\t\r\n]++|\#[^\r\n]*+)*+"
_START = re.compile(
    rf"""(?: [\x20\t\r\n]++ | \#[^\r\n]*+
        | VERSION {_GAP} (?:"[^"\\\r\n]*+"|'[^'\\\r\n]*+')
        | (?: BASE | PREFIX {_GAP} (?:[^\W\d][\w.-]*+)?: ) {_GAP}
            <(?:[^<>"{{}}|^`\\\x00-\x20]|\\u[0-9A-F]{{4}}|\\U[0-9A-F]{{8}}|(?!))*+>
        | (?!) )*+ (SELECT|ASK|CONSTRUCT|DESCRIBE)""",
    re.VERBOSE | re.IGNORECASE,
)
"""The prologue, and the word that says the form."""
_GRAPHS = 1000  # FROM clauses
_QUICK = 2000  # characters of a text whose every token is looked at within two milliseconds
_Dataset = tuple[tuple[str, ...], tuple[str, ...]]


class Scanned(msgspec.Struct, frozen=True):
    """A query that may run. ``form`` is one of :data:`FORMS`; ``graphs`` are the IRIs of its FROM clauses; ``base``
    resolves its relative IRIs, empty when there may be none. What is not ``whole`` has only been glanced at.
    ``dataset`` are the IRIs after FROM and those after FROM NAMED, when there are several such clauses, and none runs
    into another word."""

    text: str
    form: str
    graphs: tuple[str, ...] = ()
    base: str = ""
    whole: bool = True
    dataset: _Dataset | None = None

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
    @property
    def query_list(self) -> int: ...


class _Token(NamedTuple):
    kind: str
    text: str
    start: int

    @property
    def word(self) -> str:
        """The keyword in upper case; empty for anything else."""
        return self.text.upper() if self.kind == "word" else ""


def scan(text: str, settings: Bounds, base: str = "", *, patient: bool = True) -> Scanned:
    """What ``text`` is, when it may run. ``base`` is the service's own (RFC 3986, 5.1.4; SPARQL 1.1 Query, 4.1.1).
    Whoever is not ``patient`` gets a :func:`glance` of what takes milliseconds to read.

    Raises:
        QueryRefused: too long, wide or deeply nested, an update, SERVICE, a string that does not end, or no query.
    """
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > settings.query_bytes:
        raise QueryRefused(f"the query has {size:,} bytes; {settings.query_bytes:,} are allowed")
    if (not text.isascii() or "\0" in text) and (bad := NO_CHARACTER.search(text)):
        raise _refused(text, bad.start(), "a character that no query may have")
    if text.startswith("\ufeff"):
        raise _refused(text, 0, "there is a byte order mark before the query; leave it out")
    if form := _plain(text, settings):
        return Scanned(text, form, (), base)
    if not patient and len(text) > _QUICK:
        return glance(text, base)
    tokens = _without_service(text, _tokens(text, settings))
    first, declared = _prologue(text, tokens, base)
    form = next(form for form in FORMS if first.text.upper().startswith(form))
    graphs, dataset = _graphs(chain([first], tokens), declared)
    return Scanned(text, form, graphs, base, dataset=dataset)


def glance(text: str, base: str = "") -> Scanned:
    """The form of a long text, so that its scan can be left to whoever has the time for it; a text without any gets
    the first one, for that scan will refuse it."""
    start = _START.match(text)
    return Scanned(text, start[1].upper() if start else FORMS[0], (), base, whole=False)


def named_in(query: Scanned, settings: Bounds) -> tuple[tuple[str, ...], bool]:
    """The IRIs that stand after GRAPH, each once, and whether a variable stands after one."""
    tokens = _tokens(query.text, settings)
    _, declared = _prologue(query.text, tokens, query.base)
    found: dict[str, None] = {}
    variable = awaited = False
    for token in tokens:
        variable = variable or (awaited and token.kind == "variable")
        if awaited and token.kind == "iri":
            found[resolved(declared.base, token.text)] = None
        elif token.kind == "name":
            found.update(dict.fromkeys(declared.names(token.text, ("",) if awaited else ("GRAPH",))))
        awaited = token.word.endswith("GRAPH")
    return tuple(found), variable


def undeclared(text: str) -> QueryRefused | None:
    """The first name whose prefix is not declared, or IRI that is read as one, as a reason why ``text`` is no query."""
    declared, before = {"_"}, ""
    for found in _TOKEN.finditer(text):
        if found.lastgroup == "space":
            continue
        if found.lastgroup == "name":
            prefix = found.group().partition(":")[0]
            if before == "PREFIX":
                declared.add(prefix)
            elif prefix not in declared and before == "<" == text[found.start() - 1]:
                return _refused(text, found.start() - 1, "an IRI that has a character that none may have, or no end")
            elif prefix not in declared:
                return _refused(text, found.start(), f"the prefix {prefix}: is not declared")
        before = found.group().upper()
    return None


def _plain(text: str, settings: Bounds) -> str:
    """The form of a query that is as most are, which is seen without looking at every token; empty for any other."""
    upper = text.upper()
    if "SERVICE" in upper or "FROM" in upper or len(text) > settings.query_list:
        return ""
    start = _START.match(text) if sum(map(text.count, "([{<!")) <= settings.query_nesting else None
    if start is None:
        return ""
    quoted = '"' in text or "'" in text
    return start[1].upper() if not quoted or _SOUND.fullmatch(text) else ""


def _tokens(text: str, settings: Bounds) -> Iterator[_Token]:
    beside, signs = [0], 0  # tokens in each of the open brackets; exclamation marks in a row
    for found in _TOKEN.finditer(text):
        kind = found.lastgroup or ""
        if kind == "space":
            continue
        if kind == "quote":
            raise _refused(text, found.start(), "a string that does not end")
        beside[-1] += 1
        if kind == "open":
            beside.append(0)
        elif kind == "close" and len(beside) > 1:
            beside.pop()
        signs = signs + 1 if found.group() == "!" else 0
        if len(beside) - 1 + signs > settings.query_nesting:
            what = "exclamation marks follow each other" if signs else "brackets are open at once"
            raise _refused(text, found.start(), f"more than {settings.query_nesting} {what}")
        if beside[-1] > settings.query_list:
            raise _refused(text, found.start(), f"more than {settings.query_list:,} words or signs in one bracket")
        yield _Token(kind, found.group(), found.start())


def _without_service(text: str, tokens: Iterable[_Token]) -> Iterator[_Token]:
    """The tokens, none of which is a word that holds SERVICE, or a name that may be read as SERVICE and a name:
    ``SERVICEex:a {``."""
    before = last = _Token("", "", 0)
    for token in tokens:
        name = last.kind == "name" and "SERVICE" in last.text.partition(":")[0].upper()
        if name and token.text == "{" and before.word not in _NAMING:
            raise _refused(text, last.start, _NO_SERVICE)
        if "SERVICE" in token.word:
            raise _refused(text, token.start, _NO_SERVICE)
        before, last = last, token
        yield token


def _prologue(text: str, tokens: Iterator[_Token], base: str) -> tuple[_Token, Declared]:
    """The word that says the query's form, which may be ASKFROM, and what is declared before it."""
    declared, nothing = Declared(base), _Token("", "", 0)
    for token in tokens:
        if token.word == "BASE":
            declared.rebase(next(tokens, nothing).text)
        elif token.word == "PREFIX":
            name, iri = next(tokens, nothing), next(tokens, nothing)
            declared.prefixes[name.text.removesuffix(":")] = declared.base, iri.text
        elif token.word == "VERSION":
            next(tokens, nothing)
        elif token.text.upper().startswith(FORMS):
            return token, declared
        elif token.word.startswith(_UPDATES):
            raise _refused(text, token.start, "updates are refused: this endpoint is read-only")
        else:
            raise _refused(text, token.start, f"expected {', '.join(FORMS[:-1])} or {FORMS[-1]}")
    raise QueryRefused("the query is empty")


def _graphs(tokens: Iterable[_Token], declared: Declared) -> tuple[tuple[str, ...], _Dataset | None]:
    """The IRIs after FROM and FROM NAMED, each once; and both apart (see :class:`Scanned`)."""
    found: dict[str, dict[str, None]] = {"FROM": {}, "NAMED": {}, "": {}}
    clauses = depth = 0
    awaited = ""
    for token in tokens:
        depth += (token.kind == "open") - (token.kind == "close")
        iris: list[str] = []
        if awaited and token.kind == "iri":
            iris = [resolved(declared.base, token.text)]
        elif token.kind == "name" and (awaited or depth == 0):
            iris = [*declared.names(token.text, ("", "NAMED") if awaited else ("FROMNAMED", "FROM"))]
            awaited = "" if token.text.upper().startswith("NAMED") else awaited  # which may be FROM NAMED
        found[awaited].update(dict.fromkeys(iris))
        clauses += bool(iris)
        if clauses > _GRAPHS:
            raise QueryRefused(f"more than {_GRAPHS:,} FROM clauses")
        awaited = _awaited(token.word, awaited)
    apart = (tuple(found["FROM"]), tuple(found["NAMED"])) if clauses > 1 and not found[""] else None
    return tuple(found["FROM"] | found["NAMED"] | found[""]), apart


def _awaited(word: str, before: str) -> str:
    """After which keyword an IRI of the data set may stand now."""
    if word.endswith("FROMNAMED") or (before and word == "NAMED"):
        return "NAMED"
    return "FROM" if word.endswith("FROM") else ""


def _refused(text: str, at: int, reason: str) -> QueryRefused:
    line = text.count("\n", 0, at) + 1
    return QueryRefused(reason, (line, at - (text.rfind("\n", 0, at) + 1) + 1))
