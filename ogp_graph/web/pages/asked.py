"""A page to make, and texts of the thing that it is about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ogp_graph.known.graph import iri
from ogp_graph.known.words import text_of
from ogp_graph.vocabulary import term

if TYPE_CHECKING:
    from ogp_graph.known import Document, Text, Words
    from ogp_graph.web.pages.shown import Shown

__all__ = ["Asked", "texts", "texts_of"]


@dataclass(frozen=True, slots=True)
class Asked:
    """A page to make: the thing's document, its kind and its key, and labels for who reads."""

    shown: Shown
    document: Document
    kind: str
    key: str
    words: Words

    @property
    def thing(self) -> str:
        """The IRI of the thing."""
        return self.document.thing

    def one(self, name: str) -> str:
        """The first value of a property of the thing, as text."""
        found = sorted(
            str(getattr(triple.object, "value", ""))
            for triple in self.document.triples
            if triple.predicate.value == term(name) and iri(triple.subject) == self.thing
        )
        return next(iter(found), "")


def texts(asked: Asked, name: str) -> list[Text]:
    return texts_of(asked, asked.thing, name)


def texts_of(asked: Asked, thing: str, name: str) -> list[Text]:
    found = asked.shown.graph.from_(thing, term(name))
    known = {text_of(one.object) for one in found}
    return sorted(known, key=lambda text: (text.language != "en", text.language, text.text))
