"""The charset that a web page declares, and what its label means.

The prescan is https://html.spec.whatwg.org/#prescan-a-byte-stream-to-determine-its-encoding, the labels are those of
https://encoding.spec.whatwg.org/#names-and-labels.
"""

from __future__ import annotations

import codecs
import re
from functools import cache

import webencodings

__all__ = ["PRESCAN", "charset_table", "declared_label", "known_encoding"]

PRESCAN = 4096  # bytes of a web page in which a charset may be declared; the standard says 1024

_COMMENT = re.compile(rb"<!--.*?-->", re.DOTALL)
_XML_ENCODING = re.compile(rb"""^\s*<\?xml\s[^>]{0,200}?\bencoding\s*=\s*["']([^"'>]{1,60})["']""")
_META = re.compile(rb"<meta[\s/]([^>]{0,1000})", re.IGNORECASE)
_ATTRIBUTE = re.compile(rb"""([a-z-]{1,40})\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
_CONTENT_CHARSET = re.compile(rb"""charset\s*=\s*["']?\s*([^\s"';]+)""", re.IGNORECASE)

_LABEL = re.compile(r"[A-Za-z0-9_-]{1,40}")


def declared_label(head: bytes) -> str | None:
    """The charset that the XML declaration or a ``meta`` element names, as it is spelt there."""
    head = _COMMENT.sub(b"", head)
    found = _XML_ENCODING.match(head)
    if found:
        return found[1].decode("latin-1")
    for meta in _META.finditer(head):
        attributes = {a[1].lower(): a[2] or a[3] or a[4] or b"" for a in _ATTRIBUTE.finditer(meta[1])}
        label = attributes.get(b"charset")
        if label is None and attributes.get(b"http-equiv", b"").lower() == b"content-type":
            content = _CONTENT_CHARSET.search(attributes.get(b"content", b""))
            label = content[1] if content else None
        if label:
            return label.decode("latin-1")
    return None


def known_encoding(label: str) -> webencodings.Encoding | None:
    """The encoding of a label of the standard, or of a spelling that Python knows for one ("latin-1")."""
    encoding = webencodings.lookup(label)
    if encoding is None and _LABEL.fullmatch(label):
        try:
            encoding = webencodings.lookup(codecs.lookup(label).name)
        except LookupError:
            return None
    return None if encoding is None or encoding.name == "replacement" else encoding


@cache
def charset_table(codec: str) -> str:
    """The 256 characters of a single-byte codec; where 80-9F are undefined they are the C1 control characters."""
    if codec == "x-user-defined":
        codec = "windows-1252"  # https://html.spec.whatwg.org/#prescan-a-byte-stream-to-determine-its-encoding, step 16
    table = [bytes([b]).decode(codec, "replace") for b in range(256)]
    whole = "".join(chr(b) if c == "\ufffd" and 0x80 <= b < 0xA0 else c for b, c in enumerate(table))
    return whole.replace("\ufffd", "\ufffe")  # which charmap_decode takes for "no such character"
