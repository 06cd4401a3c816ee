"""Any bytes in: a text or a named finding out, and never a guess without a word about it."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ogp_graph.model import Capture, Finding, Page, Severity
from ogp_graph.read.decode import Decoded, decode

TEXT = "End of Commitment Report – Información en línea\nOverview\n"
LABELS = ["utf-8", "latin1", "windows-1251", "shift_jis", "gbk", "gb18030", "x-user-defined", "iso-2022-kr", "nonsense"]
HTML = "<!DOCTYPE html><html><head>{}</head><body><p>Información – línea</p></body></html>"

# No control characters, surrogates or characters that mean something to the reader of encodings.
plain_text = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Cn"), exclude_characters="\ufeff\ufffd\ufffe\uffff"), min_size=1
).map(lambda text: "report " + text)


def page(data: bytes, media_type: str = "text/plain") -> Page:
    return Page(Capture("0" * 64, ("page.html",), media_type), data)


def read(data: bytes, media_type: str = "text/plain") -> Decoded:
    decoded = decode(page(data, media_type))
    assert isinstance(decoded, Decoded), decoded
    return decoded


def codes(decoded: Decoded) -> list[str]:
    return [finding.code for finding in decoded.findings]


def refusal(data: bytes) -> str:
    finding = decode(page(data))
    assert isinstance(finding, Finding), finding
    assert finding.severity is Severity.VIOLATION
    assert finding.name == "page.html"
    assert finding.capture == "0" * 64
    return finding.code


@given(st.binary(max_size=400), st.sampled_from(["text/plain", "text/html"]))
def test_any_bytes_give_a_text_or_a_named_finding(data: bytes, media_type: str) -> None:
    decoded = decode(page(data, media_type))
    if isinstance(decoded, Finding):
        assert decoded.code in {"binary", "blank-page"}
    else:
        decoded.text.encode("utf-8")  # no lone surrogates
        "".encode(decoded.encoding)  # a name that Python knows
        assert decoded.text.strip()


@given(
    st.sampled_from(LABELS),
    st.binary(max_size=200),
)
def test_any_bytes_under_any_declared_charset_give_a_text_or_a_named_finding(label: str, data: bytes) -> None:
    decoded = decode(page(b"<meta charset=" + label.encode() + b"><p>" + data, "text/html"))
    if isinstance(decoded, Decoded):
        decoded.text.encode("utf-8")
    else:
        assert decoded.code == "binary"


@given(plain_text)
def test_utf8_comes_back_as_it_was_without_a_finding(text: str) -> None:
    decoded = read(text.encode())
    assert (decoded.text, decoded.encoding) == (text, "utf-8")
    assert not set(codes(decoded)) - {"bidi-characters"}


@given(plain_text, st.sampled_from(["utf-16le", "utf-16be", "utf-32le", "utf-32be", "utf-8"]))
def test_a_byte_order_mark_wins_and_is_removed(text: str, encoding: str) -> None:
    decoded = read(("\ufeff" + text).encode(encoding), "text/html")
    assert (decoded.text, decoded.encoding) == (text, encoding)
    assert not set(codes(decoded)) - {"bidi-characters"}


@given(st.text(st.sampled_from([chr(c) for c in range(0x20, 0x7F)] + list("–’“”áéíóúñçãõüß€")), min_size=1))
def test_declared_windows_1252_comes_back_as_it_was(text: str) -> None:
    body = "<meta charset='latin-1'><p>é " + text + " é "
    decoded = read(body.encode("cp1252"), "text/html")
    assert decoded.text == body
    assert decoded.encoding == "windows-1252"
    assert not decoded.findings


@given(st.sampled_from(["utf-16le", "utf-16be"]), st.text("abc défg\n–", max_size=60))
def test_utf16_without_a_mark_is_recognised_by_its_zero_bytes(encoding: str, text: str) -> None:
    body = "Name of Evaluator\n" + text
    decoded = read(body.encode(encoding))
    assert (decoded.text, decoded.encoding) == (body, encoding)
    assert codes(decoded) == ["encoding-guessed"]


def test_utf16_in_another_script_is_recognised_by_its_markup() -> None:
    body = "<html><body><p>" + "Обещание выполнено полностью. " * 5 + "</p></body></html>"
    assert read(body.encode("utf-16le"), "text/html").text == body


@pytest.mark.parametrize(
    "declaration",
    [
        '<meta charset="windows-1252">',
        "<meta charset=ISO-8859-1 />",
        '<META HTTP-EQUIV="Content-Type" CONTENT="text/html; charset=us-ascii">',
        "<meta content='text/html;charset=\"cp1252\"' http-equiv='content-type'>",
        '<!-- <meta charset="utf-8"> --><meta name="a" content="charset=utf-8"><meta charset="latin1">',
    ],
)
def test_a_declared_charset_is_used_without_a_finding(declaration: str) -> None:
    body = HTML.format(declaration)
    decoded = read(body.encode("cp1252"), "text/html")
    assert decoded.text == body
    assert decoded.encoding == "windows-1252"
    assert not decoded.findings


def test_the_xml_declaration_declares_a_charset() -> None:
    body = '<?xml version="1.0" encoding="ISO-8859-2"?><html><p>ładnie</p></html>'
    decoded = read(body.encode("iso-8859-2"), "text/html")
    assert (decoded.text, decoded.encoding) == (body, "iso-8859-2")


def test_a_declaration_counts_in_web_pages_only() -> None:
    assert read('<meta charset="windows-1251"> é'.encode()).text.endswith("é")


def test_a_declared_charset_of_several_bytes_is_used() -> None:
    body = '<meta charset="Shift_JIS"><p>市民の参加</p>'
    decoded = read(body.encode("cp932"), "text/html")
    assert (decoded.text, decoded.encoding, decoded.findings) == (body, "shift_jis", ())


@pytest.mark.parametrize(
    "label", ["windows-1252", "iso-8859-1", "windows-1251", "utf-16", "unknown", "utf-7", "rot13", "idna"]
)
def test_utf8_under_another_label_is_still_utf8(label: str) -> None:
    body = HTML.format(f'<meta charset="{label}">')
    decoded = read(body.encode(), "text/html")
    assert decoded.text == body
    assert codes(decoded) == ([] if label == "utf-16" else ["encoding-declaration-wrong"])


def test_windows_1252_under_the_label_utf8_is_read_with_one_finding() -> None:
    body = HTML.format('<meta charset="utf-8">')
    decoded = read(body.encode("cp1252"), "text/html")
    assert (decoded.text, decoded.encoding) == (body, "windows-1252")
    assert codes(decoded) == ["encoding-declaration-wrong"]
    span = decoded.findings[0].span
    assert span is not None
    assert decoded.text[span.start : span.end] == "ó"


def test_a_charset_label_with_an_address_is_not_quoted() -> None:
    decoded = read(b'<meta charset="ada@example.org\x07"><p>caf\xe9 </p>', "text/html")
    assert "@" not in decoded.findings[0].message


def test_undeclared_windows_1252_is_a_guess_and_says_so() -> None:
    decoded = read(TEXT.encode("cp1252"))
    assert decoded.text == TEXT
    assert codes(decoded) == ["encoding-guessed"]
    assert decoded.findings[0].severity is Severity.WARNING


def test_bytes_that_windows_1252_leaves_open_become_control_characters() -> None:
    decoded = read(TEXT.encode("cp1252") + b"\x81")
    assert decoded.text == TEXT + "\x81"
    assert codes(decoded) == ["encoding-guessed", "control-characters"]


def test_a_stray_byte_does_not_turn_a_utf8_page_into_windows_1252() -> None:
    decoded = read(TEXT.encode() + b"\x93quoted\x94")
    assert decoded.text == TEXT + "“quoted”"
    assert codes(decoded) == ["mixed-encodings"]


@pytest.mark.parametrize("cut", [1, 2])
def test_a_character_cut_by_the_end_is_dropped_and_the_page_stays_utf8(cut: int) -> None:
    decoded = read(("Información" + " –").encode()[:-cut])
    assert (decoded.text, decoded.encoding) == ("Información ", "utf-8")
    assert codes(decoded) == ["cut-character"]


def test_one_last_letter_decides_between_a_cut_character_and_windows_1252() -> None:
    assert read(b"Caf" + b"\xc3").text == "Caf"
    assert read(b"Caf" + b"\xe9").text == "Café"


def test_half_a_utf16_unit_at_the_end_is_dropped() -> None:
    decoded = read(codecs.BOM_UTF16_LE + TEXT.encode("utf-16le")[:-1])
    assert decoded.text == TEXT[:-1]
    assert codes(decoded) == ["cut-character"]


def test_a_lone_surrogate_becomes_a_replacement_character_with_a_finding() -> None:
    decoded = read(codecs.BOM_UTF16_LE + b"a\x00\x00\xd8b\x00")
    assert decoded.text == "a\ufffdb"
    assert codes(decoded) == ["undecodable-bytes"]


def test_a_stray_byte_under_the_label_utf8_is_one_finding_not_two() -> None:
    body = HTML.format('<meta charset="utf-8">')
    assert codes(read(body.encode() + b"\x96", "text/html")) == ["mixed-encodings"]


def test_a_character_of_several_bytes_cut_by_the_end_is_dropped_in_its_own_charset() -> None:
    body = '<meta charset="gbk"><p>市民参加'
    decoded = read(body.encode("gbk")[:-1], "text/html")
    assert (decoded.text, decoded.encoding) == (body[:-1], "gbk")
    assert codes(decoded) == ["cut-character"]


def test_utf8_after_its_mark_keeps_its_wrong_bytes_readable() -> None:
    decoded = read(codecs.BOM_UTF8 + b"caf\xe9 \x96 x")
    assert (decoded.text, decoded.encoding) == ("café – x", "utf-8")
    assert codes(decoded) == ["mixed-encodings"]


@pytest.mark.parametrize(
    "data",
    [
        b"%PDF-1.7\n1 0 obj", b"\x89PNG\r\n\x1a\n", b"GIF89a...", b"\xff\xd8\xff\xe0", b"PK\x03\x04rest",
        b"\x7fELF\x02", b"\x1f\x8b\x08", b"\x00" * 1000, bytes(range(256)) * 4, b"x" * 257 + b"ustar\x0000",
        b"RIFF\x00\x00\x00\x00WEBPVP8 ", b"\x01\x02\x03\x04\x05ab",
    ],
)  # fmt: skip
def test_binary_is_refused_by_name(data: bytes) -> None:
    assert refusal(data) == "binary"


@pytest.mark.parametrize(
    "data", [b"", b" \r\n\t", b"\xef\xbb\xbf", b"\xef\xbb\xbf \n", b"\xff\xfe", "\u00a0\u200b\u2003".encode()]
)
def test_a_page_of_white_space_is_refused_by_name(data: bytes) -> None:
    assert refusal(data) == "blank-page"


def test_a_few_stray_control_characters_stay_with_a_finding() -> None:
    text = "Name of\x00 Evaluator\x0b\n" * 5
    decoded = read((text + "x" * 200).encode())
    assert decoded.text == text + "x" * 200
    assert codes(decoded) == ["control-characters"]
    assert decoded.findings[0].span is not None
    assert decoded.findings[0].span.start == 7


def test_bidi_overrides_stay_with_a_finding_that_points_at_the_first() -> None:
    decoded = read("Eva–\u202etxt.exe\u202c".encode())
    assert "\u202e" in decoded.text
    assert codes(decoded) == ["bidi-characters"]
    span = decoded.findings[0].span
    assert span is not None
    assert decoded.text[span.start : span.end] == "\u202e"


def test_newlines_stay_as_they_are() -> None:
    assert read(b"a\r\nb\rc\nd").text == "a\r\nb\rc\nd"


def test_a_page_of_ten_megabytes_is_read() -> None:
    text = "Información – " * 700_000
    assert read(text.encode()).text == text
