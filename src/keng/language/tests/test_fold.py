"""Folding and the flat copy hold for any text, not only for Vietnamese."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keng.language.fold import flatten, fold, normalise
from keng.language.indicators import extract
from keng.language.reporters_own import cut_reporters_own
from tests.cpu_time import cpu_seconds


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Đường Nguyễn Trãi, thôn Nếnh", "duong nguyen trai, thon nenh"),
        ("ĐỪNG BẤM", "dung bam"),
        ("ư ơ ă â ê ô đ", "u o a a e o d"),
        ("kh\u200bông", "khong"),
        ("", ""),
    ],
)
def test_marks_and_capitals_go(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_invisible_characters_are_stripped_but_joined_pictures_stay() -> None:
    assert normalise("chu\u200by\ufeffển ti\u00adền") == "chuyển tiền"
    assert normalise("👨\u200d👩\u200d👧") == "👨\u200d👩\u200d👧"
    assert normalise(unicodedata.normalize("NFD", "Nếnh")) == "Nếnh"


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_composed_and_decomposed_text_fold_alike(text: str) -> None:
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))


@given(st.text())
def test_normalising_twice_is_normalising_once(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@given(st.text())
def test_every_flat_character_has_its_place(text: str) -> None:
    flat = flatten(text)
    places = [flat.start(i) for i in range(len(flat.flat))]
    assert places == sorted(set(places))
    assert all(0 <= place < len(text) for place in places)


_CHAT = st.text(alphabet="0123456789oOlI .-+()/:@[]ABCDabcdđsốtkcomvnxyzhttp\n\u200b,₫…é")


@given(st.text() | _CHAT)
def test_extraction_never_fails_and_its_offsets_hold(text: str) -> None:
    end = 0
    for one in extract(text):
        assert end <= one.start < one.end <= len(text)
        assert one.value
        end = one.end


@pytest.mark.parametrize(
    "piece", ["a.", "[.]a", "1 ", "a.b.c.", "0912 ", "hxxp://a ", "em la a, o b, "]
)
def test_a_hostile_text_takes_no_long_time(piece: str) -> None:
    text = piece * (10_000 // len(piece))
    assert cpu_seconds(lambda: (extract(text), cut_reporters_own(text))) < 2
