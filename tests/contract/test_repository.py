"""The repository agrees with itself: tables, locks, versions, names and what ships in the wheel."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
import zipfile
from functools import cache
from pathlib import Path

import pytest

import ogp_graph
from scripts.settings_table import current

ROOT = Path(__file__).resolve().parents[2]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCKS = ("requirements.lock", "requirements-dev.lock")
MODULES = sorted((ROOT / "ogp_graph").rglob("*.py"))
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
# Spelt in pieces, so that this file does not hold what it looks for.
MACHINE_PATHS = re.compile("|".join(("/wo" + "rk/", "/home" + "/", "/ro" + "ot/", "/op" + "t/", r"\.py" + "env")))
REGISTRIES = re.compile(
    "|".join(("py" + "pi\\.org", "pythonhosted" + "\\.", "npmjs" + "\\.", "deb" + r"\.debian\.org"))
)
EXAMPLES = re.compile(r"@(\w+\.)*example\.(org|com)\b", re.IGNORECASE)
EMAIL = re.compile(r"[\w.+-]+@([\w-]+(?:\.[\w-]+)*\.[a-z]{2,})", re.IGNORECASE)


@cache
def files() -> dict[str, bytes]:
    """Every file that git tracks or would track, by name."""
    names = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout.decode()
    return {name: (ROOT / name).read_bytes() for name in names.split("\0") if name and (ROOT / name).is_file()}


def text_files() -> dict[str, str]:
    return {name: data.decode("utf-8", "replace") for name, data in files().items() if b"\0" not in data}


def requirement(line: str) -> str:
    return re.split(r"[<>=\[; ]", line, maxsplit=1)[0].lower().replace("_", "-")


def constants_classes_functions(name: str) -> tuple[int, str]:
    """The order of ``__all__``, which is ruff's (RUF022) as well."""
    return (0 if name.isupper() else 1 if name[0].isupper() else 2), name


def test_the_readme_lists_every_setting_as_it_is():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert readme == current(readme), "run: make readme"


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_package_has_hashes_and_no_address(name: str):
    lock = (ROOT / name).read_text(encoding="utf-8")
    assert not re.search(r"://|--(extra-)?index-url|--find-links|--trusted-host", lock)
    packages = re.split(r"\n(?=[a-z0-9])", re.sub(r"(?m)^ *#.*\n", "", lock).strip())
    assert len(packages) > 15
    for package in packages:
        name_and_version, _, hashes = package.partition(" \\\n")
        assert re.fullmatch(r"[a-z0-9.-]+(\[[a-z0-9,-]+\])?==[\w.!+]+", name_and_version), package
        assert re.fullmatch(r"( +--hash=sha256:[0-9a-f]{64}( \\)?(\n|$))+", hashes), package


@pytest.mark.parametrize(("name", "extras"), [(LOCKS[0], ("build",)), (LOCKS[1], ("build", "dev"))])
def test_the_locks_hold_what_the_project_asks_for(name: str, extras: tuple[str, ...]):
    wanted = list(PYPROJECT["project"]["dependencies"])
    for extra in extras:
        wanted += PYPROJECT["project"]["optional-dependencies"][extra]
    lock = (ROOT / name).read_text(encoding="utf-8")
    locked = set(re.findall(r"(?m)^([a-z0-9.-]+)(?:\[[a-z0-9,-]+\])?==", lock))
    assert {requirement(line) for line in wanted} <= locked, "run: make lock"


def test_both_locks_name_the_same_versions():
    runtime, dev = (set(re.findall(r"(?m)^(\S+==\S+)", (ROOT / name).read_text(encoding="utf-8"))) for name in LOCKS)
    assert runtime <= dev


def test_every_package_that_the_code_imports_is_a_dependency():
    distribution = {
        "lingua": "lingua-language-detector",
        "werkzeug": "flask",
        "jinja2": "flask",
        "markupsafe": "flask",
        "prometheus_client": "prometheus-client",
        "vl_convert": "vl-convert-python",
    }
    imported = set()
    for module in MODULES:
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                imported.add(node.module.split(".")[0])
    known = sys.stdlib_module_names | {"ogp_graph", "_typeshed"}  # the last is there for type checkers only
    outside = {name.lower() for name in imported - known}
    declared = {requirement(line) for line in PYPROJECT["project"]["dependencies"]}
    cluster = {requirement(line) for line in PYPROJECT["project"]["optional-dependencies"]["cluster"]}
    cluster -= {"s3fs"}  # which fsspec imports for s3:// addresses
    assert {distribution.get(name, name) for name in outside} == declared | cluster


def test_every_direct_dependency_has_a_decision():
    said = "\n".join(path.read_text(encoding="utf-8") for path in DECISIONS).lower()
    for line in PYPROJECT["project"]["dependencies"]:
        assert f"{requirement(line)}" in said, line


def test_every_decision_is_short_numbered_once_and_listed():
    listed = (ROOT / "docs" / "decisions" / "README.md").read_text(encoding="utf-8")
    numbers = [path.name[:4] for path in DECISIONS]
    assert DECISIONS
    assert len(set(numbers)) == len(numbers)
    for path in DECISIONS:
        assert re.fullmatch(r"\d{4}-[a-z0-9-]+\.md", path.name)
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 40, path.name
        assert f"({path.name})" in listed, f"{path.name} is not in docs/decisions/README.md"


def test_the_changelog_describes_this_version_for_the_users_of_the_data_first():
    log = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = re.search(r"(?m)^## (\d+\.\d+\.\d+)", log)
    assert newest is not None
    assert newest[1] == ogp_graph.__version__
    section = log[newest.end() :].split("\n## ")[0]
    assert re.findall(r"(?m)^### (.+)$", section) == ["Data", "Ontology and shapes", "Software"]


def test_the_ontology_has_the_version_of_the_package():
    ontology = (ROOT / "ontology" / "ogp.ttl").read_text(encoding="utf-8")
    stated = re.search(r'owl:versionInfo "([^"]+)"', ontology)
    assert stated is not None
    assert stated[1] == ogp_graph.__version__


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_public_name_is_declared_in_order(module: Path):
    tree = ast.parse(module.read_text(encoding="utf-8"))
    declared = [
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == "__all__" for t in node.targets)
    ]
    public = {
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
    }
    if not declared:
        assert not public, "no __all__"
        return
    assert list(declared[0]) == sorted(declared[0], key=constants_classes_functions)
    assert public <= set(declared[0])


def test_no_file_names_a_place_on_somebodys_machine():
    found = {name: MACHINE_PATHS.findall(text) for name, text in text_files().items()}
    assert {name: paths for name, paths in found.items() if paths} == {}


def test_no_file_names_a_package_registry():
    found = {name: REGISTRIES.findall(text) for name, text in text_files().items()}
    assert {name: hosts for name, hosts in found.items() if hosts} == {}


def test_the_only_mailboxes_are_those_of_the_example_domains():
    found = {(name, match[0]) for name, text in text_files().items() for match in EMAIL.finditer(text)}
    assert {(name, mailbox) for name, mailbox in found if not EXAMPLES.search(mailbox)} == set()


def test_the_licence_files_say_what_pyproject_says():
    licence = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License" in licence
    assert "END OF TERMS AND CONDITIONS" in licence
    assert "https://creativecommons.org/licenses/by/4.0/" in (ROOT / "LICENSE-DATA").read_text(encoding="utf-8")
    assert PYPROJECT["project"]["license"] == "Apache-2.0"


@pytest.mark.parametrize("page", ["README.md", "LICENSE-DATA"])
def test_whoever_reads_on_learns_that_this_is_unofficial(page: str):
    words = " ".join((ROOT / page).read_text(encoding="utf-8").lower().split())
    assert re.search(r"not affiliated with or endorsed by|neither affiliated with nor endorsed by", words)
    assert "personal data" in words


def test_make_bench_runs_what_the_pages_of_figures_are_written_by():
    recipe = (ROOT / "Makefile").read_text(encoding="utf-8").partition("\nbench:")[2].partition("\n\n")[0]
    runs = set(re.findall(r"python -m (bench[.\w]*)", recipe))
    pages = (path.read_text(encoding="utf-8") for path in (ROOT / "docs" / "benchmarks").glob("*.md"))
    told = {name for page in pages for name in re.findall(r"Written by[^;]*python -m (bench[.\w]*)", page)}
    assert len(told) > 6
    assert told - runs == {"bench.archives", "bench.endure"}, "those need a disk or a night of their own"


def test_the_samples_have_enough_reports_members_and_layouts_for_the_tour():
    pages = {path.name: path for path in (ROOT / "samples" / "pages").iterdir()}
    described = (ROOT / "samples" / "README.md").read_text(encoding="utf-8")
    assert set(re.findall(r"(?m)^\| `([^`]+)`", described)) == set(pages)
    assert {layout for name in pages for layout in re.findall(r"-(L\d[abc]?)", name)} >= {
        "L1",
        "L2",
        "L3a",
        "L3b",
        "L3c",
        "L4",
    }


@pytest.mark.slow
def test_the_wheel_holds_the_definitions_and_the_samples(tmp_path: Path):
    builder = pytest.importorskip("hatchling.builders.wheel", reason="hatchling is not installed").WheelBuilder
    (wheel,) = builder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"])
    with zipfile.ZipFile(wheel) as archive:
        inside = set(archive.namelist())
    for folder in ("ontology", "shapes", "queries", "samples"):
        shipped = {name for name in files() if name.startswith(f"{folder}/")}
        assert shipped
        assert {f"ogp_graph/data/{name}" for name in shipped} <= inside
    assert not [name for name in inside if name.startswith(("tests/", "workspace/"))]
