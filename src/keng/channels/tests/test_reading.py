"""Whatever stands in a body is read or ignored; nothing raises, everything read can be stored."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keng.channels import reading

anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(exclude_categories=[])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


def test_half_characters_and_nul_do_not_come_through() -> None:
    assert reading.string("a\0b\ud800c", 10) == "ab?c"
    assert reading.web_address("https://x/\ud800\0") == "https://x/?"


def test_numbers_become_the_digits_they_are_written_with() -> None:
    assert reading.string(246845883529197922, 100) == "246845883529197922"
    assert reading.string(10**5000, 100) == ""
    assert reading.string(True, 100) == ""
    assert reading.string(1.5, 100) == ""


@pytest.mark.parametrize("raw", [b"[1]", b"\xff", b"{", b"", b"9" * 5000, b"[" * 100_000])
def test_what_is_no_object_reads_as_an_empty_one(raw: bytes) -> None:
    assert reading.json_object(raw) == {}


def test_moments_are_milliseconds_in_digits() -> None:
    assert reading.moment_of_ms("1732492800000") == datetime(2024, 11, 25, tzinfo=UTC)
    assert reading.moment_of_ms(1732492800000) == datetime(2024, 11, 25, tzinfo=UTC)
    for odd in ("", "-1", "1e3", "٣", "9" * 16, "9" * 15, None, 1.5, [1]):
        assert reading.moment_of_ms(odd) is None


@given(anything)
def test_every_reader_takes_anything(value: object) -> None:
    for text in (reading.string(value, 50), reading.web_address(value)):
        text.encode()
        assert "\0" not in text
    assert len(reading.string(value, 5)) <= 5
    reading.mapping(value).get("x")
    assert len(reading.items(value, 2)) <= 2
    size = reading.byte_count(value)
    assert size is None or size >= 0
    place = reading.coordinates(value, value)
    assert place is None or abs(place[0]) <= 90
    reading.moment_of_ms(value)
    assert len(reading.dedupe_digest(value)) == 64
