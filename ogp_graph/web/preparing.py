"""Makes the first page and the Turtle of each report, commitment, member and plan when a release is published.

They are made by what makes them when somebody asks, of a site that does not exist (see ``web/pages/prepared.py``). What
a page shows depends on what its report says, on what is said of its member and plan, on links, and on the codes: the
digest of those is its ``inputs``. What has the same inputs in the release before is taken over from there as it is.
"""

from __future__ import annotations

import gc
from collections import defaultdict
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from typing import TYPE_CHECKING

import pyoxigraph as ox

from ogp_graph.engine import Direct
from ogp_graph.known import PREPARED, Inputs, Packed, Prepared, Stored, Tables, pack, write_prepared
from ogp_graph.names import IRIs
from ogp_graph.processes import Failure, cores, give_back_memory, in_order_unless
from ogp_graph.release import read_reports
from ogp_graph.settings import settings_from
from ogp_graph.web.app import create_app
from ogp_graph.web.pages.dereference import data
from ogp_graph.web.pages.entities import page
from ogp_graph.web.pages.prepared import RELEASE, TOKEN, URL, YEAR, maker, record
from ogp_graph.web.pages.shown import Shown
from ogp_graph.web.target import Site, Target

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from flask import Flask
    from werkzeug.wrappers import Response

    from ogp_graph.known import Document, ReportView, Words
    from ogp_graph.release import Before, Said
    from ogp_graph.settings import Settings

__all__ = ["make_pages"]

_REMEMBERED = 250  # things for which what was read stays in memory, of the release before and of the store
_MANY = ("id/report/", "id/commitment/")  # things of which there are so many that their documents are packed


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Documents with the same ``inputs``, by the paths of their things (what stands behind the base in an IRI).
    ``graphs`` are N-Triples by the name of the graph; ``kept`` says that the release before has them already."""

    paths: tuple[str, ...]
    inputs: bytes
    graphs: dict[str, str] = field(default_factory=dict)
    kept: bool = False


def make_pages(release: Path, before: Before | None, said: Said, *, settings: Settings) -> None:
    """Fills ``pages/`` of the release in ``release``; see :class:`ogp_graph.release.Product`."""
    base = settings.base
    earlier = Prepared(before.path / PREPARED, maker()) if before else None
    shared = (release / "parts" / "shared.nq").read_text(encoding="utf-8")
    wanted: Iterable[_Wanted] = () if TOKEN in shared else _wanted(release, shared.split("\n")[:-1], base)
    known: Callable[[_Wanted], _Wanted | list[Packed] | None] = _kept
    make: Callable[[_Wanted], _Wanted | list[Packed]] = partial(_made, release, base)
    items = (_taken_over(one, earlier) or _told(one, said, IRIs(base)) for one in wanted)
    made = in_order_unless(known, make, items, processes=cores(settings.processes))
    write_prepared(release / PREPARED, maker(), _documents(made, earlier))
    _making.cache_clear()
    gc.collect()  # an application is a ring of objects, and holds tables and a store


def _wanted(release: Path, shared: list[str], base: str) -> Iterator[_Wanted]:
    """All that is prepared, without what it is made from."""
    contents = read_reports(release / "reports.tsv")
    inputs = Inputs(contents, shared, base)
    of: dict[tuple[str, str], list[str]] = defaultdict(list)
    for key, plan, member in Tables(release).parents():
        yield _Wanted((f"id/report/{key}", f"id/commitment/{key}"), inputs.report(key, plan, member))
        of["member", member].append(key)
        of["plan", plan].append(key)
    for row in Tables(release).plans:
        reports = of["plan", row["plan"]]
        yield _Wanted((f"id/plan/{row['plan']}",), inputs.place(row["plan"], row["member"] or "", reports))
    for row in Tables(release).members:
        yield _Wanted((f"id/member/{row['member']}",), inputs.place("", row["member"], of["member", row["member"]]))


def _taken_over(wanted: _Wanted, earlier: Prepared | None) -> _Wanted | None:
    """The same when the release before has its documents; else None."""
    there = earlier is not None and earlier.inputs(_addresses(wanted.paths[0])[0]) == wanted.inputs
    return replace(wanted, kept=True) if there else None


def _kept(wanted: _Wanted) -> _Wanted | None:
    """What is not made again is read only when it is written: it may be nearly all of a release."""
    return wanted if wanted.kept else None


def _documents(made: Iterable[_Wanted | list[Packed] | Failure[_Wanted]], earlier: Prepared | None) -> Iterator[Packed]:
    """All documents in order: those that were made, and those of the release before."""
    for count, some in enumerate(made):
        if earlier is not None and count % _REMEMBERED == 0:
            earlier.forget()
        if isinstance(some, list):
            yield from some
        elif isinstance(some, _Wanted) and earlier is not None:
            found = (earlier.find(address) for path in some.paths for address in _addresses(path))
            yield from (one for one in found if one is not None)


def _told(wanted: _Wanted, said: Said, iris: IRIs) -> _Wanted:
    """The same with what is said in its report's graphs; nothing where that holds the token itself."""
    kind, key = wanted.paths[0].split("/")[1:]
    if kind != "report":
        return wanted
    texts = said(key)
    if any(TOKEN in text for text in texts):
        return replace(wanted, paths=())  # it will be made when somebody asks
    names = (iris.report_graph(key), iris.sources_graph(key))
    return replace(wanted, graphs={name: _triples(text, name) for name, text in zip(names, texts, strict=True)})


def _triples(text: str, graph: str) -> str:
    """N-Quads lines of one graph as N-Triples."""
    return f"{text}\n".replace(f" <{graph}> .\n", " .\n")[:-1]


def _addresses(path: str) -> tuple[str, str]:
    rest = path.removeprefix("id/")
    return f"page/{rest}", f"data/{rest}.ttl"


def _made(release: Path, base: str, wanted: _Wanted) -> list[Packed]:
    """The documents of those things of which something is known."""
    app, shown = _making(release, base)
    shown.take(wanted.graphs)
    found = []
    with app.test_request_context(f"/{TOKEN}-page"):
        for path in wanted.paths:
            if shown.document(path) is not None:
                of_page, of_data = _addresses(path)
                responses = ((of_page, page(shown, path.removeprefix("id/"))), (of_data, data(shown, path, "ttl")))
                kept = ((place, record(_headers(response), response.get_data())) for place, response in responses)
                stored = pack if path.startswith(_MANY) else bytes
                found += [Packed(place, wanted.inputs, stored(one)) for place, one in kept if one is not None]
    return found


def _headers(response: Response) -> list[tuple[str, str]]:
    return [one for one in response.headers if one[0] != "Content-Length"]


@lru_cache(maxsize=1)
def _making(release: Path, base: str) -> tuple[Flask, _Making]:
    """An application for a site that does not exist, and what it shows."""
    told = {"base": base, "issued": YEAR}
    site = Site(Target(RELEASE, release / "store", release, told), URL, settings_from({}, base=base))
    graph = _Told(release / "store")
    return create_app(site, Direct(ox.Store())), _Making(site, graph, Tables(release), graph)


class _Told(Stored):
    """The store, and the graphs of one report from their lines."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.graphs: Mapping[str, str] = {}
        self._taken = 0

    def take(self, graphs: Mapping[str, str]) -> None:
        """From now on these are the graphs of one report, or none. Of what was read for the reports nothing is in
        memory when plans and members come."""
        self._taken += 1
        if self._taken % _REMEMBERED == 0 or bool(graphs) != bool(self.graphs):
            self.forget()
            give_back_memory()
        self.graphs = graphs

    def named(self, name: str) -> list[ox.Triple]:
        """See :meth:`ogp_graph.known.Graph.named`."""
        text = self.graphs.get(name)
        if text is None:
            return super().named(name)
        return [quad.triple for quad in ox.parse(text, format=ox.RdfFormat.N_TRIPLES)]

    def lines(self, name: str) -> list[str]:
        """See :meth:`ogp_graph.known.Graph.lines`."""
        text = self.graphs.get(name)
        if text is None:
            return super().lines(name)
        return text.split("\n") if text else []


@dataclass
class _Making(Shown):
    """What is shown, each document and each view made once while those of one report are made."""

    told: _Told

    def take(self, graphs: Mapping[str, str]) -> None:
        """From now on what is shown is about the report with these graphs."""
        self.told.take(graphs)
        self._documents: dict[str, Document | None] = {}
        self._views: dict[str, ReportView | None] = {}

    def document(self, path: str) -> Document | None:
        """See :meth:`Shown.document`."""
        if path not in self._documents:
            self._documents[path] = super().document(path)
        return self._documents[path]

    def view(self, key: str, words: Words) -> ReportView | None:
        """See :meth:`Shown.view`; there is one reader."""
        if key not in self._views:
            self._views[key] = super().view(key, words)
        return self._views[key]
