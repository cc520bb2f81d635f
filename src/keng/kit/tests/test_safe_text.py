"""Words that stay together, links that cannot be tapped."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keng.kit.safe_text import (
    NBSP,
    as_dialled,
    defang,
    grouped_digits,
    keep_together,
    link_emergency_numbers,
)


def test_the_syllables_of_a_word_stay_on_one_line():
    assert keep_together("Giả công an gọi") == f"Giả công{NBSP}an gọi"
    assert keep_together("TÀI KHOẢN và mã OTP") == f"TÀI{NBSP}KHOẢN và mã{NBSP}OTP"


def test_a_longer_word_is_kept_whole():
    assert keep_together("vay nặng lãi") == f"vay{NBSP}nặng{NBSP}lãi"


def test_a_number_stays_with_its_unit():
    assert keep_together("trong 24 giờ, 3 tin") == f"trong 24{NBSP}giờ, 3{NBSP}tin"


def test_parts_of_longer_words_are_left_alone():
    assert keep_together("công ang") == "công ang"
    assert keep_together("5 giờn") == "5 giờn"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("vào http://vneid.example/a.html nhé", "vào hxxp://vneid[.]example/a.html nhé"),
        ("HTTPS://A.B.com", "hxxps://A[.]B[.]com"),
        ("link vneid-kichhoat.vip roi", "link vneid-kichhoat[.]vip roi"),
        ("https://localhost", "hxxps://localhost"),
        ("http://10.0.0.1/x", "hxxp://10[.]0[.]0[.]1/x"),
        ("gửi a@b.com", "gửi a@b[.]com"),
        ("www.evil.com.vn.", "www[.]evil[.]com[.]vn."),
        ("http://a@evil.com:8080/", "hxxp://a@evil[.]com:8080/"),
        ("giá 3.500.000 đồng", "giá 3.500.000 đồng"),
    ],
)
def test_links_are_written_so_that_nothing_opens_them(written, shown):
    assert defang(written) == shown


def test_a_forgotten_space_is_no_link():
    assert defang("toi da chuyen xong.Toi goi lai") == "toi da chuyen xong.Toi goi lai"


@given(st.from_regex(r"(https?://)?[a-z]{1,8}(\.[a-z]{1,5}){0,2}\.(com|vn|top)[ /a-z.]{0,20}"))
def test_defanging_twice_changes_nothing(text):
    once = defang(text)
    assert defang(once) == once
    assert "http://" not in once.lower()


def test_a_link_that_was_written_safely_stays_as_it_is():
    assert defang("vneid[.]example") == "vneid[.]example"


@pytest.mark.parametrize(
    ("kept", "read"),
    [
        ("+84987654321", "0987 654 321"),
        ("+842043555888", "+842043555888"),
        ("19036812345017", "19036812345017"),
    ],
)
def test_a_mobile_number_is_written_as_people_dial_it(kept, read):
    assert as_dialled(kept, " ") == read


@pytest.mark.parametrize(
    ("said", "linked"),
    [
        ("Nguy hiểm thì gọi ngay 113.", ["113"]),
        ("Gọi 114, rồi 113; 111 cho trẻ em", ["114", "113", "111"]),
        ("위험하면 113으로 전화하세요", ["113"]),
        ("有危险请拨打113。", ["113"]),
        ("Trực ban: 0204 000 0113, hoặc 113", ["113"]),
        ("0204 000 113", []),
        ("113 nhà, 114 tin, 115 triệu, 111.000 đồng, 2/113, 1113, 113a", []),
        ('<a href="tel:113">gọi 113</a> hay <b title="113">115</b>', ["115"]),
    ],
)
def test_an_emergency_number_in_a_sentence_can_be_tapped(said, linked):
    new = link_emergency_numbers(said)
    assert re.findall(r'<a href="tel:(\d+)">\1</a>', new) == linked
    assert re.sub(r'<a href="tel:(\d+)">\1</a>', r"\1", new) == said


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("1900545413", f"1900{NBSP}545{NBSP}413"),
        ("19006035", f"1900{NBSP}60{NBSP}35"),
        ("02438241524", f"0243{NBSP}824{NBSP}1524"),
        ("0204000113", f"0204{NBSP}000{NBSP}113"),
        ("1900 5454 13", "1900 5454 13"),
        ("113", "113"),
        ("+84912", "+84912"),
    ],
)
def test_a_number_to_be_read_out_stands_in_groups(typed, shown):
    assert grouped_digits(typed) == shown
