"""Bytes that have to be read twice and are too many for memory: a temporary file without a name."""

from __future__ import annotations

import tempfile
from typing import TYPE_CHECKING, cast

from ogp_graph.captures.entry import Opened
from ogp_graph.errors import EnvironmentFailure

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import BinaryIO

__all__ = ["spool", "up_to"]


def up_to(chunks: Iterator[bytes], most: int) -> Iterator[bytes]:
    """The chunks until there are more than ``most`` bytes of them, or none left."""
    count = 0
    for chunk in chunks:
        yield chunk
        count += len(chunk)
        if count > most:
            return


def spool(chunks: Iterable[bytes], most: int) -> Opened | None:
    """The chunks in a temporary file, at its start; None when there are more than ``most`` bytes of them.

    Raises:
        EnvironmentFailure: the file cannot be written.
        OSError, ValueError: as reading the chunks does.
    """
    file = cast("BinaryIO", tempfile.TemporaryFile())  # noqa: SIM115 (whoever reads it closes it)
    size = 0
    try:
        for chunk in chunks:
            size += len(chunk)
            if size > most:
                file.close()
                return None
            _write(file, chunk)
        file.seek(0)
    except BaseException:
        file.close()
        raise
    return Opened(file, size)


def _write(file: BinaryIO, chunk: bytes) -> None:
    try:
        file.write(chunk)
    except OSError as error:
        raise EnvironmentFailure(f"cannot write a temporary file: {error.strerror}") from error
