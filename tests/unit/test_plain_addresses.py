"""What is taken as it is, because it is plain, would come out of the long way unchanged."""

from __future__ import annotations

from urllib.parse import urljoin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ogp_graph.describe import terms, web_iri
from ogp_graph.names import is_plain_address, redact
from ogp_graph.read import web_address

BASES = ["", "https://example.org/a/b?c", "http://example.org", "https://www.opengovpartnership.org/x/"]
PLAIN = st.from_regex(
    r"https?://[A-Za-z0-9.-]{1,20}(?:/[A-Za-z0-9/_.~-]{0,20})?(?:\?[A-Za-z0-9/_.~=&-]{1,20})?", fullmatch=True
)


@given(PLAIN, st.sampled_from(BASES))
def test_joining_redacting_and_encoding_leave_a_plain_address_alone(address, base):
    assert is_plain_address(address)
    assert urljoin(base, address) == address
    assert redact(address) == address


@given(PLAIN)
def test_a_plain_address_is_the_same_iri_the_long_way(address):
    quick = web_iri(address)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(terms, "is_plain_address", lambda _: False)
        assert web_iri(address) == quick


@pytest.mark.parametrize(
    "address",
    [
        "http://ada@example.org/", "https://example.org/%40", "https://example.org/a?", "https://example.org/#",
        "HTTP://example.org/", "https://example.org/a b", "https://example.org/;x", "https://", "/a", "https://é.org/",
        "https://example.org/\n", "http://[::1]/", "mailto:ada@example.org", "https://example.org:80/", "",
    ],
)  # fmt: skip
def test_every_other_address_goes_the_long_way(address):
    assert not is_plain_address(address)


def test_an_address_that_is_plain_is_kept_by_reading_unless_it_tracks():
    assert web_address("https://example.org/a?p=7") == "https://example.org/a?p=7"
    assert web_address("https://example.org/a?utm_source=x") == "https://example.org/a"
