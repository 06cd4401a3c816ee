"""What evaluators look at (``checks.toml``), run against the site itself: the same requests, the same documents."""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pyoxigraph as ox
from werkzeug.test import Client

from ogp_graph.vocabulary import PREFIXES
from ogp_graph.web.pages.templating import short
from ogp_graph.web.service import SD

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

__all__ = ["Check", "Checks", "Outcome", "checks", "outcomes"]

_FILE = Path(__file__).parent / "checks.toml"
_LANDING = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)
_TURTLE = "text/turtle"
_PART = re.compile(r" (?=[;.] )")  # between the parts of a pattern that each may hold or not
_SHOWN = 300  # characters of what was found that a reason repeats
_PREFIXES = dict(PREFIXES) | {"sd": SD}


class Check(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One line of a list; ``live`` says why it cannot be run here, ``because`` why it may well fail. See the head of
    ``checks.toml``."""

    list: str
    id: str
    says: str
    at: str = ""
    ask: str = ""
    none: str = ""
    matches: str = ""
    header: tuple[str, ...] = ()
    follow: str = ""
    live: str = ""
    because: str = ""


class Checks(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The lists with their titles, where documents are, and the checks in order."""

    lists: dict[str, str]
    documents: dict[str, str]
    check: tuple[Check, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """A check and whether it passed, None when it needs the live web; ``reason`` is why it failed, in words."""

    check: Check
    passed: bool | None
    reason: str = ""


@lru_cache(maxsize=1)
def checks() -> Checks:
    """What ``checks.toml`` says."""
    return msgspec.convert(tomllib.loads(_FILE.read_text(encoding="utf-8")), Checks)


def outcomes(application: WSGIApplication) -> tuple[Outcome, ...]:
    """Every check, run against ``application`` by requests like anybody's."""
    asked = _Asked(application, checks().documents)
    return tuple(_outcome(asked, check) for check in checks().check)


def _outcome(asked: _Asked, check: Check) -> Outcome:
    reason = "" if check.live else asked.reason(check)
    return Outcome(check, None if check.live else not reason, reason)


@dataclass(frozen=True, slots=True)
class _Document:
    status: int
    headers: dict[str, str]
    text: str


class _Asked:
    """The documents that were fetched, each once."""

    def __init__(self, application: WSGIApplication, documents: dict[str, str]) -> None:
        self._client = Client(application)
        self._places = documents
        self._fetched: dict[str, _Document] = {}
        self._graphs: dict[str, ox.Store] = {}

    def reason(self, check: Check) -> str:
        """Why something that the check asks for does not hold; "" when everything does."""
        found, place = self._document(check.at), self._places.get(check.at, check.at).partition("?")[0]
        if found.status != 200:
            return f"{place} answers with the status {found.status}"
        if check.header and (reason := _of_header(found, *check.header)):
            return f"{place} {reason}"
        if check.matches and not re.search(check.matches, found.text):
            return f"nothing in {place} matches {check.matches}"
        if not (check.ask or check.follow or check.none):
            return ""
        try:
            return self._missing(check, place) or self._astray(check, place) or self._extra(check, place)
        except (SyntaxError, ValueError) as error:
            return f"{place} cannot be read as data: {short(str(error), _SHOWN)}"

    def _missing(self, check: Check, place: str) -> str:
        """The first part of the pattern that nothing in the document has, beside what stands before it."""
        if not check.ask or self._holds(check.at, check.ask):
            return ""
        parts = _PART.split(check.ask)
        for number, part in enumerate(parts, 1):
            try:
                if not self._holds(check.at, "".join(parts[:number])):
                    return f"nothing in {place} says {part.strip(' ;.')}"
            except SyntaxError:  # a part that is none without the next one
                continue
        return f"nothing in {place} says {check.ask}"

    def _astray(self, check: Check, place: str) -> str:
        """The first address that this server does not answer for: each ``?iri`` of the pattern is asked for at its path
        below ``?base``."""
        if not check.follow:
            return ""
        found = self._rows(check.at, f"SELECT ?base ?iri {{ {check.follow} }}")
        paths = sorted({row["iri"].value.removeprefix(row["base"].value) for row in found})
        statuses = ((path, self._document(f"/{path}").status) for path in paths)
        bad = next(((path, status) for path, status in statuses if status != 200), None)
        if not paths:
            return f"{place} names no address to follow"
        return f"/{bad[0]} answers with the status {bad[1]}" if bad else ""

    def _extra(self, check: Check, place: str) -> str:
        """What the document says and should not: the number of rows and the first one."""
        if not check.none:
            return ""
        found = self._rows(check.at, f"SELECT * {{ {check.none} }}")
        rows = sorted(
            ", ".join(f"{name.value}: {value}" for name in found.variables if (value := row[name])) for row in found
        )
        return f"{place} has {len(rows)} of these, the first is {short(rows[0], _SHOWN)}" if rows else ""

    def _document(self, at: str) -> _Document:
        if at not in self._fetched:
            accept = "text/html" if at == "landing" else f"{_TURTLE}, */*;q=0.1"
            with self._client.get(self._places.get(at, at), headers={"Accept": accept}) as answer:
                headers: dict[str, str] = {}
                for name, value in answer.headers:
                    headers[name.lower()] = f"{headers[name.lower()]}, {value}" if name.lower() in headers else value
                self._fetched[at] = _Document(answer.status_code, headers, answer.get_data().decode("utf-8", "replace"))
        return self._fetched[at]

    def _holds(self, at: str, pattern: str) -> bool:
        return bool(self._graph(at).query(f"ASK {{ {pattern} }}", prefixes=_PREFIXES))

    def _rows(self, at: str, query: str) -> ox.QuerySolutions:
        found = self._graph(at).query(query, prefixes=_PREFIXES)
        assert isinstance(found, ox.QuerySolutions)
        return found

    def _graph(self, at: str) -> ox.Store:
        if at not in self._graphs:
            self._graphs[at] = _graph(self._document(at), at)
        return self._graphs[at]


def _of_header(found: _Document, name: str, pattern: str) -> str:
    value = found.headers.get(name.lower())
    if value is None:
        return f"has no header {name}"
    return "" if re.search(pattern, value) else f"has the header {name}: {short(value, _SHOWN)}"


def _graph(document: _Document, at: str) -> ox.Store:
    """The statements of a document; those of the start page are its JSON-LD, with schema.org's terms as they stand."""
    store = ox.Store()
    if at != "landing":
        store.load(document.text.encode(), format=ox.RdfFormat.TURTLE)
        return store
    for block in _LANDING.findall(document.text):
        told: dict[str, Any] = json.loads(block) | {"@context": {"@vocab": PREFIXES["schema"]}}
        store.load(json.dumps(told).encode(), format=ox.RdfFormat.JSON_LD)
    return store
