"""A release into Virtuoso by its own loader, which reads the dumps where they are."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ogp_graph.errors import EnvironmentFailure
from ogp_graph.release.dumps import CITATIONS, MERGED, QUADS

if TYPE_CHECKING:
    from pathlib import Path

    from ogp_graph.pipeline.writers import Batch

__all__ = ["Isql", "load_with_isql"]

_SECONDS = 36_000.0  # that loading may take
_PROGRAMS = ("isql-vt", "isql")


@dataclass(frozen=True, slots=True)
class Isql:
    """Virtuoso's own port (``HOST:PORT``) and who asks there (``USER:PASSWORD``)."""

    address: str
    secret: str

    def clear(self, graphs: list[str | None]) -> None:
        """Empties the graphs."""
        self.run("log_enable(3);\n" + "".join(f"SPARQL CLEAR GRAPH <{graph}>;\n" for graph in graphs if graph))

    def write(self, batches: list[Batch]) -> None:
        """Inserts a few statements."""
        for batch in batches:
            self.run(f"SPARQL INSERT INTO GRAPH <{batch.graph}> {{ {' '.join(batch.lines)} }};\n")

    def run(self, statements: str) -> str:
        """What the statements print.

        Raises:
            EnvironmentFailure: there is no isql, or Virtuoso refuses.
        """
        user, _, password = self.secret.partition(":")
        for program in _PROGRAMS:
            options = ["VERBOSE=OFF", "BANNER=OFF", "PROMPT=OFF"]
            command = [program, self.address, user or "dba", password or "dba", *options]
            try:
                done = subprocess.run(
                    command, input=statements, capture_output=True, text=True, timeout=_SECONDS, check=False,
                    env={"PATH": os.environ.get("PATH", "")},
                )  # fmt: skip
            except FileNotFoundError:
                continue
            except subprocess.TimeoutExpired:
                raise EnvironmentFailure(f"Virtuoso at {self.address} took more than {_SECONDS:g} seconds") from None
            said = done.stdout + done.stderr
            if done.returncode or "*** Error" in said:
                wrong = next((line for line in said.splitlines() if "Error" in line), said.strip()[:300])
                raise EnvironmentFailure(f"Virtuoso at {self.address}: {wrong.strip()}")
            return done.stdout
        raise EnvironmentFailure(f"none of {', '.join(_PROGRAMS)} is installed (Debian: virtuoso-opensource-7-bin)")


def load_with_isql(isql: Isql, dumps: Path, default_graph: str) -> None:
    """Has Virtuoso load the dumps in ``dumps``, a folder that its DirsAllowed has to name; the merged statements go
    into ``default_graph``. What was loaded before stays: clear the graphs first.

    Raises:
        EnvironmentFailure: a file could not be read or did not parse; it says which.
    """
    folder = _quoted(str(dumps.resolve()))
    files = [(MERGED.name, default_graph), (QUADS.name, ""), (CITATIONS.name, "")]
    listed = "".join(
        f"delete from DB.DBA.load_list where ll_file like {_quoted('%/' + name)};\n"
        f"ld_dir({folder}, {_quoted(name)}, {_quoted(graph or default_graph)});\n"
        for name, graph in files
    )
    isql.run(listed + "rdf_loader_run();\ncheckpoint;\n")
    names = ", ".join(_quoted(str(dumps.resolve() / name)) for name, _ in files)
    told = isql.run(f"select ll_state, ll_file, ll_error from DB.DBA.load_list where ll_file in ({names});\n")
    rows = [line.split(None, 2) for line in told.splitlines() if str(dumps.resolve()) in line]
    if len(rows) < len(files):
        raise EnvironmentFailure(f"Virtuoso did not see the dumps; {dumps.resolve()} has to be in its DirsAllowed")
    bad = [row for row in rows if row[0] != "2" or (len(row) > 2 and row[2].strip() != "NULL")]
    if bad:
        raise EnvironmentFailure(f"Virtuoso could not load {bad[0][1]}: {' '.join(bad[0][2:])[:300]}")


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
