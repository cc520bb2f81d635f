"""The measure itself: it sees what reads a text again for each part, and lets the rest go."""

from functools import lru_cache

from tests.security import cost


def _reads_again_for_each_part(text: str) -> None:
    for _ in range(0, len(text), 4):
        sum(1 for _ in text[::10])


@lru_cache(maxsize=4)
def _reads_again_and_remembers(text: str) -> None:
    _reads_again_for_each_part(text)


def _reads_once_and_slowly(text: str) -> None:
    sum(1 for _ in text for _ in range(300))


def test_reading_again_for_each_part_is_seen():
    assert cost.verdict(_reads_again_for_each_part, lambda length: "a" * length)


def test_what_was_read_before_is_read_again():
    assert cost.verdict(_reads_again_and_remembers, lambda length: "a" * length)


def test_reading_once_is_let_go_however_slow():
    assert cost.verdict(_reads_once_and_slowly, lambda length: "a" * length) is None
