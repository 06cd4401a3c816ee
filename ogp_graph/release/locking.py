"""One build at a time: an advisory lock that dies with its process."""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ogp_graph.errors import WorkspaceLocked
from ogp_graph.release.storage import disk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["locked"]


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Holds the lock file ``path`` while the block runs.

    The kernel releases it when this process ends, however it ends: forked workers let go of it at once, so that a
    worker that outlives a killed build does not keep the next one out.

    Raises:
        WorkspaceLocked: another build holds it; there is no waiting.
        EnvironmentFailure: the file cannot be opened.
    """
    with disk(path):
        held = [os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)]
    try:
        fcntl.flock(held[0], fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(held.pop())
        if isinstance(error, BlockingIOError):
            raise WorkspaceLocked(str(path)) from None
        with disk(path):
            raise
    os.register_at_fork(after_in_child=lambda: _let_go(held))
    try:
        yield
    finally:
        _let_go(held)


def _let_go(held: list[int]) -> None:
    while held:
        os.close(held.pop())
