"""The numbers of a text beside those that are known: what is the same, what is one slip away."""

import pytest

from keng.language.number_check import KnownNumber, compare_numbers
from tests.cpu_time import cpu_seconds

KNOWN = [
    KnownNumber("phone", "+84510555131", "used", "tip 12"),
    KnownNumber("bank_account", "102877345521", "undecided", "tip 13"),
    KnownNumber("phone", "+84384001122", "not_used", "tip 14"),
    KnownNumber("url", "vneid-mucdo2.example", "used", "tip 15"),
    KnownNumber("url", "facebook.com/giupnhantien", "used", "tip 16"),
    KnownNumber("number", "0204 000 0153", "official", "desk"),
    *(KnownNumber("number", short, "official", short) for short in ("111", "113", "114", "115")),
]


def compared(words, part="signs"):
    return [
        (one.quote, one.standing, one.known.source if one.known else "")
        for one in compare_numbers({"vi": {part: words}}, KNOWN)
    ]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("Số gọi: 0510 555 131", ("0510 555 131", "used", "tip 12")),
        ("Số gọi: +84 510 555 131", ("+84 510 555 131", "used", "tip 12")),
        # Two digits that changed places, one wrong, one too few, one too many.
        ("Số gọi: 0510 555 113", ("0510 555 113", "near", "tip 12")),
        ("Số gọi: 0510 555 132", ("0510 555 132", "near", "tip 12")),
        ("Số gọi: 0510 555 13", ("0510 555 13", "near", "tip 12")),
        ("Số gọi: 0510 555 1311", ("0510 555 1311", "near", "tip 12")),
        ("Số gọi: 0987 654 321", ("0987 654 321", "unknown", "")),
        ("STK 1028 7734 5521 VietinBank", ("1028 7734 5521", "undecided", "tip 13")),
        ("Số gọi: 0384 00 11 22", ("0384 00 11 22", "not_used", "tip 14")),
        ("Họ gửi vneid-mucdo2[.]example", ("vneid-mucdo2[.]example", "used", "tip 15")),
        ("Họ gửi hxxp://vneid-mucdo2[.]example/a", ("vneid-mucdo2[.]example/a", "used", "tip 15")),
        ("Họ gửi vneid-mucdo3[.]example", ("vneid-mucdo3[.]example", "near", "tip 15")),
        ("Họ gửi ngan-hang[.]example", ("ngan-hang[.]example", "unknown", "")),
    ],
)
def test_a_number_stands_where_it_is_known_or_nearly_known(words, found):
    [(quote, *rest)] = compared(words)
    assert found[0] in quote
    assert tuple(rest) == found[1:]


def test_the_desks_own_telephone_is_compared_digit_by_digit():
    assert compared("Trực ban 0204 000 0153, hoặc 113.", "call") == [
        ("0204 000 0153", "official", "desk"),
        ("113", "official", "113"),
    ]
    assert compared("Trực ban 0204 000 0135, hoặc 133.", "call") == [
        ("0204 000 0135", "near", "desk"),
        ("133", "near", "113"),
    ]


def test_a_known_number_is_not_taken_for_a_slip_of_another():
    assert compared("Gọi 113, 114 hoặc 115.", "call") == [
        ("113", "official", "113"),
        ("114", "official", "114"),
        ("115", "official", "115"),
    ]


def test_a_swindlers_number_under_whom_to_call_is_out_of_place():
    assert compared("Gọi 0510 555 131.", "call") == [("0510 555 131", "misplaced", "tip 12")]
    assert compared("Vào vneid-mucdo2[.]example.", "call")[0][1] == "misplaced"


def test_sums_dates_hours_and_short_figures_are_no_numbers():
    words = (
        "Đòi 20.000.000 đồng, 150 nghìn, 500.000đ trước 24/11/2026, lúc 8 giờ 30. Mất 120 người. "
        "Năm 2026 có 113 vụ."
    )
    assert compared(words) == []
    assert compared("Trước 17 giờ ngày 24-11-2026, 150 nghìn.", "call") == []


def test_the_same_number_is_one_line_in_both_languages():
    texts = {"vi": {"signs": "Số gọi 0510 555 113"}, "en": {"signs": "It calls: 0510555113"}}
    assert len(compare_numbers(texts, KNOWN)) == 1


def test_somebodys_page_on_a_site_of_everybody_is_compared_with_its_path():
    assert compared("Trang facebook[.]com/giup.nhan.tien")[0][1] == "used"
    assert compared("Trang facebook[.]com/giup.nhan.tein")[0][1] == "near"
    assert compared("Trang facebook[.]com/nguoi.khac")[0][1] == "unknown"


def test_only_what_is_the_desks_or_was_used_needs_nobody_to_look():
    standings = {
        one.standing: one.is_settled
        for words, part in [
            (
                "0510 555 131, 0510 555 113, 0987 654 321, STK 1028 7734 5521, 0384 00 11 22",
                "signs",
            ),
            ("Gọi 0510 555 131, 113", "call"),
        ]
        for one in compare_numbers({"vi": {part: words}}, KNOWN)
    }
    assert [name for name, settled in standings.items() if settled] == ["used", "official"]
    assert set(standings) == {
        "used",
        "near",
        "unknown",
        "undecided",
        "not_used",
        "misplaced",
        "official",
    }


@pytest.mark.parametrize("piece", ["0 ", "1", "09", "0510 555 13 ", "gọi ", "gọi\t", "a.", "1.0"])
def test_it_takes_time_by_the_length_and_no_more(piece):
    texts = {"vi": {"call": piece * 8000}}
    assert cpu_seconds(lambda: compare_numbers(texts, KNOWN)) < 4
