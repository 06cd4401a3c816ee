"""Whatever is thrown at it: a finding with a code and the file's name, the other inputs unharmed, in bounds."""

from __future__ import annotations

import errno
import gzip
import io
import os
import random
import socket
import stat
import struct
import sys
import tempfile
import tracemalloc
import zipfile
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ogp_graph.captures import pages
from ogp_graph.errors import EnvironmentFailure
from ogp_graph.model import Finding, Page, Severity, encode
from ogp_graph.read.decode import decode
from ogp_graph.settings import Settings, settings_from

SETTINGS = settings_from({})
TEXT = b"End of Commitment Report\n"


def results(*paths: Path | str, stdin: bytes | None = None, settings: Settings = SETTINGS) -> list[Page | Finding]:
    return list(pages([str(p) for p in paths], settings, stdin=None if stdin is None else io.BytesIO(stdin)))


def codes(*paths: Path | str, stdin: bytes | None = None, settings: Settings = SETTINGS) -> list[str]:
    """The code of each finding and the name of each page; every finding can be written down and shows no path."""
    said = []
    for item in results(*paths, stdin=stdin, settings=settings):
        if isinstance(item, Page):
            said.append("page " + (item.capture.names or ("-",))[0])
        else:
            assert item.name
            assert (item.name + item.message).isprintable()
            assert "/tmp" not in item.name + item.message
            encode(item)
            said.append(item.code)
    return said


def refused(code: str, *paths: Path | str, stdin: bytes | None = None, settings: Settings = SETTINGS) -> Finding:
    """The one finding, a violation of this code."""
    (finding,) = results(*paths, stdin=stdin, settings=settings)
    assert isinstance(finding, Finding)
    assert (finding.code, finding.severity) == (code, Severity.VIOLATION)
    assert codes(*paths, stdin=stdin, settings=settings) == [code]
    return finding


def archive(*members: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in members:
            packed.writestr(name, data)
    return file.getvalue()


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "zz-good.txt"
    path.write_bytes(TEXT)
    return path


# Files that are none


@pytest.mark.parametrize("path", ["nowhere.txt", "", "no\0where", "\ud800", "x" * 300, "a/" * 3000, "/dev/null/x.txt"])
def test_a_missing_file_is_named(path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (finding,) = results(path)
    assert isinstance(finding, Finding)
    assert (finding.code, finding.severity) == ("missing-file", Severity.VIOLATION)
    assert finding.name is not None
    assert len(finding.name) <= 255


def test_a_missing_file_does_not_harm_the_next(good: Path, tmp_path: Path) -> None:
    assert codes(tmp_path / "nowhere.txt", good) == ["missing-file", "page zz-good.txt"]


def test_a_missing_file_is_found_missing_in_a_folder_that_was_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()
    monkeypatch.chdir(folder)
    folder.rmdir()
    assert codes("page.txt", ".") == ["missing-file", "no-pages"]


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null", "/dev/random", "/dev/tty"])
def test_a_device_is_not_opened(device: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "open", lambda *_: pytest.fail("opened"))
    assert "device" in refused("not-a-regular-file", device).message


def test_a_pipe_is_not_waited_for(tmp_path: Path, good: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    assert "pipe" in refused("not-a-regular-file", tmp_path / "pipe.txt").message
    assert codes(tmp_path) == ["not-a-regular-file", "page zz-good.txt"]


def test_a_socket_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # the name of a socket may have 107 bytes
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("s.txt")
        assert "socket" in refused("not-a-regular-file", tmp_path / "s.txt").message


def test_a_file_that_turns_into_a_pipe_before_it_is_opened_is_not_waited_for(
    good: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    truly = os.open
    monkeypatch.setattr(os, "open", lambda path, flags: truly(pipe if path == str(good) else path, flags))
    refused("not-a-regular-file", good)


def test_an_unreadable_file_is_named_and_the_next_one_read(
    good: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "secret.txt").write_bytes(TEXT)
    truly = os.open

    def guarded(path: str, flags: int) -> int:
        if path.endswith("secret.txt"):
            raise PermissionError(errno.EACCES, "Permission denied", path)
        return truly(path, flags)

    monkeypatch.setattr(os, "open", guarded)
    assert codes(tmp_path) == ["unreadable", "page zz-good.txt"]
    refused("unreadable", tmp_path / "secret.txt")


def test_a_disk_that_fails_is_a_finding(tmp_path: Path) -> None:
    refused("unreadable", "/proc/self/mem")


def test_a_machine_without_file_handles_is_the_environment_s_failure(
    good: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none_left(path: str, flags: int) -> int:
        raise OSError(errno.EMFILE, "Too many open files", path)

    monkeypatch.setattr(os, "open", none_left)
    with pytest.raises(EnvironmentFailure):
        results(good)


def test_a_full_disk_is_the_environment_s_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(io.BytesIO):
        def write(self, data: object) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(tempfile, "TemporaryFile", Full)
    with pytest.raises(EnvironmentFailure, match="No space left"):
        results("-", stdin=archive(("a.txt", TEXT * 100)), settings=settings_from({}, max_page_bytes=100))


# Files of a bad size


def test_an_empty_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "empty.html").touch()
    refused("empty-file", tmp_path / "empty.html")
    refused("empty-file", "-", stdin=b"")
    refused("empty-file", "-", stdin=gzip.compress(b""))


@pytest.mark.parametrize(
    ("name", "code"), [("page.txt", "page-too-large"), ("a.zip", "archive-too-large"), ("a.txt.gz", "page-too-large")]
)
def test_a_sparse_file_of_five_gigabytes_is_refused_unread(name: str, code: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.touch()
    os.truncate(path, 5_000_000_000)
    refused(code, path)


def test_a_file_without_a_size_is_read_up_to_the_limit() -> None:
    refused("page-too-large", "/proc/self/maps", settings=settings_from({}, max_page_bytes=100))


def test_standard_input_without_an_end_is_left(tmp_path: Path) -> None:
    with Path("/dev/zero").open("rb") as endless:
        (finding,) = pages(["-"], SETTINGS, stdin=endless)
    assert isinstance(finding, Finding)
    assert (finding.code, finding.name) == ("page-too-large", "-")


def test_an_archive_without_an_end_on_standard_input_is_left() -> None:
    class Endless(io.RawIOBase):
        def read(self, size: int = -1) -> bytes:
            return b"PK\x03\x04" * 10_000

    (finding,) = pages(["-"], settings_from({}, max_page_bytes=1000, max_archive_bytes=100_000), stdin=Endless())  # type: ignore[arg-type]
    assert isinstance(finding, Finding)
    assert finding.code == "page-too-large"


def test_a_closed_standard_input_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    closed = io.BytesIO()
    closed.close()
    assert [item.code for item in pages(["-"], SETTINGS, stdin=closed) if isinstance(item, Finding)] == ["unreadable"]
    monkeypatch.setattr(sys, "stdin", None)
    refused("unreadable", "-")


def test_a_page_of_ten_megabytes_is_read(tmp_path: Path) -> None:
    (tmp_path / "long.txt").write_bytes(b"a line of words\n" * 650_000)
    assert codes(tmp_path) == ["page long.txt"]


# Folders


def test_an_empty_folder_is_a_warning(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "picture.png").write_bytes(b"\x89PNG")
    (finding,) = results(tmp_path)
    assert isinstance(finding, Finding)
    assert (finding.code, finding.severity, finding.name) == ("no-pages", Severity.WARNING, tmp_path.name)


def test_an_unreadable_folder_is_named_and_the_rest_read(
    tmp_path: Path, good: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "locked").mkdir()
    truly = os.scandir

    def guarded(path: str) -> object:
        if path.endswith("locked"):
            raise PermissionError(errno.EACCES, "Permission denied", path)
        return truly(path)

    monkeypatch.setattr(os, "scandir", guarded)
    assert codes(tmp_path) == ["unreadable", "page zz-good.txt"]
    refused("unreadable", tmp_path / "locked")


def test_a_loop_of_folders_ends_with_a_warning(tmp_path: Path, good: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "up").symlink_to(tmp_path, target_is_directory=True)
    first, second = results(tmp_path)
    assert isinstance(first, Finding)
    assert (first.code, first.severity, first.name) == ("symlink-loop", Severity.WARNING, "up")
    assert isinstance(second, Page)


def test_folders_that_link_to_each_other_are_entered_once(tmp_path: Path) -> None:
    for i in range(40):  # 2**40 ways lead to the last one
        (tmp_path / f"f{i:02}").mkdir()
        for link in "ab":
            (tmp_path / f"f{i:02}" / link).symlink_to(tmp_path / f"f{i + 1:02}", target_is_directory=True)
    (tmp_path / "f40").mkdir()
    (tmp_path / "f40" / "page.txt").write_bytes(TEXT)
    assert codes(tmp_path / "f00") == ["page page.txt"]


def test_a_link_to_itself_is_named(tmp_path: Path, good: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "dangling.txt").symlink_to("nowhere")
    assert codes(tmp_path) == ["missing-file", "symlink-loop", "page zz-good.txt"]
    refused("symlink-loop", tmp_path / "loop")


def test_folders_deeper_than_a_name_may_be_long_end_with_a_finding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for _ in range(30):
        Path("d" * 200).mkdir()
        monkeypatch.chdir("d" * 200)
    Path("page.txt").write_bytes(TEXT)
    monkeypatch.chdir(tmp_path)
    assert codes(tmp_path) == ["missing-file"]


def test_odd_names_are_read_and_shown_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (b"-rf.txt", b"two\nlines.txt", b"caf\xe9.txt", b"\x1b[2Jclear.txt", b" " + b".txt", b"--help.html"):
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)).write_bytes(TEXT)
    monkeypatch.chdir(tmp_path)
    found = codes(".")
    assert len(found) == 6
    assert all(item.startswith("page ") and item.isprintable() for item in found)
    assert codes("-rf.txt", "--help.html") == ["page -rf.txt", "page --help.html"]


# gzip


def test_a_gzip_bomb_is_stopped_early(tmp_path: Path) -> None:
    squeezed = zlib.compressobj(9, wbits=31)
    path = tmp_path / "bomb.html.gz"
    with path.open("wb") as file:
        for _ in range(300):
            file.write(squeezed.compress(bytes(1_000_000)))
        file.write(squeezed.flush())
    tracemalloc.start()
    refused("archive-bomb", path)
    assert tracemalloc.get_traced_memory()[1] < 60_000_000
    tracemalloc.stop()


def test_a_page_that_unpacks_beyond_the_limit_is_too_large(tmp_path: Path) -> None:
    (tmp_path / "a.txt.gz").write_bytes(gzip.compress(random.Random(1).randbytes(5000)))
    refused("page-too-large", tmp_path / "a.txt.gz", settings=settings_from({}, max_page_bytes=5100 - 200))
    (tmp_path / "b.txt.gz").write_bytes(gzip.compress(b"line\n" * 2000))
    refused("page-too-large", tmp_path / "b.txt.gz", settings=settings_from({}, max_page_bytes=5000))


@pytest.mark.parametrize("cut", [1, 5, 9, 20])
def test_a_cut_gzip_file_gives_no_page(cut: int, tmp_path: Path, good: Path) -> None:
    (tmp_path / "cut.txt.gz").write_bytes(gzip.compress(TEXT)[:-cut])
    assert codes(tmp_path) == ["damaged-archive", "page zz-good.txt"]


def test_a_gzip_file_with_a_wrong_checksum_gives_no_page(tmp_path: Path) -> None:
    packed = bytearray(gzip.compress(TEXT))
    packed[-6] ^= 1
    (tmp_path / "wrong.gz").write_bytes(packed)
    refused("damaged-archive", tmp_path / "wrong.gz")


def test_what_follows_a_sound_gzip_page_is_left_out_with_a_warning(tmp_path: Path) -> None:
    (tmp_path / "tail.txt.gz").write_bytes(gzip.compress(TEXT) + b"something else")
    assert codes(tmp_path) == ["trailing-bytes", "page tail.txt"]


def test_a_gzip_file_of_many_empty_members_ends(tmp_path: Path) -> None:
    (tmp_path / "many.txt.gz").write_bytes(gzip.compress(b"") * 20_000)
    refused("empty-file", tmp_path / "many.txt.gz")


def test_gzip_in_gzip_is_not_unpacked(tmp_path: Path) -> None:
    (tmp_path / "twice.txt.gz").write_bytes(gzip.compress(gzip.compress(TEXT)))
    refused("nested-archive", tmp_path / "twice.txt.gz")


# zip


def test_a_zip_bomb_is_refused_by_its_ratio_and_the_other_members_stay(tmp_path: Path) -> None:
    (tmp_path / "bomb.zip").write_bytes(archive(("a.txt", bytes(15_000_000)), ("b.txt", TEXT)))
    assert codes(tmp_path) == ["archive-bomb", "page b.txt"]


def test_a_zip_of_many_small_bombs_is_left_at_its_budget(tmp_path: Path) -> None:
    members = [(f"{i:03}.txt", bytes(900_000)) for i in range(30)]
    (tmp_path / "bombs.zip").write_bytes(archive(*members))
    found = codes(tmp_path)
    assert found[-1] == "archive-bomb"
    assert 1 < len(found) < 20


def test_a_zip_whose_members_overlap_is_left_at_its_budget(tmp_path: Path) -> None:
    # After https://www.bamsoftware.com/hacks/zipbomb/: many directory entries, one piece of data.
    packed = archive(("a.txt", bytes(900_000)))
    start, count = packed.index(b"PK\x01\x02"), 500
    end = packed.index(b"PK\x05\x06")
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count, count, (end - start) * count, start, 0)
    (tmp_path / "overlap.zip").write_bytes(packed[:start] + packed[start:end] * count + tail)
    found = codes(tmp_path)
    assert found[-1] == "archive-bomb"
    assert sum(item.startswith("page") for item in found) < 150


def test_an_archive_that_unpacks_to_too_much_is_left_there(tmp_path: Path) -> None:
    (tmp_path / "big.zip").write_bytes(archive(*[(f"{i}.txt", b"word " * 1000) for i in range(9)]))
    settings = settings_from({}, max_archive_bytes=28_000)
    assert codes(tmp_path, settings=settings) == [f"page {i}.txt" for i in range(5)] + ["archive-too-large"]


def test_zips_inside_zips_share_one_budget(tmp_path: Path) -> None:
    inner = archive(*[(f"{i}.txt", bytes(900_000)) for i in range(4)])
    (tmp_path / "outer.zip").write_bytes(archive(*[(f"{i:02}.zip", inner) for i in range(20)]))
    found = codes(tmp_path)
    assert found.count("archive-bomb") == 1
    assert found[-1] == "archive-bomb"


def test_a_gzip_bomb_in_a_zip_counts_against_the_zip(tmp_path: Path) -> None:
    packed = gzip.compress(b"word " * 10_000)
    (tmp_path / "a.zip").write_bytes(archive(*[(f"{i}.txt.gz", packed) for i in range(4)]))
    settings = settings_from({}, max_archive_bytes=120_000)
    assert codes(tmp_path, settings=settings) == ["page 0.txt", "page 1.txt", "archive-too-large"]


def test_a_zip_three_deep_is_not_unpacked(tmp_path: Path) -> None:
    third = archive(("page.txt", TEXT))
    second = archive(("third.zip", third), ("b.txt", TEXT))
    (tmp_path / "first.zip").write_bytes(archive(("second.zip", second)))
    assert codes(tmp_path) == ["page b.txt", "nested-archive"]


@pytest.mark.parametrize("name", ["../x.txt", "a/../../x.txt", "/etc/x.txt", "..\\x.txt", "C:\\x.txt", "\\x.txt"])
def test_a_member_that_climbs_out_is_not_read_and_nothing_is_written(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "inputs"
    folder.mkdir()
    monkeypatch.chdir(folder)
    (folder / "climber.zip").write_bytes(archive((name, TEXT), ("good.txt", TEXT)))
    assert sorted(codes(folder)) == ["archive-member-name", "page good.txt"]
    assert [p.name for p in tmp_path.rglob("*") if p.is_file()] == ["climber.zip"]


def test_a_finding_on_a_member_names_archive_and_member(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(archive(("d/e\nf.txt", b"")))
    assert refused("empty-file", tmp_path / "a.zip").name == r"a.zip!/d/e\x0af.txt"


def test_an_encrypted_member_is_named(tmp_path: Path) -> None:
    packed = bytearray(archive(("a.txt", TEXT)))
    packed[packed.index(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "a.zip").write_bytes(packed)
    refused("encrypted-member", tmp_path / "a.zip")


def test_a_member_that_packing_made_larger_is_damaged(tmp_path: Path) -> None:
    packed = bytearray(archive(("a.txt", TEXT)))
    place = packed.index(b"PK\x01\x02") + 20
    packed[place : place + 4] = struct.pack("<L", 4000)
    (tmp_path / "a.zip").write_bytes(packed)
    refused("damaged-archive", tmp_path / "a.zip")


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA, 97])
def test_a_member_packed_by_an_unbounded_method_is_named(method: int, tmp_path: Path) -> None:
    packed = bytearray(archive(("a.txt", TEXT)))
    packed[packed.index(b"PK\x01\x02") + 10] = method
    (tmp_path / "a.zip").write_bytes(packed)
    refused("archive-method", tmp_path / "a.zip")


def test_a_symbolic_link_in_a_zip_is_not_followed(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("link.txt")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    (tmp_path / "a.zip").write_bytes(archive((link, b"/etc/passwd")))
    refused("not-a-regular-file", tmp_path / "a.zip")


def test_a_damaged_member_is_named_and_the_sound_ones_stay(tmp_path: Path) -> None:
    packed = bytearray(archive(("a.txt", TEXT), ("b.txt", b"other words, much longer"), ("c.txt", TEXT)))
    place = packed.index(b"b.txt") + 5
    packed[place : place + 4] = b"\xff\xff\xff\xff"
    (tmp_path / "a.zip").write_bytes(packed)
    assert codes(tmp_path) == ["page a.txt", "damaged-archive", "page c.txt"]


def test_a_cut_zip_is_damaged(tmp_path: Path, good: Path) -> None:
    (tmp_path / "cut.zip").write_bytes(archive(("a.txt", TEXT))[:-10])
    assert codes(tmp_path) == ["damaged-archive", "page zz-good.txt"]


def test_a_zip_of_too_many_members_is_refused_before_its_directory_is_made(tmp_path: Path) -> None:
    (tmp_path / "many.zip").write_bytes(archive(*[(f"{i}.txt", b"x") for i in range(30)]))
    refused("too-many-members", tmp_path / "many.zip", settings=settings_from({}, max_archive_members=29))
    assert len(codes(tmp_path, settings=settings_from({}, max_archive_members=30))) == 30


def test_a_zip_that_claims_a_huge_directory_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "huge.zip"
    with path.open("wb") as file:
        file.write(b"PK\x03\x04")
        file.truncate(1_900_000_000)
        file.seek(0, os.SEEK_END)
        file.write(struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, 1_800_000_000, 4, 0))
    refused("too-many-members", path)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_members_of_one_name_are_all_read_with_a_warning(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(archive(("a.txt", TEXT), ("a.txt", b"another")))
    assert codes(tmp_path) == ["page a.txt", "duplicate-member", "page a.txt"]
    found = [item for item in results(tmp_path) if isinstance(item, Page)]
    assert [p.data for p in found] == [TEXT, b"another"]
    assert len({p.locator for p in found}) == 2


def test_a_zip_without_pages_is_a_violation_when_named_and_a_warning_in_a_folder(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(archive(("a.png", b"x"), ("__MACOSX/._a.html", b"\0\5"), ("._b.txt", b"\0\5")))
    refused("no-pages", tmp_path / "a.zip")
    (finding,) = results(tmp_path)
    assert isinstance(finding, Finding)
    assert finding.severity is Severity.WARNING


SOUND = archive(("a.txt", TEXT * 4), ("b.html", b"<p>x</p>"), ("c.txt.gz", gzip.compress(TEXT)), ("b.html.json", b"{}"))
PACKED = gzip.compress(TEXT * 4)


@given(
    st.sampled_from([SOUND, PACKED, b"PK\x03\x04" + PACKED]),
    st.lists(st.tuples(st.integers(0, 600), st.binary(min_size=0, max_size=4)), max_size=4),
)
def test_archives_damaged_anywhere_give_pages_or_named_findings(data: bytes, changes: list[tuple[int, bytes]]) -> None:
    for anywhere, patch in changes:
        place = anywhere % (len(data) + 1)
        data = data[:place] + patch + data[place + (len(patch) or 7) :]
    for item in results("-", stdin=data):
        if isinstance(item, Page):
            decode(item)
        else:
            assert item.name
            assert item.code


# Many at once


def test_one_bad_input_stops_no_other_and_no_memory_is_kept(tmp_path: Path) -> None:
    for i in range(60):
        (tmp_path / f"{i:02}.txt").write_bytes(TEXT + b"x" * 1_000_000)
        (tmp_path / f"{i:02}-empty.txt").touch()
    os.mkfifo(tmp_path / "30-pipe.html")
    counts = {"page": 0, "empty-file": 0, "not-a-regular-file": 0}
    tracemalloc.start()
    for item in pages([str(tmp_path)], SETTINGS):
        counts["page" if isinstance(item, Page) else item.code] += 1
    assert tracemalloc.get_traced_memory()[1] < 10_000_000
    tracemalloc.stop()
    assert counts == {"page": 60, "empty-file": 60, "not-a-regular-file": 1}
