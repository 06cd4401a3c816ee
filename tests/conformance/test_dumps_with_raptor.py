"""The dumps are read by Raptor, a parser that shares no code with the one that wrote them.

Turtle: https://www.w3.org/TR/turtle/, N-Triples: https://www.w3.org/TR/n-triples/, N-Quads: https://www.w3.org/TR/n-quads/
"""

from __future__ import annotations

import gzip
import re
import subprocess
from pathlib import Path

import pytest

SYNTAXES = {".ttl.gz": "turtle", ".nt.gz": "ntriples", ".nq.gz": "nquads"}


def statements(program: str, path: Path, tmp_path: Path) -> set[str]:
    """What Raptor reads in ``path``, as N-Quads lines."""
    suffix = next(suffix for suffix in SYNTAXES if path.name.endswith(suffix))
    plain = tmp_path / path.name.removesuffix(".gz")
    plain.write_bytes(gzip.decompress(path.read_bytes()))
    done = subprocess.run(
        [program, "-q", "-i", SYNTAXES[suffix], "-o", "nquads", str(plain)], capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
    # Raptor's N-Triples parser folds language tags, its Turtle parser does not (RDF 1.1 Concepts 3.3 allows both).
    return {re.sub(r"@[A-Za-z0-9-]+(?= [.<])", lambda tag: tag[0].lower(), line) for line in done.stdout.splitlines()}


@pytest.mark.parametrize("suffix", SYNTAXES)
def test_another_parser_reads_every_dump_whole(suffix: str, program, sample_release: Path, tmp_path: Path):
    rapper = program("rapper")
    dumps = sorted(path for path in (sample_release / "dumps").rglob("*") if path.name.endswith(suffix))
    assert dumps
    for dump in dumps:
        assert len(statements(rapper, dump, tmp_path)) > 100, dump.name


def test_turtle_and_ntriples_say_the_same(program, sample_release: Path, tmp_path: Path):
    rapper = program("rapper")
    by_suffix = {}
    for suffix in (".ttl.gz", ".nt.gz"):
        (dump,) = [path for path in (sample_release / "dumps").iterdir() if path.name.endswith(suffix)]
        by_suffix[suffix] = statements(rapper, dump, tmp_path)
    assert by_suffix[".ttl.gz"] == by_suffix[".nt.gz"]


def test_no_dump_has_a_blank_node(program, sample_release: Path, tmp_path: Path):
    rapper = program("rapper")
    (dump,) = [path for path in (sample_release / "dumps").iterdir() if path.name.endswith(".nt.gz")]
    assert not [line for line in statements(rapper, dump, tmp_path) if re.match(r"_:|\S+ \S+ _:", line)]
