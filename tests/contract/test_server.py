"""The server as a whole: it starts, says where it is, and ends with everything below it."""

from __future__ import annotations

import os
import signal
import socket
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.serving import data_file, fetch, server_over

if TYPE_CHECKING:
    from tests.serving import Server


def ended(processes: set[int], seconds: float = 8) -> bool:
    """Whether all of them are gone in time (or wait for their burial)."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if not any(running(process) for process in processes):
            return True
        time.sleep(0.05)
    return False


def running(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def ready(server: Server) -> bool:
    return server.get("sparql?query=ASK%7B%7D").status == 200


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_server_and_every_process_below_it(tmp_path: Path, number: int) -> None:
    with server_over("data", data_file(tmp_path)) as server:
        assert ready(server)
        processes = server.processes()
        assert len(processes) >= 4
        assert server.stop(number) == 0
        assert ended(processes)


def test_killing_the_server_leaves_nothing_behind(tmp_path: Path) -> None:
    with server_over("data", data_file(tmp_path)) as server:
        assert ready(server)
        processes = server.processes()
        os.kill(server.process.pid, signal.SIGKILL)
        assert ended(processes - {server.process.pid})


def test_a_port_that_is_taken_is_said(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = server_over("data", data_file(tmp_path), port=other.getsockname()[1])
        with pytest.raises(AssertionError, match="did not start"), taken:
            pass


def test_two_servers_do_not_share_a_port(tmp_path: Path) -> None:
    path = data_file(tmp_path)
    with server_over("data", path) as one:
        port = int(one.url.rstrip("/").rpartition(":")[2])
        with pytest.raises(AssertionError, match="did not start"), server_over("data", path, port=port):
            pass
        assert ready(one)


def test_a_file_that_does_not_parse_ends_the_server_with_a_reason(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "broken.nq").write_text("<a> <b>")
    with pytest.raises(AssertionError, match="did not start"), server_over("data", tmp_path / "broken.nq"):
        pass
    said = capfd.readouterr().err
    assert "2 broken.nq" in said
    assert "Traceback" not in said


def test_the_server_prints_its_addresses_below_the_public_one(sample_workspace: Path) -> None:
    with server_over("workspace", sample_workspace, public_url="https://data.example.org/ogp") as server:
        assert any("https://data.example.org/ogp/sparql" in line for line in server.said)


def test_a_release_is_served(sample_workspace: Path) -> None:
    with server_over("workspace", sample_workspace) as server:
        assert "Unofficial" in server.get("").text
        assert server.get("dumps/ogp-graph.nq.gz").body[:2] == b"\x1f\x8b"
        assert server.get("healthz").status == 200
        host = {"Host": "evil.example.com"}
        assert "evil" not in fetch(server.url, headers=host).text
