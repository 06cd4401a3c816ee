"""Bytes into text: which encoding a page is in, and a finding whenever that had to be guessed.

In this order: byte order mark; UTF-16 seen by its zero bytes; the charset that a web page declares
(https://html.spec.whatwg.org/#prescan-a-byte-stream-to-determine-its-encoding); UTF-8; windows-1252. Labels mean
what https://encoding.spec.whatwg.org/ says: ``latin-1`` and ``ascii`` are windows-1252, and no byte of it is undefined.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ogp_graph.model import Finding, Severity, Span
from ogp_graph.names import redact
from ogp_graph.read.charset import PRESCAN, charset_table, declared_label, known_encoding

if TYPE_CHECKING:
    import webencodings

    from ogp_graph.model import Page

__all__ = ["Decoded", "decode"]

_CONTROL_SHARE = 0.05  # with more control characters than this it is no text
_MARKS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32le"),  # before UTF-16, whose mark it starts with
    (b"\x00\x00\xfe\xff", "utf-32be"),
    (b"\xff\xfe", "utf-16le"),
    (b"\xfe\xff", "utf-16be"),
)
_BINARY = {
    b"%PDF-": "a PDF file", b"\x89PNG": "a PNG image", b"GIF87a": "a GIF image", b"GIF89a": "a GIF image",
    b"\xff\xd8\xff": "a JPEG image", b"PK\x03\x04": "a zip archive or office document", b"PK\x05\x06": "a zip archive",
    b"\x1f\x8b": "a gzip file", b"\x7fELF": "a program", b"\xd0\xcf\x11\xe0": "an old office document",
    b"BZh91AY": "a bzip2 file", b"\xfd7zXZ": "an xz file", b"7z\xbc\xaf": "a 7-Zip archive", b"Rar!": "a RAR archive",
    b"\x28\xb5\x2f\xfd": "a Zstandard file", b"SQLite format": "a database", b"wOFF": "a font", b"wOF2": "a font",
}  # fmt: skip
_MULTI_BYTE = frozenset({"big5", "euc-jp", "euc-kr", "gb18030", "gbk", "iso-2022-jp", "shift_jis"})

_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_ESCAPED = re.compile("[\udc80-\udcff]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")
_ODD = re.compile(f"{_CONTROL.pattern}|{_BIDI.pattern}")
_BLANK = re.compile("[\\s\x00-\x20\x7f-\x9f\u200b\u2060\ufeff\ufffe\uffff]*")


@dataclass(frozen=True, slots=True)
class Decoded:
    """A page as text: byte order mark removed, newlines and stray control characters as they are.

    ``encoding`` is the standard's name in small letters (``utf-8``, ``windows-1252``). ``text`` holds no surrogates.
    Spans of ``findings`` are code points of ``text``.
    """

    text: str
    encoding: str
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class _Reading:
    """One way to read the bytes, and what has to be said about it: (code, message, span) each."""

    text: str
    encoding: str
    notes: tuple[tuple[str, str, Span | None], ...] = ()

    def noting(self, code: str, message: str, span: Span | None) -> _Reading:
        return _Reading(self.text, self.encoding, (*self.notes, (code, message, span)))


def decode(page: Page) -> Decoded | Finding:
    """The text of ``page`` with what had to be guessed, or the finding ``binary`` or ``blank-page``.

    Never raises on any bytes. Findings beside a text are warnings: ``encoding-guessed``,
    ``encoding-declaration-wrong``, ``mixed-encodings``, ``undecodable-bytes``, ``cut-character``,
    ``control-characters``, ``bidi-characters``.
    """
    capture = page.capture
    name = capture.names[0] if capture.names else "-"

    def finding(severity: Severity, code: str, message: str, span: Span | None = None) -> Finding:
        return Finding(severity, code, message, capture=capture.sha256, name=name, span=span)

    what = _magic(page.data)
    if what is not None:
        return finding(Severity.VIOLATION, "binary", f"This is {what}, not a page; give the page as HTML or text.")
    reading = _reading(page.data, web=capture.media_type == "text/html")
    text = reading.text
    odd = _ODD.findall(text)
    controls = [sign for sign in odd if not _BIDI.match(sign)]
    if _BLANK.fullmatch(text) and len(controls) < 5:
        return finding(Severity.VIOLATION, "blank-page", "The page holds nothing but white space; fetch it again.")
    if len(controls) > max(4, _CONTROL_SHARE * len(text)):
        message = f"{len(controls)} of {len(text)} characters are control characters: this is not text."
        return finding(Severity.VIOLATION, "binary", message)
    notes = (*reading.notes, *(_odd_characters(text, len(controls)) if odd else ()))
    return Decoded(text, reading.encoding, tuple(finding(Severity.WARNING, *note) for note in notes))


def _magic(data: bytes) -> str | None:
    """What kind of file the first bytes give away, in words, or None."""
    if data[257:262] == b"ustar":
        return "a tar archive"
    if data[:4] == b"RIFF" and data[8:12] in (b"WEBP", b"WAVE", b"AVI "):
        return "an image, a sound or a film"
    return next((what for magic, what in _BINARY.items() if data.startswith(magic)), None)


def _reading(data: bytes, *, web: bool) -> _Reading:
    marked = _by_mark(data) or _by_zero_bytes(data)
    if marked:
        return marked
    label = declared_label(data[:PRESCAN]) if web else None
    return _undeclared(data) if label is None else _declared(data, label)


# Byte order mark, and UTF-16 without one


def _by_mark(data: bytes) -> _Reading | None:
    """As the byte order mark says (https://encoding.spec.whatwg.org/#bom-sniff, and UTF-32 where it fits)."""
    for mark, encoding in _MARKS:
        if not data.startswith(mark):
            continue
        if encoding == "utf-8":
            return _utf8(data[len(mark) :])
        if not encoding.startswith("utf-32") or len(data) % 4 == 0:
            return _wide(data[len(mark) :], encoding)
    return None


def _wide(data: bytes, encoding: str) -> _Reading:
    """UTF-16 or UTF-32; what is no character becomes U+FFFD with a warning."""
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    text = decoder.decode(data)
    reading = _Reading(text, encoding)
    bad = text.find("\ufffd")
    if bad >= 0 and text.count("\ufffd") > data.count("\ufffd".encode(encoding)):
        message = f"Some bytes are not {encoding}; they stand as U+FFFD. Fetch the page again if they matter."
        reading = reading.noting("undecodable-bytes", message, Span(bad, bad + 1))
    return _with_cut(reading, bool(decoder.getstate()[0]))


def _by_zero_bytes(data: bytes) -> _Reading | None:
    """UTF-16 without a mark: zero bytes stand on one side of the pairs, and the result looks like text."""
    zeros = data.count(0)
    if zeros * 20 < len(data) or len(data) < 4:
        return None
    even = data[::2].count(0)
    if even * 20 < zeros:
        encoding = "utf-16le"
    elif (zeros - even) * 20 < zeros:
        encoding = "utf-16be"
    else:
        return None
    reading = _wide(data, encoding)
    odd = len(_CONTROL.findall(reading.text)) + reading.text.count("\ufffd")
    if odd * 100 > len(reading.text):
        return None
    message = f"No byte order mark and no declared charset fits: read as {encoding} because of its zero bytes."
    return reading.noting("encoding-guessed", message, None)


# The charset that a web page declares


def _declared(data: bytes, label: str) -> _Reading:
    encoding = known_encoding(label)
    shown = "".join(c for c in redact(label)[:40] if c.isprintable())
    if encoding is None:
        message = f"The page declares the charset “{shown}”, which no browser knows"
        return _otherwise(data, message, "")
    if encoding.name.startswith("utf-"):  # UTF-16 cannot declare itself in ASCII letters: it means UTF-8
        reading = _utf8_only(data)
    elif encoding.name in _MULTI_BYTE:
        reading = _multi_byte(data, encoding)
    else:  # text that is valid UTF-8 beyond ASCII is UTF-8, whatever a single-byte charset would make of it
        reading = None if _is_utf8_beyond_ascii(data) else _single_byte(data, encoding.codec_info.name, encoding.name)
    message = f"The page declares the charset “{shown}”, but its bytes are not in it"
    return reading or _otherwise(data, message, encoding.name)


def _otherwise(data: bytes, reason: str, declared: str) -> _Reading:
    """Read without the declaration, which was wrong, unless that comes to the same encoding all the same."""
    reading = _undeclared(data)
    if reading.encoding == declared:
        return reading
    kept = tuple(note for note in reading.notes if note[0] != "encoding-guessed")
    message = f"{reason}; read as {reading.encoding}."
    place = _first(_NOT_ASCII, reading.text)
    return _Reading(reading.text, reading.encoding, kept).noting("encoding-declaration-wrong", message, place)


def _is_utf8_beyond_ascii(data: bytes) -> bool:
    reading = _utf8_only(data)
    return reading is not None and not reading.text.isascii()


def _multi_byte(data: bytes, encoding: webencodings.Encoding) -> _Reading | None:
    decoder = encoding.codec_info.incrementaldecoder("strict")
    try:
        text = decoder.decode(data)
    except UnicodeDecodeError:
        return None
    return _with_cut(_Reading(text, encoding.name), bool(decoder.getstate()[0]))


def _single_byte(data: bytes, codec: str, name: str) -> _Reading | None:
    try:
        return _Reading(codecs.charmap_decode(data, "strict", charset_table(codec))[0], name)
    except UnicodeDecodeError:
        return None


# UTF-8, or else windows-1252


def _undeclared(data: bytes) -> _Reading:
    """UTF-8 when it is that; mostly UTF-8 when more characters than stray bytes say so; else windows-1252."""
    reading = _utf8_only(data)
    if reading is not None:
        return reading
    reading = _utf8(data)
    good = len(_NOT_ASCII.findall(reading.text))
    bad = len(_ESCAPED.findall(data.decode("utf-8", "surrogateescape")))
    if good - bad > bad:
        return reading
    text = codecs.charmap_decode(data, "strict", charset_table("windows-1252"))[0]
    message = "The page is not UTF-8 and does not say what it is: read as windows-1252. Check its accented letters."
    return _Reading(text, "windows-1252").noting("encoding-guessed", message, _first(_NOT_ASCII, text))


def _utf8_only(data: bytes) -> _Reading | None:
    """``data`` as UTF-8 without a wrong byte; a character that the end of the page cuts is dropped with a warning."""
    cut = _cut_bytes(data)
    try:
        text = data[: len(data) - cut].decode("utf-8") if cut else data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    # A page in ASCII but for one last byte: "caf\xe9" ends in a windows-1252 letter, "Caf\xc3" in half a UTF-8 one.
    if cut == 1 and text.isascii() and data[-1] >= 0xDF and data[-1] != 0xE2:
        return None
    return _with_cut(_Reading(text, "utf-8"), bool(cut))


def _utf8(data: bytes) -> _Reading:
    """``data`` as UTF-8, each wrong byte as the windows-1252 character that it probably is."""
    reading = _utf8_only(data)
    if reading is not None:
        return reading
    cut = _cut_bytes(data)
    escaped = data[: len(data) - cut].decode("utf-8", "surrogateescape")
    if _first(_ESCAPED, escaped) is None:  # only the last byte is in doubt
        return _with_cut(_Reading(escaped, "utf-8"), cut=True)
    table = charset_table("windows-1252")
    text = escaped.translate({0xDC00 + b: table[b] for b in range(0x80, 0x100)})
    message = "The page is UTF-8 but for some bytes, which were read as windows-1252. Check the letters around them."
    reading = _Reading(text, "utf-8").noting("mixed-encodings", message, _first(_ESCAPED, escaped))
    return _with_cut(reading, bool(cut))


def _cut_bytes(data: bytes) -> int:
    """How many last bytes begin a UTF-8 character that the end of the data cuts off (0 to 3).

    >>> _cut_bytes("a–".encode()[:-1]), _cut_bytes("a–".encode())
    (2, 0)
    """
    for length in (1, 2, 3):
        byte = data[-length] if length <= len(data) else 0
        if byte < 0x80:
            return 0
        if byte >= 0xC2:
            whole = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4 if byte < 0xF5 else 0
            return length if length < whole else 0
    return 0


def _with_cut(reading: _Reading, cut: bool) -> _Reading:
    if not cut:
        return reading
    end = len(reading.text)
    message = "The page ends in the middle of a character, which was dropped: the page is probably cut."
    return reading.noting("cut-character", message, Span(end, end))


# Characters that deserve a word


def _odd_characters(text: str, controls: int) -> list[tuple[str, str, Span | None]]:
    notes: list[tuple[str, str, Span | None]] = []
    if controls:
        message = f"Control characters: {controls}. They stay in the capture and are removed from values."
        notes.append(("control-characters", message, _first(_CONTROL, text)))
    bidi = _first(_BIDI, text)
    if bidi:
        message = "Characters that change the direction of writing: the text may read differently from how it looks."
        notes.append(("bidi-characters", message, bidi))
    return notes


def _first(pattern: re.Pattern[str], text: str) -> Span | None:
    found = pattern.search(text)
    return Span(*found.span()) if found else None
