"""The records of a web archive: fast while it is sound, with care where it is not.

A sound archive is read by fastwarc. Where that stops, or where something cannot be right, :mod:`repair` reads on from
the last record, says what is wrong there, and hands back once a sound record has passed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastwarc.warc import ArchiveIterator, WarcRecordType

from ogp_graph.captures.entry import FREE_BYTES
from ogp_graph.captures.warc.archive import HEADER_BYTES, MAGIC, Damage, Place, Record
from ogp_graph.captures.warc.repair import careful

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from ogp_graph.captures.warc.archive import Archive, Reach

__all__ = ["records"]

_KINDS = {
    int(getattr(WarcRecordType, kind)): kind
    for kind in ("warcinfo", "response", "resource", "request", "metadata", "revisit", "conversion", "continuation")
}
_CLOSELY = 32  # records of which each is looked at closely, then one in so many
_PATIENCE = 32  # times that the fast way is tried again in one archive
_LARGE = 64_000_000  # bytes of a packed record that are not unpacked only to be passed over


def records(archive: Archive, reach: Reach) -> Iterator[Record | Damage]:
    """The records in the order of the file, and what is wrong between them; then ``reach`` says where they ended.

    Raises:
        OSError: the file cannot be read.
    """
    place: Place | int = Place(archive.start, border=archive.border)
    troubles = 0
    while isinstance(place, Place):
        if not place.border and not place.passed and troubles < _PATIENCE:
            place = yield from _fast(archive, place.offset)
            troubles += 1
        place = yield from careful(archive, place, hand_back=troubles < _PATIENCE)
    reach.ended = place


def _fast(archive: Archive, start: int) -> Generator[Record, None, Place]:
    """The records from ``start`` on. Returns from where on to look with care: at least at the last one's end."""
    archive.file.seek(start)
    packed, stop, ratio = archive.packed, archive.stop, archive.settings.max_archive_ratio
    last, same, count, unpacked = start, 0, 0, 0  # the last place, how many records were there, and in all
    sure, since = start, 0  # a place to come back to, and the records from there on
    found = ArchiveIterator(archive.file, parse_http=False, max_header_len=HEADER_BYTES)
    while True:
        try:
            record = next(found, None)
        except OSError as error:
            if error.errno is not None:
                raise  # the disk's, not the archive's
            record = None
        if record is None:
            return _back(archive, last, same, sure, since)
        offset, length = record.stream_pos, record.content_length
        if packed and (count < _CLOSELY or count % _CLOSELY == 0 or offset >= stop):
            if archive.at(offset, 3) != MAGIC:  # members of several records have no offsets to come back to
                return Place(sure, passed=since)
            sure, since = (offset, 0) if offset > sure else (sure, since)
        if offset >= stop:
            return Place(offset)
        if unpacked > FREE_BYTES + offset * ratio:
            return _back(archive, last, same, sure, since)
        same = same if offset == last else 0
        unsaid = not length and (record.headers.get("Content-Length") or "?").strip("0")  # then fastwarc says 0
        if length > (_LARGE if packed else archive.size - offset) or unsaid:
            return Place(offset, passed=same)
        unpacked += length
        last, same, count, since = offset, same + 1, count + 1, since + 1
        yield Record(offset, _KINDS.get(int(record.record_type), ""), length, record.headers.get, record.reader.read)


def _back(archive: Archive, last: int, passed: int, sure: int, since: int) -> Place:
    """The last record, when it has an offset of its own; else the last place that had one."""
    if not archive.packed or archive.at(last, 3) == MAGIC:
        return Place(last, passed=passed)
    return Place(sure, passed=since)
