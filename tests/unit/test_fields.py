"""What the fields of an address are (https://url.spec.whatwg.org/#urlencoded-parsing)."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, cast
from urllib.parse import parse_qsl

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ogp_graph.web.problems import Problem
from ogp_graph.web.protocol import asked

if TYPE_CHECKING:
    from werkzeug.wrappers import Request


def query(address: str) -> str | None:
    request = SimpleNamespace(query_string=address.encode(), method="GET")
    return asked(cast("Request", request), 10**6).query


@given(
    st.lists(
        st.sampled_from(["%", "2", "5", "%25", "%41", "%c3%A9", "%E2", "+", "=", "a", ";", "é", "%0a"]), max_size=12
    )
)
@example(["%25", "4", "1"])
@example(["%", "4", "%31", "%41"])
def test_a_query_alone_is_read_as_any_field_is(parts: list[str]) -> None:
    text = "".join(parts)
    try:
        known = parse_qsl(f"query={text}", keep_blank_values=True, errors="strict")[0][1]
    except UnicodeDecodeError:
        with pytest.raises(Problem) as caught:
            query(f"query={text}")
        assert caught.value.code == "not-utf-8"
    else:
        assert query(f"query={text}") == known
        assert query(f"query={text}&format=csv") == known
