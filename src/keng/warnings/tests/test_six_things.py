"""What a warning's text says of the six things: each by itself, and figures on marked texts."""

from collections.abc import Callable

import pytest

from keng.language.fold import fold
from keng.warnings.six_things import Thing, things_said
from tests.security import cost, hostile
from tests.six_things import MARKS, OWN, figures_of, own_rows

SAYS = {
    Thing.SOURCE: (
        "Công an phường Nếnh thông báo: xe mất phanh ở dốc Lim.",
        "Nước giếng có mùi dầu. Trạm Y tế xã Tam Dị, 3/12.",
        "Theo Sở Y tế, nấm tán trắng mọc sau mưa rất độc.",
    ),
    Thing.HAZARD: (
        "Người lạ xin vào nhà đo điện rồi trộm xe.",
        "Đá lăn trên đèo sau cơn mưa.",
    ),
    Thing.PLACE: (
        "Cây đổ trên tỉnh lộ 295.",
        "Chó dại chạy qua thôn Ngọc Trai.",
        "Cắt nước trên địa bàn phường.",
        "Lũ về ở Sơn Động.",
    ),
    Thing.CONSEQUENCE: (
        "Hai nhà mất 40 triệu đồng.",
        "Ba em nhỏ bị thương khi xe lật.",
        "Nước sẽ vào nhà ở bãi bồi.",
    ),
    Thing.ACT: (
        "Cúp máy, không đọc mã cho ai.",
        "Các hộ ven sông đưa trẻ lên tầng hai.",
        "Thấy khói thì gọi 114.",
    ),
    Thing.TIME: (
        "Xả lũ lúc 21 giờ 30.",
        "Cắt điện đến hết 15/12.",
        "Đường cấm từ thứ Hai.",
    ),
}
SAYS_NOT = {
    Thing.SOURCE: (
        "Nghe nói công an phường cảnh báo gì đó.",
        "Họ giả danh Công an phường Nếnh yêu cầu nạp tiền.",
        "Có gì lạ thì báo Công an phường Nếnh.",
    ),
    Thing.HAZARD: (
        "Kẻ xấu hoạt động rất tinh vi, tình hình phức tạp.",
        "Không bấm đường dẫn, không đọc mã.",
    ),
    Thing.PLACE: (
        "Công an phường Nếnh thông báo: không nạp tiền.",
        "Trang Facebook đó giả. Tin lan trên mạng xã hội.",
    ),
    Thing.CONSEQUENCE: (
        "Việc này rất nguy hiểm, hậu quả khôn lường.",
        "Họ gọi báo con bị tai nạn đang cấp cứu.",
    ),
    Thing.ACT: (
        "Đề nghị bà con nâng cao cảnh giác.",
        "Nạn nhân chuyển hết tiền, không kể với ai.",
    ),
    Thing.TIME: (
        "Theo nghị định số 15 ngày 12/10/2021 thì bị phạt.",
        "Theo quyết định số 5 ngày 12/10/2021.",
        "Thông tư 15/2020 ngày 12/10/2021 cấm việc này.",
        "Gần đây, thời gian qua, hiện nay có nhiều vụ.",
        "Đường dây trực 24/7, rửa tay trong 2 giờ.",
    ),
}
WAYS = pytest.mark.parametrize("written", [str, fold, str.upper], ids=["accents", "bare", "upper"])


@WAYS
@pytest.mark.parametrize("thing", Thing)
def test_each_thing_is_found(thing: Thing, written: Callable[[str], str]) -> None:
    assert [text for text in SAYS[thing] if thing not in things_said(written(text)).things] == []


@WAYS
@pytest.mark.parametrize("thing", Thing)
def test_what_only_looks_like_a_thing_is_none(thing: Thing, written: Callable[[str], str]) -> None:
    assert [text for text in SAYS_NOT[thing] if thing in things_said(written(text)).things] == []


def test_fear_is_told_only_where_nobody_is_told_what_to_do() -> None:
    assert things_said("KHẨN CẤP! Chết người trong một đêm!").frightens_without_act
    assert not things_said("KHẨN CẤP! Gas rò, ra khỏi nhà ngay!").frightens_without_act
    assert not things_said("Nước sông lên chậm.").frightens_without_act


def test_a_text_without_words_says_nothing() -> None:
    assert things_said("… 🚨 …").missing == tuple(Thing)


# A little below what `python -m tests.six_things` printed on 2026-12-01, with and without accents.
_LEAST = {
    "six_things_own.jsonl": (0.95, 0.7),
    "six_things_later.jsonl": (0.9, 0.7),
    "six_things_third.jsonl": (0.9, 0.7),
}


@pytest.mark.parametrize("name", OWN)
def test_marked_texts_are_read_as_well_as_they_were_measured(name: str) -> None:
    rows = own_rows(name)
    ways: tuple[Callable[[str], str], ...] = (str, fold)
    for written, least in zip(ways, _LEAST[name], strict=True):
        figures, _misses = figures_of(rows, written)
        low = {mark: one for mark, one in figures.items() if min(one[:2]) < least}
        assert low == {}, (name, written)


def test_every_mark_is_there_and_not_there() -> None:
    for name in OWN:
        rows = own_rows(name)
        for mark in MARKS:
            assert 0 < sum(row[mark] for row in rows) < len(rows), (name, mark)


def test_no_two_sets_share_a_text() -> None:
    texts = [row["text"] for name in OWN for row in own_rows(name)]
    assert len(texts) == len(set(texts))


def test_a_text_twice_as_long_takes_no_more_than_twice_the_time() -> None:
    text = hostile.Text("", "Công an xã báo bà con không mở cửa, mất 40 triệu. ", "")
    assert not (wrong := cost.verdict(things_said, text.of_length)), wrong
