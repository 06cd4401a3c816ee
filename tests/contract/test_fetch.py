"""Pages from a site: politely, each once, again only when changed, and on where a killed run was."""

from __future__ import annotations

import itertools
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ogp_graph.captures import pages
from ogp_graph.captures.fetch import Fetched, Wishes, fetch, web
from ogp_graph.captures.fetch.archive import Store
from ogp_graph.captures.fetch.web import Refused, Unreachable, Web
from ogp_graph.errors import EnvironmentFailure
from ogp_graph.model import Finding, Page, Severity
from ogp_graph.settings import settings_from
from tests.websites import MODIFIED, Site, website

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Run

SETTINGS = settings_from({})
SAMPLES = Path(__file__).parents[2] / "samples" / "pages"
SLUG = "/documents/end-of-commitment-report-"


def report(name: str = "glasgow-clean-air-fund") -> bytes:
    return (SAMPLES / f"{name}.html").read_bytes()


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site(
        pages={
            f"{SLUG}air/": report(),
            f"{SLUG}meals/": report("kaduna-school-meals"),
            "/documents/water/": report("banggai-water"),
            f"{SLUG}only-in-wordpress/": report("contagem-parks"),
            "/about/": b"<title>About us</title>",
            f"/private{SLUG}secret/": report(),
        },
        in_sitemap=[f"{SLUG}air/", "/about/", f"{SLUG}old-name/", f"/private{SLUG}secret/"],
        in_wordpress=[
            (f"{SLUG}air/", "End of Commitment Report &#8211; Air"),
            (f"{SLUG}meals/", "End of Commitment Report &#8211; Meals"),
            ("/documents/water/", "End of Commitment Report &#8211; Water"),
            ("/documents/minutes/", "Minutes of a meeting"),
            (f"{SLUG}only-in-wordpress/", "Parks"),
        ],
        moved={f"{SLUG}old-name/": f"{SLUG}meals/"},
    )
    with website(made) as found:
        yield found


def run(folder: Path, *, days: int = 0, waits: list[float] | None = None, **wishes: object) -> Fetched:
    """A run without pauses, a number of days after the first of May."""
    asked = Wishes(**({"delay": 0.0} | wishes))  # type: ignore[arg-type]
    named = frozenset({"127.0.0.1"}) if not wishes.get("listed") else frozenset()
    asking = Web(named, asked.delay, SETTINGS.max_page_bytes, wait=(waits if waits is not None else []).append)
    clock = (datetime(2024, 5, 1, tzinfo=UTC) + timedelta(days=days, seconds=n) for n in itertools.count())
    return fetch(asked, folder, SETTINGS, now=lambda: next(clock), web=asking)


def told(fetched: Fetched) -> list[str]:
    return sorted(finding.code for finding in fetched.findings)


def read(folder: Path) -> list[Page]:
    found = list(pages([str(folder)], SETTINGS))
    assert [one for one in found if isinstance(one, Finding) and one.severity is not Severity.INFO] == []
    return [one for one in found if isinstance(one, Page)]


def test_a_site_gives_its_reports_from_sitemap_and_wordpress(site: Site, tmp_path: Path) -> None:
    fetched = run(tmp_path, sites=(site.url,))
    assert fetched.counts["new"] == 4
    assert told(fetched) == ["robots-txt"]
    found = read(tmp_path)
    assert {page.capture.address for page in found} == {
        site.url + path for path in (f"{SLUG}air/", f"{SLUG}meals/", "/documents/water/", f"{SLUG}only-in-wordpress/")
    }
    assert {page.data for page in found} == {body for path, body in site.pages.items() if path[:4] in ("/doc",)}
    asked = site.paths()
    assert len(asked) == len(set(asked)), "nothing is asked for twice"
    assert not [path for path in asked if path.startswith("/private") or "minutes" in path or "about" in path]
    assert sum("/wp-json/wp/v2/documents" in path for path in asked) == 2


def test_a_second_run_asks_for_changes_only_and_both_versions_stay(site: Site, tmp_path: Path) -> None:
    run(tmp_path, sites=(site.url,))
    site.pages[f"{SLUG}air/"] = changed = report().replace(b"fictional", b"made-up")
    site.asked.clear()
    fetched = run(tmp_path, sites=(site.url,), days=30)
    assert (fetched.counts["new"], fetched.counts["changed"], fetched.counts["unchanged"]) == (0, 1, 3)
    conditional = [headers for path, headers in site.asked if path == f"{SLUG}meals/"]
    assert conditional[0]["If-Modified-Since"] == MODIFIED
    assert conditional[0]["If-None-Match"]
    found = read(tmp_path)
    air = {page.capture.retrieved[:10]: page.data for page in found if "air" in (page.capture.address or "")}  # type: ignore[index]
    assert air == {"2024-05-01": report(), "2024-05-31": changed}
    meals = [page.capture.retrieved for page in found if "meals" in (page.capture.address or "")]
    assert len(meals) == 2, "seen again, which the archive says as a revisit"
    assert len(list(tmp_path.glob("*.warc.gz"))) == 2


def test_a_page_without_a_tag_is_unchanged_by_its_digest(site: Site, tmp_path: Path) -> None:
    url = site.url + f"{SLUG}air/"
    run(tmp_path, urls=(url,))
    journal = tmp_path / "fetched.jsonl"
    journal.write_text(journal.read_text().replace('"etag": "', '"etag": "x'))
    assert run(tmp_path, urls=(url,), days=1).counts["unchanged"] == 1


def test_a_site_that_is_busy_or_breaks_off_is_asked_again_later(site: Site, tmp_path: Path) -> None:
    site.busy[f"{SLUG}air/"], site.retry_after = 2, "7"
    site.broken[f"{SLUG}meals/"] = 1
    waits: list[float] = []
    fetched = run(tmp_path, urls=(site.url + f"{SLUG}air/", site.url + f"{SLUG}meals/"), waits=waits)
    assert fetched.counts["new"] == 2
    assert waits == [7.0, 7.0, 0.5]
    assert len(read(tmp_path)) == 2


def test_a_site_that_stays_busy_or_asks_for_hours_is_left_alone(site: Site, tmp_path: Path) -> None:
    site.busy[f"{SLUG}air/"] = 99
    waits: list[float] = []
    assert told(run(tmp_path, urls=(site.url + f"{SLUG}air/",), waits=waits)) == ["fetch-failed"]
    assert waits == [0.5, 1.0, 2.0, 4.0]
    site.retry_after = "86400"
    assert told(run(tmp_path, urls=(site.url + f"{SLUG}air/",))) == ["fetch-failed"]


def test_the_pace_is_that_of_the_site_when_it_is_slower(site: Site, tmp_path: Path) -> None:
    site.robots = "User-agent: *\nCrawl-delay: 3\n"
    waits: list[float] = []
    run(tmp_path, urls=(site.url + f"{SLUG}air/", site.url + f"{SLUG}meals/"), waits=waits, delay=1.0)
    assert [round(pause) for pause in waits] == [3, 3]


def test_without_robots_txt_everything_is_allowed_and_with_a_broken_one_nothing(site: Site, tmp_path: Path) -> None:
    site.broken["/robots.txt"] = 99
    fetched = run(tmp_path / "a", urls=(site.url + f"{SLUG}air/",))
    assert (fetched.counts["new"], told(fetched)) == (0, ["fetch-failed"])


@pytest.mark.parametrize(
    ("target", "code"), [("https://elsewhere.example/x", "redirect-off-site"), ("/loop/", "too-many-redirects")]
)
def test_a_redirect_is_followed_within_the_site_only(target: str, code: str, site: Site, tmp_path: Path) -> None:
    site.moved = {"/start/": target, "/loop/": "/loop/?again", "/loop/?again": "/loop/?more", "/loop/?more": "/l1/",
                  "/l1/": "/l2/", "/l2/": "/l3/", "/l3/": "/l4/"}  # fmt: skip
    fetched = run(tmp_path, urls=(site.url + "/start/",))
    assert told(fetched) == [code]
    assert len(site.asked) < 9


def test_a_private_machine_is_asked_only_when_a_person_names_it(site: Site, tmp_path: Path) -> None:
    assert told(run(tmp_path, listed=(site.url + f"{SLUG}air/",))) == ["fetch-failed"]
    assert site.asked == []
    for url in ("http://10.0.0.1/", "http://[::1]/", "http://169.254.169.254/latest/", "http://localhost/"):
        with pytest.raises(Refused, match="no public machine"):
            Web(frozenset(), 0, 1000).get(url)
    for url in ("file:///etc/passwd", "ftp://example.org/", "http://ada:secret@127.0.0.1/", "http:///x"):
        with pytest.raises(Refused, match="not a plain"):
            Web(frozenset({"127.0.0.1"}), 0, 1000).get(url)
    with pytest.raises(Unreachable):
        Web(frozenset({"127.0.0.1"}), 0, 1000, wait=lambda _: None).get("http://127.0.0.1:9/")


def test_a_page_that_is_gone_is_told_and_its_old_version_stays(site: Site, tmp_path: Path) -> None:
    url = site.url + f"{SLUG}air/"
    run(tmp_path, urls=(url,))
    del site.pages[f"{SLUG}air/"]
    assert told(run(tmp_path, urls=(url,), days=1)) == ["not-there"]
    assert [page.data for page in read(tmp_path)] == [report()]


def test_what_is_no_address_is_told_and_the_others_are_fetched(site: Site, tmp_path: Path) -> None:
    site.pages["/documents/%C3%B1%20x/"] = report()
    site.moved |= {"/bad/": "http://[bad/", "/port/": "http://127.0.0.1:99999/", "/n/": "/documents/ñ x/"}
    site.in_sitemap += [f"{SLUG}%/", ":99999" + SLUG]
    bad = ("http://[bad/", "http://127.0.0.1:abc/", "ftp://x/", "http://" + "a" * 70 + ".example/", "")
    urls = (*bad, *(site.url + path for path in ("/bad/", "/port/", "/n/", "/documents/ñ x/")))
    fetched = run(tmp_path, urls=urls, sites=(site.url,))
    assert told(fetched) == ["fetch-failed"] * 7 + ["not-there", "robots-txt"]
    assert site.paths().count("/documents/%C3%B1%20x/") == 1
    assert f"{SLUG}meals/" in site.paths()


def test_lists_and_rules_that_have_moved_are_followed(site: Site, tmp_path: Path) -> None:
    site.moved["/sitemap.xml"] = "/elsewhere.xml"
    site.pages["/elsewhere.xml"] = f"<urlset><loc>{site.url}{SLUG}air/</loc></urlset>".encode()
    site.in_wordpress = []
    assert run(tmp_path / "a", sites=(site.url,)).counts["new"] == 1
    site.moved["/robots.txt"] = "/rules.txt"
    site.pages["/rules.txt"] = b"\xef\xbb\xbfUser-agent: *\nDisallow: /documents/\n"
    assert told(run(tmp_path / "b", urls=(f"{site.url}{SLUG}air/",))) == ["robots-txt"]


def test_a_site_that_names_no_report_is_told(site: Site, tmp_path: Path) -> None:
    site.in_wordpress, site.in_sitemap = [], ["/about/"]
    assert told(run(tmp_path, sites=(site.url,))) == ["no-pages"]


@pytest.mark.parametrize(("after", "asked"), [("3600", 1), ("9" * 400, 1), ("²", 6)])
def test_a_site_that_wants_to_be_left_alone_is_not_asked_for_other_pages(
    after: str, asked: int, site: Site, tmp_path: Path
) -> None:
    site.busy, site.retry_after = {f"{SLUG}air/": 9}, after
    run(tmp_path, urls=(f"{site.url}{SLUG}air/", f"{site.url}{SLUG}meals/"))
    assert len([path for path in site.paths() if path != "/robots.txt"]) == asked


def test_a_site_that_wants_more_time_than_there_is_is_not_asked(site: Site, tmp_path: Path) -> None:
    site.robots += "Crawl-delay: 7200\n"
    fetched = run(tmp_path, urls=(f"{site.url}{SLUG}air/",))
    assert (told(fetched), site.paths()) == (["robots-txt"], ["/robots.txt"])


def test_an_answer_that_never_ends_is_left(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "_SECONDS", 0.2)
    site.slow = frozenset({"/slow/"})
    fetched = run(tmp_path, urls=(f"{site.url}/slow/", f"{site.url}{SLUG}air/"))
    assert (fetched.counts["new"], told(fetched)) == (1, ["fetch-failed"])
    assert "took more than" in fetched.findings[0].message


def test_what_stood_in_an_archive_that_is_gone_is_fetched_again(site: Site, tmp_path: Path) -> None:
    urls = (f"{site.url}{SLUG}air/", f"{site.url}{SLUG}meals/")
    first = run(tmp_path, urls=urls[:1]).archive
    run(tmp_path, urls=urls, days=1)
    assert run(tmp_path, urls=urls, days=2).counts["unchanged"] == 2
    first.unlink()
    fetched = run(tmp_path, urls=urls, days=3)
    assert (fetched.counts["new"], fetched.counts["unchanged"]) == (1, 1)
    with (tmp_path / "fetched.jsonl").open("a") as journal:
        journal.write('{"url": 5}\n[]\n{"begin": "../away.warc.gz"}\n')
        journal.write('{"url": "http://x/", "status": 200, "date": "", "digest": "", "offset": 999}\n')
    assert run(tmp_path, urls=urls, days=4).counts["unchanged"] == 2
    assert sorted(tmp_path.parent.glob("away*")) == []
    assert report() in {one.data for one in pages([str(tmp_path)], SETTINGS) if isinstance(one, Page)}


def test_half_a_line_at_the_end_of_the_journal_spoils_no_later_one(site: Site, tmp_path: Path) -> None:
    urls = (f"{site.url}{SLUG}air/", f"{site.url}{SLUG}meals/")
    run(tmp_path, urls=urls[:1])
    with (tmp_path / "fetched.jsonl").open("a") as journal:
        journal.write('{"begin": "half')
    assert run(tmp_path, urls=urls, days=1).counts["new"] == 1
    assert run(tmp_path, urls=urls, days=2).counts["unchanged"] == 2
    assert len(list(tmp_path.glob("*.warc.gz"))) == 3


def test_one_run_writes_into_a_folder_at_a_time(site: Site, tmp_path: Path) -> None:
    first = Store(tmp_path, datetime(2024, 5, 1, tzinfo=UTC))
    with pytest.raises(EnvironmentFailure, match="another fetch"):
        run(tmp_path, urls=(f"{site.url}{SLUG}air/",))
    first.close()
    assert run(tmp_path, urls=(f"{site.url}{SLUG}air/",)).counts["new"] == 1


def test_a_killed_run_goes_on_where_it_was(site: Site, tmp_path: Path) -> None:
    many = {f"{SLUG}{n}/": report().replace(b"fictional", b"%d" % n) for n in range(12)}
    site.pages |= many
    site.in_sitemap, site.in_wordpress = list(many), []
    program = "import sys; from ogp_graph.cli import main; sys.argv[0] = 'ogp-graph'; main()"
    command = [
        sys.executable,
        "-c",
        program,
        "fetch",
        "--site",
        site.url,
        "--into",
        str(tmp_path / "crawl"),
        "--delay",
        "0.05",
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    until = time.monotonic() + 30
    while sum(path in many for path in site.paths()) < 5 and time.monotonic() < until:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    (archive,) = (tmp_path / "crawl").glob("*.warc.gz")
    with archive.open("ab") as file:
        file.write(b"\x1f\x8b half a record")
    before = site.paths()
    site.asked.clear()
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert {page.data for page in read(tmp_path / "crawl")} == set(many.values())
    again = [path for path in site.paths() if path in many and path in before]
    assert len(again) <= 1, "only the page that was under way"
    assert len(list((tmp_path / "crawl").glob("*.warc.gz"))) == 1


def test_the_command_fetches_and_build_reads_it(site: Site, tmp_path: Path, ogp_graph: Run) -> None:
    listed = tmp_path / "list.txt"
    listed.write_text(f"{site.url}{SLUG}meals/\n")
    done = ogp_graph(
        "fetch", site.url + f"{SLUG}air/", "--list", listed, "--into", tmp_path / "c", "--delay", "0", code=0
    )
    assert "2 new" in done.stdout  # the machine of the listed address was named as well
    built = ogp_graph("convert", tmp_path / "c", "-o", tmp_path / "r.nq")
    assert "2 were read" in built.stderr
    ogp_graph("fetch", "--into", tmp_path / "c", code=2)
    ogp_graph("fetch", "http://127.0.0.1:9/", "--into", "/proc/nowhere", code=3)
