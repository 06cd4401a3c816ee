"""Closed answers: what is known gets a code, everything else is kept word for word."""

from __future__ import annotations

import pytest

from ogp_graph.model import Status
from tests.edited_pages import text
from tests.report_pages import answer, codes, read, said


def page(*lines: str) -> str:
    """The text page with these lines as the answer to 2.2."""
    whole = text()
    start = whole.index("\n", whole.index("2.2 Did the commitment"))
    return whole[:start] + "".join(f"\n\n{line}" for line in lines) + "\n\n" + whole[whole.index("Provide", start) :]


@pytest.mark.parametrize(
    ("lines", "status", "code", "stated"),
    [
        (("Yes.",), Status.ANSWERED, "yes", "Yes."),
        (("NOT APPLICABLE",), Status.ANSWERED, "not-applicable", "NOT APPLICABLE"),
        (("Yes, although late",), Status.UNRECOGNISED, None, "Yes, although late"),
        (("Yes", "The register went online."), Status.ANSWERED, "yes", "Yes"),
        (("Yes", "No", "Unclear"), Status.UNRECOGNISED, None, "Yes\nNo\nUnclear"),
        (("-",), Status.UNRECOGNISED, None, "-"),
        ((), Status.EMPTY, None, None),
    ],
)
def test_a_closed_answer_is_known_or_kept(lines: tuple[str, ...], status: Status, code: str | None, stated: str | None):
    extraction = read(page(*lines))
    assert extraction.report is not None
    found = answer(extraction.report, "2.2")
    assert (found.status, found.code, said(found.stated)) == (status, code, stated)
    assert ("unrecognised-answer" in codes(extraction)) == (status is Status.UNRECOGNISED)
