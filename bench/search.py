"""``python -m bench.search``: the search index in SQLite FTS5 against the same documents in tantivy.

Both get the folded words of the reports of one synthetic release (bench/release.py). tantivy is installed into a
virtual environment of its own, or found with ``--peer PYTHON``; it is asked for the best twenty, their texts, and all
that match, which facets need. Ours is measured as the site uses it: with facets, counts and snippets, and over HTTP.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.release import release_workspace
from ogp_graph.search import INDEX, Searcher, write_index
from ogp_graph.search.documents import COLUMNS, documents

ROOT = Path(__file__).resolve().parent.parent
OUTPUT = ROOT / "docs" / "benchmarks" / "search.md"
_QUERIES = 300
_PEER = """
import json, sys, time, statistics
from pathlib import Path
import tantivy
documents, queries, place = (Path(name) for name in sys.argv[1:4])
columns = json.loads(sys.argv[4])
place.mkdir()
schema = tantivy.SchemaBuilder()
for name in columns:
    schema.add_text_field(name, stored=False, tokenizer_name="whitespace")
schema.add_text_field("key", stored=True, tokenizer_name="raw")
schema.add_text_field("texts", stored=True, tokenizer_name="raw", index_option="basic")
schema = schema.build()
start = time.process_time()
index = tantivy.Index(schema, path=str(place))
writer = index.writer(heap_size=128_000_000, num_threads=1)
for line in documents.open(encoding="utf-8"):
    key, texts, words = json.loads(line)
    one = tantivy.Document()
    one.add_text("key", key)
    one.add_text("texts", texts[:30_000])
    for name, text in zip(columns, words):
        one.add_text(name, text)
    writer.add_document(one)
writer.commit()
writer.wait_merging_threads()
built = time.process_time() - start
index.reload()
searcher, times = index.searcher(), []
weights = dict(zip(columns, (8.0, 4.0, 2.0, 1.0, 1.5)))
for words in json.loads(queries.read_text()):
    begin, clock = time.process_time(), time.perf_counter()
    terms = [
        (tantivy.Occur.Must, tantivy.Query.disjunction_max_query([
            tantivy.Query.boost_query(
                tantivy.Query.regex_query(schema, name, term["words"][0] + ".*")
                if term["prefix"] else
                tantivy.Query.phrase_query(schema, name, term["words"]) if len(term["words"]) > 1 else
                tantivy.Query.term_query(schema, name, term["words"][0]), weights[name])
            for name in columns]))
        for term in words
    ]
    query = tantivy.Query.boolean_query(terms)
    best = searcher.search(query, 20)
    texts = [searcher.doc(address)["texts"] for _, address in best.hits]
    every = searcher.search(query, searcher.num_docs).hits
    times.append((1000 * (time.process_time() - begin), 1000 * (time.perf_counter() - clock)))
clock, times = sorted(one for _, one in times), sorted(one for one, _ in times)
size = sum(path.stat().st_size for path in place.rglob("*") if path.is_file())
print(json.dumps({"built": built, "size": size, "median": statistics.median(times), "p95": times[int(len(times) * .95)],
                  "clock": clock[int(len(times) * .95)],
                  "version": tantivy.__version__ if hasattr(tantivy, "__version__") else ""}))
"""
_HEAD = """# Search

Written by `python -m bench.search`; do not edit. {size:,} reports of the seeded corpus, {characters:,} characters of
words; {queries} queries of one to three words, a third of them beginnings of words, a fifth quoted phrases of two, each
with the best twenty reports, their texts and all reports that match. One process, one query at a time. Queries are in
milliseconds of processor time; the last column is by the clock, on a machine that others use too.

{machine}

| index | build, CPU s | size, MB | query, median ms | p95 ms | p95 by the clock |
|---|---:|---:|---:|---:|---:|
"""


def questions(vocabulary: list[list[str]], seed: int = 1) -> list[str]:
    """What people might type: words of reports, weighted as they occur."""
    pick, made = random.Random(seed), []
    for number in range(_QUERIES):
        words = pick.choice(vocabulary)
        place = pick.randrange(len(words) - 2)
        if number % 5 == 0:
            made.append(f'"{words[place]} {words[place + 1]}"')
        else:
            some = [pick.choice(words) for _ in range(1 + number % 3)]
            made.append(" ".join(word[: max(3, len(word) - 3)] + "*" if number % 3 == 0 else word for word in some))
    return made


def _ours(release: Path, folder: Path, asked: list[str]) -> dict[str, dict[str, float]]:
    shutil.copytree(release / "tables", folder / "tables")
    start = time.process_time()
    write_index(folder)
    built = time.process_time() - start
    start = time.process_time()
    again = folder / "again"
    shutil.copytree(release / "tables", again / "tables")
    _change_ten(folder)
    write_index(again, folder)
    updated = time.process_time() - start
    searcher = Searcher(folder / INDEX)
    times = [_timed(searcher.search, one) for one in asked]
    size = (folder / INDEX).stat().st_size
    return {"SQLite FTS5, with facets and snippets": _figures(built, size, times),
            "the same, ten reports replaced": {"built": updated, "size": (again / INDEX).stat().st_size}}  # fmt: skip


def _change_ten(folder: Path) -> None:
    """Makes ten reports look as if they had changed."""
    with sqlite3.connect(folder / INDEX) as database:
        database.execute("UPDATE report SET digest = '' WHERE id % 1000 = 1")
    database.close()


def _over_http(release: Path, asked: list[str]) -> list[tuple[float, float]]:
    """Milliseconds of each page of results, through the pages of a site in this process."""
    from ogp_graph.settings import settings_from
    from ogp_graph.web.app import create_app
    from ogp_graph.web.target import Site, release_target

    class Nothing:
        def query(self, *_: object, **__: object) -> Any:
            raise AssertionError("search asks no query")

        def close(self) -> None: ...

    site = Site(release_target(release.parent.parent), "http://127.0.0.1:1/", settings_from({}))
    client = create_app(site, Nothing()).test_client()
    client.get("/search?q=open")

    def page(text: str) -> None:
        answer = client.get("/search", query_string={"q": text}, headers={"Accept": "text/html"})
        assert answer.status_code == 200, answer.text

    return [_timed(page, one) for one in asked]


def _timed(work: Any, text: str) -> tuple[float, float]:
    """Milliseconds of processor time, and by the clock."""
    start, begin = time.process_time(), time.perf_counter()
    work(text)
    return 1000 * (time.process_time() - start), 1000 * (time.perf_counter() - begin)


def _figures(built: float, size: float, times: list[tuple[float, float]]) -> dict[str, float]:
    cpu, clock = (sorted(one) for one in zip(*times, strict=True))
    place = int(len(times) * 0.95)
    told = {"built": built, "size": size, "median": statistics.median(cpu)}
    return told | {"p95": cpu[place], "clock": clock[place]}


def _peer(folder: Path, python: str | None, release: Path, asked: list[str]) -> dict[str, Any]:
    from ogp_graph.search import read_words

    if python is None:
        subprocess.run([sys.executable, "-m", "venv", folder / "peer"], check=True)
        python = str(folder / "peer" / "bin" / "python")
        subprocess.run([python, "-m", "pip", "install", "--quiet", "tantivy"], check=True)
    with (folder / "documents").open("w", encoding="utf-8") as file:
        for one in documents(release):
            file.write(json.dumps([one.key, json.dumps(one.texts), one.columns()]) + "\n")
    terms = [[{"words": t.words, "prefix": t.prefix} for t in read_words(text).wanted] for text in asked]
    (folder / "queries").write_text(json.dumps(terms), encoding="utf-8")
    command = [python, "-c", _PEER, *map(str, (folder / "documents", folder / "queries", folder / "tantivy"))]
    done = subprocess.run([*command, json.dumps(COLUMNS)], stdout=subprocess.PIPE, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def main() -> None:
    """Parses the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.search", description=__doc__)
    parser.add_argument("--size", type=int, default=10_000, help="reports of the corpus")
    parser.add_argument("--peer", help="a Python that has tantivy")
    parser.add_argument("--output", default=str(OUTPUT), help="where the table goes; - is standard output")
    given = parser.parse_args()
    release = (release_workspace(given.size) / "current").resolve()
    if not (release / INDEX).exists():  # it was made before there were any
        write_index(release)
    words = [" ".join(one.columns()).split() for one in documents(release)]
    asked = questions([[word for word in one if word.isalnum()] for one in words])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "ours").mkdir()
        rows: dict[str, Any] = _ours(release, folder / "ours", asked)
        rows["the page of results (HTML)"] = _figures(0, 0, _over_http(release, asked))
        rows["tantivy"] = _peer(folder, given.peer, release, asked)
    machine = (
        f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the end; Python {platform.python_version()}, "
        f"SQLite {sqlite3.sqlite_version}, {rows['tantivy'].pop('version', '')}."
    )
    characters = sum(len(word) + 1 for one in words for word in one)
    text = _HEAD.format(size=given.size, characters=characters, queries=_QUERIES, machine=machine)
    for row, figures in rows.items():
        built, size = figures.get("built"), figures.get("size", 0) / 1e6
        cells = (built, size, figures.get("median"), figures.get("p95"), figures.get("clock"))
        text += f"| {row} | " + " | ".join(f"{cell:,.1f}" if cell else "" for cell in cells) + " |\n"
    if given.output == "-":
        sys.stdout.write(text)
    else:
        Path(given.output).write_text(text, encoding="utf-8")
        print(f"written: {given.output}")


if __name__ == "__main__":
    main()
