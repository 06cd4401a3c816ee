"""Pages in WARC and WET files: which are taken, what is known of them, and what damaged archives are told."""

from __future__ import annotations

import base64
import datetime
import gzip
import hashlib
import io
import itertools
import random
import re
import uuid
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import brotli
import pytest
import zstandard

from ogp_graph.captures import listed, pages, part
from ogp_graph.errors import UsageError
from ogp_graph.model import Finding, Page, Severity
from ogp_graph.pipeline import build, convert
from ogp_graph.release import Workspace
from ogp_graph.settings import Settings, settings_from
from tests.web_archives import DATE, REPORT, chunked, conversion, http, packed, record, response, sha1

SETTINGS = settings_from({})
SAMPLES = Path(__file__).parents[2] / "samples" / "pages"
HTML = (SAMPLES / "glasgow-clean-air-fund.html").read_bytes()
OTHER_HTML = (SAMPLES / "kaduna-school-meals.html").read_bytes()
TEXT = (SAMPLES / "aragon-villages-L1.txt").read_bytes()
ORDINARY = b"<!DOCTYPE html><title>Opening hours</title><p>We are closed on Mondays." + b" Nothing else." * 50
ELSEWHERE = "https://example.com/opening-hours"
BEFORE, AFTER = response(HTML, url=REPORT + "before"), response(OTHER_HTML, url=REPORT + "after")


def read(
    path: Path | str, data: bytes | None = None, settings: Settings = SETTINGS, *more: Path
) -> tuple[list[Page], list[Finding]]:
    if data is not None:
        Path(path).write_bytes(data)
    found = list(pages([str(path), *map(str, more)], settings))
    return [one for one in found if isinstance(one, Page)], [one for one in found if isinstance(one, Finding)]


def told(findings: list[Finding]) -> list[tuple[str, str | None]]:
    """Code and place of what is worse than a remark."""
    return [(one.code, one.name) for one in findings if one.severity is not Severity.INFO]


def names(found: list[Page]) -> list[str]:
    return [page.capture.names[0] for page in found]


@pytest.fixture(params=["crawl.warc", "crawl.warc.gz"])
def file(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return tmp_path / str(request.param)


def write(file: Path, *records: bytes) -> list[int]:
    """The archive, and where each record starts."""
    parts = [gzip.compress(one, mtime=0) if file.suffix == ".gz" else one for one in records]
    file.write_bytes(b"".join(parts))
    return [sum(map(len, parts[:i])) for i in range(len(parts))]


# What is taken


def test_a_response_gives_its_page_with_address_and_date(file: Path) -> None:
    write(
        file,
        record("warcinfo", b"software: x\r\n", url=None),
        record("request", b"GET / HTTP/1.1\r\n\r\n"),
        response(HTML),
    )
    (page,), findings = read(file)
    assert (page.data, page.capture.media_type) == (HTML, "text/html")
    assert (page.capture.address, page.capture.retrieved) == (REPORT, DATE)
    assert page.capture.names == ("end-of-commitment-report-clean-air",)
    assert [one.code for one in findings] == ["archive-read"]


def test_a_conversion_gives_its_text(tmp_path: Path) -> None:
    (page,), _ = read(tmp_path / "a.wet.gz", packed(conversion(TEXT)))
    assert (page.data, page.capture.media_type) == (TEXT, "text/plain")


def test_pages_that_are_no_reports_are_counted_and_told_once(file: Path) -> None:
    write(file, *(response(ORDINARY, url=f"https://example.com/{i}") for i in range(50)), response(HTML))
    found, (finding,) = read(file)
    assert len(found) == 1
    assert (finding.severity, finding.code, finding.name) == (Severity.INFO, "archive-read", file.name)
    assert "50 are no reports" in finding.message


@pytest.mark.parametrize("name", sorted(path.name for path in SAMPLES.iterdir() if path.suffix in (".html", ".txt")))
def test_no_sample_that_is_a_report_is_dismissed(name: str, tmp_path: Path) -> None:
    data = (SAMPLES / name).read_bytes()
    make = response if name.endswith(".html") else conversion
    found, _ = read(tmp_path / "a.warc.gz", packed(make(data, url="https://example.org/x")))
    assert len(found) == (name != "not-a-report.html")


@pytest.mark.parametrize(
    "change",
    [
        lambda page: page.upper(),
        lambda page: page.replace(b"End of Commitment Report", b"End&nbsp;of\n   Commitment&#160;Report"),
        lambda page: page.decode().encode("utf-16"),
        lambda page: b"<!--" + b"x" * 40_000 + b"-->" + page,
        lambda page: page.replace(b"End of Commitment Report", b"Final report"),
    ],
    ids=["upper case", "entities", "utf-16", "far down", "questions only"],
)
def test_a_report_that_is_written_otherwise_is_not_dismissed(change: object, tmp_path: Path) -> None:
    data = change(HTML)  # type: ignore[operator]
    found, _ = read(tmp_path / "a.warc", response(data, url="https://example.org/x"))
    assert [page.data for page in found] == [data]


def test_a_text_whose_address_gives_a_hint_is_looked_at_longer(tmp_path: Path) -> None:
    text = b"menu\n" * 2_000 + TEXT
    for url, count in (("https://www.opengovpartnership.org/documents/x/", 1), ("https://example.com/x", 0)):
        assert len(read(tmp_path / "a.wet", conversion(text, url=url))[0]) == count


def test_versions_of_one_address_are_all_taken_and_none_replaces_another(tmp_path: Path) -> None:
    later = HTML.replace(b"fictional", b"made-up")
    data = packed(response(HTML, date="2023-01-01T00:00:00Z"), response(later, date="2024-01-01T00:00:00Z"))
    found, _ = read(tmp_path / "a.warc.gz", data)
    assert [page.capture.retrieved for page in found] == ["2023-01-01T00:00:00Z", "2024-01-01T00:00:00Z"]
    assert len({page.locator for page in found}) == 2


def test_the_same_record_in_another_archive_is_at_the_same_place(tmp_path: Path) -> None:
    (one,), _ = read(tmp_path / "a.warc", response(HTML))
    (other,), _ = read(tmp_path / "b.warc.gz", packed(BEFORE, response(HTML))[len(packed(BEFORE)) :])
    assert one == other


def test_an_archive_is_known_by_its_content_whatever_it_is_called(tmp_path: Path) -> None:
    for name, data in (("a.bin", response(HTML)), ("b", packed(response(HTML))), ("c.html", response(HTML))):
        found, _ = read(tmp_path / name, data)
        assert [page.data for page in found] == [HTML], name


def test_standard_input_and_zip_archives_hold_web_archives(tmp_path: Path) -> None:
    data = packed(
        response(HTML),
        record("revisit", http(b""), more={"WARC-Payload-Digest": sha1(HTML)}, date="2025-01-01T00:00:00Z"),
    )
    found = [one for one in pages(["-"], SETTINGS, stdin=io.BytesIO(data)) if isinstance(one, Page)]
    assert [page.capture.retrieved for page in found] == [DATE, "2025-01-01T00:00:00Z"]
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as file:
        file.writestr("crawl/a.warc.gz", data)
        file.writestr("crawl/a.wat.gz", data)
    assert len(read(tmp_path / "a.zip")[0]) == 2


def in_zstd(*records: bytes, dictionary: bytes = b"", packed_too: bool = False) -> bytes:
    """Each record in a frame of its own, behind the dictionary that they need."""
    words = zstandard.ZstdCompressionDict(dictionary) if dictionary else None
    told = zstandard.compress(dictionary) if packed_too else dictionary
    front = b"\x5d\x2a\x4d\x18" + len(told).to_bytes(4, "little") + told if dictionary else b""
    return front + b"".join(zstandard.ZstdCompressor(dict_data=words).compress(one) for one in records)


WORDS = zstandard.train_dictionary(2000, [b"%d %s" % (n, HTML[n : n + 600]) for n in range(0, 5000, 40)]).as_bytes()


@pytest.mark.parametrize(
    "data",
    [
        in_zstd(BEFORE, AFTER),
        in_zstd(BEFORE, AFTER, dictionary=WORDS),
        in_zstd(BEFORE, AFTER, dictionary=WORDS, packed_too=True),
    ],
    ids=["plain", "dictionary", "packed dictionary"],
)
def test_an_archive_in_zstd_is_read(data: bytes, tmp_path: Path) -> None:
    assert names(read(tmp_path / "a.warc.zst", data)[0]) == ["before", "after"]
    assert names(read(tmp_path, None)[0]) == ["before", "after"], "in a folder"
    found = list(pages(["-"], SETTINGS, stdin=io.BytesIO(data)))
    assert names([one for one in found if isinstance(one, Page)]) == ["before", "after"]


def test_an_archive_in_zstd_that_is_cut_or_a_bomb_is_told(tmp_path: Path) -> None:
    data = in_zstd(BEFORE) + zstandard.compress(AFTER)
    for cut in (3, 200, 1500):
        found, findings = read(tmp_path / "a.warc.zst", data[:-cut])
        assert names(found) == ["before"], cut
        assert told(findings)[-1] == ("archive-damaged", "a.warc.zst"), cut
    bomb = zstandard.compress(BEFORE + bytes(90_000_000))
    assert told(read(tmp_path / "a.warc.zst", bomb)[1]) == [("archive-bomb", "a.warc.zst")]
    assert told(read(tmp_path / "a.warc.zst", zstandard.compress(b"?"))[1])[-1] == ("no-pages", "a.warc.zst")
    assert told(read(tmp_path / "page.zst", zstandard.compress(HTML))[1]) == [("archive-method", "page.zst")]


def test_an_archive_in_a_wacz_is_read(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.wacz", "w") as file:
        file.writestr("archive/data.warc.gz", packed(BEFORE))
        file.writestr("pages/pages.jsonl", "{}")
    assert names(read(tmp_path)[0]) == ["before"]


def test_a_folder_gives_its_web_archives_but_no_wat(tmp_path: Path) -> None:
    for name in ("a.warc", "b.wet"):
        (tmp_path / name).write_bytes(conversion(TEXT))
    (tmp_path / "c.wat").write_bytes(conversion(HTML))
    (tmp_path / "d.warc.gz").write_bytes(packed(response(OTHER_HTML)))
    assert [page.data for page in read(tmp_path)[0]] == [TEXT, TEXT, OTHER_HTML]


@pytest.mark.parametrize("status", ["404 Not Found", "301 Moved Permanently", "500 Oops"])
def test_a_page_that_was_not_there_is_dismissed(status: str, file: Path) -> None:
    write(file, response(HTML, status=status))
    assert read(file)[0] == []


def test_a_picture_is_dismissed_by_its_type(file: Path) -> None:
    write(file, record("response", http(HTML, headers=["Content-Type: image/png"])))
    assert read(file)[0] == []


# Bodies


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (chunked(HTML), ["Transfer-Encoding: chunked"]),
        (gzip.compress(HTML), ["Content-Encoding: gzip"]),
        (zlib.compress(HTML), ["content-encoding: deflate"]),
        (zlib.compress(HTML)[2:-4], ["Content-Encoding: deflate"]),
        (brotli.compress(HTML), ["Content-Encoding: br"]),
        (zstandard.compress(HTML), ["Content-Encoding: zstd"]),
        (gzip.compress(HTML[:3000]) + gzip.compress(HTML[3000:]) + b"\0\0", ["Content-Encoding: gzip"]),
        (zstandard.compress(HTML[:3000]) + zstandard.compress(HTML[3000:]), ["Content-Encoding: zstd"]),
        (HTML, ["Content-Encoding: utf-8"]),
        (chunked(gzip.compress(HTML), 700), ["Transfer-Encoding: chunked", "Content-Encoding: gzip"]),
        (HTML, ["Transfer-Encoding: chunked", "Content-Encoding: gzip"]),
        (TEXT, ["Transfer-Encoding: chunked"]),
    ],
    ids=[
        "chunked", "gzip", "zlib", "deflate", "br", "zstd", "gzip members", "zstd frames", "no coding", "chunked gzip",
        "unpacked by the crawler", "unpacked text",
    ],
)  # fmt: skip
def test_a_coded_body_is_decoded(body: bytes, headers: list[str], file: Path) -> None:
    write(file, response(body, *headers))
    (page,), findings = read(file)
    assert page.data in (HTML, TEXT)
    assert told(findings) == []


@pytest.mark.parametrize(
    ("body", "headers", "code"),
    [
        (chunked(HTML)[:-300], ["Transfer-Encoding: chunked"], "bad-chunk"),
        (chunked(HTML).replace(b"3e8\r\n", b"zz\r\n", 2)[: len(HTML)], ["Transfer-Encoding: chunked"], "bad-chunk"),
        (b"ffffffffffff\r\n" + HTML, ["Transfer-Encoding: chunked"], "bad-chunk"),
        (gzip.compress(HTML)[:-20], ["Content-Encoding: gzip"], "content-encoding"),
        (HTML[:200] and zlib.compress(HTML)[:900], ["Content-Encoding: deflate"], "content-encoding"),
        (brotli.compress(HTML)[:-9], ["Content-Encoding: br"], "content-encoding"),
        (zstandard.compress(HTML)[:-9], ["Content-Encoding: zstd"], "content-encoding"),
        (zstandard.compress(HTML) + zstandard.compress(HTML)[:99], ["Content-Encoding: zstd"], "content-encoding"),
        (gzip.compress(HTML) + gzip.compress(HTML)[:99], ["Content-Encoding: gzip"], "content-encoding"),
        (gzip.compress(b"") * 2000 + gzip.compress(HTML), ["Content-Encoding: gzip"], "content-encoding"),
        (zstandard.compress(HTML + bytes(20_000_000)), ["Content-Encoding: zstd"], "archive-bomb"),
        (HTML, ["Content-Encoding: rot13"], "content-encoding"),
        (gzip.compress(HTML + bytes(20_000_000)), ["Content-Encoding: gzip"], "archive-bomb"),
        (brotli.compress(HTML + bytes(20_000_000)), ["Content-Encoding: br"], "archive-bomb"),
    ],
)
def test_a_body_that_is_wrong_is_told_and_the_others_are_kept(
    body: bytes, headers: list[str], code: str, file: Path
) -> None:
    _, place, _ = write(file, BEFORE, response(body, *headers), AFTER)
    found, findings = read(file)
    assert names(found) == ["before", "after"]
    assert told(findings) == [(code, f"{file.name}@{place}")]


def test_a_page_with_another_digest_is_not_taken(file: Path) -> None:
    wrong = response(HTML, digest=False, more={"WARC-Payload-Digest": sha1(b"x")})
    hexadecimal = response(HTML, digest=False, more={"WARC-Block-Digest": "sha256:" + "0" * 64})
    unknown = response(HTML, digest=False, more={"WARC-Payload-Digest": "blake9:abc"}, url=REPORT + "unknown")
    places = write(file, BEFORE, wrong, hexadecimal, unknown, AFTER)
    found, findings = read(file)
    assert names(found) == ["before", "unknown", "after"]
    assert told(findings) == [("digest-mismatch", f"{file.name}@{place}") for place in places[1:3]]


@pytest.mark.parametrize("name", ["sha1", "sha256", "sha512", "md5"])
@pytest.mark.parametrize("spelt", [bytes.hex, base64.b32encode, base64.b64encode])
def test_a_digest_is_read_however_it_is_spelt(name: str, spelt: Callable[[bytes], str | bytes], tmp_path: Path) -> None:
    def told_digest(data: bytes) -> str:
        value = spelt(hashlib.new(name, data).digest())
        return f"{name}:{value.decode() if isinstance(value, bytes) else value}"

    def made(**more: str) -> bytes:
        fields = {key.replace("_", "-"): value for key, value in more.items()}
        return record("response", http(HTML), url=REPORT + more.pop("last", ""), more=fields)

    right = made(WARC_Payload_Digest=told_digest(HTML)), made(WARC_Block_Digest=told_digest(http(HTML)))
    wrong = made(WARC_Payload_Digest=told_digest(b"x")), made(WARC_Block_Digest=told_digest(b"x"))
    assert read(tmp_path / "a.warc", b"".join(right))[0][0].data == HTML
    assert told(read(tmp_path / "a.warc")[1]) == []
    found, findings = read(tmp_path / "a.warc", b"".join(wrong))
    assert (found, [code for code, _ in told(findings)]) == ([], ["digest-mismatch"] * 2)


def test_a_page_whose_record_has_another_digest_is_taken_with_a_warning(file: Path) -> None:
    write(file, response(HTML, more={"WARC-Block-Digest": sha1(b"x")}))
    (page,), findings = read(file)
    assert page.data == HTML
    assert next((one.severity, one.code) for one in findings) == (Severity.WARNING, "digest-mismatch")


def test_a_page_that_is_too_large_is_told(file: Path) -> None:
    settings = settings_from({}, max_page_bytes=20_000)
    write(file, BEFORE, response(HTML + b"x" * 60_000), response(b"y" * 200_000, url="https://example.com/"), AFTER)
    found, findings = read(file, None, settings)
    assert names(found) == ["before", "after"]
    assert [code for code, _ in told(findings)] == ["page-too-large"]


@pytest.mark.parametrize(
    ("made", "code"),
    [
        (response(HTML, more={"WARC-Truncated": "length"}), "record-truncated"),
        (response(HTML, f"Content-Length: {len(HTML) + 9}"), "http-length"),
        (response(HTML, date=None), "record-date"),
        (response(HTML, date="May 2024"), "record-date"),
        (response(HTML, url=None), "record-address"),
        (response(HTML, url="https://ada@example.org/"), "record-address"),
    ],
)
def test_a_page_of_which_something_is_missing_is_taken_with_a_warning(made: bytes, code: str, file: Path) -> None:
    write(file, made)
    (page,), findings = read(file)
    assert page.data == HTML
    assert told(findings) == [(code, f"{file.name}@0")]
    assert all(one.severity is Severity.WARNING for one in findings if one.code == code)


# Damage


LENGTHS = [
    0,
    100,
    len(http(HTML)) - 1,
    len(http(HTML)) + 1,
    len(http(HTML)) + 3000,
    10**7,
    10**9,
    10**18,
    10**30,
    -5,
    "x",
    "",
]


@pytest.mark.parametrize("length", LENGTHS)
def test_a_false_length_costs_its_own_record_only(length: object, file: Path) -> None:
    _, place, _, _ = write(file, BEFORE, response(HTML, length=length), response(ORDINARY, url=ELSEWHERE), AFTER)
    found, findings = read(file)
    assert names(found) == ["before", "after"]
    assert told(findings)[0][1] == f"{file.name}@{place}"
    assert {code for code, _ in told(findings)} <= {"record-length", "record-cut", "record-version"}


@pytest.mark.parametrize("off", [-2, -1, 1])
def test_a_length_that_is_off_by_little_is_told_where_no_digest_tells_it(off: int, file: Path) -> None:
    length = len(http(HTML, headers=["Content-Type: text/html"])) + off
    bad, good = response(HTML, digest=False, length=length), response(HTML, digest=False, url=REPORT + "sound")
    _, place, _, _ = write(file, BEFORE, bad, good, AFTER)
    found, findings = read(file)
    assert names(found) == ["before", "sound", "after"]
    assert told(findings) == [("record-length", f"{file.name}@{place}")]


@pytest.mark.parametrize("length", [100, 10**9])
def test_a_false_length_of_a_page_that_is_dismissed_costs_no_other(length: int, file: Path) -> None:
    write(file, BEFORE, response(ORDINARY, url=ELSEWHERE, length=length), AFTER)
    assert names(read(file)[0]) == ["before", "after"]


@pytest.mark.parametrize(
    "bad",
    [
        response(HTML).replace(b"WARC/1.0\r\n", b""),
        response(HTML, version="WARC/9.9"),
        response(HTML, version="HTTP/1.1 200 OK"),
        response(HTML, more={f"X-{i}": "y" for i in range(100_000)}),
        response(HTML, *(f"X-{i}: y" for i in range(100_000))),
        record("response", HTML),
        b"nothing of the kind\r\n" * 20,
        bytes(5000),
        response(HTML, more={"WARC-Segment-Number": "1"}),
        response(HTML).replace(b"WARC-Type: response\r\n", b""),
    ],
    ids=[
        "no version", "version", "other version", "headers", "http headers", "no http", "junk", "zeros", "segment",
        "no type",
    ],
)  # fmt: skip
def test_a_damaged_record_is_told_and_the_others_are_kept(bad: bytes, file: Path) -> None:
    _, place, _ = write(file, BEFORE, bad, AFTER)
    found, findings = read(file)
    assert names(found) == ["before", "after"]
    assert told(findings)
    assert told(findings)[0][1] == f"{file.name}@{place}"


def test_a_cut_archive_keeps_all_records_before_the_cut(file: Path) -> None:
    _, place = write(file, BEFORE, AFTER)
    whole = file.read_bytes()
    for cut in (place + 1, place + 5, place + 40, (place + len(whole)) // 2, len(whole) - 9):
        found, findings = read(file, whole[:cut])
        assert names(found) == ["before"], cut
        assert [name for _, name in told(findings)] == [f"{file.name}@{place}"], (cut, findings)


def test_a_record_that_is_cut_in_its_header_takes_nothing_from_the_next(tmp_path: Path) -> None:
    bad = response(HTML, url=REPORT + "cut")
    for cut in range(11, bad.index(b"\r\n\r\n") + 3, 7):
        for name, data in (
            ("a.warc", BEFORE + bad[:cut] + AFTER),
            ("a.warc.gz", gzip.compress(BEFORE + bad[:cut] + AFTER)),
        ):
            found, findings = read(tmp_path / name, data)
            assert [page.capture.address for page in found] == [REPORT + "before", REPORT + "after"], (name, cut)
            assert [code for code, _ in told(findings)] == ["record-cut"], (name, cut)


@pytest.mark.parametrize("version", ["WARC/0.9", "WARC/0.18", "WARC/1.0", "WARC/1.1"])
def test_what_is_read_of_a_sound_archive_is_read_beside_a_damaged_record_too(version: str, file: Path) -> None:
    write(file, BEFORE, b"junk", response(HTML, version=version, url=REPORT + "old"), AFTER)
    assert names(read(file)[0]) == ["before", "old", "after"]
    write(file, BEFORE, response(HTML, version=version, url=REPORT + "old"), AFTER)
    assert names(read(file)[0]) == ["before", "old", "after"]


def test_a_damaged_member_is_told_and_the_others_are_kept(tmp_path: Path) -> None:
    first, bad, last = packed(BEFORE), bytearray(packed(response(HTML))), packed(AFTER)
    for place in (0, 1, 20, len(bad) // 2, len(bad) - 6):
        broken = bytearray(bad)
        broken[place] ^= 0xFF
        found, findings = read(tmp_path / "a.warc.gz", first + bytes(broken) + last)
        assert names(found) == ["before", "after"], place
        assert told(findings) == [("archive-damaged", f"a.warc.gz@{len(first)}")], place
    found, findings = read(tmp_path / "a.warc.gz", b"\0" + first[1:] + last)
    assert (names(found), told(findings)) == (["after"], [("archive-damaged", "a.warc.gz@0")])


def test_an_archive_in_one_member_is_read_with_all_its_records(tmp_path: Path) -> None:
    whole = gzip.compress(BEFORE + response(HTML, length=77) + response(ORDINARY, url=ELSEWHERE) + AFTER)
    found, findings = read(tmp_path / "a.warc.gz", whole)
    assert names(found) == ["before", "after"]
    assert told(findings) == [("record-length", "a.warc.gz@0")]
    assert names(read(tmp_path / "a.warc.gz", whole[:-200])[0]) == ["before"]


def test_a_member_that_is_damaged_in_a_page_costs_no_other(tmp_path: Path) -> None:
    large = HTML + random.Random(5).randbytes(300_000).hex().encode()
    for place in (20_000, 150_000, 299_000):
        bad = bytearray(packed(response(large)))
        bad[place : place + 40] = bytes(40)
        found, findings = read(tmp_path / "a.warc.gz", packed(BEFORE) + bytes(bad) + packed(AFTER))
        assert names(found) == ["before", "after"], place
        assert [code for code, _ in told(findings)] == ["archive-damaged"], place


def test_the_records_of_one_member_before_a_damaged_one_are_taken_once(tmp_path: Path) -> None:
    bad = bytearray(packed(response(HTML)))
    bad[12:90] = bytes(78)
    both = packed(response(ORDINARY, url=ELSEWHERE) + response(HTML))
    found, findings = read(tmp_path / "a.warc.gz", packed(BEFORE) + both + bytes(bad) + packed(AFTER))
    assert [page.capture.address for page in found] == [REPORT + "before", REPORT, REPORT + "after"]
    assert [code for code, _ in told(findings)] == ["archive-damaged"]
    assert findings[-1].message.startswith("4 records")


def test_a_record_without_a_length_and_a_block_is_told(file: Path) -> None:
    write(file, BEFORE, record("response", b"", length=""), AFTER)
    found, findings = read(file)
    assert names(found) == ["before", "after"]
    assert [code for code, _ in told(findings)] == ["record-length"]


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    bomb = record("response", http(b"<title>End of Commitment Report</title>" + bytes(50_000_000)))
    small = record("response", http(bytes(3_000_000)))
    found, findings = read(tmp_path / "a.warc.gz", packed(BEFORE, small, bomb, AFTER))
    assert names(found) == ["before", "after"]
    assert {code for code, _ in told(findings)} == {"archive-bomb"}


def test_what_is_no_archive_and_an_archive_without_pages_are_told(tmp_path: Path) -> None:
    for name, data in (
        ("a.warc", b"hello " * 99),
        ("b.warc.gz", b"hello"),
        ("c.warc", b""),
        ("d.wet.gz", gzip.compress(b"x")),
    ):
        found, findings = read(tmp_path / name, data)
        assert found == []
        assert findings[-1].code in ("no-pages", "empty-file"), name
        assert findings[0].severity is Severity.VIOLATION


def test_no_damage_makes_it_fail_or_lose_what_is_sound(tmp_path: Path) -> None:
    """Each archive is changed at random in one record of the middle; the first and the last are kept."""
    chance = random.Random(7)
    middle = [response(HTML), response(ORDINARY, url=ELSEWHERE), response(HTML, url=REPORT + "x")]
    for trial in range(120):
        joined = (lambda *parts: b"".join(parts)) if trial % 2 else packed
        data = bytearray(joined(*middle))
        for _ in range(chance.choice([1, 1, 3])):
            place = chance.randrange(len(data) - 1)
            change = chance.randrange(4)
            if change == 0:
                data[place] = chance.randrange(256)
            elif change == 1:
                del data[place : place + chance.randrange(1, 60)]
            elif change == 2:
                data[place:place] = bytes(chance.randrange(256) for _ in range(chance.randrange(1, 30)))
            else:
                del data[place + 1 :]
        found, _ = read(tmp_path / "a.warc.gz", joined(BEFORE) + bytes(data) + joined(AFTER))
        assert names(found)[0] == "before", trial
        assert names(found)[-1] == "after", trial
        assert {page.data for page in found} <= {HTML, OTHER_HTML}, trial


# Revisits


def revisit(**said: object) -> bytes:
    more = said.pop("more", {"WARC-Payload-Digest": sha1(HTML)})
    return record("revisit", http(b"", "304 Not Modified"), more=more, date="2025-02-02T02:02:02Z", **said)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "more",
    [
        {"WARC-Payload-Digest": sha1(HTML)},
        {"WARC-Refers-To-Target-URI": REPORT, "WARC-Refers-To-Date": DATE},
        {"WARC-Refers-To": f"<urn:uuid:{uuid.UUID(int=len(http(HTML, headers=['Content-Type: text/html'])))}>"},
        {"WARC-Payload-Digest": "sha1:" + "A" * 32, "WARC-Refers-To-Target-URI": REPORT, "WARC-Refers-To-Date": DATE},
    ],
)
def test_a_revisit_is_the_page_that_it_means_on_its_own_date(more: dict[str, str], file: Path) -> None:
    write(file, revisit(more=more, url=REPORT + "again"), response(HTML))
    found, findings = read(file)
    assert [page.data for page in found] == [HTML, HTML]
    assert [page.capture.retrieved for page in found] == [DATE, "2025-02-02T02:02:02Z"]
    assert found[1].capture.address == REPORT + "again"
    assert told(findings) == []


def test_a_revisit_may_mean_a_page_in_another_archive(tmp_path: Path) -> None:
    (tmp_path / "b.warc.gz").write_bytes(packed(BEFORE, response(HTML)))
    found, findings = read(tmp_path / "a.warc", revisit(), SETTINGS, tmp_path / "b.warc.gz")
    assert [page.data for page in found] == [HTML, HTML, HTML]
    assert told(findings) == []


def test_a_revisit_to_nothing_is_told_and_one_to_a_dismissed_page_is_not(file: Path) -> None:
    dismissed = revisit(more={"WARC-Payload-Digest": sha1(ORDINARY)})
    places = write(
        file,
        BEFORE,
        response(ORDINARY, url=ELSEWHERE),
        dismissed,
        revisit(more={"WARC-Payload-Digest": sha1(b"?")}),
        revisit(more={}),
    )
    found, findings = read(file)
    assert len(found) == 1
    assert told(findings) == [("revisit-unresolved", f"{file.name}@{place}") for place in places[3:]]


# What becomes of them


def test_of_two_versions_the_later_one_is_believed_and_the_earlier_one_is_its_alternative(tmp_path: Path) -> None:
    old, new = (
        re.sub(rb"<p>(Substantial|Complete|Limited)</p>", b"<p>%b</p>" % w, HTML) for w in (b"Limited", b"Complete")
    )
    assert old != new
    data = packed(response(new, date="2024-06-01T00:00:00Z"), response(old, date="2023-06-01T00:00:00.5Z"))
    (tmp_path / "a.warc.gz").write_bytes(data)
    said, findings = {}, []
    for quads, more in convert([str(tmp_path / "a.warc.gz")], SETTINGS):
        findings += more
        said |= {
            q.predicate.value.rpartition("#")[2]: str(q.object)
            for q in quads
            if q.subject.value.endswith("/answer/1.1")
        }
        dates = [q.object.value for q in quads if q.predicate.value.endswith("generatedAtTime")]
        assert sorted(dates) in ([], ["2023-06-01T00:00:00.500000Z", "2024-06-01T00:00:00Z"])
    assert said["value"].endswith("complete>")
    assert said["alternativeValue"].endswith("limited>")
    assert [one.code for one in findings if one.severity is Severity.WARNING][:1] == ["captures-contradict"]


def test_that_a_crawled_page_is_no_report_is_a_remark(tmp_path: Path) -> None:
    page = b"<title>Publications</title><h1>Publications</h1><li>End of Commitment Report</li>" * 3
    (tmp_path / "a.warc").write_bytes(response(page, url=ELSEWHERE))
    (tmp_path / "a.html").write_bytes(page)
    severities = [
        [one.severity for _, more in convert([str(tmp_path / name)], SETTINGS) for one in more if one.code == "no-form"]
        for name in ("a.warc", "a.html")
    ]
    assert severities == [[Severity.INFO], [Severity.VIOLATION]]


def test_a_build_takes_every_version_and_another_archive_adds_to_it(tmp_path: Path) -> None:
    listing = b"<h1>Publications</h1><li>End of Commitment Report</li>"
    first = packed(
        response(HTML, date="2023-01-01T00:00:00Z"), response(listing, url=ELSEWHERE, date="2022-01-01T00:00:00Z")
    )
    (tmp_path / "a.warc.gz").write_bytes(first)
    workspace = Workspace(tmp_path / "ws")
    day = datetime.date(2024, 1, 1)
    built = build(workspace, [str(tmp_path / "a.warc.gz")], SETTINGS, today=day)
    assert (len(built.accepted), [one.severity for one in built.refused]) == (1, [Severity.INFO, Severity.INFO])
    (tmp_path / "a.warc.gz").write_bytes(packed(response(HTML + b"<!-- later -->", date="2024-01-01T00:00:00Z")))
    build(workspace, [str(tmp_path / "a.warc.gz")], SETTINGS, today=day)
    assert sorted(c.retrieved or "" for c in workspace.captures())[-2:] == [
        "2023-01-01T00:00:00Z",
        "2024-01-01T00:00:00Z",
    ]


def test_the_parts_of_an_archive_are_the_archive(file: Path) -> None:
    made = [response(HTML + b"%d" % i, url=f"{REPORT}{i}") for i in range(9)]
    write(file, *made)
    whole = names(read(file)[0])
    size = file.stat().st_size
    for count in (1, 2, 3, 7, 40):
        edges = [size * i // count for i in range(count + 1)]
        found = [
            one
            for a, b in itertools.pairwise(edges)
            for one in part(str(file), SETTINGS, start=a, stop=b, border=a > 0)
        ]
        assert names([one for one in found if isinstance(one, Page)]) == whole, count


def test_a_list_names_paths_and_no_addresses() -> None:
    assert listed(b"a.warc.gz\r\n\nb c.html\n", "list") == ["a.warc.gz", "b c.html"]
    assert listed(b"\xef\xbb\xbfa.warc.gz\n# of May\n./#1.html\n", "list") == ["a.warc.gz", "./#1.html"]
    with pytest.raises(UsageError, match="entry 2 is an address"):
        listed(b"a\nhttps://example.org/\n", "list")
