"""What every response carries, whoever answers: release, CORS for anyone without credentials, security, links."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from ogp_graph.web.target import Site

__all__ = ["ACCEPT_POST", "EVERYWHERE", "POLICY", "PREFLIGHT", "RELEASE", "carrying", "headers"]

RELEASE = "OGP-Graph-Release"
"""The header that names the release."""

ACCEPT_POST = "application/x-www-form-urlencoded, application/sparql-query"
"""What the endpoint takes in a POST (https://www.w3.org/TR/ldp/#header-accept-post)."""

PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, HEAD, POST, OPTIONS",
    "Access-Control-Allow-Headers": "Accept, Authorization, Content-Type, If-None-Match, Range, *",
    "Access-Control-Max-Age": "86400",
}
"""What an answer to OPTIONS carries besides (https://fetch.spec.whatwg.org/#http-responses)."""

_POLICY = "Content-Security-Policy"

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; connect-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""What a page may load (https://www.w3.org/TR/CSP3/): nothing that stands in the page itself, nothing from elsewhere.
A block of JSON-LD is data and no script, so it needs no leave. A page that needs another policy sets the header."""

_LICENCE = "https://creativecommons.org/licenses/by/4.0/"
_EXPOSED = (RELEASE, "Allow", "Content-Encoding", "Content-Length", "ETag", "Link", "Retry-After")
_SAME_EVERYWHERE = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": ", ".join(_EXPOSED),
    _POLICY: POLICY,
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Referrer-Policy": "no-referrer",
    "Vary": "Accept, Accept-Encoding",
    "X-Content-Type-Options": "nosniff",
}

EVERYWHERE = list(_SAME_EVERYWHERE.items())
"""What a response carries while nothing is served yet, or any more."""


def headers(site: Site) -> list[tuple[str, str]]:
    """Headers and their values; the same for each response of a site."""
    return [*EVERYWHERE, (RELEASE, site.target.id), ("Link", ", ".join(_links(site)))]


def carrying(application: WSGIApplication, carried: list[tuple[str, str]]) -> WSGIApplication:
    """``application`` with ``carried`` in each of its responses: on the way out, where it costs next to nothing.

    A response with a Content-Security-Policy of its own keeps that one: two would both hold."""
    framed = [header for header in carried if header[0] != _POLICY]

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def start(status: str, own: list[tuple[str, str]], *error: Any) -> Any:
            has_policy = any(name == _POLICY for name, _ in own)
            return start_response(status, own + (framed if has_policy else carried), *error)

        return application(environ, start)

    return answer


def _links(site: Site) -> list[str]:
    """Registered relations only (RFC 5829, RFC 8288, RFC 8631); the licence is that of a release."""
    if site.dated:
        described = f'<{site.url}catalogue.ttl>; rel="describedby"; type="text/turtle"'
        return [described, f'<{site.now}>; rel="latest-version"', f'<{_LICENCE}>; rel="license"']
    links = [
        f'<{site.url}sparql>; rel="service-desc"; type="text/turtle"',
        f'<{site.url}.well-known/void>; rel="describedby"; type="text/turtle"',
    ]
    return links if site.target.folder is None else [*links, f'<{_LICENCE}>; rel="license"']
