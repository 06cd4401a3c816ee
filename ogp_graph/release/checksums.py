"""What a release's files were when it was published, as ``sha256sum --check`` reads it.

``SHA256SUMS`` has every file but those of the store and the search index, which differ from build to build: they are
in ``SHA256SUMS.store``.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["STORE_SUMS", "SUMS", "digest", "digests", "read_sums", "write_sums"]

SUMS = "SHA256SUMS"
STORE_SUMS = "SHA256SUMS.store"
_DIFFERING = ("store/", "search/")


def digest(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def digests(folder: Path, *, store: bool = False, known: Mapping[str, str] | None = None) -> dict[str, str]:
    """Path -> SHA-256 of the files below ``folder``: those of the store and the search index, or
    all others (save the two lists). Files whose digest is ``known`` are not read."""
    known = known or {}
    paths = {str(path.relative_to(folder)): path for path in folder.rglob("*") if not path.is_dir()}
    wanted = (name for name in sorted(paths) if name.startswith(_DIFFERING) is store and name not in (SUMS, STORE_SUMS))
    return {name: known.get(name) or digest(paths[name]) for name in wanted}


def write_sums(found: Mapping[str, str], folder: Path, name: str = SUMS) -> None:
    """Writes the digests (path below ``folder`` -> SHA-256)."""
    text = "".join(f"{sha256}  {path}\n" for path, sha256 in sorted(found.items()))
    (folder / name).write_text(text, encoding="utf-8")


def read_sums(folder: Path, name: str = SUMS) -> dict[str, str]:
    """Path -> SHA-256; lines that hold no digest are passed over.

    Raises:
        OSError: there is no such file.
    """
    lines = (folder / name).read_text(encoding="utf-8", errors="replace").splitlines()
    pairs = (line.partition("  ") for line in lines)
    return {path: sha256 for sha256, separator, path in pairs if separator and len(sha256) == 64}
