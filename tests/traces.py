"""Whether words stand anywhere below a folder, however they are packed or written."""

from __future__ import annotations

import gzip
import json
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pyarrow.parquet as pq
import pyoxigraph as ox
import zstandard

from ogp_graph.names import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["texts", "traces"]

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
        elif _ZSTD in data[:100_000]:  # at its start, or behind a line of JSON
            unpacked = zstandard.ZstdDecompressor().stream_reader(data[data.index(_ZSTD) :]).read()
            yield name, unpacked.decode("utf-8", "replace")
    for store in folder.rglob("store"):
        quads = ox.Store.read_only(str(store)).dump(format=ox.RdfFormat.N_QUADS)
        yield str(store.relative_to(folder)), (quads or b"").decode()


def traces(folder: Path, words: str) -> list[str]:
    """The files in which the words stand, whatever their case, accents and punctuation."""
    wanted = fold(words)
    return sorted({name for name, content in texts(folder) if wanted in _folded(content)})


@lru_cache(maxsize=500)
def _folded(content: str) -> str:
    return fold(unquote(content))
