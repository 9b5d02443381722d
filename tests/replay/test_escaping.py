import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rxreplay.escaping import escaped

LETTERS = st.sampled_from(
    "\x1b\x00\n\r\t\x7f\x85\x9b\u200b\u202e\u2066\u2028\ufeff\udcff\U000e0041"
)


@given(
    st.text(LETTERS | st.characters() | st.characters(min_codepoint=0xD800, max_codepoint=0xDFFF))
)
def test_what_is_escaped_is_letters_alone_and_can_be_read_back(text):
    shown = escaped(text)
    assert shown.isprintable()
    if "\\" not in text:
        back = shown.encode("latin-1", "backslashreplace").decode("unicode_escape")
        assert back == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain é 漢 \\x", "plain é 漢 \\x"),
        ("\x1b]0;a\x07", r"\x1b]0;a\x07"),
        ("a\r\nb\tc", r"a\r\nb\tc"),
        ("\x9b2J\x7f", r"\x9b2J\x7f"),
        ("\u202egnp", r"\u202egnp"),
        ("a\u2028b", r"a\u2028b"),
        ("\udcff", r"\udcff"),
        ("\U000e0041", r"\U000e0041"),
    ],
)
def test_letters_stay_and_all_else_is_escaped(text, shown):
    assert escaped(text) == shown


def test_no_control_or_format_character_of_unicode_stays():
    dangerous = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    every = (chr(number) for number in range(sys.maxunicode + 1))
    left = [c for c in every if unicodedata.category(c) in dangerous and escaped(c) == c]
    assert left == []
