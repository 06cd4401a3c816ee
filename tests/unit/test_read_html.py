"""Web pages into lines: the words that a full parser sees, each where it stands in the markup."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from ogp_graph import pipeline
from ogp_graph.names import fold
from ogp_graph.read.html import TooManyElements, read_html

TOOLTIP = "OGP commitments are promises for reform co-created by governments and so on and on..."


def lines(markup: str, **options: object) -> list[str]:
    return [line.text for line in page(markup, **options).lines]


def page(markup: str, **options: object):
    return read_html(markup, pipeline.definitions().form, max_elements=200_000, **options)


# ---------------------------------------------------------------------------------- against a full parser

WORDS = st.sampled_from(
    ["buses", "Problem", "1.1", "night", "été", "a < b", "R&D", "“so”", "x=1>0", "stop.", "–", "&amp;copy"]
)
TEXT = st.lists(WORDS, min_size=1, max_size=4).map(lambda words: html.escape(" ".join(words), quote=False))
ENTITY = st.sampled_from(["&nbsp;", "&#8211;", "&eacute;", "&hellip;", "&copy", "&#x41;", "&unknown;"])
INLINE = st.sampled_from(["b", "em", "span", "i", "strong", "a", "u", "abbr", "dfn", "label", "SPAN"])
BLOCKS = st.sampled_from(["div", "section", "p", "h2", "h3", "ul", "blockquote", "article", "header", "DIV"])
HIDDEN = st.sampled_from(
    [" hidden", ' style="display:none"', " style='visibility : hidden'", ' class="tip"', ' id="gone"']
)
ATTRIBUTES = st.sampled_from(
    ["", ' class="a b"', " title='1 > 0'", ' data-x="</div>"', " checked", " alt=x/y", " style='color:red'"]
)
COMMENT = st.sampled_from(["<!-- Problem -->", "<!---->", "<!-- a -- b > c -->", "<!DOCTYPE html>", "<?php x ?>"])
RAW = st.sampled_from(
    ["<script>if (a < b) '</div>';</script>", "<style>.tip{display:none}</style>", "<template><p>x</p></template>"]
)


def element(name: st.SearchStrategy[str], attributes: st.SearchStrategy[str], inner: st.SearchStrategy[str]):
    """An element that is closed, or not."""
    return st.builds(
        lambda tag, told, content, closed: f"<{tag}{told}>{content}" + (f"</{tag}>" if closed else ""),
        name, attributes, inner, st.booleans() | st.just(True),
    )  # fmt: skip


def inline(depth: int) -> st.SearchStrategy[str]:
    leaf = TEXT | ENTITY | COMMENT | st.sampled_from(["<br>", "<wbr>", "<img src=x>", "<br/>", " "])
    if depth == 0:
        return leaf
    inner = st.lists(inline(depth - 1), max_size=3).map("".join)
    closed = st.builds("<{0}{1}>{2}</{0}>".format, INLINE, ATTRIBUTES | HIDDEN, inner)
    return leaf | closed


def block(depth: int) -> st.SearchStrategy[str]:
    run = st.lists(inline(2), max_size=4).map("".join)
    items = st.lists(st.builds("<li>{}".format, run), max_size=3).map(lambda found: "<ul>" + "".join(found) + "</ul>")
    pairs = st.lists(st.builds("<dt>{}<dd>{}".format, run, run), max_size=2).map(
        lambda found: "<dl>" + "".join(found) + "</dl>"
    )
    rows = st.lists(st.builds("<tr><th>{}<td>{}</tr>".format, run, run), min_size=1, max_size=2)
    table = rows.map(lambda found: "<table><tbody>" + "".join(found) + "</table>")
    leaf = run | st.builds("<p>{}".format, run) | items | pairs | table | RAW
    if depth == 0:
        return leaf
    inner = st.lists(block(depth - 1), max_size=3).map("".join)
    return leaf | element(BLOCKS, ATTRIBUTES | HIDDEN, inner)


MARKUP = st.lists(block(2), max_size=4).map("".join)
STYLE = "<style>.tip, #gone { display: none }</style>"


def seen_by_a_parser(markup: str) -> str:
    tree = LexborHTMLParser(markup)
    for hidden in (
        "script",
        "style",
        "template",
        "title",
        "[hidden]",
        "[style*=none]",
        "[style*=hidden]",
        ".tip",
        "#gone",
    ):
        for node in tree.css(hidden):
            node.decompose()
    return "".join((tree.body.text(deep=True) if tree.body else "").split())


@settings(max_examples=300, deadline=None, derandomize=True)
@given(MARKUP)
def test_the_visible_words_are_those_of_a_full_parser(content):
    markup = f"<!DOCTYPE html><html><head>{STYLE}</head><body>{content}</body></html>"
    assert "".join("".join(lines(markup)).split()) == seen_by_a_parser(markup)


SHOWN = st.lists(
    st.builds("<{0}{1}>{2}</{0}>".format, BLOCKS, ATTRIBUTES, st.lists(inline(2), max_size=4).map("".join))
    | st.builds("<li>{}".format, st.lists(inline(1), max_size=4).map("".join)),
    max_size=5,
).map("".join)


def words_of(markup: str) -> str:
    """What a slice of markup shows, by another way than the reader's."""
    return html.unescape(re.sub(r"""<!--.*?-->|<(?:[^>"']|"[^"]*"|'[^']*')*>""", "", markup, flags=re.DOTALL))


@settings(max_examples=300, deadline=None, derandomize=True)
@given(SHOWN.filter(lambda markup: not re.search("hidden|none|tip|gone", markup)))
def test_a_line_stands_in_the_markup_where_it_says(content):
    markup = f"<!DOCTYPE html><body>{content}</body>"
    for line in page(markup).lines:
        found = markup[line.span.start : line.span.end]
        assert "".join(words_of(found).split()) == "".join(line.text.split())
        assert found == found.strip()
        assert not found.startswith("</")


def test_the_halves_of_a_line_that_begins_with_a_label_stand_where_they_say():
    markup = "<p><b>Degree of <i>result</i>:</b> <em>Ma&#106;or</em> indeed</p>"
    (line,) = page(markup).lines
    assert line.text[: line.lead] == "Degree of result:"
    assert markup[line.span.start : line.lead_stop] == "Degree of <i>result</i>:"
    assert markup[line.rest_start : line.span.end] == "Ma&#106;or</em> indeed"


@pytest.mark.parametrize(
    "markup",
    [
        "<p><span><b>Degree of result:</b> Major</span></p>",
        "<p><b><i>Degree</i> of result:</b> Major</p>",
        "<p><a id=x></a><b>Degree of result:</b> Major</p>",
        "<td><font><strong>Degree of result: </strong></font>Major",
        "<div><span class=label>Degree of result:</span><span class=value>Major</span></div>",
    ],
)
def test_the_longest_start_that_is_a_label_is_the_label(markup):
    (line,) = page(markup).lines
    assert fold(line.text[: line.lead]) == "degree of result"
    assert line.text[line.lead :].strip() == "Major"


# ---------------------------------------------------------------------------------- what is not shown


@pytest.mark.parametrize(
    "entry",
    [
        "<span hidden>{}</span>",
        '<span aria-hidden="true">{}</span>',
        '<div aria-hidden="true">{}</div>',
        '<span role="tooltip">{}</span>',
        '<div role="tooltip"><p>{}</p></div>',
        '<span style="display:none">{}</span>',
        '<span style="color:red; DISPLAY : none !important">{}</span>',
        '<span style="visibility:hidden">{}</span>',
        '<span class="tip">{}</span>',
        '<span class="wide deep"><b>{}</b></span>',
        '<em id="entry">{}</em>',
        '<span class="glossary"><span class="body">{}</span></span>',
        '<span class="tooltiptext">{}</span>',
        "<template>{}</template>",
        "<span popover>{}</span>",
        "<script>{}</script>",
        "<noscript>{}</noscript>",
        "<dialog>{}</dialog>",
        "<!-- {} -->",
        '<dfn title="{}"></dfn>',
        '<abbr title="{}" data-tooltip="{}"></abbr>',
    ],
)
def test_a_tooltip_is_no_part_of_the_line_that_it_explains(entry):
    style = """<style>
      /* .label { display: none } */
      .tip, .deep > b { display:none } #entry{opacity:0}
      .glossary .body { visibility: hidden }
      .glossary:hover .body, .tip:focus { visibility: visible; display: block }
      @media print { h3 { display: none } .label, p { display: none } }
      @media (max-width: 600px) { .label { display: none } }
      @font-face { font-family: x; src: url(x) }
      .late { display: none } .late { display: inline }
    </style>"""
    term = entry.format(*[TOOLTIP] * entry.count("{}"))
    markup = f"{style}<h3 class=label>Commitment{term}</h3><p class=late>Night{term} buses</p>"
    assert [line.replace(" ", "") for line in lines(markup)] == ["Commitment", "Nightbuses"]


def test_an_unclosed_tooltip_ends_with_the_paragraph_around_it():
    assert lines(f"<p>Commitment<span hidden>{TOOLTIP}</p><p>Night buses</p>") == ["Commitment", "Night buses"]
    assert lines(f"<ul><li hidden>{TOOLTIP}<li>Night buses</ul>") == ["Night buses"]


def test_site_furniture_is_no_part_of_the_page():
    chrome = "<nav>Problem</nav><aside><h3>Problem</h3></aside><footer>Problem</footer><div id=comments>Problem</div>"
    roles = "<div role=navigation>Problem</div><div role=dialog>Problem</div><svg><text>x</text></svg>"
    controls = "<button>Share</button><select><option>Problem</select>"
    assert lines(f"{chrome}<p>Night buses</p>{roles}{controls}") == ["Night buses"]


def test_what_is_hidden_is_counted_and_can_be_shown():
    panel = "Long panel. " * 9
    markup = f"<p>Night buses</p><div hidden><p>{panel}</p></div><span role=tooltip>{TOOLTIP}</span>"
    assert lines(markup) == ["Night buses"]
    assert page(markup).hidden > 90
    assert lines(markup, show_hidden=True) == ["Night buses", panel.strip()]


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<p><button>Youth</button> clubs ride <button>buses</button>.</p>", ["Youth clubs ride buses."]),
        ("<p>Clubs of the <button>youth</button></p>", ["Clubs of the youth"]),
        ("<p>Night buses <button>Read more</button></p><button>Share</button>", ["Night buses"]),
        ("<p><b><button>Action Plan</button> Title</b></p>", ["Action Plan Title"]),
        ("<div><button>Share</button> <button>Print</button></div>", []),
        ("<button><div>Share</div></button><p>x</p>", ["x"]),
    ],
)
def test_a_button_counts_when_it_is_a_word_of_a_text(markup, expected):
    assert lines(markup) == expected


def test_a_hidden_dialog_parts_no_line():
    assert lines("<div>Night <div hidden role=dialog><p>Yes</p></div>buses</div>") == ["Night buses"]


def test_an_entry_pasted_behind_a_label_is_no_value_of_it():
    (line,) = page(f"<td><u>Commitment</u>{TOOLTIP} <a href=/glossary>More</a></td>").lines
    assert (line.text, line.lead) == ("Commitment", 0)


def test_values_in_a_row_below_a_row_of_labels_stand_below_their_labels():
    rows = "<tr><th>Email</th><th>Member</th><th>Problem</th></tr><tr><td>a</td><td></td><td><p>b</p><p>c</p></td></tr>"
    assert lines(f"<table>{rows}</table>d") == ["Email", "a", "Member", "Problem", "b", "c", "d"]
    assert lines(f"<table><tr><td><table>{rows}</table></td><td>d</td></tr></table>")[:2] == ["Email", "a"]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("<tr><th>Email<th>a<tr><th>Member<th>b", ["Email", "a", "Member", "b"]),
        ("<tr><th>Email<th>Member<tr><td>a", ["Email", "Member", "a"]),
        ("<tr><th>Email<th>Member<tr><th>Action<th>Problem", ["Email", "Member", "Action", "Problem"]),
        ("<tr><th>Action<th>Problem<tr><th>Problem<th>b", ["Action", "Problem", "Problem", "b"]),
        ("<tr><th>Email<th>Member</table><table><tr><td>a<td>b", ["Email", "Member", "a", "b"]),
    ],
)
def test_other_tables_are_read_row_by_row(rows, expected):
    assert lines(f"<table>{rows}</table>") == expected


# ---------------------------------------------------------------------------------- lines


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<h1>End of Commitment Report –<br>Night buses</h1>", ["End of Commitment Report – Night buses"]),
        ("<p>one<br>two<BR/>three", ["one", "two", "three"]),
        ("<P>Night<B>bus</B>es", ["Nightbuses"]),
        ("Pro<!-- x -->blem", ["Problem"]),
        ("<p>a<p>b<div>c</div>d", ["a", "b", "c", "d"]),
        ("<table><tr><th>a<td>b<tr><td>c</table>d", ["a", "b", "c", "d"]),
        ("<dl><dt>a<dd>b<dt>c</dl>", ["a", "b", "c"]),
        ("<pre>Action\n\nNight  buses\nrun</pre>", ["Action", "Night buses", "run"]),
        ("<h3><button>Problem</button></h3>", ["Problem"]),
        ("<button><span>Degree of result:</span></button><div>Major</div>", ["Degree of result:", "Major"]),
        ("<details><summary>Problem</summary>Night</details>", ["Problem", "Night"]),
        ("a &lt;b&gt; c &amp;amp; &#0; &nosuchentity;", ["a <b> c &amp; \ufffd &nosuchentity;"]),
        ("1 < 2 <3", ["1 < 2 <3"]),
        ("<p title='<b>'>x</p", ["x"]),
        ("x<a href='y", ["x"]),
        ("<p>x<!-- never closed", ["x"]),
        ("", []),
    ],
)
def test_markup_becomes_lines(markup, expected):
    assert lines(markup) == expected


def links(markup: str) -> list[list[tuple[str, str]]]:
    return [[(link.text, link.target) for link in line.links] for line in page(markup).lines]


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<li><a href=/a>Map</a>, <a href='/b'>List</a>", [[("Map", "/a"), ("List", "/b")]]),
        ("<p><a href=/a><img src=x alt='A  map'></a>", [[("A map", "/a")]]),
        ("<p><a href=/a><img src=x></a>", [[("/a", "/a")]]),
        ("<p><a href=/a></a>", [[("/a", "/a")]]),
        ("<a href=/a><div>Map</div><div>of it</div></a>", [[("Map", "/a")], [("of it", "/a")]]),
        ("<ul><li><a href=/a>Map<li>List</ul>", [[("Map", "/a")], [("List", "/a")]]),
        ("<p><a>Map</a> <a name=x href=''>List</a>", [[]]),
        ("<p><a href='/a?x=1&amp;y=2'>Map</a>", [[("Map", "/a?x=1&y=2")]]),
        ("<p><a href=/a>Map <a href=/b>List</a>", [[("Map", "/a"), ("List", "/b")]]),
    ],
)
def test_links_keep_their_words_and_targets(markup, expected):
    assert links(markup) == expected


# ---------------------------------------------------------------------------------- hostile markup


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.text(st.sampled_from("<>/!-=\"'ab p&#;;\n\0"), max_size=60))
def test_any_markup_gives_lines(markup):
    for line in page(markup).lines:
        assert line.text == line.text.strip() != ""


@pytest.mark.parametrize(
    "unit", ["<div>", "<b>", "<i><b>", "<p hidden>", "<ul><li>", "<a href=x>", "<table><td>", "</b>", "<", "<a b='"]
)
def test_deep_and_broken_nesting_takes_time_in_proportion(unit):
    markup = unit * (100_000 // max(1, unit.count("<"))) + "Night buses" + "</i></div>" * 1000
    assert len(lines(markup)) <= 1


def test_a_page_with_too_many_tags_is_refused():
    with pytest.raises(TooManyElements):
        read_html("<b>" * 11, pipeline.definitions().form, max_elements=10)
