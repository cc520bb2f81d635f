"""The weights of categories: they are what is learned, how right they are, and what they say."""

import csv
import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keng.kit.urgency import Happening
from keng.language.categories import Strength, strength_of, suggest_categories
from keng.language.category_model import CRITICAL, read_category, sign_weights
from keng.language.danger import danger_in
from keng.language.fold import fold
from keng.language.suggestions import suggest
from keng.language.taxonomy import categories
from keng.language.urgency import first_urgency_of
from tests import train_categories
from tests.cpu_time import cpu_seconds


def test_the_weights_are_what_is_learned_from_the_sentences() -> None:
    """`python -m tests.train_categories` writes them anew after a change of sentences or ideas."""
    sentences = [*train_categories.own_sentences(), *train_categories.danger_sentences()]
    learned = train_categories.as_file(
        train_categories.learn(train_categories.examples_of(sentences))
    )
    columns, *rows = csv.reader(learned.splitlines())
    made = {sign: dict(zip(columns[1:], cells, strict=True)) for sign, *cells in rows}
    kept = sign_weights()
    assert kept.columns == (*categories(), CRITICAL)
    # The last digit may differ between machines, and with it whether a weight is kept at all.
    least = train_categories.LEAST_WEIGHT + 0.01
    for sign in made.keys() | kept.rows.keys():
        weights = dict(kept.rows.get(sign, ()))
        for at, name in enumerate(kept.columns):
            kept_weight = weights.get(at, 0.0)
            learned_weight = float(made.get(sign, {}).get(name) or 0)
            assert (
                abs(learned_weight - kept_weight) < 0.011
                or max(abs(learned_weight), abs(kept_weight)) < least
            ), (sign, name)


def test_weights_read_what_they_were_not_learned_from() -> None:
    """On 2026-11-29, as written and without accents: see the README beside the sentences."""
    for is_plain, figures in train_categories.checked_figures(parts=3).items():
        assert figures["category, first"] >= 0.68, is_plain
        assert figures["category, among three"] >= 0.87, is_plain
        assert figures["scam, F1"] >= 0.88, is_plain
        assert figures["strengths, calibration error"] <= 0.1, is_plain


@pytest.mark.parametrize(
    "text",
    [
        "Bố tôi nghe điện thoại của người tự xưng viện kiểm sát, chuyển hết tiền tiết kiệm rồi",
        "nha nghi nhan hoc sinh vao thue phong theo gio, khong hoi giay to gi, ngay nao cung dong",
    ],
)
def test_a_reason_is_ten_words_of_the_text_at_most(text: str) -> None:
    first = suggest_categories(text)[0]
    assert 1 <= sum(len(reason.split()) for reason in first.reasons) <= 10
    assert all(reason in text for reason in first.reasons)


@settings(max_examples=100)
@given(st.text() | st.text(alphabet="cháy lừa cướp 0912.,\n\u0301ABĐ火"))
def test_chances_are_shares_of_one_for_any_text(text: str) -> None:
    reading = read_category(text)
    assert sum(reading.chances.values()) == pytest.approx(1)
    assert 0 < reading.critical < 1
    found = suggest(text)
    assert 0 <= found.urgency_score <= 1
    assert 0 <= found.scam <= 1


def test_it_abstains_where_nothing_is_likely() -> None:
    assert strength_of(0.9).level == 3
    assert strength_of(0.3) == Strength.UNSURE
    likely = [read_category(text).chances for text in ("nó làm tôi lo lắm, mong giúp đỡ", "cướp")]
    assert max(likely[0].values()) < max(likely[1].values())


def test_what_is_told_as_it_happens_comes_before_what_was() -> None:
    texts = [
        "Cháy nhà ba tầng, hai ông bà mắc trên gác gọi cứu",
        "Đám cháy tối qua đã dập xong, không ai bị thương",
        "Cho hỏi mua bình chữa cháy ở đâu",
    ]
    for written in (texts, [fold(text) for text in texts]):
        scores = [suggest(text).urgency_score for text in written]
        assert scores[0] > 0.9
        assert max(scores[1:]) < 0.1


# Danger by its words, though hardly anybody would call it critical.
_CALM = "Bạo lực học đường: con tôi bị đánh gãy răng, trường giấu"


def test_a_reporter_who_says_now_is_believed_whatever_the_weights_say() -> None:
    assert danger_in(_CALM) is not None
    assert first_urgency_of(_CALM) == "P1"
    assert first_urgency_of(_CALM, happening=Happening.NOW) == "P0"


def test_words_of_another_language_are_left_to_the_words_of_danger() -> None:
    assert not read_category("my house is on fire, children inside").is_familiar
    assert first_urgency_of("my house is on fire and there are children inside") == "P0"


def test_everything_about_a_tip_is_suggested_in_five_milliseconds() -> None:
    text = "Có người gọi xưng công an, bảo gửi 20 triệu tới số tài khoản 0123456789. " * 3
    suggest(text)
    # Another text each time: the last ones are remembered.
    number = itertools.count()
    assert cpu_seconds(lambda: suggest(f"{text}{next(number)}"), times=5) < 0.005
