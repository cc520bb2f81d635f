"""The reporter's own number in Chinese and Korean words; nobody else's."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keng.language.indicators import extract
from keng.language.reporters_own import cut_reporters_own

OWN = [
    "我的手机号是 0912 345 678",
    "我的电话：0912345678，谢谢",
    "有人打电话骗我。请联系我：0912345678",
    "0912345678 是我的号码",
    "本人电话 0912.345.678",
    "제 전화번호는 0912 345 678입니다",
    "내 번호 0912345678",
    "제 휴대폰 번호: 0912-345-678",
    "저에게 연락 주세요: 0912 345 678",
    "0912345678이 제 번호입니다",
]
OTHERS = [
    "骗子的号码是 0912345678",
    "有人用 0912345678 给我打电话",
    "他让我转账到 0912345678",
    "我朋友的号码是 0912345678",
    "사기범 번호는 0912345678입니다",
    "0912345678에서 저에게 전화가 왔습니다",
    "제 친구 번호는 0912345678입니다",
    "0912345678로 전화하라고 했습니다",
]


@pytest.mark.parametrize("text", OWN)
def test_the_own_number_is_cut(text):
    shown, pieces = cut_reporters_own(text)
    assert len(pieces) == 1
    assert "678" in pieces[0]
    assert "678" not in shown


@pytest.mark.parametrize("text", OTHERS)
def test_the_number_of_the_offence_stays(text):
    assert cut_reporters_own(text) == (text, [])
    assert [one.value for one in extract(text) if one.type == "phone"] == ["+84912345678"]


def test_the_own_number_goes_and_the_other_stays():
    shown, pieces = cut_reporters_own("骗子的号码是 0987654321，我的号码是0912345678。")
    assert pieces == ["0912345678"]
    assert "0987654321" in shown


def test_the_own_mailbox_is_cut():
    assert cut_reporters_own("제 이메일은 reader@mail.example 입니다")[1] == ["reader@mail.example"]
    assert cut_reporters_own("我的邮箱是reader@mail.example")[1] == ["reader@mail.example"]


def test_letters_that_come_apart_are_read_too():
    """As some phones send Korean: each letter by itself."""
    shown, _pieces = cut_reporters_own(
        unicodedata.normalize("NFC", unicodedata.normalize("NFD", OWN[5]))
    )
    assert "678" not in shown


@given(
    st.text(
        alphabet="我的号码是电话제내번호는이 0123456789+.-：，@a가힣ㄱ\u1100\u200b", max_size=60
    )
)
def test_no_text_breaks_it(text):
    shown, pieces = cut_reporters_own(text)
    assert bool(pieces) == (shown != text)
