"""Where somebody is (a floor, behind a railway station, beside hens) is no danger by itself."""

import pytest

from keng.kit.urgency import Urgency
from keng.language.categories import suggest_categories
from keng.language.danger import POLICE_NUMBERS, danger_in, numbers_to_call
from keng.language.fold import fold
from keng.language.urgency import first_urgency_of, suggest_urgency

PLACES = [
    "nhà số 12 ngõ 4 sau ga Phố Tráng, tầng 2",
    "Em ở sau ga Phố Tráng",
    "Mình ở gần ga Phố Tráng",
    "Con đang ở trong nhà ga",
    "Em đợi ở ga tàu, ghế bên phải",
    "Nhà em nuôi gà, cạnh cái ao",
    "Không\nEm ở tầng 2",
    "Không. Em ở tầng 2",
    "Em ở tầng 2",
    "Tầng 4, phòng trong cùng",
    "Dạ con ở lầu 3",
    "2\nEm ở tầng 5",
    "I am on the fourth floor",
    "No, I live behind the railway station",
]
LEAKS = [
    "Bếp ga bị rò từ tối qua",
    "Nhà em có mùi ga",
    "Bình ga đang xì ở tầng 2",
    "Phòng sau ga Phố Tráng có mùi ga nồng",
    "Nổ bếp ga nhà bên",
    "rò rỉ ga ở dãy trọ",
    "Bình gas nhà hàng xóm bị rò",
]


def with_and_without_accents(texts):
    return sorted({*texts, *map(fold, texts)})


@pytest.mark.parametrize("text", with_and_without_accents(PLACES))
def test_a_place_is_neither_fire_nor_urgent(text):
    assert danger_in(text) is None
    assert numbers_to_call(text) == POLICE_NUMBERS
    assert first_urgency_of(text) == Urgency.P2
    assert suggest_urgency(text).level >= Urgency.P2
    assert suggest_categories(text)[0].code != "fire_explosion"


@pytest.mark.parametrize("text", with_and_without_accents(LEAKS))
def test_gas_that_is_smelt_or_leaks_calls_the_fire_brigade(text):
    danger = danger_in(text)
    assert danger is not None
    assert danger.kind == "fire"
    assert danger.numbers[0] == "114"


@pytest.mark.parametrize(
    "text", ["Cháy ở tầng 3, em ở tầng 4", "Em ở tầng 4, khói vào phòng", "Sau ga có nhà cháy to"]
)
def test_a_fire_beside_a_place_is_still_one(text):
    for written in (text, fold(text)):
        assert numbers_to_call(written)[0] == "114"
