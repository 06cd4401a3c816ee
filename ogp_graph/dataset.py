"""What the dataset is called and what terms hold for it: ``ontology/dataset.toml`` as a value."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec

from ogp_graph.errors import DefinitionError
from ogp_graph.vocabulary import data_folder

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Dataset", "load_dataset"]

_LANGUAGE = "http://publications.europa.eu/resource/authority/language/"


class Dataset(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The description. ``contact`` is a path below the site's address, every other address an IRI; ``formats`` goes
    from an extension to a file type, ``languages`` from BCP 47 to ISO 639-3 in capitals."""

    title: str
    description: str
    keywords: tuple[str, ...]
    rights: str
    provenance: str
    publisher: str
    contact: str
    licence: str
    licence_authority: str
    licence_type: str
    theme: str
    themes: str
    frequency: str
    access: str
    availability: str
    type: str
    publisher_type: str
    spatial: str
    spatial_name: str
    source: str
    formats: dict[str, str]
    languages: dict[str, str]

    def format(self, name: str) -> str | None:
        """The IRI of the file type of a file called ``name``, packed or not."""
        parts = name.split(".")
        return next((self.formats[part] for part in reversed(parts) if part in self.formats), None)

    def language(self, tag: str) -> str | None:
        """The IRI of a language in the EU's table; None for one that is not listed."""
        code = self.languages.get(tag.partition("-")[0].lower())
        return _LANGUAGE + code if code else None

    def tag(self, iri: str) -> str:
        """The tag of a language in the EU's table as BCP 47 has it, of two letters where there is one (RFC 5646,
        2.2.1); that of one that is not listed is its code in the table."""
        code = iri.removeprefix(_LANGUAGE)
        return next((tag for tag, known in self.languages.items() if known == code), code.lower())


@lru_cache(maxsize=2)
def load_dataset(path: Path | None = None) -> Dataset:
    """The description.

    Raises:
        DefinitionError: a field is missing, unknown or not of its type.
    """
    place = path or data_folder("ontology") / "dataset.toml"
    try:
        return msgspec.convert(tomllib.loads(place.read_text(encoding="utf-8")), Dataset)
    except (OSError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise DefinitionError(str(error), str(place)) from error
