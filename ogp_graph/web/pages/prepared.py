"""Pages and data that were made with the release, as this site gives them.

What was made names neither the site nor the release: tokens stand for both while it is made, one byte for each token
where it is kept, and these are filled in when somebody asks. What is given is, byte for byte, what would be made now;
where the program is another one than that which made the release, nothing is taken from there.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from ogp_graph.definitions import definitions_digest
from ogp_graph.known import PREPARED, Prepared
from ogp_graph.vocabulary import data_folder

if TYPE_CHECKING:
    from ogp_graph.web.target import Site

__all__ = ["RELEASE", "ROOT", "TOKEN", "URL", "YEAR", "Ready", "maker", "ready", "record"]

TOKEN = "ogp-graph-prepared"
"""Stands in each token but the year; what says it itself is never prepared."""

URL = f"http://{TOKEN}.invalid/{TOKEN}-root/"
RELEASE = f"{TOKEN}-release"
YEAR = "\x05YY\x05"  # four characters as a year has; no value holds a control
ROOT = f"/{TOKEN}-root/"
_BYTES = {URL: b"\x01", ROOT: b"\x02", RELEASE: b"\x03", YEAR: b"\x04"}
"""What stands for a token where documents are kept: a byte is found ten times as fast as a word."""
_PLAINLY = re.compile(r"[A-Za-z0-9:/\[\]._~%@!$*+,;=-]+")  # an address that nobody escapes
_PLAIN = ((), ("en",))  # preferences for which the same labels are chosen
_DIGITS = 32  # of the 64 of a SHA-256
_SAFE = "/~:@!$&'()*+,;="

Header = tuple[str, str]


@lru_cache(maxsize=1)
def maker() -> str:
    """SHA-256 of what makes pages: this program, its definitions, its templates and the queries that pages offer."""
    digest = hashlib.sha256(definitions_digest().encode())
    folders = ((Path(__file__).parent.parent / "templates", "*.html"), (data_folder("queries"), "*.rq"))
    for root, pattern in folders:
        for path in sorted(root.rglob(pattern)):
            digest.update(f"{path.relative_to(root).as_posix()}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()


def record(headers: list[Header], body: bytes) -> bytes | None:
    """A response as it is kept; None when it holds what stands for a token."""
    kept = "".join(f"{name}: {value}\n" for name, value in headers).encode("latin-1") + b"\n" + body
    if any(byte in kept for byte in _BYTES.values()):
        return None
    for token, byte in _BYTES.items():
        kept = kept.replace(token.encode(), byte)
    return kept


@dataclass(frozen=True, slots=True)
class Ready:
    """What a release has prepared, and what is filled in for a site; ``mark`` stands for the maker and for that."""

    documents: Prepared
    filled: tuple[tuple[bytes, bytes], ...] = ()
    mark: bytes = b""

    def response(self, path: str, languages: tuple[str, ...]) -> tuple[list[Header], bytes] | None:
        """Headers and body of the document at ``path`` (below the site, decoded, without parameters) for a reader of
        ``languages``; None when it is not prepared.

        The entity tag is a digest of all that decides about the bytes, which takes a tenth of the time of theirs."""
        if not self.filled or (path.startswith("page/") and languages not in _PLAIN):
            return None
        packed = self.documents.find(quote(path, safe=_SAFE))
        if packed is None:
            return None
        found = packed.document
        for byte, value in self.filled:
            found = found.replace(byte, value)
        head, _, body = found.partition(b"\n\n")
        lines = (line.partition(": ") for line in head.decode("latin-1").split("\n"))
        tag = hashlib.sha256(self.mark + packed.inputs + packed.path.encode()).hexdigest()[:_DIGITS]
        return [*((name, value) for name, _, value in lines), ("ETag", f'"{tag}"')], body


def ready(site: Site) -> Ready:
    """What is prepared for ``site``: nothing for a file, nothing for a release under an address of its own, whose pages
    say that they are, and nothing under an address that HTML and JSON write in ways of their own."""
    folder = site.target.folder
    if folder is None or site.dated or not _PLAINLY.fullmatch(site.url):
        return Ready(Prepared(Path(), ""))
    root, year = "/" + site.url.split("/", 3)[3], str(site.target.told.get("issued", ""))[:4]
    filled = {URL: site.url, ROOT: root, RELEASE: site.target.id, YEAR: year or "n.d."}
    documents = Prepared(folder / PREPARED, maker())
    mark = hashlib.sha256("\n".join((maker(), *filled.values())).encode()).digest()
    return Ready(documents, tuple((_BYTES[token], value.encode()) for token, value in filled.items()), mark)
