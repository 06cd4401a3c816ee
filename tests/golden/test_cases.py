"""Sample pages and what each stage makes of them: a folder a case, a file a stage. ``pytest --update-golden`` writes
them anew; read the difference before it is committed."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from ogp_graph import captures, pipeline
from ogp_graph.describe import quads, write_quads
from ogp_graph.formats import FORMATS
from ogp_graph.model import Page, encode
from ogp_graph.pipeline.stages import described
from ogp_graph.read import document
from ogp_graph.settings import settings_from
from ogp_graph.validate import findings_lines

CASES = Path(__file__).with_name("cases")
PAGES = (
    "aragon-villages-L1.txt",
    "banggai-land-certificates-L2.txt",
    "catalonia-school-bus-L1-cut.txt",
    "contagem-day-care-L4.txt",
    "kaduna-rural-clinics-L3a.txt",
    "kaduna-school-meals-fr-half-saved.html",
    "not-a-report.html",
    "quintana-roo-beach-permits-L3c.txt",
    "quintana-roo-public-works.html",
    "tetouan-workshops-windows-1252.html",
    "timisoara-trees-L3b.txt",
)


def stages(page: Page) -> dict[str, str]:
    """File name -> text: the document's lines, the report, its graph, the findings."""
    settings = settings_from({})
    read = document(page, pipeline.definitions().form, settings)
    extraction = pipeline.read_page(page, settings)
    found = {"findings.jsonl": findings_lines(extraction.findings)}
    if hasattr(read, "lines"):
        rows = (f"{line.span.start}\t{line.span.end}\t{line.gap}\t{line.mark}\t{line.text}\n" for line in read.lines)
        found["document.tsv"] = "start\tend\tgap\tmark\ttext\n" + "".join(rows)
    if extraction.report:
        found["report.json"] = json.dumps(json.loads(encode(extraction.report)), indent=1, ensure_ascii=False) + "\n"
        written = io.BytesIO()
        said = described(extraction.report, settings)
        write_quads([quads((said.report, said.sources))], FORMATS["trig"], written, base=settings.base)
        found["graph.trig"] = written.getvalue().decode()
    return found


@pytest.mark.parametrize("name", PAGES)
def test_each_stage_says_of_a_sample_page_what_it_said_before(name, samples, request):
    (page,) = captures.pages([str(samples / name)], settings_from({}))
    assert isinstance(page, Page)
    got = stages(page)
    folder = CASES / Path(name).stem
    if request.config.getoption("--update-golden"):
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.iterdir():
            old.unlink()
        for file, text in got.items():
            (folder / file).write_text(text, "utf-8")
    assert {file.name: file.read_text("utf-8") for file in sorted(folder.iterdir())} == got


def test_every_case_belongs_to_a_sample_page():
    assert {folder.name for folder in CASES.iterdir()} == {Path(name).stem for name in PAGES}
