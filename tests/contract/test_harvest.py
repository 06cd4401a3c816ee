"""What harvesters fetch: DCAT, schema.org, sitemap, OpenAPI, links, feed; and that they say the same."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import jsonschema
import pyarrow as pa
import pyarrow.parquet as pq
import pyoxigraph as ox
import pytest
from flask import Flask
from openapi_spec_validator import OpenAPIV31SpecValidator
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from ogp_graph.dataset import load_dataset
from ogp_graph.engine import Direct
from ogp_graph.errors import DefinitionError
from ogp_graph.release import Workspace
from ogp_graph.settings import settings_from
from ogp_graph.vocabulary import PREFIXES, node
from ogp_graph.web import create_app, harvest, release_target
from ogp_graph.web.search import PARAMETERS
from ogp_graph.web.target import Site, Target
from tests.full_report import ANSWERS, RESULTS, full_report, name, value
from tests.running import ROOT, SECONDS, command, environment
from tests.small_release import release_of, result_of

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

    from tests.conftest import Run

URL = "https://data.example.org/ogp/"
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
SC = "{http://sw.deri.org/2007/07/sitemapextension/scschema.xsd}"
ATOM = "{http://www.w3.org/2005/Atom}"


def client_over(target: Target) -> FlaskClient:
    assert target.folder is not None
    engine = Direct(ox.Store.read_only(str(target.folder / "store")))
    return create_app(Site(target, URL, settings_from({})), engine).test_client()


@pytest.fixture(scope="module")
def target(sample_workspace: Path) -> Target:
    return release_target(sample_workspace)


@pytest.fixture(scope="module")
def site(target: Target) -> FlaskClient:
    return client_over(target)


@pytest.fixture(scope="module")
def catalogue(site: FlaskClient) -> ox.Store:
    store = ox.Store()
    store.load(site.get("/catalogue", headers={"Accept": "text/turtle"}).data, format=ox.RdfFormat.TURTLE)
    return store


def rows(store: ox.Store, query: str) -> list[dict[str, str]]:
    found = store.query(query, prefixes=dict(PREFIXES) | {"vcard": "http://www.w3.org/2006/vcard/ns#"})
    return [{v.value: row[v.value].value for v in found.variables if row[v.value]} for row in found]


def status(site: FlaskClient, path: str, **headers: str) -> int:
    """Of a GET, whose body is not read."""
    with site.get(path, headers=headers) as response:
        return response.status_code


def local(address: str) -> str:
    assert address.startswith(URL), address
    return "/" + address.removeprefix(URL)


# DCAT


def test_the_catalogue_has_the_addresses_of_this_server_at_every_address_of_its_own(site: FlaskClient) -> None:
    release = site.get("/").headers["OGP-Graph-Release"]
    for below in ("", f"/release/{release}"):
        found = {}
        for path, kind in (("catalogue.ttl", ox.RdfFormat.TURTLE), ("catalogue.jsonld", ox.RdfFormat.JSON_LD)):
            with site.get(f"{below}/{path}") as response:
                assert "127.0.0.1" not in response.text, path  # where the sample release was built to be
                found[path] = {quad.triple for quad in ox.parse(response.data, format=kind)}
        assert found["catalogue.ttl"] == found["catalogue.jsonld"]
        downloads = [one.object.value for one in found["catalogue.ttl"] if one.predicate.value.endswith("#downloadURL")]
        assert downloads
        assert all(address.startswith(URL + below[1:] + ("/" if below else "")) for address in downloads)
    whole = {quad.triple for quad in ox.parse(site.get("/catalogue", headers={"Accept": "text/turtle"}).data,
                                              format=ox.RdfFormat.TURTLE)}  # fmt: skip
    assert whole == {quad.triple for quad in ox.parse(site.get("/catalogue.ttl").data, format=ox.RdfFormat.TURTLE)}


def test_a_catalogue_that_needs_no_change_is_the_file_of_the_release(target: Target) -> None:
    assert target.folder is not None
    before = next(
        quad.object.value for quad in ox.parse(path=str(target.folder / "catalogue.ttl"))
        if quad.predicate.value.endswith("sparqlEndpoint")
    )  # fmt: skip
    site = create_app(Site(target, before.removesuffix("sparql"), settings_from({})), Direct(ox.Store())).test_client()
    with site.get("/catalogue.ttl") as response:
        assert response.data == (target.folder / "catalogue.ttl").read_bytes()
        assert response.headers["ETag"].strip('"').startswith(target.sums["catalogue.ttl"])


def test_every_address_in_the_catalogue_answers(site: FlaskClient, catalogue: ox.Store) -> None:
    found = rows(
        catalogue,
        "SELECT DISTINCT ?a { ?s ?p ?a FILTER (ISIRI(?a) && STRSTARTS(STR(?a), 'https://data.example.org/')) }",
    )
    assert len(found) > 30
    for row in found:
        assert status(site, local(row["a"]).partition("#")[0]) == 200, row


def test_each_distribution_has_what_dcat_ap_recommends(catalogue: ox.Store) -> None:
    found = rows(catalogue, """SELECT ?d ?size ?sum ?format ?media ?licence ?availability ?down {
        ?d a dcat:Distribution ; dcat:accessURL ?a ; dcterms:license ?licence ; dcterms:title ?t ;
           dcterms:description ?w ;
           <http://data.europa.eu/r5r/availability> ?availability .
        OPTIONAL { ?d dcat:downloadURL ?down ; dcat:byteSize ?size ; dcterms:format ?format ; dcat:mediaType ?media ;
                   spdx:checksum/spdx:checksumValue ?sum } }""")  # fmt: skip
    assert len(found) == len(rows(catalogue, "SELECT ?d { ?d a dcat:Distribution }")) > 25
    files = [row for row in found if "down" in row]
    assert len(files) == len(found) - 1
    for row in files:
        assert row["format"].startswith("http://publications.europa.eu/resource/authority/file-type/")
        assert row["media"].startswith("https://www.iana.org/assignments/media-types/")


def test_every_file_of_a_later_release_has_a_format_too(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "workspace")
    one = full_report()
    release_of(workspace, [result_of(one)])
    later = release_of(workspace, [result_of(one), result_of(replace(one, key=f"{one.key}-2"))])
    store = ox.Store()
    store.load(path=str(later.path / "catalogue.ttl"))
    found = rows(store, "SELECT ?d { ?d dcat:downloadURL ?u FILTER NOT EXISTS { ?d dcterms:format ?f } }")
    assert (later.path / "changes.rdfp.gz").exists()
    assert found == []


def test_the_dataset_is_described_for_the_eu_portal(catalogue: ox.Store) -> None:
    (found,) = rows(catalogue, """SELECT * { <https://w3id.org/ogp-graph/dataset> a dcat:Dataset ;
        dcterms:title ?title ; dcterms:description ?words ; dcat:theme ?theme ; dcterms:publisher/foaf:name ?publisher ;
        dcat:contactPoint/vcard:hasURL ?contact ; dcterms:spatial ?place ; dcterms:accrualPeriodicity ?often ;
        dcterms:temporal/dcat:startDate ?from ; dcterms:temporal/dcat:endDate ?to ; dcterms:accessRights ?access ;
        dcterms:issued ?issued ; dcterms:modified ?modified ; dcterms:creator ?creator ; dcterms:identifier ?id ;
        dcterms:provenance/rdfs:label ?provenance ; prov:wasGeneratedBy ?activity ; dcterms:type ?type ;
        dcterms:conformsTo ?standard }""")  # fmt: skip
    assert found["contact"] == URL + "about#contact"
    assert "@" not in json.dumps(found)
    assert 2015 < int(found["from"]) <= int(found["to"]) < 2040
    languages = {
        row["l"].rpartition("/")[2] for row in rows(catalogue, "SELECT ?l { ?x a dcat:Dataset ; dcterms:language ?l }")
    }
    assert {"ENG", "SPA", "FRA"} <= languages


def test_what_the_dataset_is_called_is_said_in_one_place(tmp_path: Path, site: FlaskClient) -> None:
    title = load_dataset().title
    assert title in site.get("/catalogue").text
    assert site.get("/", headers=BROWSER).text.count(title) == 1
    (tmp_path / "dataset.toml").write_text("title = 1\n", encoding="utf-8")
    with pytest.raises(DefinitionError):
        load_dataset(tmp_path / "dataset.toml")


# schema.org


def test_the_start_page_embeds_one_dataset_that_agrees_with_the_catalogue(
    site: FlaskClient, catalogue: ox.Store
) -> None:
    blocks = re.findall(
        r'<script type="application/ld\+json">(.*?)</script>', site.get("/", headers=BROWSER).text, re.DOTALL
    )
    (told,) = [one for one in map(json.loads, blocks) if one["@type"] == "Dataset"]
    assert sum(json.dumps(json.loads(block)).count('"@type": "Dataset"') for block in blocks) == 1
    assert told["@id"] == "https://w3id.org/ogp-graph/dataset"
    needed = ("name", "description", "license", "creator", "keywords", "temporalCoverage", "spatialCoverage", "version",
              "datePublished", "isAccessibleForFree", "identifier", "url", "includedInDataCatalog")  # fmt: skip
    assert all(told[key] for key in needed)
    assert told["inLanguage"] == ["en", "es", "fr", "id", "pt", "ro"]
    found = rows(
        catalogue,
        "SELECT ?url ?size ?sum { ?d dcat:downloadURL ?url ; dcat:byteSize ?size ;"
        " spdx:checksum/spdx:checksumValue ?sum }",
    )
    files = {row["url"]: (f"{row['size']} B", row["sum"]) for row in found}
    said = {one["contentUrl"]: (one.get("contentSize"), one.get("sha256")) for one in told["distribution"]}
    assert said.pop(URL + "sparql") == (None, None)
    assert said == files


# Links


def test_the_start_page_has_signposts_and_each_leads_somewhere(site: FlaskClient) -> None:
    links = ", ".join(site.get("/", headers=BROWSER).headers.getlist("Link"))
    found = dict.fromkeys(re.findall(r'rel="([a-z-]+)"', links))
    assert {
        "cite-as",
        "describedby",
        "item",
        "license",
        "linkset",
        "api-catalog",
        "service-desc",
        "type",
    } <= found.keys()
    for address in re.findall(r"<([^>]+)>", links):
        if address.startswith(URL):
            assert status(site, local(address)) == 200, address
    told = json.loads(site.get("/linkset.json").data)["linkset"]
    assert site.get("/.well-known/api-catalog").content_type == "application/linkset+json"
    items = [item["href"] for item in told[0]["item"]]
    assert len(items) > 25
    assert all(status(site, local(item)) == 200 for item in items)


# Sitemap


def locations(site: FlaskClient, path: str) -> list[str]:
    response = site.get(path)
    assert (response.status_code, response.content_type) == (200, "application/xml; charset=utf-8")
    return [str(one.text) for one in ET.fromstring(response.data).iter(f"{SITEMAP}loc")]


def test_the_sitemap_has_every_page_of_a_thing_and_no_evaluator(site: FlaskClient, target: Target) -> None:
    found = locations(site, "/sitemap.xml")
    counts = target.told["counts"]
    for kind, table in (("member", "members"), ("plan", "plans"), ("commitment", "commitments"), ("report", "reports")):
        assert sum(f"/page/{kind}/" in address for address in found) == counts[table], kind
    assert not any("evaluator" in address for address in found)
    assert len(found) == len(set(found))
    others = ("quality/", "form/end-of-commitment", "page/code/status/lost", "page/code/question/eoc-2.1.1", "coverage")
    assert {URL + path for path in others} <= set(found)
    for address in found:
        assert status(site, local(address), **BROWSER) == 200, address
    tree = ET.fromstring(site.get("/sitemap.xml").data)
    (endpoint,) = tree.iter(f"{SC}sparqlEndpointLocation")
    assert endpoint.text == URL + "sparql"
    robots = site.get("/robots.txt").text
    assert f"Sitemap: {URL}sitemap.xml" in robots
    assert "Disallow: /ogp/page/evaluator/" in robots


def test_many_pages_are_parted_into_sitemaps(site: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = locations(site, "/sitemap.xml")
    monkeypatch.setattr(harvest, "_MOST", 20)
    parts = locations(site, "/sitemap.xml")
    assert len(parts) == -(-len(whole) // 20)
    assert [address for part in parts for address in locations(site, local(part))] == whole
    assert site.get(f"/sitemap/{len(parts) + 1}.xml").status_code == site.get("/sitemap/0.xml").status_code == 404


def test_a_release_of_60000_reports_has_a_sitemap_in_parts_that_search_engines_take(tmp_path: Path) -> None:
    folder = tmp_path / "2026-11-21.1"
    (folder / "tables").mkdir(parents=True)
    iris = [f"https://w3id.org/ogp-graph/id/report/{'a-long-title-' * 9}{number:08}" for number in range(60_000)]
    pq.write_table(pa.table({"iri": iris}), folder / "tables" / "reports.parquet")
    site = Site(Target(folder.name, folder / "store", folder), URL, settings_from({}))
    app = Flask("harvest")
    harvest.register(app, site, tuple)
    parts = locations(app.test_client(), "/sitemap.xml")
    assert len(parts) == 2
    found = [locations(app.test_client(), local(part)) for part in parts]
    assert [len(one) for one in found] == [50_000, len(found[1])]
    assert [one for part in found for one in part if "/page/report/" in one] == [
        iri.replace("https://w3id.org/ogp-graph/id/", f"{URL}page/") for iri in iris
    ]
    assert all(len(app.test_client().get(local(part)).data) < 50_000_000 for part in parts)


# OpenAPI


def test_the_interface_is_described_in_valid_openapi(site: FlaskClient) -> None:
    told = json.loads(site.get("/openapi.json").data)
    OpenAPIV31SpecValidator(told).validate()
    assert told["servers"] == [{"url": URL.removesuffix("/")}]
    parameters = told["paths"]["/search.json"]["get"]["parameters"]
    assert {one["name"] for one in parameters} == set(PARAMETERS)


def test_every_path_that_openapi_names_answers_as_it_says(site: FlaskClient) -> None:
    told = json.loads(site.get("/openapi.json").data)
    known = {"kind": "member", "key": "glasgow-united-kingdom", "query": "ASK {}", "prefix": "g"}
    for path, methods in told["paths"].items():
        for method, operation in methods.items():
            parameters = {one["name"]: one for one in operation.get("parameters", ())}
            kinds = parameters.get("kind", {"schema": {"enum": [""]}})["schema"]["enum"]
            for kind in kinds if "/suggest/" in path else kinds[:1]:
                address = path.replace("{kind}", kind).replace("{key}", known["key"])
                needed = {name: known[name] for name, one in parameters.items() if one.get("required") and name in known
                          and one["in"] == "query"}  # fmt: skip
                sent = (
                    {"data": {"query": "ASK {}", "queries": '{"q0": {"query": "Glasgow"}}'}} if method == "post" else {}
                )
                answer = site.open(address, method=method.upper(), query_string=needed, **sent)
                assert answer.status_code == 200, (method, address, answer.text)
                content = operation["responses"]["200"]["content"]
                assert answer.mimetype in content, (method, address)
                if answer.mimetype == "application/json":
                    schema = content[answer.mimetype]["schema"] | {"components": told["components"]}
                    jsonschema.Draft202012Validator(schema).validate(json.loads(answer.data))


@pytest.mark.parametrize(
    "address", ["/search.json", "/search.json?q=school&completion=limited", "/search.json?q=zzzz&member=none"]
)
def test_answers_of_search_are_as_openapi_says(site: FlaskClient, address: str) -> None:
    told = json.loads(site.get("/openapi.json").data)
    schema = {"$ref": "#/components/schemas/Found", "components": told["components"]}
    jsonschema.Draft202012Validator(schema).validate(json.loads(site.get(address).data))
    problem = {"$ref": "#/components/schemas/Problem", "components": told["components"]}
    jsonschema.Draft202012Validator(problem).validate(json.loads(site.get("/search.json?x=1").data))


# The feed, and what changed in words


def test_the_feed_tells_in_words_what_each_release_changed(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "workspace")
    one = full_report()
    others = [
        replace(one, key=f"lindholm-norland-2022-2024-{n}-00000000", commitment_title=value(n)) for n in ("a", "b", "c")
    ]
    release_of(workspace, map(result_of, [one, others[0]]))
    found = replace(one, results=(RESULTS[0], replace(RESULTS[1], status="answered", code="yes"), *RESULTS[2:]),
                    answers=(replace(ANSWERS[0], status="lost", code=None, stated=None), *ANSWERS[1:]))  # fmt: skip
    renamed = [replace(two, member_name=name("Lindholm Town, Norland")) for two in (found, *others)]
    second = release_of(workspace, map(result_of, renamed))
    third = release_of(workspace, map(result_of, renamed[:-1]))
    told = json.loads((second.path / "changes.json").read_text())["words"]
    assert told[0] == "2 reports added."
    assert "1 answer no longer lost." in told
    assert "1 answer now lost." in told
    assert "Member Lindholm, Norland is now called Lindholm Town, Norland." in told
    tree = ET.fromstring(client_over(release_target(workspace.path)).get("/feed.xml").data)
    entries = tree.findall(f"{ATOM}entry")
    assert [entry.findtext(f"{ATOM}title") for entry in entries] == [
        f"Release {third.id}",
        f"Release {second.id}",
        "Release 2026-11-21.1",
    ]
    assert "1 report removed." in str(entries[0].findtext(f"{ATOM}summary"))
    assert entries[1].findtext(f"{ATOM}summary") == " ".join(told)
    assert entries[2].findtext(f"{ATOM}summary") == "First release, with 2 reports."
    assert all(tree.findtext(f"{ATOM}{part}") for part in ("id", "title", "updated"))


def test_a_member_that_the_register_names_anew_is_told_to_have_a_new_address(tmp_path: Path, ogp_graph: Run) -> None:
    workspace, program = tmp_path / "workspace", tmp_path / "program"
    options = ("build", "--workspace", workspace, ROOT / "samples" / "pages" / "glasgow-clean-air-fund.html")
    ogp_graph(*options, "--date", "2026-03-01")
    for part in ("ogp_graph", "ontology", "shapes", "queries"):
        shutil.copytree(ROOT / part, program / part, ignore=shutil.ignore_patterns("__pycache__"))
    for path in (program / "ontology").rglob("*.*"):
        path.write_text(re.sub(r"\bmember([:/])glasgow-united-kingdom\b", r"member\1glasgow", path.read_text()))
    line, env = command(*options, "--date", "2026-03-02"), environment(measured=False, PYTHONPATH=str(program))
    subprocess.run(line, cwd=program, env=env, check=True, capture_output=True, timeout=SECONDS)

    site = client_over(release_target(workspace))
    entry = ET.fromstring(site.get("/feed.xml").data).find(f"{ATOM}entry")
    assert entry is not None
    assert entry.findtext(f"{ATOM}summary") == (
        "1 report added. 1 report removed. 1 of the reports added was there before, and has a new address. 1 member has"
        " a new address: Glasgow, United Kingdom (now member/glasgow, before member/glasgow-united-kingdom)."
    )
    first = workspace / "releases" / "2026-03-01.1" / "tables"
    for table in ("members", "plans", "commitments", "reports"):
        (iri,) = pq.read_table(first / f"{table}.parquet", columns=["iri"])["iri"].to_pylist()
        response = site.get("/" + iri.removeprefix("https://w3id.org/ogp-graph/"))
        told = json.loads(response.data)
        assert (response.status_code, told["release"]) == (410, "2026-03-01.1"), table
        kind = {"members": "member", "plans": "plan", "commitments": "commitment", "reports": "report"}[table]
        assert re.match(rf"{URL}page/{kind}/glasgow(-2021-2023.*)?$", told["now"]), told["now"]
        new = "/" + told["now"].removeprefix(URL)
        assert site.get(new, headers=BROWSER).status_code == 200
        page = HTMLParser(site.get(iri.replace("https://w3id.org/ogp-graph/", "/"), headers=BROWSER).text)
        links = [a.attributes["href"] for a in page.css("main a")]
        assert links[:2] == [told["now"], told["where"]]


def test_releases_that_tell_no_words_are_in_the_feed_with_their_numbers(tmp_path: Path, sample_workspace: Path) -> None:
    copy = tmp_path / "workspace"
    shutil.copytree(sample_workspace, copy, symlinks=True)
    path = (copy / "current").resolve() / "changes.json"
    told = json.loads(path.read_text())
    del told["words"]
    path.chmod(0o644)
    path.write_text(json.dumps(told))
    assert "17 reports added." in client_over(release_target(copy)).get("/feed.xml").text
    path.write_text(json.dumps(told | {"added": ["a"]}))
    assert ">1 report added." in client_over(release_target(copy)).get("/feed.xml").text
    path.write_text(json.dumps(told | {"words": ["Member \u202ex renamed."]}))
    assert "Member ⟦RLO⟧x renamed." in client_over(release_target(copy)).get("/feed.xml").text


def test_terms_of_the_description_are_iris() -> None:
    told = load_dataset()
    for iri in (told.licence, told.theme, told.frequency, told.access, told.spatial, *told.formats.values()):
        ox.NamedNode(iri)
    assert node("dcat:Dataset")
    assert told.format("dumps/ogp-graph.nt.gz") == told.formats["nt"]
    assert told.format("x.unknown") is None
    assert told.language("pt-BR") == "http://publications.europa.eu/resource/authority/language/POR"
