"""Communes in texts: found by every name people use, and none invented. Needs no database."""

import csv
import unicodedata
from pathlib import Path
from typing import NamedTuple

import pytest

from keng.places.communes_in_text import Certainty, communes_in_text
from keng.places.name_index import NamedPlace, make_index, name_spelling
from tests.cpu_time import cpu_seconds
from tests.load.dev_set import dev_tips

_OWN = Path(__file__).parent / "data" / "communes_in_text.csv"
NENH, VIET_YEN, TIEN_PHONG, HOANG_VAN = "07795", "07777", "07696", "07822"
XUAN_LUONG, DA_MAI, BAC_GIANG, TAN_DINH = "07246", "07228", "07210", "07432"


class Score(NamedTuple):
    """How a set of texts was read: precision, recall, and codes where the text names nothing."""

    precision: float
    recall: float
    invented: int


def scored(rows):
    """The score of rows of a text, its province, the commune of its channel, and the true code."""
    right = wrong = invented = named = 0
    for text, province, channel, truth in rows:
        found = communes_in_text(text, province, channel).commune
        named += truth is not None
        right += found is not None and found == truth
        wrong += found is not None and found != truth
        invented += found is not None and truth is None
    return Score(right / (right + wrong), right / named, invented)


def own_rows():
    with _OWN.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield row["text"], row["province"], row["channel"] or None, row["commune"] or None


def test_our_own_sentences_are_placed_and_traps_are_not():
    score = scored(own_rows())
    assert (score.precision, score.invented) == (1, 0)
    assert score.recall >= 0.97


def test_without_accents_nothing_is_invented_either():
    rows = [(without_marks(text), *rest) for text, *rest in own_rows()]
    score = scored(rows)
    assert score.precision >= 0.97
    assert score.recall >= 0.88


@pytest.mark.parametrize(("with_channel", "recall"), [(True, 0.95), (False, 0.9)])
def test_tips_of_the_evaluation_set(with_channel, recall):
    tips = dev_tips()
    score = scored(
        (
            tip["text"],
            "24",
            tip["channel_commune_code"] if with_channel else None,
            tip["commune_code"],
        )
        for tip in tips
    )
    assert score.precision >= 0.95
    assert score.recall >= recall
    assert score.invented == 0


@pytest.mark.parametrize(
    "text",
    [
        "Có trộm ở xã Vân Trung cũ",
        "co trom o van trung",
        "Có trộm ở p.Nếnh",
        "Có trộm ở tt Nếnh",
        "Trộm vào KCN Vân Trung",
        "Có trộm ở Quang Châu, Việt Yên",
        "Có trộm ởQuang Châu",
        "Co trom o QuangChau",
        "Có trộm ở Qu4ng Ch4u",
        "Có trộm ở Qu\u0430ng Ch\u00e2u",
        "Có trộm ở Qua🔥ng Châu",
        "Có trộm ở Quang Chaau",
        "Có trộm ở 7ăng Tiến",
        "Có trộm ở Quag Chau, mìk thấy rõ",
        "Cháy ở trường Tăng Tiến",
        "Có trộm ở xã Qunag Châu",
        "Mất xe. Quang Châu",
    ],
)
def test_one_commune_by_its_many_names(text):
    assert communes_in_text(text).commune == NENH


def test_namesakes_are_offered_and_only_a_reason_decides():
    found = communes_in_text("Xã Đồng Tiến có người ghi đề")
    assert (found.commune, found.certainty) == (None, Certainty.UNSURE)
    assert set(found.ranked) == {HOANG_VAN, XUAN_LUONG}
    assert communes_in_text("Đồng Tiến, Yên Thế có người ghi đề").commune == XUAN_LUONG
    assert communes_in_text("Xã Đồng Tiến (Hiệp Hoà) có người ghi đề").commune == HOANG_VAN
    from_channel = communes_in_text("Xã Đồng Tiến có người ghi đề", "24", HOANG_VAN)
    assert (from_channel.commune, from_channel.ranked[0]) == (HOANG_VAN, HOANG_VAN)


def test_what_was_split_is_for_a_person_to_choose():
    found = communes_in_text("Nhà tôi ở phường Cống Vị", "01")
    assert found.commune is None
    assert set(found.ranked) == {"00025", "00008"}
    assert communes_in_text("Nhà tôi ở phường Cống Vị", "01", "00008").commune == "00008"


def test_a_province_named_beside_it_takes_a_name_away_from_ours():
    assert communes_in_text("Em ở xã Tân Tiến, Văn Giang, Hưng Yên").commune == "12019"
    assert communes_in_text("Em ở Tân Tiến, Đà Nẵng").commune is None
    assert communes_in_text("Em ở phường Tân Tiến").commune == "07699"


def test_the_channel_never_stands_in_for_a_name():
    found = communes_in_text("Nhà bên cạnh đánh bạc ăn tiền", "24", NENH)
    assert found == communes_in_text("")
    assert found.certainty == Certainty.NONE


def test_a_name_is_read_as_such_only_where_something_says_so():
    assert communes_in_text("Ở Tiền Phong có cháy").commune == TIEN_PHONG
    assert communes_in_text("Báo Tiền Phong đã đăng").commune is None
    assert communes_in_text("o tien phong co chay").commune == TIEN_PHONG
    assert communes_in_text("toi nop tien phong roi").commune is None


def test_a_town_is_meant_by_its_streets():
    """ "phố Nếnh" is the middle of Nếnh, "phố Quang Trung" a street anywhere."""
    assert communes_in_text("Đánh nhau ngay phố Nếnh").commune == NENH
    assert communes_in_text("danh nhau o pho Nenh").commune == NENH
    assert communes_in_text("Đánh nhau ở phố Quang Châu").commune is None


def test_two_communes_are_offered_the_likelier_first():
    found = communes_in_text("Ở Đa Mai có đám đánh nhau, ở Tân Dĩnh cũng có")
    assert found.commune is None
    assert set(found.ranked) == {DA_MAI, TAN_DINH}


def test_hamlets_and_landmarks_of_the_operator():
    local = make_index(
        [
            ("Yên Ninh", NamedPlace((NENH,), name_spelling("Yên Ninh"), "hamlet", "h1")),
            ("Quang Trung", NamedPlace((NENH,), name_spelling("Quang Trung"), "hamlet", "h2")),
            ("Đông", NamedPlace((NENH,), name_spelling("Đông"), "hamlet", "h3")),
            ("Đông", NamedPlace((DA_MAI,), name_spelling("Đông"), "hamlet", "h4")),
            ("nhon", NamedPlace((BAC_GIANG,), ("nhon",), "landmark", sort="market")),
            ("yen phong", NamedPlace(("1",), ("yen", "phong"), "landmark", sort="park")),
            ("yen phong", NamedPlace(("2",), ("yen", "phong"), "landmark", sort="park")),
        ]
    )

    def read(text, channel=None):
        return communes_in_text(text, "24", channel, local)

    assert (read("mất xe ở tdp Yên Ninh").commune, read("tdp Yên Ninh").hamlets) == (NENH, ("h1",))
    assert read("thôn Quang Trung mất gà").hamlets == ("h2",)
    assert read("xã Quang Trung mất gà").commune == "07333"
    assert read("thôn Đông mất gà").commune is None
    assert read("thôn Đông mất gà", DA_MAI).hamlets == ("h4",)
    assert read("rơi ví ở chợ Nhớn").commune == BAC_GIANG
    assert read("môi giới trước KCN Yên Phong").ranked == ("1", "2")
    assert read("mất xe ở xã Yên Phong").commune == "09193"


def test_reading_takes_two_milliseconds_at_most():
    texts = [text for text, *_ in own_rows()]

    def read_all():
        for text in texts:
            communes_in_text(text)

    # The tables of a province are read once.
    read_all()
    assert cpu_seconds(read_all) / len(texts) < 0.002


@pytest.mark.parametrize("word", ["cho ", "o cho ", "Nếnh Kép ", "Bình "])
def test_a_word_said_a_thousand_times_is_read_too(word):
    assert communes_in_text(word * 1500).certainty in Certainty


def without_marks(text):
    parts = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(part for part in parts if not unicodedata.combining(part))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("nhom thanh nien tu tap o Vo Cuog, dem nao cung on", "09190"),
        ("Xe tải rơi gạch ở dốc pố Hạ", "07294"),
        ("mẹ đi taxi ra Phố Hồ rút tiền", "09400"),
        ("Cổng trường Tân Thanh chiều nào cũng tắc", "07420"),
        ("lán vịt ngoài đồng Tân Liễu có người lạ", "07681"),
        ("I have a dog at home and a tag on it", None),
    ],
)
def test_a_name_in_the_letters_of_chat_or_behind_a_gate(text: str, code: str | None) -> None:
    assert communes_in_text(text).commune == code
