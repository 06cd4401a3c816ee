"""Asking Wikidata, politely: one request after another, each answer kept with its date, and only on demand.

This happens only when ``ogp-graph link refresh`` is called; building and linking go nowhere. Answers stand in
``links/wikidata-answers.jsonl`` of the workspace, what is believed of them in ``links/wikidata.sssom.tsv``,
which the next build takes up.
"""

from __future__ import annotations

import datetime
import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from ogp_graph import __version__
from ogp_graph.errors import EnvironmentFailure, UsageError
from ogp_graph.link import Answer, Item, asking, believed, identifiers_of, read_items
from ogp_graph.model import Finding, Severity
from ogp_graph.names import IRIs
from ogp_graph.pipeline.decisions import decisions_folder, keep_found, write_whole
from ogp_graph.pipeline.stages import definitions
from ogp_graph.queries import WIKIDATA, load_queries
from ogp_graph.vocabulary import data_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from ogp_graph.link import Asked
    from ogp_graph.release import Workspace
    from ogp_graph.settings import Settings

__all__ = ["ENDPOINT", "Refreshed", "refresh"]

ENDPOINT = "https://query.wikidata.org/sparql"
_LINKSET = "wikidata"
_BATCH = 50  # identifiers a request
_PAUSE = 1.0  # seconds between two requests
_TRIES = 3
_LONGEST_WAIT = 120.0  # seconds that a server may ask us to wait
_TIMEOUT = 60.0
_LIMIT = 8_000_000  # bytes of an answer
_AGENT = f"ogp-graph/{__version__} (https://w3id.org/ogp-graph/) links members by identifier"


@dataclass(frozen=True, slots=True)
class Refreshed:
    """How many identifiers the register has, how many of them were asked now, and how many links came of it."""

    identifiers: int
    asked: int
    links: int
    findings: tuple[Finding, ...] = ()


def refresh(
    workspace: Workspace,
    settings: Settings,
    today: datetime.date,
    *,
    endpoint: str = ENDPOINT,
    days: int = 90,
    sleep: Callable[[float], None] = time.sleep,
) -> Refreshed:
    """Asks ``endpoint`` for every identifier of the register whose answer is missing or older than ``days``.

    Answers are kept as they come in, so that an interrupted run goes on where it ended; links are written when all is
    answered, in place of earlier ones. What a person decided stays.

    Raises:
        UsageError: ``endpoint`` is no web address.
        EnvironmentFailure: it does not answer, or with something else. The links are as they were.
    """
    if not endpoint.startswith(("https://", "http://")):
        raise UsageError(f"{endpoint!r} is no web address of a SPARQL endpoint")
    members = definitions().members.entries.values()
    wanted = sorted({one for member in members for one in identifiers_of(member)})
    path = decisions_folder(workspace) / "wikidata-answers.jsonl"
    known, findings = _read(path, endpoint)
    oldest = (today - datetime.timedelta(days=days)).isoformat()
    missing = [one for one in wanted if one not in known or not oldest <= known[one].date <= today.isoformat()]
    (query,) = load_queries(data_folder("queries") / WIKIDATA)
    for start in range(0, len(missing), _BATCH):
        batch = missing[start : start + _BATCH]
        if start:
            sleep(_PAUSE)
        data = _answered(endpoint, asking(query.text, batch), sleep)
        try:
            known |= read_items(data, batch, today.isoformat())
        except ValueError as problem:
            raise EnvironmentFailure(f"{endpoint}: {problem}; nothing is taken from it") from problem
        write_whole(path, "".join(_line(one, answer, endpoint) for one, answer in sorted(known.items())))
    links, said = believed(members, {one: known[one] for one in wanted}, IRIs(settings.base))
    keep_found(workspace, _LINKSET, links, settings)
    return Refreshed(len(wanted), len(missing), len(links), (*findings, *said))


def _answered(endpoint: str, query: str, sleep: Callable[[float], None]) -> bytes:
    """What ``endpoint`` says to ``query``; told to wait, it is asked again, after as long as it says."""
    headers = {"Accept": "application/sparql-results+json", "User-Agent": _AGENT}
    request = Request(endpoint, urlencode({"query": query}).encode(), headers)
    for left in reversed(range(_TRIES)):
        try:
            with urlopen(request, timeout=_TIMEOUT) as reply:
                data = bytes(reply.read(_LIMIT + 1))
        except HTTPError as problem:
            problem.close()
            if problem.code not in (429, 503) or not left:
                raise EnvironmentFailure(f"{endpoint}: {problem.code} {problem.reason}; try again later") from problem
            sleep(_wait(problem.headers.get("Retry-After", "")))
        except (URLError, OSError) as problem:
            reason = getattr(problem, "reason", problem)
            raise EnvironmentFailure(f"{endpoint}: {reason}; is there a connection?") from problem
        else:
            if len(data) > _LIMIT:
                raise EnvironmentFailure(f"{endpoint}: an answer of more than {_LIMIT:,} bytes")
            return data
    raise AssertionError  # the last try has returned or raised


def _wait(told: str) -> float:
    """Seconds of ``Retry-After`` (RFC 9110, 10.2.3); a date or nothing is ten seconds."""
    return min(float(told), _LONGEST_WAIT) if told.isascii() and told.isdigit() else 10.0


def _line(one: Asked, answer: Answer, endpoint: str) -> str:
    told = {
        "endpoint": endpoint, "property": one[0], "code": one[1], "asked": answer.date,
        "items": [
            {"item": item.iri, "label": item.label, "own": sorted(item.own), "within": sorted(item.within)}
            for item in answer.items
        ],
    }  # fmt: skip
    return json.dumps(told, ensure_ascii=False) + "\n"


def _read(path: Path, endpoint: str) -> tuple[dict[Asked, Answer], tuple[Finding, ...]]:
    """The answers of ``endpoint`` that are kept; a line that is broken is a finding, and its question asked again."""
    found: dict[Asked, Answer] = {}
    findings = []
    for number, line in _lines(path):
        try:
            told = json.loads(line)
            datetime.date.fromisoformat(told["asked"])
            items = tuple(
                Item(str(one["item"]), str(one["label"]), frozenset(one["own"]), frozenset(one["within"]))
                for one in told["items"]
            )
            if told["endpoint"] == endpoint:
                found[str(told["property"]), str(told["code"])] = Answer(told["asked"], items)
        except (ValueError, KeyError, TypeError, RecursionError):
            message = f"line {number} is no answer; it is asked again"
            findings.append(Finding(Severity.WARNING, "wikidata-answer", message, name=path.name))
    return found, tuple(findings)


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    if path.is_file():
        yield from enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1)
