"""A site on this machine that plays a real one: robots.txt, sitemaps, WordPress's REST API, redirects, moods."""

from __future__ import annotations

import email.utils
import gzip
import hashlib
import json
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

MODIFIED = "Wed, 01 May 2024 12:00:00 GMT"


@dataclass
class Site:
    """What the site has: ``pages`` by path, ``moved`` paths, and how often a path says 429 or breaks first."""

    pages: dict[str, bytes] = field(default_factory=dict)
    in_sitemap: list[str] = field(default_factory=list)
    in_wordpress: list[tuple[str, str]] = field(default_factory=list)  # path and title
    moved: dict[str, str] = field(default_factory=dict)
    robots: str = "User-agent: *\nDisallow: /private/\nDisallow: /*?replytocom=\n"
    busy: dict[str, int] = field(default_factory=dict)
    broken: dict[str, int] = field(default_factory=dict)
    slow: frozenset[str] = frozenset()  # paths whose answer never comes to an end
    retry_after: str = "0"
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    url: str = ""

    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    site: Site

    def log_message(self, *_: object) -> None:
        """Nothing."""

    def do_GET(self) -> None:
        site, parts = self.site, urlsplit(self.path)
        site.asked.append((self.path, dict(self.headers)))
        if site.broken.get(self.path, 0) > 0:
            site.broken[self.path] -= 1
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n<html>")
            self.close_connection = True
        elif site.busy.get(self.path, 0) > 0:
            site.busy[self.path] -= 1
            self.answer(429, b"later", **{"Retry-After": site.retry_after})
        elif self.path in site.slow:
            self.dribble()
        elif self.path in site.moved:
            self.answer(301, b"", Location=site.moved[self.path])
        elif parts.path == "/robots.txt":
            self.answer(200, f"{site.robots}Sitemap: {site.url}/sitemap.xml\n".encode())
        elif parts.path == "/sitemap.xml":
            self.answer(200, self.locations("sitemapindex", ["/reports.xml.gz"]))
        elif parts.path == "/reports.xml.gz":
            self.answer(200, gzip.compress(self.locations("urlset", site.in_sitemap)))
        elif parts.path.startswith("/wp-json/wp/v2/"):
            self.wordpress(parts.path.rsplit("/", 1)[-1], parse_qs(parts.query))
        elif self.path in site.pages:
            self.page(site.pages[self.path])
        else:
            self.answer(404, b"no such page")

    def dribble(self) -> None:
        with suppress(OSError):
            self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Comment: ")
            for _ in range(200):
                self.wfile.write(b"x")
                time.sleep(0.02)
        self.close_connection = True

    def page(self, body: bytes) -> None:
        tag = f'"{hashlib.md5(body).hexdigest()}"'
        if self.headers.get("If-None-Match") == tag:
            self.answer(304, b"", ETag=tag)
        else:
            self.answer(200, body, ETag=tag, **{"Last-Modified": MODIFIED, "Content-Type": "text/html"})

    def wordpress(self, name: str, query: dict[str, list[str]]) -> None:
        if name == "types":
            types = {
                "page": {"rest_base": "pages"},
                "document": {"rest_base": "documents"},
                "attachment": {"rest_base": "media"},
            }
            self.answer(200, json.dumps(types).encode())
            return
        items = self.site.in_wordpress if name == "documents" else []
        size, page = int(query["per_page"][0]), int(query["page"][0])
        size = min(size, 3)  # so that there are several pages of them
        pages = max(1, -(-len(items) // size))
        if page > pages:
            self.answer(400, b'{"code":"rest_post_invalid_page_number"}')
            return
        some = items[(page - 1) * size : page * size]
        told = [{"link": self.site.url + path, "title": {"rendered": title}} for path, title in some]
        self.answer(200, json.dumps(told).encode(), **{"X-WP-TotalPages": str(pages)})

    def locations(self, name: str, paths: list[str]) -> bytes:
        places = "".join(f"<url><loc>\n {self.site.url}{path}</loc></url>" for path in paths)
        return f'<?xml version="1.0"?><{name} xmlns="x">{places}<url><loc>https://elsewhere.example/x</loc></url></{name}>'.encode()

    def answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response_only(status)
        for name, value in {"Date": email.utils.formatdate(usegmt=True), **headers}.items():
            self.send_header(name, value)
        if status == 200 and self.path in self.site.pages:
            self.send_header("Transfer-Encoding", "chunked")
            body = b"".join(b"%x\r\n%b\r\n" % (len(p), p) for p in (body[:500], body[500:]) if p) + b"0\r\n\r\n"
        elif status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def website(site: Site) -> Iterator[Site]:
    """``site`` under an address of this machine, until the end of the block."""
    handler = type("Handler", (_Handler,), {"site": site})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    site.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
