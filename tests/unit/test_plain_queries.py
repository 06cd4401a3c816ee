"""What is read in a short way is what the long way reads."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, unquote_to_bytes

import pytest
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from ogp_graph.engine.cached import key
from ogp_graph.engine.scan import Scanned
from ogp_graph.formats import FORMATS
from ogp_graph.web.protocol import asked, is_ordinary, plainly_asked

LONGEST = 10_000
PLAIN = [("host", "example.org"), ("accept", "*/*")]


@dataclass
class Fields:
    pairs: list[tuple[str, str]]

    def keys(self) -> list[str]:
        return [name for name, _ in self.pairs]

    def values(self) -> list[str]:
        return [value for _, value in self.pairs]

    def items(self) -> list[tuple[str, str]]:
        return self.pairs

    def get_all(self, name: str) -> list[str]:
        return [value for known, value in self.pairs if known == name]

    def __contains__(self, name: str) -> bool:
        return bool(self.get_all(name))


@dataclass
class Got:
    query_string: str
    headers: Fields = field(default_factory=lambda: Fields(PLAIN))


def shortly(address: str, pairs: list[tuple[str, str]] = PLAIN) -> Any:
    return plainly_asked(Got(address, Fields(pairs)), LONGEST)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    ["ASK {}", 'SELECT * { ?a ?b "100 % \\"ä\\n" }', "ASK { <a%20b> ?p '+' }", "#\U0001f333\nASK\t{}", "\\x41", "\x00"],
)
def test_a_query_alone_in_the_address_is_read_in_both_ways_alike(text: str) -> None:
    for escaped in (quote(text, safe=""), quote(text, safe="\\/:?").replace("%20", "+")):
        address = f"query={escaped}"
        long = asked(Request(EnvironBuilder(query_string=address).get_environ()), LONGEST)
        assert long.query == text
        assert shortly(address) in (long, None)
    assert shortly(f"query={quote(text, safe='')}").query == text


@pytest.mark.parametrize(
    "address",
    ["", "query", "query=a&format=csv", "update=a", "query=%FF", "query=ä", "QUERY=a", f"query={'a' * LONGEST}"],
)
def test_anything_else_is_left_to_the_long_way(address: str) -> None:
    assert shortly(address) is None


@pytest.mark.parametrize("broken", ["%", "%4", "%zz", "%%41", "50% off", "%u0041", "\\%41", "%5Cx41"])
def test_escapes_that_are_none_stay_as_they_are(broken: str) -> None:
    found = shortly(f"query={broken}")
    assert found.query.encode() == unquote_to_bytes(broken.encode())


@pytest.mark.parametrize(
    "pairs",
    [
        [],
        [("host", "a"), ("host", "b")],
        [("host", "a,b")],
        [("host", "a b")],
        [("host", "a/b")],
        [*PLAIN, ("x", "y" * 9_000)],
    ],
)
def test_headers_that_may_be_refused_are_not_ordinary(pairs: list[tuple[str, str]]) -> None:
    assert not is_ordinary(Fields(pairs))


def test_a_request_that_takes_no_coding_is_left_to_the_long_way() -> None:
    assert is_ordinary(Fields(PLAIN))
    assert shortly("query=ASK%7B%7D", [*PLAIN, ("accept-encoding", "identity;q=0")]) is None


@pytest.mark.parametrize("call", ["NOW()", "rand( )", "UUID\n()", "STRUUID # a comment (\n()", "1+NOW#\r#\n()"])
def test_what_changes_each_time_is_not_known_again(call: str) -> None:
    assert key(Scanned(f"SELECT ({call} AS ?x) {{}}", "SELECT"), FORMATS["json"], None, None) is None


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("ASK {\n  ?a <http://a#b>\t?c }", "ASK { ?a <http://a#b> ?c }", True),
        ("ASK { # a comment\n ?a ?b ?c }", "ASK { ?a ?b ?c }", True),
        ("ASK { ?a ?b '  ' }", "ASK { ?a ?b ' ' }", False),
        ("ASK { ?a ?b ?c } #\nLIMIT 1", "ASK { ?a ?b ?c } # LIMIT 1", False),
        ("ASK { ?a ?b ?c } #<a#b>\nLIMIT 1", "ASK { ?a ?b ?c } #<a#b> LIMIT 1", False),
        ("ASK { ?a <a#b#c>\n?c }", "ASK { ?a <a#b#c> ?c }", True),
        ("ASK {\x0b}", "ASK { }", False),
        ("ASK {}\x0b", "ASK {}", False),
        ("\xa0ASK {}", "ASK {}", False),
        ("ASK {}\u2028", "ASK {}", False),
        (" ASK {}\n", "ASK {}", True),
        ("ASK { ?a ?b '#<a>\n ' }", "ASK { ?a ?b ' ' }", False),
        ('ASK { ?a ?b "  #\r" }', 'ASK { ?a ?b " " }', False),
        ('ASK { ?a ?b "#c\n \' " }', 'ASK { ?a ?b " \' " }', False),
        ("ASK { ?a e:b\\#c\n?d }", "ASK { ?a e:b\\#c ?d }", True),
        ("ASK { ?a e:b\\#c\n?d }", "ASK { ?a e:b\\#d\n?d }", False),
        ("ASK { FILTER(?a<?b#c>\n) }", "ASK { FILTER(?a<?b#c> ) }", False),
        ("ASK { ?a ?b <<x#y>\n}", "ASK { ?a ?b <<x#y> }", True),
        ('ASK { ?a ?b """\n#"""\n?c }', 'ASK { ?a ?b """ #""" ?c }', False),
        ('ASK { ?a ?b """\n#"""\n?c }', 'ASK { ?a ?b """\n#""" # c\n ?c }', True),
        ("ASK { ?a < ?b\n# c\n}", "ASK { ?a < ?b }", True),
    ],
)
def test_spaces_and_comments_make_no_other_query(one: str, other: str, same: bool) -> None:
    keys = [key(Scanned(text, "ASK"), FORMATS["json"], None, None) for text in (one, other)]
    assert (keys[0] == keys[1]) is same
