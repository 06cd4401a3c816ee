"""``SHA256SUMS``: what a release's files were when it was published, as ``sha256sum --check`` reads it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["SUMS", "digest", "read_sums", "write_sums"]

SUMS = "SHA256SUMS"


def digest(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_sums(digests: Mapping[str, str], folder: Path) -> None:
    """Writes the digests (path below ``folder`` -> SHA-256)."""
    text = "".join(f"{sha256}  {path}\n" for path, sha256 in sorted(digests.items()))
    (folder / SUMS).write_text(text, encoding="utf-8")


def read_sums(folder: Path) -> dict[str, str]:
    """Path -> SHA-256; lines that hold no digest are passed over.

    Raises:
        OSError: there is no such file.
    """
    lines = (folder / SUMS).read_text(encoding="utf-8", errors="replace").splitlines()
    pairs = (line.partition("  ") for line in lines)
    return {path: sha256 for sha256, separator, path in pairs if separator and len(sha256) == 64}
