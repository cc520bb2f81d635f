"""Two texts of one event score alike whichever came first; the same offence elsewhere does not."""

import itertools
import json
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keng.language.categories import suggest_categories
from keng.language.same_incident import IncidentTraits, incident_traits, same_incident
from keng.places.commune_names import names_of_communes
from tests.load.dev_set import dev_tips


def traits(text: str, *communes: str, called: str = "") -> IncidentTraits:
    return incident_traits(
        text,
        communes=communes,
        place_words=[called] if called else [],
        categories=[one.code for one in suggest_categories(text)],
    )


ONE_EVENT = [
    (
        ("Xe bồn chở xăng lật ở dốc Bãi Sậy, xăng tràn ra đường, tài xế kẹt trong ca bin", "00101"),
        ("doc Bai Say co xe bon lat, xang chay lai lang, lai xe con ket ben trong, cuu", "00101"),
    ),
    (
        ("Nhóm đòi nợ tạt sơn nhà bà Tám Lựu, tổ 9 ngõ 41, ném gạch vào cổng sắt", "00102"),
        ("to 9 ngo 41 bi tat son, nha ba Luu, bon siet tien di hai o to", "00102"),
    ),
    (
        ("Số 0912000347 gọi mẹ tôi xưng toà án, bắt chuyển tiền", ""),
        ("Mọi người cảnh giác 0912.000.347 giả công an nhé", ""),
    ),
    (
        ("Mất xe đạp ở chợ Gồm", "00101"),
        ("Mất xe đạp ở chợ Gồm", "00101"),
    ),
    (("Cháy nhà, cứu với", ""), ("Cháy nhà, cứu với", "")),
    (
        ("Chủ tài khoản DOAN THI SUU bán hàng rồi chặn số", ""),
        ("stk ten DOAN THI SUU, toi chuyen coc ao khoac thi bi chan", ""),
    ),
    (
        ("Xe khách tụt xuống ruộng ở QL37 chỗ dốc Bãi Sậy lúc 14h15, một người kẹt", "00101"),
        ("2h15 chieu o ql37 xe khach lao xuong ruong, dang keu cuu", "00101"),
    ),
    (
        ("bấm vào thuevn-hoantra.top mất 12 triệu", ""),
        ("Tin nhắn có đường dẫn thuevn-hoantra, ai nhận được thì xoá đi", ""),
    ),
]
TWO_EVENTS = [
    (
        ("Mất xe máy ở chợ, tối qua lúc 8h", "00101"),
        ("mat xe may o cho toi qua, bao ve di dau mat", "00102"),
    ),
    (
        ("Em bị lừa cọc phòng trọ 2 triệu, chủ nhà khoá máy", "00101"),
        ("Em bị lừa cọc mua điện thoại 2 triệu, người bán chặn số", "00101"),
    ),
    (
        ("Số 0912000347 gọi mẹ tôi xưng toà án, bắt chuyển tiền", ""),
        ("Số 0988000112 gọi mẹ tôi xưng toà án, bắt chuyển tiền gấp", ""),
    ),
    (("", ""), ("", "")),
    (("Xin chào ạ", "00101"), ("Xin chào ạ", "00101")),
    (
        ("Có nick Zalo lạ mời làm việc tại nhà", ""),
        ("Nick Zalo giả giám đốc nhờ chuyển hộ tiền", ""),
    ),
    (("Cháy", "00101"), ("Cháy", "00102")),
]


@pytest.mark.parametrize(("one", "other"), ONE_EVENT)
def test_texts_of_one_event_are_found(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert _score(one, other) >= 0.5


@pytest.mark.parametrize(("one", "other"), TWO_EVENTS)
def test_texts_of_two_events_are_kept_apart(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert _score(one, other) < 0.5


def _score(one: tuple[str, str], other: tuple[str, str]) -> float:
    return same_incident(*(traits(text, *filter(None, [code])) for text, code in (one, other)))


def test_the_names_of_the_commune_make_no_two_tips_one() -> None:
    one = traits("Trộm chó ở phường Kinh Đào Thượng", "00101", called="Kinh Đào Thượng")
    other = traits("Hát to ở phường Kinh Đào Thượng", "00101", called="Kinh Đào Thượng")
    assert same_incident(one, other) < 0.1


def test_another_commune_speaks_against_it() -> None:
    text = "Xe bồn chở xăng lật ở dốc Bãi Sậy"
    near = same_incident(traits(text, "00101"), traits(text[:24], "00101"))
    far = same_incident(traits(text, "00101"), traits(text[:24], "00102"))
    assert far < near


WORDS = st.sampled_from(
    [
        "cháy",
        "nhà",
        "trộm",
        "xe",
        "ngõ",
        "12",
        "tổ",
        "3",
        "Bãi",
        "Sậy",
        "Lựu",
        "0912000347",
        "stk",
        "1033445577",
        "MB",
        "ACB",
        "dvc-gia.cc",
        "lừa",
        "2",
        "triệu",
        "6.850.000đ",
        "công",
        "an",
        "gọi",
        "đêm",
        "qua",
        "anh",
        "Tư",
    ]
)
TEXTS = st.lists(WORDS, max_size=14).map(" ".join)
CODES = st.lists(st.sampled_from(["00101", "00102", "00103"]), max_size=2)
CATEGORIES = st.lists(st.sampled_from(["theft", "scam_bank", "traffic"]), max_size=2)
TRAITS = st.builds(
    lambda text, codes, categories: incident_traits(text, communes=codes, categories=categories),
    TEXTS,
    CODES,
    CATEGORIES,
)


@given(TRAITS, TRAITS)
def test_the_score_is_the_same_whichever_came_first(
    one: IncidentTraits, other: IncidentTraits
) -> None:
    score = same_incident(one, other)
    assert score == same_incident(other, one)
    assert 0 <= score <= 1


@given(TEXTS, CODES)
def test_the_traits_of_a_text_do_not_depend_on_what_was_read_before(
    text: str, codes: list[str]
) -> None:
    first = incident_traits(text, communes=codes)
    incident_traits("một chuyện khác hẳn ở Bãi Sậy", communes=["00103"])
    assert incident_traits(text, communes=codes) == first


@cache
def test_pairs_of_the_development_set() -> None:
    """With the communes of the set, on 2026-11-29: precision .96, recall .83; of the half
    that it was not tuned on precision .92 or more, recall .77 (10 of 13)."""
    tips = dev_tips()
    read = {
        tip["id"]: incident_traits(
            tip["text"],
            communes=[tip["commune_code"]] if tip["commune_code"] else [],
            place_words=names_of_communes([tip["commune_code"] or ""]),
            categories=[one.code for one in suggest_categories(tip["text"])],
        )
        for tip in tips
    }
    right = found = expected = 0
    for one, other in itertools.combinations(tips, 2):
        is_one = one["incident"] is not None and one["incident"] == other["incident"]
        says_so = same_incident(read[one["id"]], read[other["id"]]) >= 0.5
        right += is_one and says_so
        found += says_so
        expected += is_one
    assert right / found >= 0.95, json.dumps([right, found, expected])
    assert right / expected >= 0.8
