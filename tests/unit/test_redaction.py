"""E-mail addresses in every dress that pages give them, and what only looks like one."""

from __future__ import annotations

import time

import pytest

from ogp_graph.names import REDACTED, redact


@pytest.mark.parametrize(
    "address",
    [
        "ada@example.org",
        "Ada.Lovelace+post@mail.example.org",
        "mailto:ada@example.org",
        "MAILTO:ada@example.org",
        "ada @ example.org",
        "ada @example.org",
        "ada@example .org",
        "ada＠example.org",
        "ada﹫example.org",
        "ada@example。org",
        "ada@\u200bexample.org",
        "ada\u200b@example.org",
        "ada\u00adlovelace@example.org",
        "ada&#64;example.org",
        "ada&#x40;example.org",
        "ada&commat;example.org",
        "ada%40example.org",
        "ada%2540example.org",
        "ada\\u0040example.org",
        "ada (at) example.org",
        "ada[at]example[dot]org",
        "ada {at} example {dot} org",
        "ada<at>example.org",
        "ada(arroba)example.org",
        "ada (at) example dot org",
        "ada AT example DOT org",
        "ada arroba example punto org",
        "ada@[192.0.2.1]",
        '"ada lovelace"@example.org',
        "o'ada@example.org",
        "ada@bücher.example.org",
    ],
)
def test_an_address_goes_whole(address: str):
    assert redact(f"Write to {address}, or call.") == f"Write to {REDACTED}, or call."
    assert redact(address) == REDACTED


@pytest.mark.parametrize(
    "text",
    [
        "follow @openhall. More",
        "see https://medium.example.org/@handle/post",
        "a vote (at large) was held",
        "Price @ 5 euros each",
        "look at this point in time",
        "They met AT the hall.",
        "R&D &amp; 68% of 40 halls",
        "[email protected]",
    ],
)
def test_what_only_looks_like_one_stays(text: str):
    assert redact(text) == text


def test_several_on_one_line_go_one_by_one():
    assert redact("a@example.org, b@example.org; c@example.org/d@example.org") == (
        f"{REDACTED}, {REDACTED}; {REDACTED}/{REDACTED}"
    )


@pytest.mark.parametrize(
    "text", ["a@" * 500_000, "a(at)" * 200_000, "a AT b DOT " * 90_000, "x" * 1_000_000 + "@", "a@" + "a-" * 500_000]
)
def test_no_text_takes_long(text: str):
    start = time.process_time()
    redact(text)
    assert time.process_time() - start < 5
