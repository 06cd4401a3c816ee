"""The files of a release, as its checksums name them: dumps, tables, definitions, quality report, catalogue."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from flask import Blueprint, Response, abort, render_template, request, send_file

from ogp_graph.formats import FORMATS
from ogp_graph.linksets import load_linksets
from ogp_graph.release import TABLES
from ogp_graph.release.checksums import SUMS
from ogp_graph.release.dumps import DUMPS
from ogp_graph.web.compression import IDENTITY, coding
from ogp_graph.web.descriptions import plain_catalogue
from ogp_graph.web.negotiation import content_type

if TYPE_CHECKING:
    from pathlib import Path

    from werkzeug.wrappers import Response as BaseResponse

    from ogp_graph.web.target import Site

__all__ = ["FOLDERS", "listing", "routes"]

FOLDERS = {
    "dumps": "Everything, in one file each",
    "tables": "Tables for spreadsheets and statistics",
    "definitions": "Vocabulary, code lists, form, shapes and queries",
    "quality": "What could not be read, or looks wrong",
}
"""Folders that are published, and what is in them."""

_MOST = 8_000_000  # bytes of a text that is packed on its way; of larger tables there are Parquet files
_LOOSE = (SUMS, "changes.txt", "changes.json", "changes.rdfp.gz", "graphs.tsv")
_MEDIA_TYPES = {f".{f.extension}": f.media_type for f in FORMATS.values()} | {
    ".csv": "text/csv",
    ".gz": "application/gzip",
    ".json": "application/json",
    ".jsonl": "application/x-ndjson",
    ".parquet": "application/vnd.apache.parquet",
    ".rq": "application/sparql-query",
    ".ttl": "text/turtle",
    ".tsv": "text/tab-separated-values",
    ".txt": "text/plain",
    ".zst": "application/zstd",
}


def routes(site: Site) -> Blueprint:
    """The folders of :data:`FOLDERS`, each with a page that lists it, and the files beside them; none for a file."""
    pages = Blueprint("files", __name__)
    folder = site.target.folder
    if folder is None:
        return pages

    @pages.get(f"/<any({', '.join(FOLDERS)}):name>/")
    def listed(name: str) -> str:
        return render_template("files.html", name=name, title=FOLDERS[name], files=listing(site, name))

    @pages.get(f"/<any({', '.join(FOLDERS)}):name>/<path:rest>")
    def file(name: str, rest: str) -> BaseResponse:
        return _file(site, folder, f"{name}/{rest}")

    @pages.get(f"/<any({', '.join(repr(name) for name in _LOOSE)}):name>")
    def loose(name: str) -> BaseResponse:
        return _file(site, folder, name)

    @lru_cache(maxsize=2)
    def moved(extension: str) -> bytes | None:
        return plain_catalogue(site, extension)

    @pages.get("/catalogue.<any(ttl, jsonld):extension>")
    def catalogue(extension: str) -> BaseResponse:
        body = moved(extension)
        if body is None:
            return _file(site, folder, f"catalogue.{extension}")
        return Response(body, content_type=content_type(FORMATS["turtle" if extension == "ttl" else extension]))

    return pages


def listing(site: Site, name: str) -> list[dict[str, object]]:
    """The files of one folder: path inside it, size in bytes, SHA-256, and what each one holds where that is known."""
    folder = site.target.folder
    if folder is None:
        return []
    inside = [path for path in site.target.sums if path.startswith(f"{name}/")]
    return [
        {
            "name": path.partition("/")[2],
            "size": (folder / path).stat().st_size,
            "sha256": site.target.sums[path],
            "title": _title(path),
        }
        for path in sorted(inside)
        if (folder / path).is_file()
    ]


def _title(path: str) -> str:
    folder, _, name = path.partition("/")
    if linkset := load_linksets().get(name.removeprefix("links-").removesuffix(".sssom.tsv")):
        return f"{linkset.title}, SSSOM"
    if name == "tables.csv-metadata.json":
        return "What each column of the tables holds, for programs (CSVW)"
    if folder == "dumps":
        return next((dump.title for dump in DUMPS if dump.name == name), "")
    if folder == "tables":
        table = TABLES.get(PurePosixPath(name).stem)
        return table.title if table else ""
    return ""


def _file(site: Site, folder: Path, path: str) -> BaseResponse:
    """A file that the release's checksums name, with that checksum as its entity tag, or the list of checksums;
    nothing else is there."""
    digest = site.target.sums.get(path)
    if path == SUMS:
        digest = hashlib.sha256((folder / path).read_bytes()).hexdigest()
    if digest is None:
        abort(404)
    media_type = _MEDIA_TYPES.get(PurePosixPath(path).suffix, "application/octet-stream")
    if path == SUMS:
        media_type = "text/plain"
    if _is_packed(media_type, (folder / path).stat().st_size):  # and tagged, as pages are
        return Response((folder / path).read_bytes(), content_type=f"{media_type}; charset=utf-8")
    return send_file(folder / path, mimetype=media_type, etag=digest, conditional=True)


def _is_packed(media_type: str, size: int) -> bool:
    """Whether the request's file goes out packed: a text that is not huge, to who takes a coding and asks for all of
    it. Its checksum is the entity tag of the file as it is."""
    if not media_type.startswith("text/") or size > _MOST or "Range" in request.headers:
        return False
    return (coding(request.headers.get("Accept-Encoding"), size) or IDENTITY) != IDENTITY
