"""What a worker and the server tell each other without a call of the system: a page of memory that both have.

The server may send a worker queries ahead. The worker writes down the number of each one as it begins, so that what it
takes is counted from its own beginning, and the server the numbers of those that must not begin any more. Each writes
before it reads, so that at least one of them sees what the other has written; should a processor reorder that, the
query runs for nobody and the server's next look ends it.
"""

from __future__ import annotations

import mmap
import os
from time import monotonic_ns, process_time_ns

__all__ = ["Notes"]

_SIZE = mmap.PAGESIZE
_NUMBER, _PROCESSOR, _CLOCK, _CALLED_OFF = range(4)  # places in the page
_SLOTS = 64  # numbers that may be called off at once: more than are ever sent ahead


class Notes:
    """The page behind ``descriptor``, which is the caller's to close. Queries are numbered from 1, in their order."""

    def __init__(self, descriptor: int) -> None:
        self._numbers = memoryview(mmap.mmap(descriptor, _SIZE)).cast("Q")

    @staticmethod
    def page() -> int:
        """The descriptor of a new one."""
        descriptor = os.memfd_create("notes", os.MFD_CLOEXEC)
        os.ftruncate(descriptor, _SIZE)
        return descriptor

    @property
    def begun(self) -> int:
        """The number of the query that has begun last; 0 before the first one."""
        return self._numbers[_NUMBER]

    def taken(self, seconds: float, now: float) -> tuple[float, float]:
        """Seconds of a processor and on the clock that it has had, when its process has had ``seconds`` and the
        monotonic clock shows ``now``."""
        return seconds - self._numbers[_PROCESSOR] / 1e9, now - self._numbers[_CLOCK] / 1e9

    def begin(self, number: int) -> bool:
        """Whether that query may run; from now on it is the one that has begun last."""
        self._numbers[_PROCESSOR], self._numbers[_CLOCK] = process_time_ns(), monotonic_ns()
        self._numbers[_NUMBER] = number
        return self._numbers[_CALLED_OFF + number % _SLOTS] != number

    def call_off(self, number: int) -> bool:
        """Has that query not begin; False when it has begun already, or one after it."""
        self._numbers[_CALLED_OFF + number % _SLOTS] = number
        return self._numbers[_NUMBER] < number
