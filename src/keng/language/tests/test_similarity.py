"""Copies of one message are alike, whatever happened to accents, numbers and capitals."""

from hypothesis import given
from hypothesis import strategies as st

from keng.language.similarity import jaccard, shingles

ONE = "Số 0912345678 xưng cán bộ thuế, đòi cài ứng dụng lạ để hoàn thuế"
COPY = "so 0987654321 XUNG can bo thue, doi cai ung dung la de hoan thue"
FORWARDED = "Mọi người đọc nhé: " + ONE
ANOTHER = "Tiệm hát đầu ngõ mở to quá, trẻ con khóc suốt đêm"


def likeness(one: str, other: str) -> float:
    return jaccard(shingles(one), shingles(other))


def test_accents_capitals_and_numbers_make_no_difference() -> None:
    assert likeness(ONE, COPY) == 1


def test_a_forwarded_copy_is_much_more_alike_than_another_matter() -> None:
    assert likeness(ONE, FORWARDED) > 0.7
    assert likeness(ONE, ANOTHER) < 0.1


def test_words_and_pairs_are_counted() -> None:
    assert shingles("Cháy nhà số 12") == {"chay", "nha", "so", "0", "chay nha", "nha so", "so 0"}


def test_nothing_is_like_nothing() -> None:
    assert likeness("", "") == 0
    assert likeness("...", ONE) == 0


@given(st.text(), st.text())
def test_the_measure_is_the_same_both_ways_and_between_0_and_1(one: str, other: str) -> None:
    value = likeness(one, other)
    assert value == likeness(other, one)
    assert 0 <= value <= 1
    assert not shingles(one) or likeness(one, one) == 1
