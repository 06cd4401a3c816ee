"""Everything under ``ontology/`` that the stages interpret, read once."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from ogp_graph import __version__
from ogp_graph.codes import Codes, load_codes
from ogp_graph.forms import Form, load_form
from ogp_graph.members import Members, load_members
from ogp_graph.vocabulary import data_folder

__all__ = ["Definitions", "definitions_digest", "load_definitions"]


@dataclass(frozen=True, slots=True)
class Definitions:
    """The form, the code lists and the alias table of members."""

    form: Form
    codes: Codes
    members: Members


def load_definitions(folder: Path | None = None) -> Definitions:
    """The definitions in ``folder`` (``ontology/`` when left out).

    Raises:
        DefinitionError: a file is missing or wrong.
    """
    folder = folder or data_folder("ontology")
    return Definitions(
        form=load_form(folder=folder / "forms"),
        codes=load_codes(folder / "codes"),
        members=load_members(folder / "members.ttl"),
    )


def definitions_digest() -> str:
    """SHA-256 of all that a report's result depends on besides its captures: version, code and definitions."""
    digest = hashlib.sha256(__version__.encode())
    code = Path(__file__).parent
    for root, pattern in ((data_folder("ontology"), "*.ttl"), (data_folder("shapes"), "*.ttl"), (code, "*.py")):
        for path in sorted(root.rglob(pattern)):
            digest.update(f"{path.relative_to(root).as_posix()}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()
