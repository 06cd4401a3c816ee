"""Whether words stand anywhere below a folder, however they are packed or written."""

from __future__ import annotations

import gzip
import json
import zlib
from contextlib import closing
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pyarrow.parquet as pq
import pyoxigraph as ox
import zstandard

from ogp_graph.names import fold
from ogp_graph.search.index import open_index

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["index_texts", "texts", "traces"]

_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"


def texts(folder: Path) -> Iterator[tuple[str, str]]:
    """(name, content as text) of every file below ``folder``: as it is, unpacked, and as its own reader sees it."""
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() or not path.is_file():
            continue
        name, data = str(path.relative_to(folder)), path.read_bytes()
        yield name, f"{name}\n{data.decode('utf-8', 'replace')}"
        if data.startswith(_GZIP):
            yield name, gzip.decompress(data).decode()
        if name.endswith(".parquet"):
            yield name, json.dumps(pq.read_table(path).to_pylist(), ensure_ascii=False)
        elif name.endswith(".sqlite"):
            yield name, "\n".join(index_texts(path))
        elif "store" not in Path(name).parts:  # whose statements are read below
            yield name, b"\n".join(_frames(data)).decode("utf-8", "replace")
    for store in folder.rglob("store"):
        quads = ox.Store.read_only(str(store)).dump(format=ox.RdfFormat.N_QUADS)
        yield str(store.relative_to(folder)), (quads or b"").decode()


def _frames(data: bytes) -> Iterator[bytes]:
    """What each zstd frame holds: at the start, behind a line of JSON, between documents that are not packed."""
    while (place := data.find(_ZSTD)) >= 0:
        reader = zstandard.ZstdDecompressor().decompressobj()
        yield reader.decompress(data[place:])
        data = reader.unused_data


def index_texts(path: Path) -> Iterator[str]:
    """Everything that a search index holds: what is shown, the texts, and every word with its place."""
    with closing(open_index(path)) as database:
        assert database.execute("PRAGMA freelist_count").fetchone() == (0,), "pages that may hold what was removed"
        for _, key, digest, head, facets, packed in database.execute("SELECT * FROM report ORDER BY key"):
            yield "\n".join((key, digest, head, facets, zlib.decompress(packed).decode()))
        database.execute("CREATE VIRTUAL TABLE temp.held USING fts5vocab(main, words, 'instance')")
        asked = 'SELECT key, col, "offset", term FROM held JOIN report ON report.id = doc ORDER BY key, col, "offset"'
        yield from (" ".join(map(str, row)) for row in database.execute(asked))
        yield " ".join(row[3] for row in database.execute(asked))


def traces(folder: Path, words: str) -> list[str]:
    """The files in which the words stand, whatever their case, accents and punctuation."""
    wanted = fold(words)
    return sorted({name for name, content in texts(folder) if wanted in _folded(content)})


@lru_cache(maxsize=500)
def _folded(content: str) -> str:
    return fold(unquote(content))
