"""Records with every hazard of the form, made by hypothesis, and what a reader must find of them in each layout."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from tests.report_pages import FOOTER, Record, Reply, answer, lines_kept, one_token, said

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ogp_graph.model import Report

PLAIN = (
    "The transport office will run ten routes.",
    "Drivers were asked twice, passengers never.",
    "People walk home along the motorway at night.",
    "The work stopped in May and went on in June.",
    "In the second year the routes were joined (see the map).",
    "“Nobody waits for me,” said one passenger.",
)
HAZARDS = (
    "3.1 Implement the second route in the east.",
    "1.2 Second round of talks with the drivers.",
    "A 3.1. Draw the map of the stops.",
    "A1.2.1 Paint the stops.",
    "3. Ask the drivers first.",
    "Yes, although the eastern routes came later.",
    "No, the last route was never opened.",
    "• Map of the stops",
    "- Letter of the drivers",
    "– 68% of the stops – 77% of the shelters",
    "1) Draw the map 2) Paint the stops",
    "  - A1.1.1 Paint the shelters as well",
    "Problem statements differ from one district to another.",
    "The Title of the Commitment and the Action were read aloud.",
    "Actions:A 4.1. Draw the map.A 4.2. Paint.",
    "A full stop is missing.Finally the map came",
    "Routes (https://www.example.org/routes) are listed; see there; and elsewhere;",
    "40 people came to the first talk.",
    "2.1 Million passengers were counted.",
    "The field stops in the middle of",
    "It ends with a hyphen -",
    "Overview of all routes and stops",
    "Commitment completion was judged by the calendar.",
    "Not Applicable to the northern routes.",
    "Explanation: the bridge was closed.",
    "Problem: nobody knows the last bus.",
    "Degree of change was measured twice.",
    "Section 2 of the map is missing.",
    "Evidence is kept in the archive",
    "She wrote ... and so on, of youth and gender...",
    "1.1 What was the overall level of progress",
    "Did it open government? Perhaps.",
)
TOKENS = ("Evidences:", "Goals:", "Yes", "Annex", "Milestones", "•", "https://www.example.org/annex", "Finally,")
LABEL_WORDS = ("Problem", "Action", "Title", "Commitment", "Overview", "Member", "Email")
TITLES = (
    "Night buses for shift workers",
    "Safer stops – second phase",
    "Routes: who decides?",
    "“Buses for all” in Lindholm",
    "Stops.",
    "Transparency",
    "#OpenBuses for the youth",
    "Publish the map (2022) of all stops.",
    "A bus – a promise – a plan",
)
EVALUATORS = (
    ("Wanda Ortolan", ("Wanda Ortolan",)),
    ("Prof. Wanda Ortolan", ("Wanda Ortolan",)),
    ("Wanda Ortolan and Piotr Quell", ("Wanda Ortolan", "Piotr Quell")),
    ("Wanda Ortolan, Piotr Quell, Ida Brandt", ("Wanda Ortolan", "Piotr Quell", "Ida Brandt")),
    ("Wanda Maria Ortolan Quell", ("Wanda Maria Ortolan Quell",)),
    ("Lindholm Transport Forum", ("Lindholm Transport Forum",)),
    ("Wandora", ("Wandora",)),
    ("Association for Buses and Trams", ("Association for Buses and Trams",)),
)
EMAILS = (
    ("wanda@example.org",),
    ("[email protected]",),
    ("wanda@example.org, piotr@example.com",),
    ("wanda@example.org; piotr@example.com",),
    ("[email protected]; [email protected]",),
    (),
)
MEMBERS = (
    ("Lindholm, Norland", "Action plan – Lindholm, Norland, 2022 – 2024"),
    ("Lindholm (State), Norland", "Action plan – Lindholm (State), Norland, 2021 – 2021"),
    ("Lindholmia (Norland)", "Plan de acción – Lindholm, Norland, 2021 – 2023"),
    ("Lindholm", "Action plan – Lindholm, Norland, 2022 – 2024"),
    ("Vestby (Commune), Sudland", "Action plan – Vestby (Municipality), Southland, 2021 – 2023"),
)
STATED = {
    "1.1": ("Complete", "substantial", "Limited", "Not Started", "No Evidence Available", "Partially, see annex", ""),
    "1.3": (
        "All of the commitment milestones were implemented as planned",
        "most of the commitment milestones were implemented as planned",
        "None of the milestones",
        "",
    ),
}
YES_OR_NO = ("Yes", "No", "Unclear", "Not Applicable", "yes", "", "Hard to say")
DEGREES = ("", "Major", "Outstanding", "Did Not Change", "Marginal", "Huge")
CODES = {
    "complete": "complete",
    "substantial": "substantial",
    "limited": "limited",
    "not started": "not-started",
    "no evidence available": "no-evidence-available",
    "yes": "yes",
    "no": "no",
    "unclear": "unclear",
    "not applicable": "not-applicable",
    "major": "major",
    "outstanding": "outstanding",
    "did not change": "did-not-change",
    "marginal": "marginal",
    "all of the commitment milestones were implemented as planned": "all-as-planned",
    "most of the commitment milestones were implemented as planned": "most-as-planned",
}


def _prose(*, label_words: bool) -> st.SearchStrategy[tuple[str, ...]]:
    """Paragraphs; two lines of one paragraph follow each other without a blank line."""
    line = st.sampled_from((*PLAIN, *PLAIN, *HAZARDS, *TOKENS, *(LABEL_WORDS if label_words else ())))
    paragraph = line | st.builds("{}\n{}".format, line, line)
    return st.lists(paragraph, max_size=3).map(tuple)


def _reply(question: str, *, label_words: bool) -> st.SearchStrategy[Reply]:
    result = question.startswith("2.1")
    evidence = (
        None,
        (),
        ("Map of the stops",),
        ("Map of the stops", "Annex-TP6"),
        ("https://www.example.org/annex?x=1",),
        ("Minutes; two pages", "Photographs of the stops"),
    )
    full = st.builds(
        Reply,
        st.sampled_from(STATED.get(question, YES_OR_NO)),
        _prose(label_words=label_words),
        st.sampled_from(evidence),
        st.none() | st.sampled_from(DEGREES) if result else st.none(),
    )
    bare = st.builds(Reply, st.sampled_from(YES_OR_NO), st.just(()), st.none(), st.none())
    return full | bare if question == "2.1.4" else full


@st.composite
def records(draw: st.DrawFn, *, label_words: bool = False) -> tuple[Record, tuple[str, ...]]:
    """A record and the names of its evaluators."""
    title = draw(st.sampled_from(TITLES))
    evaluator, names = draw(st.sampled_from(EVALUATORS))
    member, plan = draw(st.sampled_from(MEMBERS))
    questions = ["1.1", "1.3", "2.1.1", "2.1.2", "2.1.3", *(["2.1.4"] if draw(st.booleans()) else []), "2.2"]
    prose = _prose(label_words=label_words)
    first, last = draw(st.integers(0, 3)), draw(st.integers(1, 4))
    record = Record(
        title=title,
        commitment=draw(st.sampled_from((title, title, title + ".", title.rstrip(".") + " and more"))),
        evaluator=(evaluator,),
        email=draw(st.sampled_from(EMAILS)),
        member=(member,),
        plan=plan,
        subtitle=draw(st.none() | st.sampled_from((title, title.replace("e", "é", 1)))),
        action=draw(prose),
        problem=draw(prose),
        factors=draw(prose),
        lesson=draw(prose) if FOOTER[first:last] else (*draw(prose), PLAIN[0]),  # else it might be cut before it
        old=draw(st.booleans()),
        footer=FOOTER[first:last],
    )
    return replace(record, replies={q: draw(_reply(q, label_words=label_words)) for q in questions}), names


# ------------------------------------------------------------------------------------------ what must be found

_BULLET = re.compile(r"(?:^|(?<=\s))[•▪·*\-–—]+(?=\s|$)")


def plain(text: str | None, *, tight: bool = False) -> str | None:
    """A text without bullets and with single spaces; ``tight``: without any space, as next to a tooltip."""
    words = " ".join(_BULLET.sub(" ", (text or "").replace("•", " • ")).split())
    return (words.replace(" ", "") if tight else words) or None


def closed(stated: str, *, lossy: bool) -> tuple[str, str | None, str | None]:
    """Status, code and words of a closed answer."""
    if not stated or (lossy and one_token(stated)):
        return ("lost" if lossy else "empty", None, None)
    code = CODES.get(stated.lower())
    return ("answered", code, stated) if code else ("unrecognised", None, stated)


def compare(record: Record, names: Sequence[str], report: Report, *, lossy: bool, tight: bool = False) -> None:
    """Holds a report against the record that its page was made from."""
    _compare_names(record, names, report, lossy=lossy, tight=tight)

    def kept(paragraphs: Sequence[str]) -> str | None:
        return plain(lines_kept(paragraphs, lossy=lossy), tight=tight)

    both = [plain(said(value), tight=tight) for value in (report.action, report.problem)]
    wanted = [kept(record.action), kept(record.problem)]
    if report.border_unknown:
        read, written = (sorted("".join(filter(None, texts)).replace(" ", "")) for texts in (both, wanted))
        assert read == written
    else:
        assert both == wanted
    for question, paragraphs in (("1.2", record.factors), ("3", record.lesson)):
        assert plain(said(answer(report, question).explanation), tight=tight) == kept(paragraphs)
    for question, reply in record.replies.items():
        found = answer(report, question)
        assert (found.status, found.code, said(found.stated)) == closed(reply.stated, lossy=lossy), question
        assert plain(said(found.explanation), tight=tight) == kept(reply.explanation), question
        items = [item for item in reply.evidence or () if not (lossy and one_token(item))]
        assert [item.title.text for item in found.evidence] == items, question
        if reply.degree is None:
            assert getattr(found, "degree_status", None) is None, question
        else:
            degree = (found.degree_status, found.degree, said(found.degree_stated))
            assert degree == closed(reply.degree, lossy=lossy), question
    assert {a.question for a in (*report.answers, *report.results)} == {*record.replies, "1.2", "3"}
    assert report.unassigned == ()


def _compare_names(record: Record, names: Sequence[str], report: Report, *, lossy: bool, tight: bool) -> None:
    expected = () if lossy and one_token(record.evaluator[0]) else tuple(names)
    assert tuple(evaluator.name.text for evaluator in report.evaluators) == expected
    if not (lossy and one_token(record.member[0])):
        assert said(report.member_name) == record.member[0]
    assert said(report.plan_title) == record.plan
    if lossy and one_token(record.commitment):
        return
    assert plain(said(report.commitment_title), tight=tight) == plain(record.commitment, tight=tight)
    again = record.subtitle if record.subtitle != record.commitment else None
    if not (lossy and again and one_token(again)):
        assert plain(said(report.commitment_subtitle), tight=tight) == plain(again, tight=tight)
