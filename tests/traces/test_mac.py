import pytest
from hypothesis import given
from hypothesis import strategies as st
from rxreplay.traces.mac import format_mac, parse_mac


@given(st.sampled_from([0, 1, 2**40, 2**48 - 1]) | st.integers(0, 2**48 - 1))
def test_an_address_survives_every_spelling(mac):
    text = format_mac(mac)
    digits = text.replace(":", "")
    dots = f"{digits[:4]}.{digits[4:8]}.{digits[8:]}"
    for spelling in (text, text.upper(), text.replace(":", "-"), dots):
        assert parse_mac(spelling) == mac


@pytest.mark.parametrize(
    "text",
    [
        "",
        "52:54:00:12:34",
        "52:54:00:12:34:56:78",
        "52:54-00:12:34:56",
        "525400123456",
        "5254.0012:3456",
        "5g:54:00:12:34:56",
        "52:54:00:12:34:56\n",
        "٥2:54:00:12:34:56",  # noqa: RUF001 - a digit of another script
    ],
)
def test_anything_else_is_a_value_error(text):
    with pytest.raises(ValueError, match="is not a MAC address; write it as"):
        parse_mac(text)
