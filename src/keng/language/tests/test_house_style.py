"""The house style of warnings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keng.language.house_style import (
    MOST_WORDS,
    STYLE_MESSAGES,
    WARNING_PARTS,
    check_warning_style,
    seconds_aloud,
    stopping_findings,
)

TITLE = "Giả thợ điện đòi thu tiền"
GOOD = {
    "what": "Có kẻ gọi điện, nói nhà bạn nợ tiền điện và sắp bị cắt.",
    "signs": "Chúng giục trả ngay, gửi mã vuông để quét.",
    "act": "Cúp máy. Đừng quét mã. Mở hoá đơn giấy để xem.",
    "call": "Gọi 113 hoặc công an nơi bạn ở.",
}


def _codes(level: str = "", title: str = TITLE, **parts: str) -> list[str]:
    return [
        one.code
        for one in check_warning_style({**GOOD, **parts}, title)
        if not level or one.level == level
    ]


def test_a_good_warning_has_only_good_marks() -> None:
    found = check_warning_style(GOOD, TITLE)
    assert {one.level for one in found} == {"ok"}
    assert [one.code for one in found] == ["length", "parts", "no_link", "no_hint"]
    words = sum(len(text.split()) for text in GOOD.values())
    assert found[0].params == {"words": words, "limit": 80, "seconds": seconds_aloud(words)}


def test_reading_aloud_takes_a_second_for_three_words() -> None:
    assert seconds_aloud(79) == 26


def test_more_than_eighty_words_stop() -> None:
    spare = MOST_WORDS - sum(len(GOOD[part].split()) for part in ("signs", "act", "call"))
    assert "too_long" not in _codes(what="Vui. " * spare)
    found = stopping_findings(check_warning_style({**GOOD, "what": "Vui. " * (spare + 3)}, TITLE))
    assert [(one.code, one.params["over"]) for one in found] == [("too_long", 3)]


@pytest.mark.parametrize("part", WARNING_PARTS)
def test_every_part_must_be_there(part: str) -> None:
    found = stopping_findings(check_warning_style({**GOOD, part: "  "}, TITLE))
    assert [(one.code, one.params) for one in found] == [("part_missing", {"part": part})]


def test_a_sentence_that_is_too_long_is_not_praised_as_the_longest() -> None:
    assert "parts" in _codes("ok", act=" ".join(["Cúp"] * 20))
    assert "parts_there" in _codes("ok", act=" ".join(["Cúp"] * 21))
    assert "parts" not in _codes(act=" ".join(["Cúp"] * 21))


def test_a_title_must_be_there_and_short() -> None:
    assert _codes("stop", title="") == ["title_missing"]
    assert _codes("fix", title="một hai ba " * 6) == ["title_long"]


@pytest.mark.parametrize(
    "link", ["https://nop-tien.example/a", "nop-tien.example", "www.nop-tien.top", "bit.ly/3abc"]
)
def test_a_link_that_can_be_tapped_stops(link: str) -> None:
    found = stopping_findings(
        check_warning_style({**GOOD, "signs": f"Chúng gửi {link} để nộp."}, TITLE)
    )
    assert [one.code for one in found] == ["link"]
    assert found[0].params["quote"] == link
    assert "[.]" in str(found[0].params["defanged"])


@pytest.mark.parametrize(
    "link", ["hxxps://nop-tien[.]example/a", "nop-tien[.]example", "nop-tien(.)top"]
)
def test_a_defanged_address_may_be_shown(link: str) -> None:
    assert "link_defanged" in _codes("ok", signs=f"Chúng gửi {link} để nộp.")
    assert _codes("stop", signs=f"Chúng gửi {link} để nộp.") == []


def test_numbers_of_residents_stop_and_those_of_the_caller_do_not() -> None:
    assert _codes("stop", call="Hỏi chị Hoa 0912345678.") == ["resident_number"]
    assert _codes("stop", call="Hỏi số của tôi 0912345678.") == ["resident_number"]
    assert _codes("stop", what="Số 0912345678 gọi đòi tiền.") == []
    assert _codes("stop", call="Gọi anh Hải công an 0912345678.") == []


def test_hints_at_the_reporter_are_to_be_changed() -> None:
    assert _codes("fix", what="Người báo ở cuối ngõ nghe máy.") == ["reporter_hint"]
    assert _codes("fix", what="Nguyễn Văn Tám ở cuối ngõ nghe máy.") == ["person_name"]
    assert _codes("fix", what="Chúng đứng ở phố Nguyễn Trãi.") == []
    assert _codes("fix", what="Chúng đi xe 98A-123.45.") == ["plate"]


def test_hard_words_come_with_plainer_ones() -> None:
    (found,) = [
        one
        for one in check_warning_style({**GOOD, "signs": "Chúng hỏi mã OTP."}, TITLE)
        if one.level == "fix"
    ]
    assert found.params == {"quote": "mã OTP", "plain": "mã số gửi về máy"}
    assert _codes("fix", signs="Chúng hỏi OTP, là mã số gửi về máy.") == []
    english = check_warning_style(
        {"what": "They use malware.", "signs": "a", "act": "b", "call": "113"}, "Title", "en"
    )
    assert [one.params["plain"] for one in english if one.code == "jargon"] == ["harmful software"]


def test_the_tone_is_calm() -> None:
    assert _codes("fix", act="CÚP MÁY NGAY LẬP TỨC.") == ["capitals"]
    assert _codes("fix", act="Cúp máy ngay!") == ["exclamation"]
    assert _codes("fix", act="bạn hãy " * 11) == ["sentence_long"]
    assert _codes("fix", call="Gọi 113. Đừng sợ.") == []


def test_what_stops_comes_first() -> None:
    levels = [
        one.level
        for one in check_warning_style({"what": "OTP!", "signs": "", "act": "", "call": ""}, "")
    ]
    assert levels == sorted(levels, key=["stop", "fix", "ok"].index)


@given(
    st.dictionaries(st.sampled_from(WARNING_PARTS), st.text()),
    st.text(),
    st.sampled_from(["vi", "en"]),
)
def test_every_finding_has_its_sentence(parts: dict[str, str], title: str, language: str) -> None:
    for one in check_warning_style(parts, title, language):
        assert STYLE_MESSAGES[one.code] % one.params


def test_a_part_of_an_address_is_no_hard_word():
    parts = {"what": "Trang vneid-mucdo2[.]example và ho-tro.vneid[.]example đòi tiền."}
    assert "jargon" not in {one.code for one in check_warning_style(parts)}
    named = check_warning_style({"what": "Gọi bảo cập nhật VNeID."})
    assert "jargon" in {one.code for one in named}


def test_a_number_in_groups_of_figures_is_one_word():
    found = check_warning_style({"call": "Trực ban 0204 000 0113, nguy hiểm gọi 113"})
    assert [one.params["words"] for one in found if one.code == "length"] == [7]
