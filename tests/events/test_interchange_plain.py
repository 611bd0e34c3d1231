"""Plain text: HTML becomes readable, everything else stays, and the input rule takes whatever comes out."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.text import clean_line, clean_text
from events.interchange import loose
from events.interchange.plain import one_line, plain_text
from events.models import Participant, Room, Session, Track

PIECES = [
    "<p>", "</p>", "<br/>", "<a href='https://x.org'>", "</a>", "<li>", "<!--", "-->", "<script>", "</script>",
    "&amp;", "&#8232;", "&#x85;", "&#xD800;", "=?utf-8?q?", "=?", "?b?", "x", " ", "\n", "\t", "\r", "\x00", "\x85",
    "\u2028", "\u202e", "\ud800", "e", "\u0301", "\u0338", "<", "&lt;b&gt;",
]  # fmt: skip
MARKUP = st.lists(st.sampled_from(PIECES)).map("".join)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("<p>Hello\n  world</p><p>Next &amp; last</p>", "Hello world\n\nNext & last"),
        ("one<br>two<BR />three", "one\ntwo\nthree"),
        ("<ul><li>flour</li><li><b>salt</b></li></ul>", "• flour\n• salt"),
        ("<h2>Bread</h2><div>of <em>rye</em></div>", "Bread\n\nof rye"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        ("see <a href='https://x.org/?a=1&amp;b=2'>here</a>", "see here (https://x.org/?a=1&b=2)"),
        ('<a class="x" href="https://x.org">https://x.org</a>', "https://x.org"),
        ("<a href=mailto:a@x.org>a@x.org</a>", "a@x.org"),
        ("<a href='javascript:alert(1)'>here</a>", "here"),
        ("<a name='here'>here</a>", "here"),
        ("a<script>alert('<p>')</script>b<style>p {}</style>c", "abc"),
        ("a<!-- <p>no</p> -->b<i>!</i>", "ab!"),
        ("<i>never</i> closed <!-- stays", "never closed  stays"),
        ("use <script> with <b>care</b>", "use  with care"),
        ("an arrow --> and <b>more</b>", "an arrow --> and more"),
        # no HTML: nothing is touched
        ("see <https://x.org> & 1 < 2 > 0 &amp; --> <me>", "see <https://x.org> & 1 < 2 > 0 &amp; --> <me>"),
        ("# Title\n\n* one\n    * two", "# Title\n\n* one\n    * two"),
        # Markdown with a tag in it keeps its lines
        ("first\nsecond <b>bold</b>", "first\nsecond bold"),
        # files that indent their XML indent the texts in it
        ("\n        one\n        two\n\n\n\n          three\n        ", "one\ntwo\n\n  three"),
        ("one\r\ntwo\rthree\u2028four\x85five", "one\ntwo\nthree\nfour\nfive"),
        ("bell\x07, zero\x00, \ufeffmark", "bell, zero, mark"),
        ("=?utf-8?q?hi=0ABcc:?=", "= ?utf-8? q?hi=0ABcc:?="),
        ("2+2=? Four", "2+2=? Four"),
    ],
)
def test_plain_text_is_what_a_reader_sees(text: str, plain: str) -> None:
    assert plain_text(text) == plain


def test_one_line_keeps_what_is_no_markup() -> None:
    assert one_line(" The <b> tag\n and\tyou\u2028 \u202e") == "The <b> tag and you"


@given(MARKUP | st.text())
def test_the_input_rule_takes_what_comes_out(text: str) -> None:
    line, plain = one_line(text), plain_text(text)
    assert clean_line(line, limit=1_000_000) == line
    assert clean_text(plain, limit=1_000_000) == plain


@given(MARKUP | st.text())
def test_one_line_is_settled_the_first_time(text: str) -> None:
    assert one_line(one_line(text)) == one_line(text)


@given(st.text(alphabet=st.characters(exclude_categories=["C", "Z"], exclude_characters="<>&=?")))
def test_text_without_markup_loses_nothing_visible(text: str) -> None:
    assert "".join(plain_text(text).split()) == "".join(one_line(text).split())


@pytest.mark.parametrize(
    "hostile",
    [
        "<!--",
        "<script>",
        "<p>",
        "<a href=",
        "<p ",
        "<!--<p>-->",
        "\n",
        " ",
        "&#1",
        "=?",
        "?q",
        "\u0301\u0323",
        "<a href='x'>",
    ],
)
def test_hostile_text_takes_linear_time(hostile: str) -> None:
    begun = time.process_time()
    for text in (hostile * (200_000 // len(hostile)) + "x", "<p>a" + hostile * (200_000 // len(hostile))):
        plain_text(text)
        one_line(text)
    assert time.process_time() - begun < 4


def test_limits_are_the_columns() -> None:
    limits = {
        (Session, "title"): loose.TITLE, (Session, "subtitle"): loose.TITLE, (Session, "kind"): loose.KIND,
        (Session, "language"): loose.LANGUAGE, (Session, "source"): loose.KEY, (Room, "name"): loose.NAME,
        (Track, "name"): loose.NAME, (Participant, "name"): loose.NAME, (Participant, "source"): loose.KEY,
    }  # fmt: skip
    assert {column: column[0]._meta.fields_map[column[1]].max_length for column in limits} == limits  # type: ignore[attr-defined]
