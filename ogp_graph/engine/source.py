"""What an engine answers from: the store of a release, or any RDF file."""

from __future__ import annotations

import gzip
import os
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

import pyoxigraph as ox
import zstandard

from ogp_graph.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Source", "file_format", "load", "open_data"]

_FORMATS = {
    "nq": ox.RdfFormat.N_QUADS,
    "trig": ox.RdfFormat.TRIG,
    "ttl": ox.RdfFormat.TURTLE,
    "nt": ox.RdfFormat.N_TRIPLES,
    "jsonld": ox.RdfFormat.JSON_LD,
    "json": ox.RdfFormat.JSON_LD,
    "rdf": ox.RdfFormat.RDF_XML,
    "owl": ox.RdfFormat.RDF_XML,
    "xml": ox.RdfFormat.RDF_XML,
    "n3": ox.RdfFormat.N3,
}


@dataclass(frozen=True, slots=True)
class Source:
    """``path`` is a store's folder or an RDF file; ``base`` resolves the relative IRIs of a file; a store of up to
    ``memory`` bytes is held in memory."""

    path: str
    base: str | None = None
    memory: int = 0


def file_format(path: Path) -> ox.RdfFormat:
    """The format that a file's name says, below ``.gz`` or ``.zst``.

    Raises:
        UsageError: none that is known.
    """
    suffixes = [suffix[1:].lower() for suffix in path.suffixes]
    if suffixes and suffixes[-1] in ("gz", "zst"):
        suffixes.pop()
    found = _FORMATS.get(suffixes[-1] if suffixes else "")
    if found is None:
        raise UsageError(f"{path.name}: no RDF format has this extension; known are {', '.join(_FORMATS)} (.gz, .zst)")
    return found


def open_data(path: Path) -> IO[bytes]:
    """The file's bytes, unpacked when its name ends in ``.gz`` or ``.zst``."""
    if path.suffix.lower() == ".gz":
        return cast("IO[bytes]", gzip.open(path, "rb"))
    if path.suffix.lower() == ".zst":
        return cast("IO[bytes]", zstandard.ZstdDecompressor().stream_reader(path.open("rb"), closefd=True))
    return path.open("rb")


def load(source: Source) -> ox.Store | None:
    """The store in memory; None when it is too large for that and each process opens it on the disk.

    Raises:
        UsageError: the file does not parse, or has no known format.
        OSError: it cannot be read, or is damaged where one looks first.
    """
    path = Path(source.path)
    if not path.is_dir():
        return _parsed(path, source.base)
    if sum(file.stat().st_size for file in path.iterdir()) > source.memory:
        _done(_begun(lambda: next(iter(ox.Store.read_only(str(path))), None)), path)
        return None
    return _copied(path)


def _parsed(path: Path, base: str | None) -> ox.Store:
    store = ox.Store()
    try:
        with open_data(path) as file:
            store.bulk_load(file, format=file_format(path), base_iri=base)
    except (SyntaxError, gzip.BadGzipFile, EOFError, zstandard.ZstdError) as error:
        raise UsageError(f"{path.name}: {error}") from error
    return store


def _copied(path: Path) -> ox.Store:
    """A store on disk, in memory."""
    source, sink = os.pipe()

    def dump() -> None:
        os.close(source)
        with os.fdopen(sink, "wb") as file:
            ox.Store.read_only(str(path)).dump(file, format=ox.RdfFormat.N_QUADS)

    child = _begun(dump)
    os.close(sink)
    store = ox.Store()
    with closing(os.fdopen(source, "rb")) as file, suppress(SyntaxError):  # a child that fails may do so within a line
        store.bulk_load(file, format=ox.RdfFormat.N_QUADS, lenient=True)
    _done(child, path)
    return store


def _begun(work: Callable[[], object]) -> int:
    """A child that does some work. Who opens a store on the disk starts threads, which do not survive a fork."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            work()
            status = 0
        finally:
            os._exit(status)
    return child


def _done(child: int, path: Path) -> None:
    if os.waitpid(child, 0)[1]:
        raise OSError(f"{path.name}: the store cannot be read; ogp-graph verify says what is damaged")
