"""The quality page: its numbers are those of the tables, each finding leads to its place, and its checks can fail."""

from __future__ import annotations

import csv
import json
import shutil
from collections import Counter
from io import StringIO
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pyoxigraph as ox
import pytest
from flask import Flask, Response
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from ogp_graph.engine import Direct
from ogp_graph.known import ASSESSMENT, assessment, write_assessment
from ogp_graph.settings import settings_from
from ogp_graph.vocabulary import PREFIXES
from ogp_graph.web import create_app, release_target
from ogp_graph.web.checks import checks, outcomes
from ogp_graph.web.target import Site

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path
    from wsgiref.types import StartResponse, WSGIEnvironment

    from flask.testing import FlaskClient

    from ogp_graph.web.target import Target

URL = "https://data.example.org/ogp/"
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


@pytest.fixture(scope="module")
def target(sample_workspace: Path) -> Target:
    return release_target(sample_workspace)


@pytest.fixture(scope="module")
def app(target: Target) -> Flask:
    assert target.folder is not None
    engine = Direct(ox.Store.read_only(str(target.folder / "store")))
    return create_app(Site(target, URL, settings_from({})), engine)


@pytest.fixture(scope="module")
def site(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture(scope="module")
def findings(sample_release: Path) -> list[dict[str, object]]:
    return pq.read_table(sample_release / "tables" / "findings.parquet").to_pylist()


def test_the_numbers_are_those_of_the_table(sample_release: Path, findings: list[dict[str, object]]) -> None:
    told = assessment(sample_release)
    assert {(one["severity"], one["code"]): one["count"] for one in told["kinds"]} == Counter(
        (row["severity"], row["code"]) for row in findings
    )
    assert sum(one["count"] for one in told["members"]) == len(findings) == sum(told["severities"].values())
    answers = pq.read_table(sample_release / "tables" / "answers.parquet", columns=["status"])["status"].to_pylist()
    assert told["answers"] == Counter(answers)
    assert told["shapes"]["checked"] > 50
    assert {one["name"] for one in told["links"]} >= {"geonames"}


def test_the_page_shows_every_kind_and_links_to_its_findings(
    site: FlaskClient, findings: list[dict[str, object]]
) -> None:
    page = site.get("/quality/", headers=BROWSER).text
    for row in findings:
        assert f"/ogp/quality/findings?kind={row['code']}&amp;severity={row['severity']}" in page
    one = next(row for row in findings if row["start"] is not None and row["report"])
    listed = site.get(f"/quality/findings?kind={one['code']}", headers=BROWSER).text
    assert f'href="/ogp/page/capture/{one["capture"]}?start={one["start"]}&amp;end={one["end"]}#place"' in listed
    assert f'href="/ogp/page/report/{one["report"]}"' in listed
    assert site.get(f"/page/capture/{one['capture']}", headers=BROWSER).status_code == 200
    assert f"{one['start']:,} to {one['end']:,}" in listed


def test_findings_of_a_member_are_those_of_its_reports(site: FlaskClient, sample_release: Path) -> None:
    for one in assessment(sample_release)["members"]:
        page = site.get("/quality/findings", query_string={"member": one["member"]}, headers=BROWSER).text
        assert page.count('<li class="result">') == one["count"]


@pytest.mark.parametrize("address", ["?x=1", "?severity=Bad", "?page=0", "?kind=a&kind=b"])
def test_what_there_is_not_is_refused(site: FlaskClient, address: str) -> None:
    assert site.get(f"/quality/findings{address}").status_code == 400


def test_the_table_by_member_adds_up(site: FlaskClient, findings: list[dict[str, object]]) -> None:
    response = site.get("/quality/?format=csv")
    assert response.content_type == "text/csv; charset=utf-8; header=present"
    rows = list(csv.DictReader(StringIO(response.text)))
    assert sum(int(row["findings"]) for row in rows) == len(findings)
    assert site.get("/quality/", headers={"Accept": "text/csv"}).data == response.data


@pytest.mark.parametrize(
    ("name", "kind"),
    [("turtle", ox.RdfFormat.TURTLE), ("jsonld", ox.RdfFormat.JSON_LD), ("ntriples", ox.RdfFormat.N_TRIPLES)],
)
def test_measurements_are_dqv(site: FlaskClient, sample_release: Path, name: str, kind: ox.RdfFormat) -> None:
    store = ox.Store()
    store.load(site.get(f"/quality/?format={name}").data, format=kind)
    found = {
        row["words"].value: int(row["value"].value)
        for row in store.query(
            "SELECT ?words ?value { ?set dqv:hasQualityMeasurement ?m . ?m a dqv:QualityMeasurement ;"
            " dqv:value ?value ; dqv:computedOn ?set ; dqv:isMeasurementOf ?metric . ?metric a dqv:Metric ;"
            " skos:definition ?words ;"
            " dqv:inDimension/skos:prefLabel ?dimension ; dqv:expectedDataType xsd:integer }",
            prefixes=dict(PREFIXES),
        )
    }
    told = assessment(sample_release)
    assert found["Answers that are answered"] == told["answers"]["answered"]
    assert len(found) == len(told["kinds"]) + len(told["answers"]) + len(told["links"]) + 1 + len(checks().lists)


def test_a_release_without_the_folder_is_assessed_when_it_is_asked(tmp_path: Path, sample_release: Path) -> None:
    copy = tmp_path / "release"
    shutil.copytree(sample_release, copy, ignore=shutil.ignore_patterns("store", ASSESSMENT))
    assert json.loads(json.dumps(assessment(copy))) == assessment(sample_release)
    (copy / ASSESSMENT).mkdir()
    write_assessment(copy, None)
    for path in (copy / ASSESSMENT).iterdir():
        assert path.read_bytes() == (sample_release / ASSESSMENT / path.name).read_bytes()


# What evaluators look at


def test_every_line_that_can_be_checked_here_passes_but_the_one_that_says_why(app: Flask) -> None:
    failed = [one.check for one in outcomes(app.wsgi_app) if one.passed is False]
    assert [check.id for check in failed] == ["VoID in the endpoint"]
    assert all(check.because for check in failed)
    assert {check.list for check in checks().check} == set(checks().lists)
    assert all(
        check.live or (check.at and (check.ask or check.none or check.matches or check.header or check.follow))
        for check in checks().check
    )


def test_every_check_fails_where_there_is_nothing_and_says_so(app: Flask) -> None:
    nothing = Flask("nothing")
    for one in outcomes(nothing.wsgi_app):
        assert not one.passed
        assert bool(one.reason) == (one.passed is False)
        assert one.passed is None or one.reason.endswith(" answers with the status 404")


@pytest.mark.parametrize("body", [b"", b"not Turtle", b"\xff\xfe", b"<a> <b> <c> ."])
def test_every_check_fails_and_says_why_where_something_else_is_answered(body: bytes) -> None:
    def other(_: object, start: Callable[..., object]) -> list[bytes]:
        start("200 OK", [("Content-Type", "text/plain")])
        return [body]

    for one in outcomes(other):
        assert bool(one.reason) == (one.passed is False)


@pytest.mark.parametrize(
    ("path", "before", "after", "failing", "reason"),
    [
        ("/catalogue", "dcat:accessURL", "dcat:elsewhere", {"Distribution, mandatory"}, "these, the first is d: <http"),
        ("/catalogue", "dcterms:accrualPeriodicity", "dcterms:frequently", {"Dataset, optional"}, "first is d: <https"),
        ("/catalogue", "authority/data-theme/GOVE", "authority/anything/GOVE", {"EU tables"}, "anything/GOVE"),
        ("/catalogue", "a foaf:Agent", "a foaf:Thing", {"Ranges"}, "class: <http://xmlns.com/foaf/0.1/Agent>"),
        ("/catalogue", "spdx:checksumValue", "spdx:nothing", {"Distribution, optional"}, "/catalogue has "),
        ("/", '"@type": "Dataset"', '"@type": "Data"', {"F4-01M-1", "F2-01M-2", "I1-01M-1"}, "nothing in / "),
        ("/", '"license"', '"terms"', {"R1.1-01M-1"}, "says schema:license"),
        ("/definitions/ontology/ogp.ttl", "owl:versionIRI", "owl:versionOf", {"VER1", "OM1"}, "says owl:versionIRI"),
        ("/definitions/ontology/ogp.ttl", "ontology/0.1.0>", "ontology/0.2.0>", {"URI2, VER2 here"},
         "/ontology/0.2.0 answers with the status 404"),
        ("/robots.txt", "Sitemap:", "Map:", {"robots.txt"}, "nothing in /robots.txt matches (?s)Allow"),
        ("/sitemap.xml", "sc:sparqlEndpointLocation", "sc:where", {"Sitemap"}, "nothing in /sitemap.xml matches"),
        ("/.well-known/void", "void:sparqlEndpoint", "void:end", {"/.well-known/void"}, "says void:sparqlEndpoint"),
        ("/.well-known/void", "@prefix", "@prefox", {"/.well-known/void"}, "void cannot be read as data"),
    ],
)  # fmt: skip
def test_a_document_that_lacks_something_fails_its_checks(
    app: Flask, path: str, before: str, after: str, failing: set[str], reason: str
) -> None:
    """The same site, one document of which says something else."""
    good = {one.check.id for one in outcomes(app.wsgi_app) if one.passed}
    assert failing <= good

    def changed(environ: dict[str, object], start: object) -> object:
        accept = {"Accept": str(environ.get("HTTP_ACCEPT", ""))}
        address = {"path": str(environ["PATH_INFO"]), "query_string": str(environ["QUERY_STRING"])}
        with app.test_client().get(**address, headers=accept) as answer:
            data = answer.get_data()
        if environ["PATH_INFO"] == path:
            assert before.encode() in data
            data = data.replace(before.encode(), after.encode())
        kept = [header for header in answer.headers if header[0] not in ("Content-Length", "ETag")]
        return Response(data, answer.status, headers=kept)(environ, start)

    bad = {one.check.id: one.reason for one in outcomes(changed) if not one.passed}
    assert failing <= set(bad)
    for name in failing:
        assert reason in bad[name]


def test_a_header_that_is_missing_or_another_is_named(app: Flask) -> None:
    def changed(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        def other(status: str, headers: list[tuple[str, str]], error: Any = None) -> Any:
            kept = [one for one in headers if one[0] not in ("Link", "Content-Type")]
            return start(status, [*kept, ("Content-Type", "text/plain")], error)

        return app.wsgi_app(environ, other)

    told = {one.check.id: one.reason for one in outcomes(changed)}
    assert told["Link header"] == "/robots.txt has no header Link"
    assert told["Content type"] == "/sparql has the header Content-Type: text/plain"


def test_the_page_says_why_a_line_fails(site: FlaskClient) -> None:
    page = HTMLParser(site.get("/quality/", headers={"Accept": "text/html"}).text)
    (line,) = (row for row in page.css("tr") if "VoID in the endpoint" in row.text())
    assert "fails: nothing in /sparql matches" in line.text()
    assert "Meant so: a release holds no address" in line.text()
