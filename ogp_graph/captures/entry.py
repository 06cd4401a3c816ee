"""What the places and the readers hand to each other: an entry, how it is opened, and how it is named in a finding."""

from __future__ import annotations

import errno
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ogp_graph.errors import EnvironmentFailure
from ogp_graph.model import Finding, Severity
from ogp_graph.names import redact

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import BinaryIO

    from ogp_graph.captures.warc.revisits import Revisits
    from ogp_graph.settings import Settings

__all__ = [
    "FREE_BYTES", "HEAD_BYTES", "LOOKED_FOR", "Budget", "Entry", "Opened", "content", "printable", "refusal",
    "unreadable", "warning",
]  # fmt: skip

HEAD_BYTES = 4096  # first bytes of a file, from which its kind is told
FREE_BYTES = 1_000_000  # bytes that an archive may unpack to however small it is
LOOKED_FOR = ".txt, .html, .htm, .warc, .wet, .gz of these, .warc.zst, .wet.zst, .zip or .wacz"
NAME_LENGTH = 255  # characters of a name that are shown; the longest name that Linux knows

_CODES = {
    errno.ENOENT: "missing-file",
    errno.ENOTDIR: "missing-file",
    errno.ENAMETOOLONG: "missing-file",
    errno.ELOOP: "symlink-loop",
}
_OURS = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOSPC, errno.EDQUOT})


@dataclass(slots=True)
class Budget:
    """Bytes that one archive, with all that is packed inside it, may still unpack to."""

    left: int
    code: str  # of the finding when there is nothing left
    exhausted: bool = False

    @classmethod
    def of(cls, packed: int, settings: Settings) -> Budget:
        """The budget of an archive of ``packed`` bytes."""
        by_ratio = FREE_BYTES + packed * settings.max_archive_ratio
        if by_ratio < settings.max_archive_bytes:
            return cls(by_ratio, "archive-bomb")
        return cls(settings.max_archive_bytes, "archive-too-large")

    def spend(self, count: int) -> bool:
        """Whether ``count`` more bytes are allowed; when they are not, none ever are again."""
        self.left -= count
        self.exhausted = self.exhausted or self.left < 0
        return not self.exhausted


@dataclass(frozen=True, slots=True)
class Opened:
    """An entry's bytes: a seekable ``file`` at its start, which whoever opened it closes.

    ``sidecar`` is the content of the file's sidecar (None: there is none; empty: it cannot be read). ``changed`` says
    whether the file was written to since it was opened, ``local`` whether it is one of this machine or in memory.
    """

    file: BinaryIO
    size: int
    sidecar: bytes | None = None
    changed: Callable[[], bool] = lambda: False
    local: bool = True


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that may be a page or hold pages, before anybody looked inside.

    ``name`` is its last path segment as the file system or the archive spells it (empty for standard input), ``shown``
    how findings call it, ``inside`` the kinds of archive that it was unpacked from, the outermost first. ``listed``
    entries were found in a folder or archive and count only when their name says so. ``revisits`` is what the web
    archives of one run tell each other. A file has a ``path``, absolute, as this machine spells it.
    """

    name: str
    shown: str
    locator: str
    open: Callable[[], Opened | Finding]
    inside: tuple[str, ...] = ()
    budget: Budget | None = field(default=None, compare=False)
    listed: bool = False
    revisits: Revisits | None = field(default=None, compare=False)
    path: str = ""


def content(opened: Opened, most: int) -> bytes:
    """The bytes of ``opened``; of more than ``most`` only the first, but more than ``most``. Memory is taken for what
    there is, not for the limit; some files say that they have no bytes and do."""
    step = max(min(opened.size, most) + 1, HEAD_BYTES)
    data = opened.file.read(step) or b""
    while len(data) <= most and (more := opened.file.read(step)):
        data += more
    return data


def printable(name: str) -> str:
    r"""``name`` in one line that can be shown and encoded: e-mails redacted, what cannot be printed escaped.

    >>> printable("a\n\u202eb\udcff.html")
    'a\\x0a\\u202eb\\xff.html'
    """
    shown = "".join(c if c.isprintable() else _escape(ord(c)) for c in redact(name))
    return shown if len(shown) <= NAME_LENGTH else shown[: NAME_LENGTH - 1] + "…"


def _escape(code: int) -> str:
    if 0xDC80 <= code <= 0xDCFF:  # an undecodable byte (PEP 383)
        code -= 0xDC00
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def refusal(shown: str, code: str, message: str) -> Finding:
    """The finding that ``shown`` gives no page."""
    return Finding(Severity.VIOLATION, code, message, name=shown)


def warning(shown: str, code: str, message: str, *, capture: str | None = None) -> Finding:
    """A finding that takes no page away."""
    return Finding(Severity.WARNING, code, message, capture=capture, name=shown)


def unreadable(shown: str, error: OSError | ValueError) -> Finding:
    """The finding for what the operating system said, with its code.

    Raises:
        EnvironmentFailure: it is the machine that has nothing left, not the file that is bad.
    """
    number = error.errno if isinstance(error, OSError) else errno.ENOENT  # ValueError: no such name is possible
    if number in _OURS:
        raise EnvironmentFailure(f"cannot read {shown}: {os.strerror(number or 0)}") from error
    code = _CODES.get(number or 0, "unreadable")
    reason = os.strerror(number) if number else "the operating system gave no reason"
    advice = {
        "missing-file": "Check the name.",
        "symlink-loop": "The symbolic link leads back to itself; name the file itself.",
        "unreadable": "Check its permissions and the disk.",
    }[code]
    return refusal(shown, code, f"Cannot be read: {reason}. {advice}")
