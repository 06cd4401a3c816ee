"""Pages and data that are made with a release: the bytes of those made when somebody asks; gone when they must go."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import partial
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast
from weakref import ref

import pyoxigraph as ox
import pytest

from ogp_graph.engine import Direct
from ogp_graph.known import PREPARED, Prepared
from ogp_graph.release import Product, Workspace, verify
from ogp_graph.release.takedown import Takedown, TakenPerson
from ogp_graph.settings import settings_from
from ogp_graph.web import create_app, direct, preparing
from ogp_graph.web.pages.light import HEAVIEST, weight
from ogp_graph.web.pages.prepared import RELEASE, TOKEN, URL, YEAR, Ready, maker, record
from ogp_graph.web.preparing import _Told, make_pages
from ogp_graph.web.target import Site, release_target
from tests.full_report import full_report
from tests.serving import server_over
from tests.small_release import DAY, SETTINGS, release_of, report_named, result_of, some_results

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient
    from werkzeug.wrappers import Response

    from ogp_graph.release import Release, ReportResult

PAGES = Product(PREPARED, partial(make_pages, settings=SETTINGS))
URLS = ("http://127.0.0.1:8008/", "https://data.example.org/a/ogp/")


def client(workspace: Path, url: str = URLS[0]) -> FlaskClient:
    target = release_target(workspace)
    assert target.folder is not None
    return create_app(Site(target, url, settings_from({})), Direct(ox.Store())).test_client()


def keys_of(workspace: Path) -> list[str]:
    lines = (workspace / "current" / "reports.tsv").read_text().splitlines()
    return [line.partition("\t")[0] for line in lines[1:]]


def paths_of(workspace: Path) -> list[str]:
    folder = release_target(workspace).folder
    assert folder is not None
    known = Prepared(folder / PREPARED, maker())
    reports = keys_of(workspace)
    shared = (folder / "parts" / "shared.nq").read_text().splitlines()
    members = {line.split("/id/")[1].partition(">")[0] for line in shared if "/id/" in line}
    rests = [*(f"{kind}/{key}" for key in reports for kind in ("report", "commitment")), *sorted(members)]
    paths = [path for rest in rests for path in (f"page/{rest}", f"data/{rest}.ttl")]
    found = [path for path in paths if known.find(path)]
    assert len(found) == len(known), "there is something else, too"
    return found


def headers(response: Response) -> list[tuple[str, str]]:
    """What a response says, without its time and the name of its bytes, which depends on who made them."""
    return sorted(one for one in response.headers if one[0] not in ("Date", "ETag"))


def bodies(release: Release) -> bytes:
    known = Prepared(release.path / PREPARED, maker())
    workspace = release.path.parent.parent
    return b"".join(found.document for path in paths_of(workspace) if (found := known.find(path)))


@pytest.mark.parametrize("url", URLS)
def test_what_is_prepared_is_what_would_be_made(
    sample_workspace: Path, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = paths_of(sample_workspace)
    assert {path.split("/")[1] for path in paths} == {"report", "commitment", "member", "plan"}
    assert {f"page/report/{key}" for key in keys_of(sample_workspace)} <= set(paths), "one could not be made"
    prepared = client(sample_workspace, url)
    given = {path: prepared.get(f"/{path}") for path in paths}
    with monkeypatch.context() as patched:
        patched.setattr(Ready, "response", lambda *_: None)
        live = client(sample_workspace, url)
        for path, response in given.items():
            made = live.get(f"/{path}")
            assert made.status_code == response.status_code == 200
            assert response.get_data(as_text=True) == made.get_data(as_text=True), path
            assert headers(response) == headers(made), path
            assert TOKEN not in response.text + str(response.headers)


def test_readers_of_other_languages_other_parts_and_old_releases_get_their_own(
    sample_workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, tuple[str, ...]]] = []
    answer = Ready.response

    def noted(self: Ready, path: str, languages: tuple[str, ...]) -> object:
        found = answer(self, path, languages)
        asked.extend([(path, languages)] if found else [])
        return found

    monkeypatch.setattr(Ready, "response", noted)
    site, path = client(sample_workspace), next(path for path in paths_of(sample_workspace) if "page/report" in path)
    release = release_target(sample_workspace).id
    for address, accepted in (
        (f"/{path}?lang=es", ""), (f"/{path}", "es-MX,es;q=0.9"), (f"/{path}", "en,fr;q=0.5"),
        (f"/release/{release}/{path}", "en"),
    ):  # fmt: skip
        assert site.get(address, headers={"Accept-Language": accepted}).status_code == 200
    assert asked == []
    assert 'lang="es"' in site.get(f"/{path}?lang=es").text
    site.get(f"/{path}", headers={"Accept-Language": "en-GB,en;q=0.9"})
    assert asked == [(path, ("en",))]


def test_an_address_that_html_escapes_is_filled_in_by_the_pages_themselves(sample_workspace: Path) -> None:
    page = next(path for path in paths_of(sample_workspace) if "page/report" in path)
    assert (
        'href="https://data.example.org/a&amp;b/page/report/'
        in client(sample_workspace, "https://data.example.org/a&b/").get(f"/{page}").text
    )


def test_conditions_and_packing_hold_for_prepared_pages(sample_workspace: Path) -> None:
    site, path = client(sample_workspace), f"/{paths_of(sample_workspace)[0]}"
    first = site.get(path)
    assert site.get(path, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    assert site.head(path).headers["Content-Length"] == str(len(first.data))
    packed = site.get(path, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert len(packed.data) < len(first.data) / 2
    assert site.get(f"{path}?nothing=1").status_code == 400


def test_the_tag_of_a_prepared_document_is_strong_and_names_its_bytes(tmp_path: Path) -> None:
    one, other = Workspace(tmp_path / "one"), Workspace(tmp_path / "other")
    changed = replace(full_report(), title=report_named("x").title, action=None)
    release_of(one, [result_of(full_report()), result_of(report_named("parks"))], products=[PAGES])
    release_of(other, [result_of(changed), result_of(report_named("parks"))], products=[PAGES])
    paths, seen = [path for path in paths_of(one.path) if "plan" not in path], {}
    for workspace in (one, other):
        for url in URLS:
            site = client(workspace.path, url)
            for path in paths:
                for coding in ("identity", "gzip"):
                    response = site.get(f"/{path}", headers=asks(coding))
                    tag = response.headers["ETag"]
                    assert seen.setdefault(tag, response.data) == response.data, "one tag is one sequence of bytes"
                    assert not tag.startswith("W/")
                    again = site.get(f"/{path}", headers=asks(coding) | {"If-None-Match": tag})
                    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag)
    kept = [f"report/{report_named('parks').key}", f"commitment/{report_named('parks').key}"]
    unchanged = sum(any(path.endswith((rest, f"{rest}.ttl")) for rest in kept) for path in paths)
    assert len(seen) == 2 * 2 * (2 * len(paths) - unchanged), "same release, same bytes: same tag"


def test_a_server_gives_them_at_once_as_its_pages_would(sample_workspace: Path) -> None:
    paths = paths_of(sample_workspace)
    some = [next(path for path in paths if start in path) for start in ("page/report", "page/member", "data/plan")]
    with server_over("workspace", sample_workspace, cache_memory=1, cache_disk=1) as server:
        site = client(sample_workspace, server.url)
        for path in some:
            for coding in ("identity", "gzip", "zstd"):
                at_once, by_pages = server.get(path, Accept_Encoding=coding), site.get(path, headers=asks(coding))
                assert at_once.body == by_pages.data, path
                assert carried(at_once.headers) == carried(by_pages.headers), path
                detour = server.get(path, If_None_Match='"another"', Accept_Encoding=coding)
                assert (detour.status, detour.body) == (200, at_once.body), path
                assert carried(detour.headers) == carried(at_once.headers), path
                head = server.get(path, "HEAD", Accept_Encoding=coding)
                assert (head.status, head.body) == (200, b"")
                assert carried(head.headers) == carried(at_once.headers), path
            assert server.get(path, Accept_Encoding="identity;q=0, gzip;q=0, zstd;q=0").status == 406
            again = server.get(path, If_None_Match=str(at_once.headers["ETag"]), Accept_Encoding="zstd")
            assert (again.status, again.body) == (304, b"")


def test_a_page_as_heavy_as_pages_get_is_given_at_once_and_a_heavier_document_is_not() -> None:
    exchange = SimpleNamespace(plain=True)
    incoming = SimpleNamespace(scope=SimpleNamespace(path="/page/report/a", query_string=""), header=lambda _: None)
    for size, at_once in ((HEAVIEST, True), (HEAVIEST + 1, False)):
        kept = [("Content-Type", "text/html"), ("ETag", '"a"')], b"a" * size
        serving = SimpleNamespace(
            ready=SimpleNamespace(response=lambda *_, kept=kept: kept),
            site=SimpleNamespace(target=SimpleNamespace(id="2026-11-21.1")), carried=(),
        )  # fmt: skip
        reply = direct.prepared(cast("Any", serving), cast("Any", incoming), cast("Any", exchange))
        assert (reply is not None and reply.body == kept[1]) == at_once


def test_how_heavy_a_page_is_does_not_depend_on_where_it_is_served(sample_workspace: Path) -> None:
    target, found = release_target(sample_workspace), set()
    for url in ("http://a.example/", "https://data.example.org/open/ogp/"):
        site = Site(target, url, settings_from({}))
        page = client(sample_workspace, url).get(f"/page/report/{keys_of(sample_workspace)[0]}").text
        found.add(weight(page, site))
    assert len(found) == 1


def test_who_asks_for_them_too_often_is_told_to_wait(sample_workspace: Path) -> None:
    paths = [path for path in paths_of(sample_workspace) if path.startswith(("page/member", "data/member"))][:6]
    with server_over("workspace", sample_workspace, cache_memory=1, cache_disk=1, client_rate=4) as server:
        replies = [server.get(path) for path in paths]
        assert [reply.status for reply in replies] == [200] * 4 + [429] * 2
        assert server.get("sparql?query=ASK%7B%7D").status == 429, "they are paid from the same share"
        refused, release = replies[-1], release_target(sample_workspace).id
        assert (json.loads(refused.body)["code"], refused.headers["OGP-Graph-Release"]) == (
            "too-many-requests",
            release,
        )
        assert 0 < int(refused.headers["Retry-After"]) <= 60
        counts = server.get("metrics").text
    assert 'ogp_graph_requests_total{status="200"} 4.0' in counts
    assert 'ogp_graph_requests_total{status="429"} 3.0' in counts


def test_documents_of_members_and_plans_stand_as_they_are_and_others_are_packed(sample_release: Path) -> None:
    known = Prepared(sample_release / PREPARED, maker())
    for path in paths_of(sample_release.parent.parent):
        found = known.find(path)
        assert found is not None
        assert found.data.startswith(b"Content-Type") == ("/member/" in path or "/plan/" in path), path
        assert found.document.startswith(b"Content-Type"), path


def asks(coding: str) -> dict[str, str]:
    return {"Accept": "*/*", "Accept-Encoding": coding}


def carried(headers: Any) -> list[tuple[str, str]]:
    """What a response says, without its time and what the server's connection adds."""
    beside = ("connection", "date", "server")
    return sorted((name.lower(), value) for name, value in headers.items() if name.lower() not in beside)


def test_pages_of_another_program_are_not_given(sample_release: Path) -> None:
    assert len(Prepared(sample_release / PREPARED, maker())) > 0
    assert len(Prepared(sample_release / PREPARED, "another")) == 0
    assert len(Prepared(sample_release / "no such folder", maker())) == 0


def test_what_was_read_can_be_forgotten_and_read_again(sample_release: Path) -> None:
    known = Prepared(sample_release / PREPARED, maker())
    paths = paths_of(sample_release.parent.parent)
    before = [known.find(path) for path in paths]
    known.forget()
    assert [known.find(path) for path in paths] == before
    assert [known.inputs(path) for path in paths] == [one and one.inputs for one in before]
    assert known.inputs("page/report/nowhere") is None


def test_a_release_that_continues_another_has_the_pages_of_one_made_anew(tmp_path: Path) -> None:
    first, changed = some_results(), replace(report_named("parks"), title=full_report().title)
    results = [first[0], result_of(changed), result_of(report_named("lakes"))]
    here, there = Workspace(tmp_path / "here"), Workspace(tmp_path / "there")
    release_of(here, stored(here, many(first)), products=[PAGES])
    continued = release_of(here, stored(here, many(results)), products=[PAGES])
    anew = release_of(there, stored(there, many(results)), products=[PAGES])
    for name in ("index", "bodies", "maker"):
        assert (continued.path / PREPARED / name).read_bytes() == (anew.path / PREPARED / name).read_bytes()
    assert verify(continued.path) == ()
    assert b"lakes" in bodies(continued)


def test_damaged_pages_are_not_taken_over(tmp_path: Path) -> None:
    here, there = Workspace(tmp_path / "here"), Workspace(tmp_path / "there")
    file = release_of(here, stored(here, many(some_results())), products=[PAGES]).path / PREPARED / "bodies"
    data = file.read_bytes()
    file.chmod(0o644)
    file.write_bytes(data[: len(data) // 2] + b"?" + data[len(data) // 2 + 1 :])
    results = [*some_results(), result_of(report_named("lakes"))]
    after = release_of(here, stored(here, many(results)), products=[PAGES])
    assert bodies(after) == bodies(release_of(there, stored(there, many(results)), products=[PAGES]))


def test_pages_are_the_same_however_often_the_store_is_closed_and_none_is_left_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = release_of(Workspace(tmp_path / "one"), some_results(), products=[PAGES])
    opened: list[_Told] = []
    closed = []
    monkeypatch.setattr(preparing, "_REMEMBERED", 2)
    monkeypatch.setattr(_Told, "__init__", lambda self, path: (opened.append(self), _opening(self, path))[1])
    monkeypatch.setattr(_Told, "forget", lambda self: (closed.append("_store" in vars(self)), _closing(self))[1])
    again = release_of(Workspace(tmp_path / "two"), some_results(), products=[PAGES])
    assert bodies(again) == bodies(release)
    assert closed == [False, True, True, True], "first, after two reports, before plans and members, after two of them"
    last = ref(opened.pop())
    assert not opened
    assert last() is None, "the application that made the pages still has the store"


_opening, _closing = _Told.__init__, _Told.forget


def many(results: list[ReportResult]) -> list[ReportResult]:
    """So many reports that a change of two is a small one."""
    return [*results, *(result_of(report_named(f"park-{number}")) for number in range(12))]


def stored(workspace: Workspace, results: list[ReportResult]) -> list[ReportResult]:
    for result in results:
        workspace.store_result(result)
    return results


def test_who_is_taken_down_stands_in_no_prepared_page(tmp_path: Path) -> None:
    workspace, name = Workspace(tmp_path / "ws"), full_report().evaluators[0].name.text
    before = release_of(workspace, some_results()[:1], products=[PAGES])
    assert name.encode() in bodies(before)
    without = replace(full_report(), evaluators=())
    taken = Takedown(persons=(TakenPerson(full_report().key, 1, DAY.isoformat(), "asked for"),))
    after = release_of(workspace, [result_of(without)], products=[PAGES], takedown=taken)
    assert name.encode() not in bodies(after)
    assert not before.path.exists()


def test_a_document_that_holds_what_stands_for_a_token_is_not_kept() -> None:
    kept = record([("Content-Type", "text/plain")], f"{URL} {YEAR}".encode())
    assert kept == b"Content-Type: text/plain\n\n\x01 \x04"
    assert record([], b"a\x02b") is None


def test_a_page_that_holds_the_tokens_is_made_when_it_is_asked_for(tmp_path: Path) -> None:
    title = replace(full_report().title, text=f"A title with {RELEASE} in it")
    sly = replace(report_named("sly"), title=title)
    workspace = Workspace(tmp_path / "ws")
    release_of(workspace, [*some_results(), result_of(sly)], products=[PAGES])
    assert not any("sly" in path for path in paths_of(workspace.path))
    assert f"A title with {RELEASE}" in client(workspace.path).get(f"/page/report/{sly.key}").text
