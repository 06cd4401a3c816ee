"""What harvesters, search engines and feed readers fetch: sitemap, robots, links, OpenAPI, the feed of releases.

Everything about the dataset comes from the release's catalogue; everything about releases from their own files.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape, quoteattr

import msgspec
from flask import Blueprint, Response, abort, request

from ogp_graph import __version__
from ogp_graph.codes import load_codes
from ogp_graph.web.pages.shown import releases_of
from ogp_graph.web.schemaorg import Described, schema_org
from ogp_graph.web.unseen import signs

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    import pyoxigraph as ox
    from flask import Flask

    from ogp_graph.web.target import Site

__all__ = ["register"]

_MOST = 50_000  # addresses of one sitemap (https://www.sitemaps.org/protocol.html)
_LISTED = {"members": "member", "plans": "plan", "commitments": "commitment", "reports": "report"}
_PAGES = ("", "members", "results", "coverage", "lessons", "downloads", "about", "quality/", "query", "ontology",
          "shapes", "form", "form/end-of-commitment")  # fmt: skip
_SITEMAP = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
_EXTENSION = 'xmlns:sc="http://sw.deri.org/2007/07/sitemapextension/scschema.xsd"'
_XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
_FEED = 30  # releases that the feed tells of
_OPENAPI = Path(__file__).parent / "openapi.json"


def register(app: Flask, site: Site, catalogue: Callable[[], Iterable[ox.Triple]]) -> None:
    """Adds the addresses to ``app``, and ``dataset_json_ld()`` to what templates know."""
    if not site.dated:  # an old release is for people who cite it, not for search engines
        app.register_blueprint(_files(site, app))
    if site.target.folder is not None and not site.dated:
        app.register_blueprint(_of_release(site, site.target.folder, catalogue))

    @lru_cache(maxsize=1)
    def json_ld() -> dict[str, Any]:
        return {} if site.target.folder is None else schema_org(site, catalogue())

    app.context_processor(lambda: {"dataset_json_ld": json_ld})


def _files(site: Site, app: Flask) -> Blueprint:
    """``/robots.txt`` and ``/sitemap.xml``."""
    pages = Blueprint("harvest", __name__)

    @lru_cache(maxsize=1)
    def addresses() -> list[str]:
        return list(_addresses(site, {rule.rule for rule in app.url_map.iter_rules()}))

    @pages.get("/robots.txt")
    def robots() -> Response:
        path = "/" + site.url.split("/", 3)[3]
        closed = "".join(f"Disallow: {path}{one}\n" for one in ("sparql?query=", "search?", "page/evaluator/"))
        text = f"User-agent: *\nAllow: {path}\n{closed}Sitemap: {site.url}sitemap.xml\n"
        return Response(text, content_type="text/plain; charset=utf-8")

    @pages.get("/sitemap.xml")
    def sitemap() -> Response:
        found = addresses()
        return _xml(_urls(site, found, first=True) if len(found) <= _MOST else _index(site, len(found)))

    @pages.get("/sitemap/<int:number>.xml")
    def part(number: int) -> Response:
        found = addresses()[(number - 1) * _MOST : number * _MOST] if number else []
        if not found:
            abort(404)
        return _xml(_urls(site, found, first=number == 1))

    return pages


def _xml(text: str) -> Response:
    return Response(text, content_type="application/xml; charset=utf-8")


def _addresses(site: Site, known: Collection[str]) -> Iterator[str]:
    """Of every page that a search engine should know, of those in ``known``; evaluators are persons and have none."""
    if site.target.folder is None:
        yield site.url
        return
    yield from (site.url + path for path in _PAGES if f"/{path}" in known)
    yield f"{site.url}page/dataset"
    for name, listed in load_codes().lists.items():
        yield f"{site.url}page/code/{name}"
        yield from (f"{site.url}page/code/{name}/{code.key}" for code in listed.codes)
    from pyarrow.parquet import read_table

    for table, kind in _LISTED.items():
        path = site.target.folder / "tables" / f"{table}.parquet"
        for iri in read_table(path, columns=["iri"])["iri"].to_pylist() if path.exists() else ():
            yield f"{site.url}page/{kind}/{str(iri).rpartition('/')[2]}"


def _urls(site: Site, addresses: Sequence[str], *, first: bool) -> str:
    urls = "".join(f"<url><loc>{escape(address)}</loc></url>\n" for address in addresses)
    return f"{_XML}<urlset {_SITEMAP} {_EXTENSION}>\n{_dataset(site) if first else ''}{urls}</urlset>\n"


def _index(site: Site, count: int) -> str:
    parts = range(1, -(-count // _MOST) + 1)
    maps = "".join(f"<sitemap><loc>{escape(site.url)}sitemap/{number}.xml</loc></sitemap>\n" for number in parts)
    return f"{_XML}<sitemapindex {_SITEMAP}>\n{maps}</sitemapindex>\n"


def _dataset(site: Site) -> str:
    """For those who look for data sets (http://sw.deri.org/2007/07/sitemapextension/)."""
    url, dataset, dumps = escape(site.url), escape(f"{site.endpoint}#dataset"), ""
    if site.target.folder is not None:
        dataset, dumps = escape(f"{site.base}dataset"), f"<sc:dataDumpLocation>{url}dumps/</sc:dataDumpLocation>"
    return (
        f"<sc:dataset><sc:datasetLabel>{escape(site.target.id)}</sc:datasetLabel><sc:datasetURI>{dataset}</sc:datasetURI>"
        f"<sc:sparqlEndpointLocation>{url}sparql</sc:sparqlEndpointLocation>{dumps}</sc:dataset>\n"
    )


def _of_release(site: Site, folder: Path, catalogue: Callable[[], Iterable[ox.Triple]]) -> Blueprint:
    """``/openapi.json``, ``/feed.xml``, ``/linkset.json``, ``/.well-known/api-catalog``; links of the start page."""
    pages = Blueprint("release_harvest", __name__)

    @pages.get("/openapi.json")
    def openapi() -> Response:
        told = json.loads(_OPENAPI.read_bytes())
        told["info"]["version"] = __version__
        told["info"]["contact"] = {"name": "ogp-graph (unofficial)", "url": f"{site.url}about#contact"}
        told["servers"] = [{"url": site.url.removesuffix("/")}]
        return Response(msgspec.json.encode(told), content_type="application/json")

    @pages.get("/feed.xml")
    def feed() -> Response:
        return Response(_feed(site, folder), content_type="application/atom+xml; charset=utf-8")

    @pages.get("/linkset.json")
    @pages.get("/.well-known/api-catalog")
    def linkset() -> Response:
        return Response(
            msgspec.json.encode({"linkset": _linkset(site, Described(catalogue()))}),
            content_type="application/linkset+json",
        )

    @pages.after_app_request
    def signpost(response: Response) -> Response:
        if request.path == "/" and response.status_code in (200, 304):
            for link in _signposts(site):
                response.headers.add("Link", link)
        return response

    return pages


def _signposts(site: Site) -> list[str]:
    """Links of the start page (https://signposting.org/FAIR/): what it is about, how to cite it, where the rest is."""
    url = site.url
    return [
        f'<{site.base}dataset>; rel="cite-as"',
        '<https://schema.org/Dataset>; rel="type"',
        '<https://schema.org/AboutPage>; rel="type"',
        f'<{site.base}dataset#publisher>; rel="author"',
        f'<{url}catalogue.ttl>; rel="describedby"; type="text/turtle"',
        f'<{url}catalogue.jsonld>; rel="describedby"; type="application/ld+json"',
        f'<{url}tables/overview.csv>; rel="item"; type="text/csv"',
        f'<{url}dumps/ogp-graph.nq.gz>; rel="item"; type="application/gzip"',
        f'<{url}linkset.json>; rel="linkset"; type="application/linkset+json"',
        f'<{url}.well-known/api-catalog>; rel="api-catalog"',
        f'<{url}openapi.json>; rel="service-desc"; type="application/json"',
        f'<{url}feed.xml>; rel="alternate"; type="application/atom+xml"',
    ]


def _linkset(site: Site, said: Described) -> list[dict[str, Any]]:
    """All links of the start page (RFC 9264) with every file of the release, and what describes each service."""
    this, url = f"{site.base}dataset", site.url
    files = []
    for one in said.all(f"{this}/{site.target.id}", "dcat:distribution"):
        if address := said.one(one, "dcat:downloadURL"):
            kind = (said.one(one, "dcat:mediaType") or "").split("media-types/")[-1]
            files.append({"href": address, "type": kind})
    return [
        {
            "anchor": url,
            "cite-as": [{"href": this}],
            "license": [{"href": said.one(this, "dcterms:license")}],
            "describedby": [
                {"href": f"{url}catalogue.ttl", "type": "text/turtle"},
                {"href": f"{url}catalogue.jsonld", "type": "application/ld+json"},
            ],
            "item": [*files, {"href": f"{url}sparql"}, {"href": f"{url}search.json"}, {"href": f"{url}reconcile"}],
        },
        {"anchor": f"{url}sparql", "service-desc": [{"href": f"{url}sparql", "type": "text/turtle"}]},
        {"anchor": f"{url}search.json", "service-desc": [{"href": f"{url}openapi.json", "type": "application/json"}]},
        {"anchor": f"{url}reconcile", "service-desc": [{"href": f"{url}reconcile", "type": "application/json"}]},
    ]


def _feed(site: Site, folder: Path) -> str:
    """The releases that are there, newest first, with what each one changed (Atom, RFC 4287)."""
    told = [found for name in releases_of(folder)[:_FEED] if (found := _told(folder.parent / name))]
    updated = told[0][1] if told else "1970-01-01"
    entries = "".join(_entry(site, release, day, words) for release, day, words in told)
    return (
        f'{_XML}<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">\n'
        f"<id>{escape(site.base)}dataset</id>\n<title>ogp-graph: releases</title>\n"
        f"<subtitle>What changed in the End of Commitment Reports as data</subtitle>\n"
        f"<updated>{updated}T00:00:00Z</updated>\n<author><name>ogp-graph (unofficial)</name></author>\n"
        f'<link rel="self" href={quoteattr(site.url + "feed.xml")}/>\n<link href={quoteattr(site.url)}/>\n'
        f"<rights>https://creativecommons.org/licenses/by/4.0/</rights>\n{entries}</feed>\n"
    )


def _told(folder: Path) -> tuple[str, str, list[str]] | None:
    """Name, day and changes of a release; None when it cannot be read."""
    try:
        release = json.loads((folder / "release.json").read_bytes())
        changes = json.loads((folder / "changes.json").read_bytes())
        lists = ((len(changes[name]), name) for name in ("added", "changed", "removed"))
        words = [str(one) for one in changes.get("words", ())]
        counted = [f"{n} {'report' if n == 1 else 'reports'} {name}." for n, name in lists if n]
        return str(release["id"]), str(release["issued"]), words or counted
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _entry(site: Site, release: str, day: str, words: list[str]) -> str:
    link = f"{site.url}release/{release}/"
    return (
        f"<entry>\n<id>{escape(site.base)}dataset/{release}</id>\n<title>Release {release}</title>\n"
        f"<updated>{day}T00:00:00Z</updated>\n<published>{day}T00:00:00Z</published>\n<link href={quoteattr(link)}/>\n"
        f'<summary type="text">{escape(signs(" ".join(words)))}</summary>\n</entry>\n'
    )
