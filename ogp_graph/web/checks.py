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
from ogp_graph.web.service import SD

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

__all__ = ["Check", "Checks", "Outcome", "checks", "outcomes"]

_FILE = Path(__file__).parent / "checks.toml"
_LANDING = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)
_TURTLE = "text/turtle"
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
    """A check and whether it passed; None when it needs the live web."""

    check: Check
    passed: bool | None


@lru_cache(maxsize=1)
def checks() -> Checks:
    """What ``checks.toml`` says."""
    return msgspec.convert(tomllib.loads(_FILE.read_text(encoding="utf-8")), Checks)


def outcomes(application: WSGIApplication) -> tuple[Outcome, ...]:
    """Every check, run against ``application`` by requests like anybody's."""
    asked = _Asked(application, checks().documents)
    return tuple(Outcome(check, None if check.live else asked.passes(check)) for check in checks().check)


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

    def passes(self, check: Check) -> bool:
        """Whether everything that the check asks for holds."""
        found = self._document(check.at)
        if found.status != 200:
            return False
        if check.header and not re.search(check.header[1], found.headers.get(check.header[0].lower(), "")):
            return False
        if check.matches and not re.search(check.matches, found.text):
            return False
        if check.ask and not self._holds(check.at, check.ask):
            return False
        if check.follow and not self._leads(check.at, check.follow):
            return False
        return not (check.none and self._holds(check.at, check.none))

    def _leads(self, at: str, pattern: str) -> bool:
        """Whether every ``?iri`` of the pattern is answered by this server, at its path below ``?base``."""
        found = self._graph(at).query(f"SELECT ?base ?iri {{ {pattern} }}", prefixes=_PREFIXES)
        assert isinstance(found, ox.QuerySolutions)
        paths = [row["iri"].value.removeprefix(row["base"].value) for row in found]
        return bool(paths) and all(self._document(f"/{path}").status == 200 for path in paths)

    def _document(self, at: str) -> _Document:
        if at not in self._fetched:
            accept = "text/html" if at == "landing" else f"{_TURTLE}, */*;q=0.1"
            with self._client.get(self._places.get(at, at), headers={"Accept": accept}) as answer:
                headers: dict[str, str] = {}
                for name, value in answer.headers:
                    headers[name.lower()] = f"{headers[name.lower()]}, {value}" if name.lower() in headers else value
                self._fetched[at] = _Document(answer.status_code, headers, answer.get_data(as_text=True))
        return self._fetched[at]

    def _holds(self, at: str, pattern: str) -> bool:
        return bool(self._graph(at).query(f"ASK {{ {pattern} }}", prefixes=_PREFIXES))

    def _graph(self, at: str) -> ox.Store:
        if at not in self._graphs:
            self._graphs[at] = _graph(self._document(at), at)
        return self._graphs[at]


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
