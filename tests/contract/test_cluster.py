"""A build on a cluster is the build on one machine, whatever becomes of a worker; and what is missing is said."""

from __future__ import annotations

import gzip
import os
import pickle
import re
import subprocess
import sys
import threading
import time
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bench.corpus import page, sheet
from ogp_graph import captures
from ogp_graph.errors import EnginesDisagree, EnvironmentFailure, UsageError
from ogp_graph.model import Finding, Page
from ogp_graph.pipeline.cluster import Cluster
from ogp_graph.pipeline.cluster.inputs import Piece, pieces
from ogp_graph.pipeline.cluster.storage import Storage
from ogp_graph.pipeline.cluster.tasks import version
from ogp_graph.pipeline.jobs import Job
from ogp_graph.release import Takedown, Workspace
from ogp_graph.settings import settings_from
from tests.clusters import Machines, machines, object_store
from tests.services import free_port
from tests.web_archives import packed, record, response, sha1
from tests.websites import Site, website

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Run

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = settings_from({})
PROGRAM = "import sys; from ogp_graph.cli import main; sys.argv[0] = 'ogp-graph'; main()"
SMALL = {"OGP_GRAPH_CLUSTER_PART": "6000"}
ELSEWHERE = "https://example.com/"


@pytest.fixture(scope="module")
def crawl(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a page and a crawl: 60 reports among other pages, revisits across its parts, a damaged record."""
    folder = tmp_path_factory.mktemp("crawl")
    made = [page(sheet(n, size=40), "html").encode() for n in range(60)]
    records = [response(data, url=f"https://example.org/documents/{n}/") for n, data in enumerate(made)]
    records[30:30] = [response(b"<p>nothing</p>" * 40, url=f"{ELSEWHERE}{n}") for n in range(30)]
    records[10:10] = [response(made[0], length=44)]
    again = {"WARC-Payload-Digest": sha1(made[2])}
    records += [record("revisit", b"", url="https://example.org/documents/2/", more=again, date="2025-05-05T05:05:05Z")]
    records += [record("revisit", b"", url=f"{ELSEWHERE}x", more={"WARC-Payload-Digest": sha1(b"nowhere")})]
    (folder / "a.warc.gz").write_bytes(packed(*records))
    (folder / "page.html").write_bytes(page(sheet(99, size=40), "html").encode())
    return folder


@pytest.fixture(scope="module")
def alone(crawl: Path, tmp_path_factory: pytest.TempPathFactory, ogp_graph: Run) -> Path:
    """The workspace of a build on one machine."""
    workspace = tmp_path_factory.mktemp("alone") / "ws"
    ogp_graph("build", "-w", workspace, crawl, "--date", "2026-01-01", code=1)
    return workspace


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machines]:
    with machines(tmp_path_factory.mktemp("machines")) as found:
        yield found


def sums(workspace: Path) -> dict[str, str]:
    """The digest of every file of the release but for its store and its number."""
    lines = (workspace / "current" / "SHA256SUMS").read_text().splitlines()
    return {name: digest for digest, _, name in (line.partition("  ") for line in lines) if name != "release.json"}


def test_one_worker_is_killed_in_the_middle_and_every_file_is_the_same(
    crawl: Path, alone: Path, tmp_path: Path
) -> None:
    storage = tmp_path / "shared"
    with machines(tmp_path) as cluster:
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, "build", "-w", str(tmp_path / "ws"), str(crawl), "--date", "2026-01-01",
             "--scheduler", cluster.address, "--storage", str(storage)],
            env=os.environ | SMALL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        until = time.monotonic() + 60
        while len(list(storage.glob("tasks/*"))) < 4 and time.monotonic() < until:
            time.sleep(0.005)
        before = len(list(storage.glob("tasks/*")))
        cluster.workers[0].kill()
        _, said = process.communicate(timeout=120)
    assert process.returncode == 1, said  # the damaged record
    assert 4 <= before < len(list(storage.glob("tasks/*")))
    assert sums(tmp_path / "ws") == sums(alone)
    assert not list(storage.glob("**/*.tmp"))


def test_a_build_with_everything_done_does_nothing_again(
    crawl: Path, alone: Path, cluster: Machines, tmp_path: Path, ogp_graph: Run
) -> None:
    given = ["--date", "2026-01-01", "--scheduler", cluster.address, "--storage", tmp_path / "shared"]
    ogp_graph("build", "-w", tmp_path / "a", crawl, *given, code=1, env=SMALL)
    files = {path: path.stat().st_mtime_ns for path in (tmp_path / "shared").rglob("*")}
    ogp_graph("build", "-w", tmp_path / "b", crawl, *given, code=1, env=SMALL)
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "shared").rglob("*")} == files
    assert sums(tmp_path / "b") == sums(alone)


def test_inputs_and_storage_may_be_in_an_object_store(crawl: Path, alone: Path, tmp_path: Path, ogp_graph: Run) -> None:
    with object_store(free_port()) as url:
        given = {
            "AWS_ACCESS_KEY_ID": "x",
            "AWS_SECRET_ACCESS_KEY": "y",
            "AWS_ENDPOINT_URL": url,
            "AWS_DEFAULT_REGION": "us-east-1",
        }
        put = (
            "import sys, s3fs; fs = s3fs.S3FileSystem(); fs.mkdir('crawl'); fs.mkdir('shared')\n"
            "for name in ('a.warc.gz', 'page.html'): fs.put(f'{sys.argv[1]}/{name}', f'crawl/{name}')"
        )
        subprocess.run([sys.executable, "-c", put, str(crawl)], check=True, env=os.environ | given, timeout=60)
        with machines(tmp_path, 2, **given) as cluster:
            told = ["--date", "2026-01-01", "--scheduler", cluster.address, "--storage", "s3://shared/ogp"]
            ogp_graph("build", "-w", tmp_path / "ws", "s3://crawl", *told, code=1, env=given | SMALL)
            missing = ogp_graph(
                "build", "-w", tmp_path / "x", "s3://crawl", *told[:-1], "s3://nobody/x", code=3, env=given
            )
    assert sums(tmp_path / "ws") == sums(alone)
    assert "run it again" in missing.stderr


def test_a_storage_that_fails_half_way_loses_nothing(
    crawl: Path, alone: Path, cluster: Machines, tmp_path: Path, ogp_graph: Run
) -> None:
    storage = tmp_path / "shared"
    (storage / "tasks").mkdir(parents=True)
    (storage / "parts").write_bytes(b"in the way")
    given = ["--date", "2026-01-01", "--scheduler", cluster.address, "--storage", storage]
    failed = ogp_graph("build", "-w", tmp_path / "ws", crawl, *given, code=3, env=SMALL)
    assert "a worker could not do its part" in failed.stderr
    assert "Traceback" not in failed.stderr
    (storage / "parts").unlink()
    ogp_graph("build", "-w", tmp_path / "ws", crawl, *given, code=1, env=SMALL)
    assert sums(tmp_path / "ws") == sums(alone)


def connect(address: str, storage: Path) -> None:
    """Connects and leaves."""
    with Cluster.at(address, str(storage), SETTINGS):
        pass


def test_a_scheduler_that_is_not_there_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ogp_graph.pipeline.cluster.client._WAIT", 1)
    with pytest.raises(EnvironmentFailure, match="no scheduler answers at tcp:"):
        connect(f"tcp://127.0.0.1:{free_port()}", tmp_path)
    for address in ("lokal", "tcp://127.0.0.1", "127.0.0.1:x", "foo://127.0.0.1:9"):
        with pytest.raises(UsageError, match="is no address of a scheduler"):
            connect(address, tmp_path)
    with website(Site()) as site, pytest.raises(EnvironmentFailure, match="no scheduler answers at tcp:"):
        connect(site.url.replace("http:", "tcp:"), tmp_path)
    with machines(tmp_path, 0) as none, pytest.raises(EnvironmentFailure, match="has no workers"):
        connect(none.address, tmp_path)


def test_what_cannot_be_reached_is_told(cluster: Machines, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nobody = f"http://127.0.0.1:{free_port()}"
    (found,) = pieces([f"{nobody}/crawl.warc.gz"], 6000)
    assert isinstance(found, Finding)
    assert found.code == "missing-file"
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    for name, value in {"ENDPOINT_URL": nobody, "ACCESS_KEY_ID": "x", "MAX_ATTEMPTS": "1"}.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    with pytest.raises(EnvironmentFailure, match="s3://nowhere/"):
        list(pieces(["s3://nowhere/x"], 6000))
    (tmp_path / "file").touch()
    with pytest.raises(EnvironmentFailure, match=r"the storage \S+file cannot be read or written"):
        connect(cluster.address, tmp_path / "file")
    with pytest.raises(UsageError, match="foo"), Cluster.at(cluster.address, "foo://x", SETTINGS):
        pass


def test_a_worker_of_another_version_is_refused(
    cluster: Machines, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ogp_graph.pipeline.cluster.client.version", lambda: ("9.9.9", "other"))
    with pytest.raises(UsageError, match=r"the worker at tcp://\S+ has version .* than here \(9.9.9\)"):
        connect(cluster.address, tmp_path)


def test_a_disagreement_of_validators_on_a_worker_is_told_as_one(tmp_path: Path) -> None:
    class Ended:
        def exception(self) -> Exception:
            return pickle.loads(pickle.dumps(EnginesDisagree("report/a", ("MemberShape",))))

    with pytest.raises(EnginesDisagree, match="OGP_GRAPH_VALIDATION_SHARE=1, so that"):
        Cluster(None, Storage(str(tmp_path)), SETTINGS, "")._result(Ended())


def test_wrong_usage_is_told_before_anything_starts(tmp_path: Path, ogp_graph: Run) -> None:
    assert "--scheduler" in ogp_graph("build", "-w", tmp_path, "--storage", "x", code=2).stderr
    assert "--scheduler" in ogp_graph("build", "-w", tmp_path, "s3://crawl/2026/", code=2).stderr
    assert "ogp-graph fetch" in ogp_graph("convert", "https://www.example.org/", code=2).stderr
    assert "standard input" in ogp_graph("build", "-w", tmp_path, "-", "--scheduler", "local", code=2).stderr


def test_the_command_line_does_not_import_dask() -> None:
    program = (
        "import sys; from ogp_graph.cli import commands; print(sorted({'distributed', 'fsspec'} & {*sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT)
    assert done.stdout == "[]\n"


def test_an_archive_is_cut_into_parts_and_other_files_are_not(crawl: Path) -> None:
    found = [piece for piece in pieces([str(crawl)], 6000) if isinstance(piece, Piece)]
    assert [piece.shown for piece in found][-1] == "page.html"
    parts = [piece for piece in found if not piece.whole]
    assert len(parts) == -(-(crawl / "a.warc.gz").stat().st_size // 6000)
    assert all(one.stop == other.start for one, other in pairwise(parts))


def test_what_gives_no_page_is_told_as_on_one_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("full", "empty"):
        Path(name).mkdir()
    Path("full", "page.html").touch()
    Path("full", "page.html.json").write_text("{}")
    Path("full", "around").symlink_to(tmp_path / "full")
    Path("full", "itself.html").symlink_to("itself.html")
    Path("full", os.fsdecode(b"caf\xe9.html")).touch()
    Path("full", os.fsdecode(b"\xe9.warc")).write_bytes(_SOUND[0] + response(_MADE)[:-900])
    given = ["full", "empty", "full/page.html.json", "full/../none", "", "n" * 300, "x\0", "full/page.html"]
    one = list(captures.pages(given, SETTINGS))
    findings = [found for found in one if isinstance(found, Finding)]
    codes = {"no-pages", "symlink-loop", "missing-file", "empty-file", "record-cut", "archive-read"}
    assert {found.code for found in findings} == codes

    monkeypatch.setattr(Cluster, "_done", lambda _, tasks: (task() for task in tasks))
    workspace, job = Workspace(tmp_path / "ws"), Job(str(tmp_path / "ws"), SETTINGS, "", Takedown())
    cluster = Cluster(None, Storage(str(tmp_path / "shared")), SETTINGS, version()[1])
    assert list(cluster.archive(workspace, given, job, lambda *_: None)) == findings
    assert [found.address for found in workspace.captures()] == ["https://example.org/documents/0/"]


_MADE, *_OTHERS = (page(sheet(n, size=40), "html").encode() for n in range(7))
_SOUND = [response(data, url=f"https://example.org/documents/{n}/") for n, data in enumerate(_OTHERS)]
_NESTED = b"".join(_SOUND[3:])


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.warc", _SOUND[0] + response(_NESTED, url=f"{ELSEWHERE}old.warc") + _SOUND[1]),
        ("a.warc", _SOUND[0] + b"junk\r\n" * 900 + _SOUND[1] + response(_MADE)[:-900] + _SOUND[2]),
        ("a.warc", _SOUND[0] + response(_MADE, version="WARC/7.0") + _SOUND[1] + response(_MADE)[:90]),
        ("a.warc.gz", packed(_SOUND[0]) + packed(response(_MADE))[:-300] + packed(_SOUND[1])),
        ("a.warc.gz", packed(_SOUND[0]) + bytes(2500) + packed(_SOUND[1]) + packed(response(_MADE))[:20]),
        ("a.warc.gz", packed(_SOUND[0], response(_MADE, version="none"), b"junk" * 900, _SOUND[1] * 3, *_SOUND[2:])),
        ("a.warc.gz", packed(_SOUND[0]) + gzip.compress(response(packed(*_SOUND[3:])), 0) + packed(_SOUND[1])),
        ("a.warc.gz", packed(b"".join(_SOUND))),
    ],
    ids=["archive inside", "junk", "version and cut", "member", "zeros and cut", "versions", "packed inside", "one"],
)
def test_wherever_an_archive_is_cut_the_parts_give_what_the_whole_gives(
    name: str, data: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / name
    file.write_bytes(data)
    one = list(captures.pages([str(file)], SETTINGS))
    monkeypatch.setattr(Cluster, "_done", lambda _, tasks: (task() for task in tasks))
    for part in (len(data) // 2 + 1, len(data) // 3 + 1, 997):
        workspace, job = Workspace(tmp_path / f"ws{part}"), Job("", SETTINGS, "", Takedown())
        settings = replace(SETTINGS, cluster_part=part)
        cluster = Cluster(None, Storage(str(tmp_path / "shared")), settings, version()[1])
        told = list(cluster.archive(workspace, [str(file)], job, lambda *_: None))
        assert told == [found for found in one if isinstance(found, Finding)], part
        assert set(workspace.captures()) == {found.capture for found in one if isinstance(found, Page)}, part


class _Files(BaseHTTPRequestHandler):
    """Gives ``data`` under every name, in parts where its ``ranges`` says so."""

    protocol_version, data, ranges = "HTTP/1.1", b"", True

    def log_message(self, *_: object) -> None:
        """Nothing."""

    def do_GET(self) -> None:
        wanted = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", "")) if self.ranges else None
        start, end = (int(wanted[1]), int(wanted[2]) + 1) if wanted else (0, len(self.data))
        body = self.data[start:end]
        self.send_response_only(206 if wanted else 200)
        told = {"Content-Length": len(body)} | ({"Accept-Ranges": "bytes"} if self.ranges else {})
        told |= {"Content-Range": f"bytes {start}-{start + len(body) - 1}/{len(self.data)}"} if wanted else {}
        for name, value in told.items():
            self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(b"" if self.command == "HEAD" else body)

    def do_HEAD(self) -> None:
        self.do_GET()


@pytest.mark.parametrize("ranges", [True, False])
def test_an_archive_at_a_web_address_is_read_in_parts(
    ranges: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = b"".join(_SOUND)
    handler = type("Files", (_Files,), {"data": data, "ranges": ranges})
    monkeypatch.setattr("ogp_graph.pipeline.cluster.storage._BLOCK", 5000)
    monkeypatch.setattr(Cluster, "_done", lambda _, tasks: (task() for task in tasks))
    workspace, job = Workspace(tmp_path / "ws"), Job("", SETTINGS, "", Takedown())
    settings = replace(SETTINGS, cluster_part=len(data) // 3)
    cluster = Cluster(None, Storage(str(tmp_path / "shared")), settings, version()[1])
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        reading = cluster.archive(
            workspace, [f"http://127.0.0.1:{server.server_address[1]}/a.warc"], job, lambda *_: None
        )
        if ranges:
            assert [found.code for found in reading] == ["archive-read"]
            assert len(list(workspace.captures())) == len(_SOUND)
        else:
            with pytest.raises(EnvironmentFailure, match="no parts of files"):
                list(reading)
        server.shutdown()


def test_a_stored_file_is_named_by_its_content_and_written_once(tmp_path: Path) -> None:
    storage = Storage(str(tmp_path / "s"))
    name = storage.add("parts", b"x")
    before = (tmp_path / "s" / name).stat().st_mtime_ns
    assert storage.add("parts", b"x") == name
    assert (tmp_path / "s" / name).stat().st_mtime_ns == before
    assert (storage.read(name), storage.has("parts/none")) == (b"x", False)
