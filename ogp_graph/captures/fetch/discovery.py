"""Which pages a site has: from its sitemaps (https://www.sitemaps.org/protocol.html) and from WordPress's REST API."""

from __future__ import annotations

import gzip
import html
import json
import re
import zlib
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urljoin, urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ogp_graph.captures.fetch.web import Response

    Get = Callable[[str], Response | None]

__all__ = ["discovered", "same_site", "unpacked"]

_PLACE = re.compile(rb"<loc>\s*(?:<!\[CDATA\[)?\s*([^<\]\s][^<\]]*?)\s*(?:\]\]>)?\s*</loc>", re.IGNORECASE)
_SITEMAPS = ("/sitemap.xml", "/wp-sitemap.xml", "/sitemap_index.xml")
_MOST = 5_000  # sitemaps, and pages of a list, of one site
_PER_PAGE = 100  # what WordPress gives at most
_OTHER_TYPES = frozenset({"attachment", "media", "blocks", "templates", "navigation", "menu-items", "font-families"})


def discovered(site: str, told: Iterable[str], get: Get, wanted: Callable[[str, bytes], bool]) -> Iterator[str]:
    """The addresses of the pages that may be wanted, each once. ``told`` are the sitemaps that robots.txt names;
    ``get`` gives the response to a request that is allowed, or None; ``wanted`` judges an address and a title."""
    seen: set[str] = set()
    for url in _chain(_from_sitemaps(site, told, get), _from_wordpress(site, get)):
        address, title = url
        if address not in seen and same_site(address, site) and wanted(address, title):
            seen.add(address)
            yield address


def same_site(url: str, site: str) -> bool:
    """Whether both are of one host, www. or not."""
    try:
        one, other = urlsplit(url), urlsplit(site)
        return one.scheme in ("http", "https") and (_host(one.hostname), one.port) == (
            _host(other.hostname),
            other.port,
        )
    except ValueError:
        return False


def unpacked(response: Response, most: int) -> bytes:
    """The body, unpacked when it is packed."""
    body = response.body
    for _ in range(2):  # a .gz file, sent packed
        if not body.startswith(b"\x1f\x8b"):
            break
        try:
            body = zlib.decompressobj(31).decompress(body, most)
        except (zlib.error, gzip.BadGzipFile):
            return b""
    return body


def _host(name: str | None) -> str:
    return (name or "").lower().removeprefix("www.")


def _chain(*many: Iterator[tuple[str, bytes]]) -> Iterator[tuple[str, bytes]]:
    for one in many:
        yield from one


def _from_sitemaps(site: str, told: Iterable[str], get: Get) -> Iterator[tuple[str, bytes]]:
    waiting = list(told) or [urljoin(site, path) for path in _SITEMAPS]
    seen: set[str] = set()
    while waiting and len(seen) < _MOST:
        url = waiting.pop(0)
        if url in seen or not same_site(url, site):
            continue
        seen.add(url)
        response = get(url)
        if response is None or response.status != 200:
            continue
        data = unpacked(response, 64_000_000)
        found = data.split() if data.startswith(b"http") else _PLACE.findall(data)  # one a line, or XML
        places = [html.unescape(place.decode("utf-8", "replace")) for place in found]
        if b"<sitemapindex" in data[:4096]:
            waiting += places
        else:
            yield from ((place, b"") for place in places)


def _from_wordpress(site: str, get: Get) -> Iterator[tuple[str, bytes]]:
    types = _json(get(urljoin(site, "/wp-json/wp/v2/types")))
    for one in types.values() if isinstance(types, dict) else ():
        base = one.get("rest_base") if isinstance(one, dict) else None
        if isinstance(base, str) and re.fullmatch(r"[\w-]{1,60}", base) and base not in _OTHER_TYPES:
            yield from _listed(urljoin(site, f"/wp-json/wp/v2/{base}"), get)


def _listed(url: str, get: Get) -> Iterator[tuple[str, bytes]]:
    """The items of one list, page by page; X-WP-TotalPages says how many there are."""
    page = pages = 1
    while page <= min(pages, _MOST):
        query = urlencode({"per_page": _PER_PAGE, "page": page, "_fields": "link,title"})
        response = get(f"{url}?{query}")
        items = _json(response)
        if response is None or not isinstance(items, list):
            return
        for item in items:
            if isinstance(item, dict) and isinstance(item.get("link"), str):
                title = item.get("title")
                words = title.get("rendered", "") if isinstance(title, dict) else ""
                yield item["link"], html.unescape(str(words)).encode()
        told = response.field("x-wp-totalpages")
        pages = int(told[:9]) if told.isascii() and told.isdigit() else pages
        page += 1


def _json(response: Response | None) -> object:
    if response is None or response.status != 200:
        return None
    try:
        found: object = json.loads(unpacked(response, 64_000_000))
    except (ValueError, RecursionError):
        return None
    return found
