"""Text that is cleaned stays what was said; what is cut can be put together again."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keng.channels.text import clean_text, one_line, split_text


def test_decomposed_vietnamese_becomes_composed() -> None:
    assert clean_text(unicodedata.normalize("NFD", "Kẻng báo động")) == "Kẻng báo động"


def test_control_characters_and_direction_marks_go_and_emoji_stay() -> None:
    assert clean_text("a\x00b\u202ec\x1b[0m\ufeff 👩\u200d👧") == "abc[0m 👩\u200d👧"


def test_line_ends_are_lf_and_at_most_two_blank_lines_stay() -> None:
    assert clean_text("một\r\nhai\r\n\r\n\r\n\r\n \r\nba\n\n\nbốn\n") == "một\nhai\n\n\nba\n\n\nbốn"


@given(st.text())
def test_cleaning_twice_changes_nothing_and_the_result_can_be_stored(text: str) -> None:
    once = clean_text(text)
    assert clean_text(once) == once
    assert "\0" not in once
    once.encode()


def test_one_line_has_no_breaks_and_keeps_to_its_length() -> None:
    assert one_line("Cảnh báo\r\nBcc: a@example.org", 12) == "Cảnh báo Bcc"


def test_a_text_that_fits_is_one_part_without_a_number() -> None:
    assert split_text("ngắn", 2000) == ["ngắn"]


def test_parts_end_with_paragraphs_then_sentences() -> None:
    first, second = "Đoạn đầu. " * 8, "Câu một khá dài. Câu hai cũng dài. Câu ba thì ngắn."
    parts = split_text(f"{first.strip()}\n\n{second}", 100)
    assert parts[0] == f"(1/2) {first.strip()}"
    assert parts[1] == f"(2/2) {second}"
    sentences = split_text(second, 45)
    assert [part.split(") ")[1] for part in sentences] == [
        "Câu một khá dài. Câu hai cũng dài.",
        "Câu ba thì ngắn.",
    ]


def test_a_joined_emoji_is_not_cut_in_two() -> None:
    family = "👩\u200d👧\u200d👦"
    for limit in range(22, 32):
        parts = split_text("a" * 10 + family * 10, limit)
        bare = [part.partition(") ")[2] for part in parts]
        assert not any(part.startswith("\u200d") or part.endswith("\u200d") for part in bare)


@given(
    st.text(st.sampled_from("ab ạ.\n👧"), min_size=1, max_size=900),
    st.integers(min_value=20, max_value=120),
)
def test_parts_fit_are_numbered_and_lose_nothing_but_blanks(text: str, limit: int) -> None:
    parts = split_text(text, limit)
    assert all(len(part) <= limit for part in parts)
    if len(text) <= limit:
        assert parts == [text]
        return
    bare = []
    for n, part in enumerate(parts, 1):
        prefix = f"({n}/{len(parts)}) "
        assert part.startswith(prefix)
        bare.append(part.removeprefix(prefix))
    assert "".join("".join(bare).split()) == "".join(text.split())


def test_a_limit_without_room_is_an_error_and_no_endless_loop() -> None:
    with pytest.raises(ValueError, match="no room"):
        split_text("một hai ba bốn năm", 6)
