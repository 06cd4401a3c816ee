"""Pages from files, folders, archives and standard input: which come, in what order, and what is known of them."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import zipfile
from pathlib import Path

import pytest

from ogp_graph.captures import READERS, pages
from ogp_graph.captures.entry import Entry, Opened, printable
from ogp_graph.captures.plain import media_type
from ogp_graph.captures.readers import read, taken
from ogp_graph.captures.sidecar import record
from ogp_graph.model import Finding, Page, Severity
from ogp_graph.settings import Settings, settings_from

SETTINGS = settings_from({})
TEXT = b"End of Commitment Report\n"
HTML = b"<!DOCTYPE html><title>End of Commitment Report</title>"


def results(*paths: Path | str, stdin: bytes | None = None, settings: Settings = SETTINGS) -> list[Page | Finding]:
    return list(pages([str(p) for p in paths], settings, stdin=None if stdin is None else io.BytesIO(stdin)))


def only_pages(*paths: Path | str, stdin: bytes | None = None) -> list[Page]:
    found = results(*paths, stdin=stdin)
    assert all(isinstance(item, Page) for item in found), found
    return [item for item in found if isinstance(item, Page)]


def archive(members: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in members.items():
            packed.writestr(name, data)
    return file.getvalue()


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def name(page: Page) -> str:
    return page.capture.names[0]


def test_a_page_is_known_by_its_bytes_and_its_name(tmp_path: Path) -> None:
    path = tmp_path / "page.txt"
    path.write_bytes(TEXT)
    (page,) = only_pages(path)
    assert page.data == TEXT
    assert page.capture.sha256 == hashlib.sha256(TEXT).hexdigest()
    assert page.capture.names == ("page.txt",)
    assert page.capture.media_type == "text/plain"
    assert (page.capture.address, page.capture.retrieved) == (None, None)
    assert page.locator == str(path)


def test_a_folder_gives_pages_and_archives_sorted_and_passes_over_the_rest(tmp_path: Path) -> None:
    for name_ in (
        "b.html",
        "a.TXT",
        "c.htm",
        "notes.md",
        "data.json",
        "page.html.bak",
        "bare",
        "image.gz",
        "x.csv.gz",
    ):
        (tmp_path / name_).write_bytes(TEXT)
    (tmp_path / "B").mkdir()
    (tmp_path / "B" / "deep.txt").write_bytes(TEXT)
    (tmp_path / "d.txt.gz").write_bytes(gzip.compress(TEXT))
    (tmp_path / "e.zip").write_bytes(archive({"z.txt": TEXT, "m/a.html": HTML, "m/a.json": b"{}", "m/": b""}))
    found = only_pages(tmp_path)
    assert [name(p) for p in found] == ["deep.txt", "a.TXT", "b.html", "c.htm", "d.txt", "a.html", "z.txt"]
    assert found[-2].locator == f"{tmp_path}/e.zip!/m/a.html"


def test_what_has_pages_that_are_not_read_is_told_wherever_it_stands(tmp_path: Path) -> None:
    names = ("a.warc.bz2", "b.WET.xz", "c.arc", "d.arc.gz", "e.mhtml", "f.webarchive")
    data = (
        b"BZh9",
        b"\xfd7zXZ\0",
        b"filedesc://c.arc 0.0.0.0",
        gzip.compress(b"filedesc://"),
        b"From: <Saved",
        b"bplist00",
    )
    for name_, bytes_ in zip(names, data, strict=True):
        (tmp_path / name_).write_bytes(bytes_)
    (tmp_path / "g.zip").write_bytes(archive(dict(zip(names, data, strict=True))))
    for found in (results(tmp_path), results(*sorted(tmp_path.iterdir()))):
        told = [(one.code, one.severity, one.name) for one in found if isinstance(one, Finding)]
        shown = (*names, *(f"g.zip!/{name_}" for name_ in names))
        assert told == [("archive-unread", Severity.VIOLATION, name_) for name_ in shown]
    assert [name(p) for p in only_pages(_html(tmp_path / "h.mhtml.html"))] == ["h.mhtml.html"]


def _html(path: Path) -> Path:
    path.write_bytes(HTML)
    return path


def test_a_file_that_is_named_is_tried_whatever_its_name(tmp_path: Path) -> None:
    path = tmp_path / "page"
    path.write_bytes(TEXT)
    assert [p.data for p in only_pages(path)] == [TEXT]


def test_paths_come_in_the_order_given_and_twice_when_given_twice(tmp_path: Path) -> None:
    for name_ in ("a.txt", "b.txt"):
        (tmp_path / name_).write_bytes(TEXT)
    found = only_pages(tmp_path / "b.txt", tmp_path, tmp_path / "b.txt")
    assert [name(p) for p in found] == ["b.txt", "a.txt", "b.txt", "b.txt"]
    assert len({p.capture.sha256 for p in found}) == 1


@pytest.mark.parametrize("parts", [(TEXT,), (TEXT[:9], TEXT[9:])])
def test_a_gzip_file_gives_its_page_under_the_name_without_gz(tmp_path: Path, parts: tuple[bytes, ...]) -> None:
    packed = b"".join(gzip.compress(part) for part in parts)
    (tmp_path / "page.txt.gz").write_bytes(packed + b"\0" * 40)
    (page,) = only_pages(tmp_path / "page.txt.gz")
    assert (page.data, name(page)) == (TEXT, "page.txt")
    assert page.capture.sha256 == hashlib.sha256(TEXT).hexdigest()
    assert page.locator == str(tmp_path / "page.txt.gz")


def test_archives_are_told_by_their_first_bytes(tmp_path: Path) -> None:
    (tmp_path / "page").write_bytes(gzip.compress(TEXT))
    (tmp_path / "pages.txt").write_bytes(archive({"inside.txt": HTML}))
    assert [(p.data, name(p)) for p in only_pages(tmp_path / "page")] == [(TEXT, "page")]
    assert [(p.data, name(p)) for p in only_pages(tmp_path)] == [(HTML, "inside.txt")]


def test_a_gz_that_is_not_packed_is_read_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "page.html.gz").write_bytes(HTML)
    (page,) = only_pages(tmp_path)
    assert (page.data, name(page), page.capture.media_type) == (HTML, "page.html", "text/html")


def test_a_zip_behind_other_bytes_is_found_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "self-extracting.zip").write_bytes(b"#!/bin/sh\n" * 9 + archive({"page.txt": TEXT}))
    assert [p.data for p in only_pages(tmp_path)] == [TEXT]


def test_a_zip_in_a_zip_and_a_gzip_in_a_zip_are_read(tmp_path: Path) -> None:
    inner = archive({"in.txt": TEXT, "packed.html.gz": gzip.compress(HTML)})
    (tmp_path / "outer.zip").write_bytes(archive({"inner.zip": inner, "out.txt": TEXT}))
    found = only_pages(tmp_path)
    assert [name(p) for p in found] == ["in.txt", "packed.html", "out.txt"]
    assert found[0].locator == f"{tmp_path}/outer.zip!/inner.zip!/in.txt"


def test_a_large_zip_in_a_zip_is_read_from_a_temporary_file(tmp_path: Path) -> None:
    inner = archive({f"{i}.txt": os.urandom(600).hex().encode() for i in range(20)})
    (tmp_path / "outer.zip").write_bytes(archive({"inner.zip": inner}))
    found = results(tmp_path, settings=settings_from({}, max_page_bytes=2000))
    assert [type(item) for item in found] == [Page] * 20


def test_standard_input_is_a_page_without_a_name() -> None:
    (page,) = only_pages("-", stdin=HTML)
    assert page.data == HTML
    assert page.capture.names == ()
    assert page.capture.media_type == "text/html"
    assert page.locator == "-:" + hashlib.sha256(HTML).hexdigest()


def test_standard_input_may_be_packed() -> None:
    assert [p.data for p in only_pages("-", stdin=gzip.compress(TEXT))] == [TEXT]
    packed = archive({"a.txt": TEXT, "b.html": HTML})
    found = only_pages("-", stdin=packed)
    assert [name(p) for p in found] == ["a.txt", "b.html"]
    assert found[0].locator == f"-:{hashlib.sha256(packed).hexdigest()}!/a.txt"


def test_a_large_archive_on_standard_input_is_read() -> None:
    packed = archive({f"{i}.txt": os.urandom(600).hex().encode() for i in range(20)})
    settings = settings_from({}, max_page_bytes=2000)
    assert [type(item) for item in results("-", stdin=packed, settings=settings)] == [Page] * 20


def test_the_process_own_standard_input_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(TEXT)))
    assert [p.data for p in only_pages("-")] == [TEXT]


@pytest.mark.parametrize("kind", list(READERS))
def test_every_kind_of_the_table_is_taken_in_a_folder_by_each_of_its_extensions(kind: str) -> None:
    assert all(taken("name" + e) and taken("NAME" + e.upper()) for e in READERS[kind].extensions)
    assert not taken("name" + READERS[kind].extensions[0] + ".json")


def test_a_symbolic_link_to_a_file_is_read_under_its_own_name(tmp_path: Path) -> None:
    (tmp_path / "original.txt").write_bytes(TEXT)
    (tmp_path / "link.txt").symlink_to("original.txt")
    assert [name(p) for p in only_pages(tmp_path / "link.txt")] == ["link.txt"]
    assert [name(p) for p in only_pages(tmp_path)] == ["link.txt", "original.txt"]


# Media types


@pytest.mark.parametrize(
    "data",
    [
        HTML, b"\xef\xbb\xbf \n<HTML lang=en>", b"<!-- saved --><html>", b"<?xml version='1.0'?>\n<!doctype html>",
        "\ufeff<html>".encode("utf-16-le"), "<html><body>".encode("utf-16-be"), b"HTTP/1.1 200 OK\r\n\r\n<html>",
        b"<body class=x>", b"<p>Overview</p>",
    ],
)  # fmt: skip
def test_content_that_starts_like_a_web_page_is_one_whatever_its_name(data: bytes) -> None:
    assert media_type(data, "page.txt") == "text/html"


@pytest.mark.parametrize("data", [TEXT, b"<Overview> of the plan", b"3 < 4 and a > b", b"", b"<10 people came"])
def test_content_without_tags_is_text_even_under_the_name_of_a_web_page(data: bytes) -> None:
    assert media_type(data, "page.html") == ("text/html" if b"<Overview>" in data else "text/plain")
    assert media_type(data, "page.txt") == "text/plain"


def test_text_before_the_first_tag_leaves_the_decision_to_the_name() -> None:
    assert media_type(b"Overview<br>Email", "page.HTM") == "text/html"
    assert media_type(b"Overview<br>Email", "page") == "text/plain"


# Names


def test_names_are_printable_redacted_and_of_bounded_length() -> None:
    assert printable("a\nb\x1b[31m\u202e.html") == r"a\x0ab\x1b[31m\u202e.html"
    assert printable(os.fsdecode(b"caf\xe9.html")) == r"caf\xe9.html"
    assert "@" not in printable("ada@example.org.html")
    assert len(printable("x" * 5000)) == 255


def test_a_name_that_is_not_utf8_can_be_written_down(tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/caf\xe9\n.html"
    Path(os.fsdecode(path)).write_bytes(HTML)
    (page,) = only_pages(tmp_path)
    assert page.capture.names == (r"caf\xe9\x0a.html",)
    page.locator.encode()


# Sidecars


def test_a_sidecar_says_where_and_when_and_is_no_page(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_bytes(HTML)
    said = {"url": "https://example.org/documents/x?p=1", "retrieved": "2024-05-01T14:00:00.5+02:00", "status": 200}
    sidecar = tmp_path / "page.html.json"
    sidecar.write_text(json.dumps(said))
    for paths in ((path,), (tmp_path,), (path, sidecar)):
        (page,) = only_pages(*paths)
        assert page.capture.address == "https://example.org/documents/x?p=1"
        assert page.capture.retrieved == "2024-05-01T12:00:00.500000Z"


def test_members_of_an_archive_and_packed_pages_have_sidecars_too(tmp_path: Path) -> None:
    said = b'{"url": "https://example.org/x"}'
    (tmp_path / "a.zip").write_bytes(archive({"d/page.txt": TEXT, "d/page.txt.json": said}))
    (tmp_path / "b.txt.gz").write_bytes(gzip.compress(TEXT))
    (tmp_path / "b.txt.gz.json").write_bytes(said)
    assert [p.capture.address for p in only_pages(tmp_path)] == ["https://example.org/x"] * 2


@pytest.mark.parametrize(
    "said",
    [
        b"", b"not json", b"[]", b"{}", b'{"url": 7}', b'{"url": "ftp://example.org/"}', b'{"url": "https://"}',
        b'{"url": "https://example.org/a b"}', b'{"url": "https://example.org/?who=ada@example.org"}', b"\xff\xfe",
        b'{"url": "https://user:word@example.org/"}', b'{"retrieved": "2024-05-01"}', b'{"retrieved": "yesterday"}',
        b"[" * 20_000, b"{" + b" " * 70_000 + b"}",
        b'{"url": "https://example.org/\\u202e"}', b'{"retrieved": "0001-01-01T00:00:00+10:00"}',
    ],
)  # fmt: skip
def test_a_wrong_sidecar_is_a_warning_beside_its_page(tmp_path: Path, said: bytes) -> None:
    (tmp_path / "page.txt").write_bytes(TEXT)
    (tmp_path / "page.txt.json").write_bytes(said)
    finding, page = results(tmp_path)
    assert isinstance(finding, Finding)
    assert isinstance(page, Page)
    assert (finding.code, finding.severity, finding.name) == ("bad-sidecar", Severity.WARNING, "page.txt.json")
    assert finding.capture == page.capture.sha256
    assert "@" not in finding.message
    assert (page.capture.address, page.capture.retrieved) == (None, None)


def test_what_is_right_in_a_sidecar_counts_beside_what_is_wrong() -> None:
    said = record(b'{"url": "https://example.org/x", "retrieved": "May"}')
    assert (said.address, said.retrieved, len(said.problems)) == ("https://example.org/x", None, 1)


def test_a_moment_without_a_zone_stays_without_one() -> None:
    assert record(b'{"retrieved": "2024-05-01T14:00:00"}').retrieved == "2024-05-01T14:00:00"


def test_a_sidecar_that_is_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    (tmp_path / "page.txt").write_bytes(TEXT)
    os.mkfifo(tmp_path / "page.txt.json")
    assert [getattr(item, "code", "page") for item in results(tmp_path)] == ["bad-sidecar", "page"]


def test_a_file_whose_name_leaves_no_room_for_a_sidecar_has_none(tmp_path: Path) -> None:
    path = tmp_path / ("x" * 251 + ".txt")
    path.write_bytes(TEXT)
    assert [p.capture.address for p in only_pages(path)] == [None]


def test_a_sidecar_that_may_not_be_read_is_a_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "page.txt").write_bytes(TEXT)
    (tmp_path / "page.txt.json").write_bytes(b'{"url": "https://example.org/x"}')
    truly = os.open

    def guarded(path: str, flags: int) -> int:
        if path.endswith(".json"):
            raise PermissionError(13, "Permission denied", path)
        return truly(path, flags)

    monkeypatch.setattr(os, "open", guarded)
    assert [getattr(item, "code", "page") for item in results(tmp_path)] == ["bad-sidecar", "page"]


# Changes while a file is read


@pytest.mark.parametrize("data", [TEXT, gzip.compress(TEXT)])
def test_a_page_that_changes_while_it_is_read_is_refused(data: bytes) -> None:
    opened = Opened(io.BytesIO(data), len(data), changed=lambda: True)
    (finding,) = read(Entry("page.txt", "page.txt", "/page.txt", lambda: opened), SETTINGS)
    assert isinstance(finding, Finding)
    assert (finding.code, finding.severity) == ("file-changed", Severity.VIOLATION)


def test_an_archive_that_changes_while_it_is_read_says_so_after_its_pages(tmp_path: Path) -> None:
    path = tmp_path / "pages.zip"
    path.write_bytes(archive({"a.txt": TEXT, "b.txt": TEXT}))
    found = pages([str(path)], SETTINGS)
    assert isinstance(next(found), Page)
    with path.open("ab") as file:
        file.write(b"more")
    assert [getattr(item, "code", "page") for item in found] == ["page", "file-changed"]


def test_files_are_closed_when_the_reader_of_pages_stops_early(tmp_path: Path) -> None:
    (tmp_path / "pages.zip").write_bytes(archive({"a.txt": TEXT, "b.txt": TEXT}))
    before = open_files()
    found = pages([str(tmp_path)], SETTINGS)
    next(found)
    assert open_files() > before
    found.close()  # type: ignore[attr-defined]
    assert open_files() == before
