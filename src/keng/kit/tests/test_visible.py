"""What nobody sees in a text is not kept: it hides words and turns lines around."""

import sys
import unicodedata

import pytest
from django import forms

from keng.kit.forms import Form
from keng.kit.visible import visible_text

FORMAT = [
    chr(code) for code in range(sys.maxunicode + 1) if unicodedata.category(chr(code)) == "Cf"
]


def test_no_character_of_format_is_left_between_letters():
    assert [hex(ord(one)) for one in FORMAT if visible_text(f"a{one}b") != "ab"] == []


@pytest.mark.parametrize(
    "text",
    [
        "Cháy nhà rồi, cứu với!\r\n\tSố 5 Nguyễn Huệ – “hẻm 3”…",
        unicodedata.normalize("NFD", "Đường Nguyễn Thị Minh Khai"),
        "집에 불이 났어요",
        unicodedata.normalize("NFD", "집에 불이 났어요"),
        "家里着火了",
        "👨‍👩‍👧 👩🏽‍🚒 ❤️‍🔥 🏳️‍🌈 1️⃣ 🇻🇳 🙅‍♀️",
    ],
)
def test_what_people_write_stays_as_it_is(text):
    assert visible_text(text) == text


class _Words(Form):
    said = forms.CharField(widget=forms.Textarea)
    secret = forms.CharField(widget=forms.PasswordInput)


def test_no_form_keeps_them_and_one_that_holds_nothing_else_is_empty():
    form = _Words({"said": "kẻ \u202eđang\u2066 t\u200bới\xad", "secret": "a\xadb"})
    assert form.is_valid()
    assert form.cleaned_data["said"] == "kẻ đang tới"
    # What somebody chose as a password stays what it was when it was set.
    assert form.cleaned_data["secret"] == "a\xadb"
    assert not _Words({"said": "\u200b\u2060", "secret": "a"}).is_valid()
    assert not _Words({"said": "a\0b", "secret": "a"}).is_valid()
