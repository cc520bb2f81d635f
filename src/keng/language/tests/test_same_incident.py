"""Two texts of one event score alike whichever came first; the same offence elsewhere does not."""

import itertools
import json
from functools import cache
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keng.language.categories import suggest_categories
from keng.language.same_incident import IncidentTraits, incident_traits, same_incident
from keng.places.commune_names import names_of_communes
from keng.places.communes_in_text import communes_in_text
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
        ("Xe chở nứa đổ trên tỉnh lộ 291 gần xóm Vạc, tài xế Khuê kẹt chân", ""),
        ("tl291 canh xom vac xe nua do nghieng, anh khue ket chan", ""),
    ),
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
    (
        ("Bà lão lạc đường mặc áo tím ở chợ", "00101"),
        ("Ông lão lạc đường mặc áo đen ở chợ", "00101"),
    ),
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


def test_pairs_of_our_own() -> None:
    """Written without a look at the development set; the worth of landmarks was chosen on them:
    70 of 100 found, 53 before."""
    file = resources.files("keng.language.tests").joinpath("data", "pairs_own.jsonl")
    pairs = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    found = [
        (same_incident(_traits_with_commune(pair["one"]), _traits_with_commune(pair["other"])))
        >= 0.5
        for pair in pairs
    ]
    right = [says for says, pair in zip(found, pairs, strict=True) if pair["is_one_event"]]
    wrong = [says for says, pair in zip(found, pairs, strict=True) if not pair["is_one_event"]]
    assert sum(right) >= 0.65 * len(right)
    assert not any(wrong)


def _traits_with_commune(text: str) -> IncidentTraits:
    named = communes_in_text(text).ranked
    return incident_traits(
        text,
        communes=named,
        place_words=names_of_communes(named),
        categories=[one.code for one in suggest_categories(text)],
    )


def test_a_thing_that_bears_the_name_of_its_commune_is_one_place() -> None:
    one = traits("cháy ki ốt chợ Bãi Sậy", "00101", called="Bãi Sậy")
    other = traits("cho Bai Say chay may gian hang quan ao", "00101", called="Bãi Sậy")
    elsewhere = traits("may gian hang quan ao o Bai Say bi chay", "00101", called="Bãi Sậy")
    assert "@cho bai" in one.words.keys() & other.words.keys()
    assert same_incident(one, other) > same_incident(one, elsewhere)


def test_a_site_is_one_however_it_is_run_together_or_disguised() -> None:
    one = incident_traits("bấm vào saigonbank-nangthehang rồi mất tiền").words
    for written in (
        "cólinksaigonbank-nangthehang nhé",
        "link s_a_i_g_o_n_b_a_n_k-nangthehang",
        "saigonbank-nangthehang.top",
    ):
        other = incident_traits(written).words
        assert "-nangthehang" in {key for key in one if key in other}, written


def test_capitals_throughout_make_no_names() -> None:
    written = "NHÓM NGƯỜI LẠ GÕ CỬA TỪNG NHÀ, XEM vaynhanh.top"
    assert (
        incident_traits(written).words["go cua"] == incident_traits(written.lower()).words["go cua"]
    )


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
