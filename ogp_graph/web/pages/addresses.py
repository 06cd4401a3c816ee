"""Where the documents about a thing are: its page, its data in each format, and the headers that say so."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from ogp_graph.formats import FORMATS
from ogp_graph.vocabulary import OGPS, OGPV
from ogp_graph.web.negotiation import RDF

if TYPE_CHECKING:
    from ogp_graph.web.target import Site

__all__ = ["EXTENSIONS", "Addresses", "web_address"]

EXTENSIONS: dict[str, str] = {FORMATS[name].extension: name for name in RDF.values()}
"""Extension of a data document -> format."""

_QUOTED = re.compile(r"[A-Za-z0-9_.~/:@!$&'()*+,;=%-]*")  # what quoting would leave as it is
_OUTSIDE_ID = ("code", "graph", "dataset")
_ON_REPORT = ("answer", "evidence")


def web_address(iri: str) -> str | None:
    """``iri`` when a link may lead there: http or https, with a host; never a script, data or a file."""
    try:
        parts = urlsplit(iri)
    except ValueError:
        return None
    return iri if parts.scheme in ("http", "https") and parts.netloc else None


@dataclass(frozen=True, slots=True)
class Addresses:
    """Addresses on one site. A *path* is what stands behind the base in an IRI: ``id/member/x``, ``code/status/lost``;
    a *rest* is the same as it stands behind ``page/`` and ``data/``: ``member/x``, ``code/status/lost``."""

    site: Site

    @property
    def root(self) -> str:
        """The path of the site's own address."""
        return "/" + self.site.url.split("/", 3)[3]

    @property
    def current(self) -> str:
        """The same of the release that is served now, below whose address older ones are."""
        return "/" + self.site.now.split("/", 3)[3]

    def rest(self, path: str) -> str:
        """What stands behind ``page/`` for the thing at ``path``."""
        rest = path.removeprefix("id/")
        return rest if _QUOTED.fullmatch(rest) else quote(rest, safe="/~:@!$&'()*+,;=%")

    def path(self, rest: str) -> str:
        """The other way round, for a decoded ``rest``."""
        quoted = quote(rest, safe="/~:@!$&'()*+,;=")
        return quoted if quoted.partition("/")[0] in _OUTSIDE_ID else f"id/{quoted}"

    def page(self, iri: str) -> str | None:
        """The page of the thing that ``iri`` names, as a link on this site; an answer's is a place on its report's.
        None for IRIs of others."""
        for namespace, document in ((OGPV, "ontology"), (OGPS, "shapes")):
            if iri.startswith(namespace):
                return f"{self.root}{document}#{iri.removeprefix(namespace)}"
        if not iri.startswith(self.site.base):
            return None
        path = iri.removeprefix(self.site.base)
        parts = path.split("/")
        if parts[:2] == ["id", "report"] and len(parts) > 4 and parts[3] in _ON_REPORT:
            return f"{self.root}page/report/{parts[2]}#answer-{parts[4]}"
        if parts[0] in ("ontology", "shapes", "form"):
            return self.root + path
        return f"{self.root}page/{self.rest(path)}" if parts[0] in ("id", *_OUTSIDE_ID) else None

    def document(self, rest: str, extension: str) -> str:
        """The whole address of the data in one format."""
        return f"{self.site.url}data/{rest}.{extension}"

    def links(self, path: str, tables: bool = False) -> str:
        """The header Link of the documents about the thing at ``path`` (RFC 8288; Signposting); the licence is that of
        the release, which each of its responses names."""
        rest, url = self.rest(path), self.site.url
        told = [
            f'<{url}page/{rest}>; rel="alternate"; type="text/html"',
            *(
                f'<{self.document(rest, extension)}>; rel="alternate"; type="{FORMATS[name].media_type}"'
                for extension, name in EXTENSIONS.items()
            ),
        ]
        if tables:
            told.append(f'<{self.document(rest, "csv")}>; rel="alternate"; type="text/csv"')
        told += [
            f'<{self.document(rest, "ttl")}>; rel="describedby"; type="text/turtle"',
            f'<{self.site.now}page/{rest}>; rel="canonical"',
            f'<{self.site.base}{path}>; rel="cite-as"',
        ]
        return ", ".join(told)
