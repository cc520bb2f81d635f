"""The reporter's own contact leaves the shown text; everything else stays as written."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keng.language.reporters_own import CUT_MARK, cut_reporters_own


@pytest.mark.parametrize(
    ("text", "shown", "pieces"),
    [
        ("sdt của em 0912345678 nhé", f"sdt của em {CUT_MARK} nhé", ["0912345678"]),
        (
            "em là Nguyễn Văn An, sdt 0912 345 678, nhà ở Nếnh. Số 0987654321 gọi lừa",
            f"em là {CUT_MARK}, sdt {CUT_MARK}, nhà ở Nếnh. Số 0987654321 gọi lừa",
            ["Nguyễn Văn An", "0912 345 678"],
        ),
        ("Số mới của em là 0912345678", f"Số mới của em là {CUT_MARK}", ["0912345678"]),
        ("số phụ của em 0912345678", f"số phụ của em {CUT_MARK}", ["0912345678"]),
        (
            "email của tôi là an.nguyen@example.vn",
            f"email của tôi là {CUT_MARK}",
            ["an.nguyen@example.vn"],
        ),
        (
            "trả lời em qua mail: an@example.vn",
            f"trả lời em qua mail: {CUT_MARK}",
            ["an@example.vn"],
        ),
        ("gửi lại cho em an@example.vn", f"gửi lại cho em {CUT_MARK}", ["an@example.vn"]),
        (
            "Họ tên: Lê Văn Cường. SĐT: 0912345678. Nhà bị trộm",
            f"Họ tên: {CUT_MARK}. SĐT: {CUT_MARK}. Nhà bị trộm",
            ["Lê Văn Cường", "0912345678"],
        ),
        ("cccd của em 024099000123 bị lộ", f"cccd của em {CUT_MARK} bị lộ", ["024099000123"]),
        (
            "My name is John Smith, call me back at 0912 345 671",
            f"My name is {CUT_MARK}, call me back at {CUT_MARK}",
            ["John Smith", "0912 345 671"],
        ),
        ("My number is +84 912 345 678.", f"My number is {CUT_MARK}.", ["+84 912 345 678"]),
        ("My number is +86 138 0013 8000", f"My number is {CUT_MARK}", ["+86 138 0013 8000"]),
        ("my e-mail is an@example.vn", f"my e-mail is {CUT_MARK}", ["an@example.vn"]),
        ("email me at an@example.vn", f"email me at {CUT_MARK}", ["an@example.vn"]),
        ("My passport number is C1234567", f"My passport number is {CUT_MARK}", ["C1234567"]),
        ("my ID card: 024099000123", f"my ID card: {CUT_MARK}", ["024099000123"]),
        ("zalo của em zalo.me/0912345678", f"zalo của em {CUT_MARK}", ["zalo.me/0912345678"]),
    ],
)
def test_what_is_declared_as_own_is_cut(text: str, shown: str, pieces: list[str]) -> None:
    assert cut_reporters_own(text) == (shown, pieces)


@pytest.mark.parametrize(
    "text",
    [
        "Số 0912345678 gọi cho em xưng là công an",
        "nó gửi mail abc@example.com cho em",
        "ai thấy bé thì gọi 0912345678",
        "lh em 0912345678 vay nhanh giải ngân trong ngày",
        "Tôi chuyển vào stk 1033445577 MB",
        "Em bị mất xe lúc 14h",
        "Không có số nào ở đây",
        "A man who said he was police called me from 0912345678",
        "They emailed me from abc@example.com",
        "",
    ],
)
def test_the_numbers_of_others_stay(text: str) -> None:
    assert cut_reporters_own(text) == (text, [])


def test_an_own_number_is_cut_wherever_it_stands_again() -> None:
    shown, pieces = cut_reporters_own("0912345678 nha. so cua em 0912 345 678 do")
    assert shown == f"{CUT_MARK} nha. so cua em {CUT_MARK} do"
    assert pieces == ["0912345678", "0912 345 678"]


def test_a_name_typed_with_separate_marks_is_cut_whole() -> None:
    text = unicodedata.normalize("NFD", "Tôi là Trần Thị Bé, sdt 0912345678")
    shown, pieces = cut_reporters_own(text)
    assert [unicodedata.normalize("NFC", piece) for piece in pieces] == [
        "Trần Thị Bé",
        "0912345678",
    ]
    assert shown.endswith(f"{CUT_MARK}, sdt {CUT_MARK}")


# The mark itself may stand in a text; then putting back by order would be ambiguous.
@given(
    st.text(alphabet=st.characters(exclude_characters="…"))
    | st.text(alphabet="sdtsốcủa em09123456789@.là Nguyễn,")
)
def test_the_pieces_put_back_give_the_text(text: str) -> None:
    shown, pieces = cut_reporters_own(text)
    for piece in pieces:
        shown = shown.replace(CUT_MARK, piece, 1)
    assert shown == text


def test_an_own_number_is_cut_whatever_disguises_it() -> None:
    shown, cut = cut_reporters_own("sđt cuar tooi 09🔥1200🔥0345, nhà bị trộm")
    assert "1200" not in shown
    assert cut == ["09🔥1200🔥0345"]
