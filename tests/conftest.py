"""What every test may ask for: the sample pages, a release built from them, and the reference pages in ``../shared``.

A part that is missing (``../shared``, a Debian program) skips its tests and is named at the end of the run; with
``OGP_GRAPH_REQUIRE_ALL=1`` it fails them.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    Run = Callable[..., subprocess.CompletedProcess[str]]

ROOT = Path(__file__).resolve().parent.parent
REQUIRE_ALL = os.environ.get("OGP_GRAPH_REQUIRE_ALL") == "1"
COMMAND = (sys.executable, "-c", "from ogp_graph.cli import main; main()")


def pytest_configure() -> None:
    """Lets Ctrl-C through to what the tests start: a shell that runs them in the background has switched it off."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("ogp-graph")
    group.addoption("--update-golden", action="store_true", help="write the golden files anew")
    group.addoption(
        "--raise-floors", action="store_true", help="pin the scores of the development pages where they rose"
    )
    group.addoption(
        "--lower-floors", action="store_true", help="pin the scores even where they fell: say why in the commit"
    )


@pytest.fixture(scope="session")
def root() -> Path:
    """The top of the checkout."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """The reference folder beside the checkout: the form, development pages with gold, the scorer."""
    place = Path(os.environ.get("OGP_GRAPH_SHARED") or ROOT.parent / "shared")
    if not (place / "pages" / "score.py").is_file():
        pytest.skip("no reference pages: put them in ../shared or name the folder in OGP_GRAPH_SHARED")
    return place


@pytest.fixture(scope="session")
def program() -> Callable[[str], str]:
    """Where a program of a Debian package is; skips when it is not installed."""

    def find(name: str) -> str:
        found = shutil.which(name)
        if found is None:
            pytest.skip(f"the program {name} is not installed: see tests/debian-packages.txt")
        return found

    return find


@pytest.fixture(scope="session")
def samples() -> Path:
    """The folder of sample pages that the repository ships."""
    return ROOT / "samples" / "pages"


@pytest.fixture(scope="session")
def ogp_graph() -> Run:
    """Runs the command line in a process of its own: ``ogp_graph("build", "--workspace", folder, pages)``."""

    def run(*arguments: str | Path, code: int | None = 0, **options: object) -> subprocess.CompletedProcess[str]:
        environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"} | dict(options.pop("env", {}))
        done = subprocess.run(
            [*COMMAND, *map(str, arguments)], capture_output=True, text=True, env=environment, timeout=300, **options
        )
        assert code is None or done.returncode == code, f"exit code {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    return run


@pytest.fixture(scope="session")
def command_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for ``PATH`` that holds the command ``ogp-graph`` of this checkout, installed or not."""
    folder = tmp_path_factory.mktemp("bin")
    command = folder / "ogp-graph"
    command.write_text(
        f"#!{sys.executable}\nimport sys\nsys.path.insert(0, {str(ROOT)!r})\n"
        'if __name__ == "__main__":\n    from ogp_graph.cli import main\n    sys.exit(main())\n',
        encoding="utf-8",
    )
    command.chmod(0o755)
    return folder


@pytest.fixture(scope="session")
def sample_workspace(tmp_path_factory: pytest.TempPathFactory, ogp_graph: Run, samples: Path) -> Path:
    """A workspace with one release, built from the sample pages; tests do not write to it.

    Exit code 1, since one sample page is broken on purpose."""
    folder = tmp_path_factory.mktemp("samples") / "workspace"
    ogp_graph("build", "--workspace", folder, samples, code=1)
    return folder


@pytest.fixture(scope="session")
def sample_release(sample_workspace: Path) -> Path:
    """The folder of the release in :func:`sample_workspace`."""
    return (sample_workspace / "current").resolve(strict=True)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, pytest.TestReport]:
    return _strict((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Generator[None, pytest.CollectReport]:
    return _strict((yield))


def _strict(report):
    """A skip becomes a failure when everything is required; an expected failure stays what it is."""
    if REQUIRE_ALL and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped although OGP_GRAPH_REQUIRE_ALL=1: {_reason(report.longrepr)}"
    return report


def _reason(longrepr: object) -> str:
    return str(longrepr[2] if isinstance(longrepr, tuple) else longrepr).removeprefix("Skipped: ")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Names what was skipped and why, so that nobody takes a partial run for a whole one."""
    skipped: dict[str, int] = {}
    for report in terminalreporter.stats.get("skipped", ()):
        skipped[_reason(report.longrepr)] = skipped.get(_reason(report.longrepr), 0) + 1
    if skipped:
        terminalreporter.section("NOT RUN", sep="!", red=True, bold=True)
        for reason, count in sorted(skipped.items()):
            terminalreporter.line(f"{count:5} tests: {reason}")
