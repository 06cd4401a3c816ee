"""What the command line promises: help, exit codes, pipes, formats, findings, names that look like options."""

from __future__ import annotations

import gzip
import json
import os
import pty
import re
import shutil
import signal
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pyoxigraph as ox
import pytest

from ogp_graph import __version__
from ogp_graph.cli import commands
from ogp_graph.formats import FORMATS
from ogp_graph.names import DEFAULT_BASE
from tests.edited_pages import HTML, TEXT, titled_text, without_member
from tests.running import ORDINARY, Forking, command, environment, processes_of_session, started, until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Run = Callable[..., subprocess.CompletedProcess[str]]

NAMES = sorted(commands.commands)
RDF = [form for form in FORMATS.values() if form.rdf]
ESCAPE = "\x1b"
PREFIX = "PREFIX ogpv: <https://w3id.org/ogp-graph/ontology#>"
CITATIONS = f"{DEFAULT_BASE}graph/sources/"


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forking]:
    """Runs a command line without waiting for Python to load the program."""
    server = Forking(tmp_path_factory.mktemp("quick"))
    yield server
    server.close()


def complaint(done: subprocess.CompletedProcess[str]) -> str:
    """What a command that failed says: one line from the program, no traceback."""
    assert "Traceback" not in done.stdout + done.stderr
    (line,) = done.stderr.splitlines()
    assert line.startswith("ogp-graph: ")
    assert "Errno" not in line
    return line


@pytest.fixture(scope="module")
def page(samples: Path) -> Path:
    return samples / HTML


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory, quick: Forking, samples: Path) -> Path:
    """A workspace with a good report and one that has neither member nor plan."""
    folder = tmp_path_factory.mktemp("mixed")
    (folder / "page.txt").write_text(without_member("A market hall that nobody names"), encoding="utf-8")
    (folder / "good.html").write_bytes((samples / HTML).read_bytes())
    built = quick("build", "--workspace", folder / "ws", folder / "page.txt", folder / "good.html", code=1)
    (folder / "stdout").write_text(built.stdout, encoding="utf-8")
    return folder / "ws"


# Help


@pytest.mark.parametrize("name", NAMES)
def test_every_command_has_help_with_an_example(name: str, quick: Forking) -> None:
    done = quick(name, "--help")
    assert done.stdout.startswith(f"Usage: ogp-graph {name} ")
    assert re.search(rf"(?m)^  Examples?\n    .*ogp-graph {name} ", done.stdout)
    assert ESCAPE not in done.stdout
    assert done.stderr == ""


@pytest.mark.parametrize("name", NAMES)
def test_the_examples_use_options_that_exist(name: str) -> None:
    subcommand = commands.commands[name]
    known = {flag for option in subcommand.params if isinstance(option, click.Option) for flag in option.opts}
    lines = re.findall(rf"ogp-graph {name} (.*)", subcommand.help or "")
    assert lines
    for line in lines:
        assert set(re.findall(r"(?<!\S)--?[a-z][a-z-]*", line)) <= known


def test_the_exit_codes_are_in_the_help(quick: Forking) -> None:
    told = quick("--help").stdout
    assert all(re.search(rf"(?m)^    {code}  \w", told) for code in range(4))
    assert all(re.search(rf"(?m)^  {name} ", told) for name in NAMES)
    assert quick("--version").stdout.split() == ["ogp-graph,", "version", __version__]


# Exit codes


def test_a_page_that_gives_its_report_is_0_and_warnings_do_not_change_it(quick: Forking, samples: Path) -> None:
    done = quick("convert", samples / "aragon-villages-L1.txt", code=0)
    assert done.stderr.startswith("warning ")


@pytest.mark.parametrize("name", ["convert", "inspect"])
def test_a_page_that_gives_no_report_is_1(name: str, quick: Forking, samples: Path) -> None:
    done = quick(name, samples / "not-a-report.html", code=1)
    assert "not-a-report  not-a-report.html  " in done.stdout + done.stderr


def test_a_bad_page_does_not_harm_the_next(quick: Forking, samples: Path, page: Path) -> None:
    both = quick("convert", samples / "not-a-report.html", page, "nowhere.html", code=1)
    assert both.stdout == quick("convert", page).stdout
    assert [line.split()[1] for line in both.stderr.splitlines()] == ["not-a-report", "missing-file"]


WRONG = [
    ("nonsense",), ("convert",), ("convert", "--format", "rtf", "-"), ("build", "pages"), ("reports",), ("serve",),
    ("serve", "--workspace", "a", "--data", "b"), ("build", "--workspace", "ws", "--processes", "many"), ("validate",),
    ("build", "--workspace", "ws", "--date", "2026-13-41"), ("query", "--workspace", "ws"), ("--nonsense",),
]  # fmt: skip


@pytest.mark.parametrize("arguments", WRONG, ids=" ".join)
def test_wrong_usage_is_2_and_says_how_to_get_help(arguments: tuple[str, ...], quick: Forking, tmp_path: Path) -> None:
    done = quick(*arguments, code=2, cwd=tmp_path)
    assert done.stdout == ""
    assert done.stderr.startswith("Usage: ogp-graph ")
    assert re.search(r"(?m)^Try 'ogp-graph.* --help' for help\.$", done.stderr)
    assert re.search(r"(?m)^Error: ", done.stderr)
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


READERS = ["reports", "findings", "validate", "releases", "verify", "query"]


@pytest.mark.parametrize("name", READERS)
def test_a_workspace_that_is_not_there_is_2_and_is_not_made(name: str, quick: Forking, tmp_path: Path) -> None:
    (tmp_path / "q.rq").write_text("ASK {}")
    done = quick(name, "--workspace", "nowhere", *(["q.rq"] if name == "query" else []), code=2, cwd=tmp_path)
    assert "no workspace at nowhere; ogp-graph build makes one" in complaint(done)
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("reports", "--show", "no-such-report"), "no report no-such-report"),
        (("verify", "--release", "2001-01-01.1"), "no release 2001-01-01.1"),
        (("query", "nowhere.rq"), "nowhere.rq"),
        (("query", "garbage.rq"), "garbage.rq:1:16: "),
        (("query", "binary.rq"), "binary.rq: "),
        (("query", "--format", "turtle", "select.rq"), "choose one of"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_something_to_read_that_is_not_there_or_is_no_such_thing_is_2(
    arguments: tuple[str, ...], said: str, quick: Forking, sample_workspace: Path, tmp_path: Path
) -> None:
    (tmp_path / "garbage.rq").write_text("SELECT FROM WHERE")
    (tmp_path / "binary.rq").write_bytes(b"\xff\xfe\x00ASK {}")
    (tmp_path / "select.rq").write_text("SELECT * { ?a ?b ?c } LIMIT 1")
    name, *rest = arguments
    assert said in complaint(quick(name, "--workspace", sample_workspace, *rest, code=2, cwd=tmp_path))


@pytest.mark.parametrize("name", ["nowhere.nq", "page.xyz", "garbage.nq"])
def test_a_file_that_is_no_rdf_cannot_be_validated(name: str, quick: Forking, tmp_path: Path) -> None:
    (tmp_path / "garbage.nq").write_text("this is not N-Quads\n")
    (tmp_path / "page.xyz").write_text("")
    assert name in complaint(quick("validate", name, code=2, cwd=tmp_path))


@pytest.mark.parametrize(
    "base", ["not an IRI", "https://example.org/no-slash", "relative/", "https://example.org/{x}/"]
)
def test_a_base_that_no_iri_can_start_with_is_2(base: str, quick: Forking, page: Path, tmp_path: Path) -> None:
    done = quick("convert", page, "--base", base, "-o", tmp_path / "x.nq", code=2)
    assert "base" in complaint(done)
    assert quick("convert", page, code=2, env={"OGP_GRAPH_BASE": base}).stdout == ""
    assert list(tmp_path.iterdir()) == []


def test_a_takedown_list_that_is_half_understood_is_2_and_publishes_nothing(
    quick: Forking, tmp_path: Path, page: Path
) -> None:
    (tmp_path / "ws").mkdir()
    (tmp_path / "ws" / "takedown.toml").write_text("[[persons]]\nname = 'A B'\n")
    assert "takedown.toml" in complaint(quick("build", "--workspace", tmp_path / "ws", page, code=2))
    assert not (tmp_path / "ws" / "current").exists()


# Exit code 3: the environment


def without_powers(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """The command as a user for whom the rights of files count."""
    line = [*ORDINARY, *command(*arguments)]
    return subprocess.run(line, capture_output=True, text=True, env=environment(), timeout=120)


def test_a_folder_that_may_not_be_written_is_3(tmp_path: Path, page: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500)
    done = without_powers("build", "--workspace", closed / "ws", page)
    assert done.returncode == 3
    assert "Permission denied; give this user the right to read and write there" in complaint(done)
    done = without_powers("convert", page, "-o", closed / "out.nq")
    assert done.returncode == 3
    assert "Permission denied" in complaint(done)
    assert list(closed.iterdir()) == []


def test_a_workspace_below_a_file_is_3(tmp_path: Path, page: Path, quick: Forking) -> None:
    (tmp_path / "file").write_text("")
    assert "Not a directory" in complaint(quick("build", "--workspace", tmp_path / "file" / "ws", page, code=3))


def test_a_second_build_is_3_while_the_first_one_runs_and_the_first_one_ends_well(
    tmp_path: Path, page: Path, quick: Forking
) -> None:
    workspace = tmp_path / "ws"
    with started("build", "--workspace", workspace, "-", stdin=subprocess.PIPE) as first:
        assert until((workspace / "lock").exists)  # it waits for standard input, and holds the workspace
        assert "another build holds" in complaint(quick("build", "--workspace", workspace, page, code=3))
        said, complained = first.communicate(page.read_bytes(), timeout=120)
    assert (first.returncode, said.count(b"accepted ")) == (0, 1), complained
    quick("verify", "--workspace", workspace)


def test_a_stopped_build_says_so_in_one_line_and_leaves_the_workspace_usable(
    tmp_path: Path, page: Path, quick: Forking
) -> None:
    workspace = tmp_path / "ws"
    with started("build", "--workspace", workspace, "-", stdin=subprocess.PIPE) as process:
        assert until((workspace / "lock").exists)
        process.send_signal(signal.SIGINT)  # as Ctrl-C does
        said, complained = process.communicate(timeout=120)
    assert (process.returncode, said, complained.strip()) == (130, b"", b"ogp-graph: stopped")
    assert processes_of_session(process.pid) == []
    quick("build", "--workspace", workspace, page)


FULL = [("convert", "PAGE"), ("inspect", "PAGE"), *((name, "-w", "WS") for name in ("reports", "findings", "releases"))]


@pytest.mark.parametrize("arguments", FULL, ids=lambda line: line[0])
def test_a_full_disk_under_the_output_is_3(
    arguments: tuple[str, ...], quick: Forking, page: Path, sample_workspace: Path
) -> None:
    places = {"PAGE": page, "WS": sample_workspace}
    done = quick(*(places.get(part, part) for part in arguments), stdout="/dev/full", code=3)
    assert complaint(done) == "ogp-graph: No space left on device"


def test_a_full_disk_under_a_named_output_is_3(page: Path, quick: Forking) -> None:
    assert "No space left on device" in complaint(quick("convert", page, "-o", "/dev/full", code=3))


def test_a_disk_that_fills_up_during_a_build_is_3_and_the_release_stays(
    tmp_path: Path, page: Path, samples: Path, quick: Forking
) -> None:
    workspace = tmp_path / "ws"
    quick("build", "--workspace", workspace, page)
    before = (workspace / "current").resolve()
    line = command("build", "--workspace", workspace, samples / TEXT)
    most = 30_000  # bytes of a file: pages and results have fewer, the table of answers has more
    limited = ["sh", "-c", f'ulimit -f {most // 512}; exec "$@"', "sh", *line]
    done = subprocess.run(limited, capture_output=True, text=True, env=environment(measured=False), timeout=120)
    assert done.returncode == 3, done.stderr
    assert "File too large; raise the limit" in done.stderr
    assert "Traceback" not in done.stderr
    assert (workspace / "current").resolve() == before
    quick("verify", "--workspace", workspace, "--all")
    quick("build", "--workspace", workspace, samples / TEXT)
    assert (workspace / "current").resolve() != before


def test_a_damaged_release_is_3_and_says_which_file(tmp_path: Path, page: Path, quick: Forking) -> None:
    quick("build", "--workspace", tmp_path, page)
    assert quick("verify", "--workspace", tmp_path).stdout.endswith(": whole\n")
    damaged = (tmp_path / "current").resolve() / "tables" / "reports.csv"
    damaged.chmod(0o644)
    damaged.write_bytes(damaged.read_bytes() + b" ")
    done = quick("verify", "--workspace", tmp_path, code=3)
    assert done.stderr.endswith(": tables/reports.csv: differs from its checksum\n")


# Standard input and output


def test_a_dash_is_standard_input_and_output(quick: Forking, page: Path, tmp_path: Path) -> None:
    text = page.read_text(encoding="utf-8")
    piped = quick("convert", "-", "-o", "-", input=text).stdout
    assert piped == quick("convert", "-", input=text).stdout
    quick("convert", "-", "-o", tmp_path / "out.nq", input=text)
    assert (tmp_path / "out.nq").read_text(encoding="utf-8") == piped
    assert [p.name for p in tmp_path.iterdir()] == ["out.nq"]
    named = set(quick("convert", page).stdout.splitlines())
    assert {line.split()[1] for line in named ^ set(piped.splitlines())} == {"<http://purl.org/dc/terms/identifier>"}


def test_findings_may_go_to_standard_output(quick: Forking, samples: Path) -> None:
    done = quick("convert", samples / "not-a-report.html", "-o", os.devnull, "--findings", "-", code=1)
    assert json.loads(done.stdout)["code"] == "not-a-report"
    assert done.stderr == ""


def test_build_and_query_and_inspect_read_standard_input(quick: Forking, page: Path, tmp_path: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert quick("build", "--workspace", tmp_path / "ws", "-", input=text).stdout.startswith("accepted glasgow-")
    count = f"{PREFIX} SELECT (COUNT(*) AS ?n) {{ ?r a ogpv:EndOfCommitmentReport }}"
    assert quick("query", "--workspace", tmp_path / "ws", "-", input=count).stdout.split() == ["n", "1"]
    assert "key glasgow-" in quick("inspect", "-", input=text).stdout


def test_a_reader_that_goes_away_is_no_error(samples: Path) -> None:
    with started("convert", samples, stdin=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline().startswith(b"<")
        process.stdout.close()
        complained = process.stderr.read()
        assert process.wait(120) in (0, 1)
    assert b"Traceback" not in complained
    assert b"Broken" not in complained


def test_there_are_no_bars_and_no_colours_in_a_pipe(quick: Forking, samples: Path, mixed: Path) -> None:
    for arguments in (("build", "--workspace", mixed), ("inspect", samples / TEXT)):
        done = quick(*arguments, code=None)
        assert done.stdout
        assert ESCAPE not in done.stdout + done.stderr
        assert "\r" not in done.stdout + done.stderr


def on_a_terminal(*arguments: str | Path) -> str:
    """What the command shows on a terminal."""
    ours, theirs = pty.openpty()
    shown = b""
    with started(*arguments, stdout=theirs, stderr=theirs, TERM="xterm-256color", COLUMNS="120") as process:
        os.close(theirs)
        while True:
            try:
                chunk = os.read(ours, 65_536)
            except OSError:  # EIO: nobody writes any more
                break
            if not chunk:
                break
            shown += chunk
        process.wait(120)
    os.close(ours)
    return shown.decode()


def test_a_terminal_has_bars_and_colours(samples: Path, mixed: Path) -> None:
    shown = on_a_terminal("build", "--workspace", mixed)
    assert re.search(rf"reports .*{ESCAPE}\[", shown)
    assert "2/2" in shown
    assert f"{ESCAPE}[32m" in on_a_terminal("inspect", samples / TEXT)


def test_a_terminal_that_cannot_show_a_letter_is_told_which(samples: Path, ogp_graph: Run) -> None:
    cyrillic = {"PYTHONUTF8": "0", "PYTHONIOENCODING": "koi8-r"}
    done = ogp_graph("inspect", samples / "timisoara-trees-L3b.txt", env=cyrillic)
    assert done.stdout.isascii()
    assert r"Hora\u021biu" in done.stdout


# Formats


@pytest.fixture(scope="module")
def quads(quick: Forking, samples: Path) -> set[ox.Quad]:
    """The sample pages as N-Quads."""
    done = quick("convert", samples, "--format", "nquads", code=1)
    return set(ox.parse(done.stdout.encode(), format=ox.RdfFormat.N_QUADS))


@pytest.mark.parametrize("form", RDF, ids=lambda form: form.name)
def test_every_format_parses_back_to_the_same_statements(
    form, quads: set[ox.Quad], quick: Forking, samples: Path
) -> None:
    done = quick("convert", samples, "--format", form.name, code=1)
    back = list(ox.parse(done.stdout.encode(), format=form.rdf))
    if form.name in ("nquads", "trig"):
        expected = quads
    else:
        said = (q for q in quads if not q.graph_name.value.startswith(CITATIONS))
        expected = {ox.Quad(q.subject, q.predicate, q.object) for q in said}
    assert set(back) == expected
    assert len(back) == len(expected), "a statement stands there twice"
    assert not any(isinstance(term, ox.BlankNode) for quad in back for term in (quad.subject, quad.object))


@pytest.mark.parametrize("form", RDF, ids=lambda form: form.name)
def test_the_ending_of_the_output_chooses_the_format(form, quick: Forking, page: Path, tmp_path: Path) -> None:
    output = tmp_path / f"page.{form.extension}"
    quick("convert", page, "-o", output)
    assert output.read_text(encoding="utf-8") == quick("convert", page, "--format", form.name).stdout


def test_nothing_is_left_of_an_output_that_failed(quick: Forking, page: Path, tmp_path: Path) -> None:
    (tmp_path / "out.nq").write_text("as it was")
    quick("convert", page, "-o", tmp_path / "out.nq", "--base", "no base", code=2)
    assert [(p.name, p.read_text()) for p in tmp_path.iterdir()] == [("out.nq", "as it was")]


# Findings


def test_findings_are_json_lines_that_say_where(quick: Forking, samples: Path, tmp_path: Path) -> None:
    done = quick("convert", samples, "-o", os.devnull, "--findings", tmp_path / "f.jsonl", code=1)
    assert (done.stdout, done.stderr) == ("", "")
    lines = (tmp_path / "f.jsonl").read_text(encoding="utf-8").splitlines()
    found = [json.loads(line) for line in lines]
    assert {f["code"] for f in found} >= {"not-a-report", "unrecognised-answer", "cut"}
    names = {p.name for p in samples.iterdir()}
    for finding in found:
        assert finding["severity"] in ("Violation", "Warning", "Info")
        assert re.fullmatch(r"[a-z]+(-[a-z0-9]+)*", finding["code"])
        assert finding["message"].endswith((".", ")"))
        if finding["code"] == "captures-contradict":  # of several files
            assert finding["report"]
        else:
            assert finding["name"] in names or finding["name"].startswith("two-more-reports.zip!/")
    odd = next(f for f in found if f.get("quote") == "Partly, since the guide exists")
    page = (samples / odd["name"]).read_bytes().decode("utf-8-sig")
    assert page[odd["span"]["start"] : odd["span"]["end"]] == odd["quote"]


@pytest.mark.parametrize("form", ["text", "jsonl", "turtle"])
def test_a_workspace_tells_its_findings(form: str, quick: Forking, sample_workspace: Path) -> None:
    told = quick("findings", "--workspace", sample_workspace, "--format", form).stdout
    assert "not-a-report" in told
    if form == "jsonl":
        assert all(json.loads(line)["code"] for line in told.splitlines())
    if form == "turtle":
        triples = set(ox.parse(told.encode(), format=ox.RdfFormat.TURTLE))
        assert ox.NamedNode("http://www.w3.org/ns/shacl#ValidationReport") in {t.object for t in triples}
        assert not any(isinstance(term, ox.BlankNode) for t in triples for term in (t.subject, t.object))


def test_findings_are_chosen_by_severity_and_report(quick: Forking, sample_workspace: Path) -> None:
    def found(*arguments: str) -> list[dict[str, str]]:
        told = quick("findings", "--workspace", sample_workspace, "--format", "jsonl", *arguments).stdout
        return [json.loads(line) for line in told.splitlines()]

    assert {f["severity"] for f in found()} == {"Violation", "Warning", "Info"}
    assert {f["severity"] for f in found("--severity", "violation")} == {"Violation"}
    key = next(f["report"] for f in found("--severity", "warning") if "report" in f)
    assert {f["report"] for f in found("--report", key)} == {key}


# Names that look like something else


ODD_NAMES = ["--help.txt", "-dash.txt", "--findings", "./-", "a\nb.txt", "ünïcödé.txt", " .txt", "%41.txt"]


@pytest.mark.parametrize("name", ODD_NAMES)
def test_a_file_of_any_name_is_read(name: str, quick: Forking, tmp_path: Path) -> None:
    (tmp_path / name).write_text(titled_text("A name like an option"), encoding="utf-8")
    for subcommand in ("convert", "inspect"):
        done = quick(subcommand, "--", name, cwd=tmp_path)
        assert "a-name-like-an-option" in done.stdout
        assert "Traceback" not in done.stderr


def test_files_of_any_name_are_built(quick: Forking, tmp_path: Path) -> None:
    for number, name in enumerate(ODD_NAMES):
        (tmp_path / name).write_text(titled_text(f"An odd name, number {number}"), encoding="utf-8")
    done = quick("build", "-w", "ws", "--", *ODD_NAMES, cwd=tmp_path)
    assert done.stdout.count("accepted ") == len(ODD_NAMES)


def test_a_page_cannot_move_the_cursor_or_forge_a_line(quick: Forking, tmp_path: Path) -> None:
    odd = "Sort of\x1b[2Jdone\u202e\x07"
    (tmp_path / "a\nwarning forged.txt").write_text(titled_text("Odd signs", ("Substantial", odd)), encoding="utf-8")
    for name in ("inspect", "convert"):
        done = quick(name, "--", "a\nwarning forged.txt", cwd=tmp_path)
        shown = done.stdout + done.stderr
        assert all(sign not in shown for sign in (ESCAPE, "\x07"))
        assert "\nwarning forged" not in shown
        assert "\u202e" not in done.stderr


# Reports of a workspace


def test_the_accepted_lines_of_a_build_are_what_reports_lists(
    quick: Forking, sample_workspace: Path, tmp_path: Path
) -> None:
    shutil.copytree(sample_workspace, tmp_path / "ws", symlinks=True)
    built = quick("build", "--workspace", tmp_path / "ws", code=1)
    accepted = [line.removeprefix("accepted ") for line in built.stdout.splitlines() if line.startswith("accepted ")]
    assert len(accepted) == 17
    assert all(re.fullmatch(r"[a-z0-9-]+ [0-9a-f]{64}", line) for line in accepted)
    assert quick("reports", "--workspace", tmp_path / "ws").stdout.splitlines() == accepted == sorted(accepted)


def test_a_report_without_member_is_quarantined_shown_and_in_no_dump(quick: Forking, mixed: Path) -> None:
    (good,) = quick("reports", "--workspace", mixed).stdout.splitlines()
    (bad,) = quick("reports", "--workspace", mixed, "--quarantined").stdout.splitlines()
    key = bad.split()[0]
    assert good.startswith("glasgow-united-kingdom-")
    told = (mixed.parent / "stdout").read_text(encoding="utf-8").splitlines()
    assert sorted(told) == [f"accepted {good}", f"quarantined {key}"]
    shown = quick("reports", "--workspace", mixed, "--show", key).stdout
    assert "A market hall that nobody names" in shown
    assert list(ox.parse(shown.encode(), format=ox.RdfFormat.TRIG))
    for dump in (mixed / "current" / "dumps").glob("*.gz"):
        said = gzip.decompress(dump.read_bytes()).decode()
        assert "market hall" not in said
        assert key not in said
    tables = [table for table in (mixed / "current" / "tables").glob("*.csv") if table.name != "findings.csv"]
    assert len(tables) > 5
    assert all(key not in table.read_text(encoding="utf-8") for table in tables)


def test_why_a_report_is_quarantined_is_found_with_its_file(quick: Forking, mixed: Path) -> None:
    told = quick("findings", "--workspace", mixed, "--severity", "violation", "--format", "jsonl").stdout
    why = [json.loads(line) for line in told.splitlines()]
    assert why
    assert {f.get("name") for f in why} == {"page.txt"}
    assert any("plan" in f["message"] for f in why)


def test_an_accepted_report_is_shown_with_its_citations(quick: Forking, mixed: Path) -> None:
    key = quick("reports", "--workspace", mixed).stdout.split()[0]
    shown = quick("reports", "--workspace", mixed, "--show", key).stdout
    graphs = {quad.graph_name.value for quad in ox.parse(shown.encode(), format=ox.RdfFormat.TRIG)}
    assert graphs == {f"{DEFAULT_BASE}graph/report/{key}", f"{CITATIONS}{key}"}


# What single commands show


def test_inspect_shows_each_value_at_its_place(quick: Forking, samples: Path) -> None:
    page = (samples / TEXT).read_text(encoding="utf-8")
    shown = quick("inspect", samples / TEXT).stdout
    value = r"(?m)^ {4}(?:evaluator|member|stated) +(.+?)(?: \([^)]*\)| = \S+)?(?: \[\w+\])? @(\d+)-(\d+)$"
    places = re.findall(value, shown)
    assert len(places) >= 10
    assert all(page[int(start) : int(end)] == words for words, start, end in places)
    assert re.search(r"(?m)^  1\.1 answered substantial$", shown)


def test_a_converted_report_can_be_validated(quick: Forking, page: Path, tmp_path: Path) -> None:
    quick("convert", page, "-o", tmp_path / "good.nq")
    assert quick("validate", tmp_path / "good.nq").stdout == "No findings.\n"
    (tmp_path / "page.txt").write_text(without_member("Nobody's promise"), encoding="utf-8")
    quick("convert", tmp_path / "page.txt", "-o", tmp_path / "bad.ttl")
    told = quick("validate", tmp_path / "bad.ttl", "--format", "jsonl", code=1).stdout
    assert {json.loads(line)["severity"] for line in told.splitlines()} >= {"Violation"}


def test_a_report_below_another_base_is_validated_below_it(quick: Forking, page: Path, tmp_path: Path) -> None:
    base = "https://data.example.org/ogp/"
    quick("convert", page, "--base", base, "-o", tmp_path / "page.nq")
    assert quick("validate", "--base", base, tmp_path / "page.nq").stdout == "No findings.\n"
    quick("build", "-w", tmp_path / "ws", "--base", base, page)
    assert quick("validate", "-w", tmp_path / "ws").stdout == "No findings.\n"
    odd = quick("build", "-w", tmp_path / "ws", "--base", base, page.with_name("not-a-report.html"), code=1)
    assert odd.stdout.startswith("accepted ")
    told = quick("findings", "-w", tmp_path / "ws", "--format", "turtle").stdout
    assert f"<{base}id/finding" in told
    assert f"<{DEFAULT_BASE}id/" not in told


@pytest.mark.parametrize("form", ["csv", "tsv", "json", "xml"])
def test_a_query_gives_its_table_in_every_format(form: str, quick: Forking, sample_workspace: Path) -> None:
    ask = f"{PREFIX} SELECT DISTINCT ?m {{ ?m a ogpv:Member }}"
    told = quick("query", "-w", sample_workspace, "--format", form, "-", input=ask).stdout
    if form in ("csv", "tsv"):
        assert len(told.splitlines()) == 12
    else:
        kind = FORMATS[form].results
        assert kind is not None
        found = ox.parse_query_results(told.encode(), format=kind)
        assert isinstance(found, ox.QuerySolutions)
        assert len(list(found)) == 11


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }", "-:1:12: SERVICE is refused"),
        ("CLEAR ALL", "-:1:1: updates are refused"),
        ("SELECT * {\n ?s no:such ?o }", "-:2:5: the prefix no: is not declared"),
        ("SELECT * {", "-:1:11: syntax error"),
    ],
)
def test_a_query_that_is_refused_says_where_and_gives_nothing(
    text: str, said: str, quick: Forking, sample_workspace: Path
) -> None:
    done = quick("query", "-w", sample_workspace, "-", input=text, code=2)
    assert done.stdout == ""
    assert said in done.stderr


def test_a_query_of_a_graph_is_turtle(quick: Forking, sample_workspace: Path) -> None:
    ask = f"{PREFIX} CONSTRUCT WHERE {{ ?m a ogpv:Member }}"
    told = quick("query", "-w", sample_workspace, "-", input=ask).stdout
    assert len(list(ox.parse(told.encode(), format=ox.RdfFormat.TURTLE))) == 11
