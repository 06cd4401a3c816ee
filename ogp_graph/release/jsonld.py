"""N-Triples as JSON-LD, streaming: one node object a subject, prefixes as the only context.

The result is streaming JSON-LD too (https://www.w3.org/TR/json-ld11-streaming/): ``@type`` and ``@id`` come first.
"""

from __future__ import annotations

import json
import re
from itertools import groupby
from typing import TYPE_CHECKING

from ogp_graph.vocabulary import PREFIXES, RDF, XSD

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["JSON_HEAD", "JSON_TAIL", "json_nodes", "jsonld", "split"]

_NAMES = {namespace: prefix for prefix, namespace in PREFIXES.items()}
_SCHEME = re.compile(r"<(" + "|".join(map(re.escape, PREFIXES)) + r"):", re.IGNORECASE)
_TYPE = f"<{RDF}type>"
_STRING = f"<{XSD}string>"
_ESCAPE = re.compile(r"\\(?:U([0-9A-Fa-f]{8})|.)|[\x00-\x1f]")


JSON_HEAD = '{"@context":' + json.dumps(dict(PREFIXES), separators=(",", ":")) + ',"@graph":[\n'
JSON_TAIL = "\n]}\n"


def jsonld(lines: Iterable[str]) -> Iterator[str]:
    """``lines`` (N-Triples, sorted, without blank nodes) as pieces of one JSON-LD document.

    Every literal keeps its lexical form: none becomes a JSON number or boolean."""
    yield JSON_HEAD
    separator = ""
    for node in json_nodes(lines):
        yield separator + node
        separator = ",\n"
    yield JSON_TAIL


def json_nodes(lines: Iterable[str]) -> Iterator[str]:
    """The node objects of that document, one a subject."""
    for subject, group in groupby(map(split, lines), key=lambda triple: triple[0]):
        yield _node(subject, [(predicate, value) for _, predicate, value in group])


def split(line: str) -> tuple[str, str, str]:
    """Subject, predicate and object of one line of N-Triples, as they are written there."""
    subject, predicate, rest = line.split(" ", 2)
    return subject, predicate, rest.removesuffix(".").rstrip(" ")


def _node(subject: str, statements: list[tuple[str, str]]) -> str:
    # An IRI such as <foaf:x> would be read as a prefixed name: the node that holds one has no context.
    suspect = _SCHEME.match(subject) or any(_SCHEME.search(f"{one} {value}") for one, value in statements)
    plain = suspect and any(_SCHEME.match(part) for pair in ((subject, ""), *statements) for part in _iris(*pair))
    name = _whole if plain else _compact
    types = [name(value) for predicate, value in statements if predicate == _TYPE and value.startswith("<")]
    members = ['"@context":null'] if plain else []
    members += [f'"@type":[{",".join(types)}]'] if types else []
    members.append(f'"@id":{_whole(subject)}')
    others = [pair for pair in statements if pair[0] != _TYPE or not pair[1].startswith("<")]
    for predicate, group in groupby(others, key=lambda pair: pair[0]):
        values = ",".join(_value(value, plain=plain) for _, value in group)
        members.append(f"{name(predicate)}:[{values}]")
    return "{" + ",".join(members) + "}"


def _iris(predicate: str, value: str) -> Iterator[str]:
    yield predicate
    yield value if value.startswith("<") else value[value.rfind('"') + 3 :]


def _value(value: str, *, plain: bool) -> str:
    if value.startswith("<"):
        return f'{{"@id":{_whole(value)}}}'
    end = value.rindex('"')
    text, kind = _ESCAPE.sub(_unescaped, value[: end + 1]), value[end + 1 :]
    if kind.startswith("@"):
        return f'{{"@language":"{kind[1:]}","@value":{text}}}'
    if kind.startswith("^^") and kind[2:] != _STRING:
        return f'{{"@type":{_whole(kind[2:]) if plain else _compact(kind[2:])},"@value":{text}}}'
    return text


def _unescaped(escape: re.Match[str]) -> str:
    r"""What N-Triples allows in a string and JSON does not: \U, \' and control characters as they are."""
    if escape[1]:
        return chr(int(escape[1], 16))
    if escape[0][0] == "\\":
        return "'" if escape[0] == "\\'" else escape[0]
    return f"\\u{ord(escape[0]):04x}"


def _whole(iri: str) -> str:
    return f'"{_ESCAPE.sub(_unescaped, iri[1:-1])}"' if "\\" in iri else f'"{iri[1:-1]}"'


def _compact(iri: str) -> str:
    cut = max(iri.rfind("#"), iri.rfind("/")) + 1
    prefix, local = _NAMES.get(iri[1:cut]), iri[cut:-1]
    return f'"{prefix}:{local}"' if prefix and local else _whole(iri)
