"""Danger to life or body, in four languages, on sentences of our own and on two measured sets."""

import csv
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keng.language.danger import danger_in, is_about_child, numbers_to_call, reading
from keng.language.danger.clues import clue_weights
from keng.language.danger.reading import THRESHOLD
from keng.language.danger.table import calmers, danger_phrases, danger_rules
from keng.language.fold import fold
from keng.language.urgency import first_urgency_of, suggest_urgency
from tests import train_danger
from tests.cpu_time import cpu_seconds


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


@pytest.mark.parametrize(
    "text", ["Cháy nhà rồi, trong nhà còn cháu bé", "Nó cầm dao đuổi chém mẹ em", "男人拿着刀"]
)
@pytest.mark.parametrize("unseen", ["\xad", "\u200c", "\u2060", "\u061c", "\u202e", "\U000e0041"])
def test_what_nobody_sees_between_the_letters_lowers_no_danger(text: str, unseen: str) -> None:
    hidden = unseen.join(text)
    assert danger_in(hidden) == danger_in(text) is not None
    assert first_urgency_of(hidden) == first_urgency_of(text)


def test_letters_in_two_parts_or_of_double_width_are_read_as_danger_too() -> None:
    text = "Cháy nhà rồi, trong nhà còn cháu bé"
    assert danger_in(unicodedata.normalize("NFD", text)) == danger_in(text)
    assert danger_in("ｍｙ　ｈｏｕｓｅ　ｉｓ　ｏｎ　ｆｉｒｅ") == danger_in("my house is on fire")


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
    ideas = {each.idea for listed in danger_phrases().phrases.values() for each in listed} | {
        "MINOR"
    }
    for theirs in danger_rules().values():
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
        return cpu_seconds(lambda: danger_in(piece * times), times=3)

    danger_in(piece)
    assert seconds(1000) < 40 * seconds(100)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Thợ sơn nước đu dây, dây tuột một đầu, anh ấy đang lủng lẳng ngoài tầng 9", "rescue"),
        ("Ông gác cổng khuỵu xuống, mặt tái mét, bắt mạch không thấy", "health"),
        ("Nghe ông cậu hay chui vô mùng cháu gái rồi dặn không được kể", "child"),
        ("his guys said they will snap my fingers if I talk about the wages", "threat"),
        ("保安大叔趴在桌上,脸色发青,没有脉搏", "health"),
        ("택시 기사가 문을 잠그고 엉뚱한 데로 가요, 안 세워줘요", "taken"),
    ],
)
def test_danger_that_no_rule_has_words_for(text: str, kind: str) -> None:
    found = danger_in(text)
    assert found is not None
    assert found.kind == kind
    assert found.reasons
    assert all(reason in text for reason in found.reasons)


@pytest.mark.parametrize(
    "text", ["2 người", "Dạ", "alo", "em tên Hoa", "two people", "好的", "네", "số 12 Trần Phú"]
)
def test_an_answer_of_two_words_is_no_danger(text: str) -> None:
    assert danger_in(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "Còn gì nữa không?",
        "Còn ai nữa không ạ?",
        "Rồi còn gì nữa",
        "Anh còn đó không",
        "Tôi không biết nữa",
    ],
)
def test_words_that_every_text_has_are_no_danger(text: str) -> None:
    assert danger_in(text) is None
    assert suggest_urgency(text).level >= "P2"


@pytest.mark.parametrize(
    "text",
    [
        "Đội văn nghệ cần một bạn đóng vai tên cướp, ai biết hét to thì đăng ký",
        "Cho em hỏi mang súng nước vào công viên có bị phạt không",
        "Con mèo leo lên nóc tủ rồi la làng, cả nhà cười muốn xỉu",
        "Nhắc ba uống thuốc huyết áp lúc 8 giờ, con gửi nhầm, xin lỗi mọi người",
        "he got destroyed in the final, killer match, see you at the rematch",
    ],
)
def test_words_of_danger_about_something_else(text: str) -> None:
    assert danger_in(text) is None
    assert suggest_urgency(text).level >= "P2"


def test_a_long_and_polite_letter_hides_no_danger() -> None:
    polite = "Tôi xin cảm ơn phường đã sửa đèn đường và làm giấy tờ rất nhanh cho bà con. "
    danger = "Ông gác cổng vừa gục ngoài sân, mặt tái mét, môi tím, bắt mạch không thấy. "
    letter = polite * 8 + danger + polite * 8
    assert danger_in(polite * 16) is None
    assert danger_in(letter) is not None


def test_the_weights_are_what_is_learned_from_the_sentences() -> None:
    """`python -m tests.train_danger` writes them anew after a change of sentences or ideas."""
    learned = csv.reader(train_danger.as_file(train_danger.sentences()).splitlines())
    made = {name: (weight, kind) for name, weight, kind in learned if name != "clue"}
    kept = clue_weights()
    # The last digit may differ between machines, and with it whether a clue is kept at all.
    least = train_danger.LEAST_WEIGHT + 0.01
    for name in made.keys() | kept.keys():
        learned_weight = float(made[name][0]) if name in made else 0.0
        kept_weight = kept[name].value if name in kept else 0.0
        assert (
            abs(learned_weight - kept_weight) < 0.011
            or max(abs(learned_weight), abs(kept_weight)) < least
        ), name
    assert {weight.kind for weight in kept.values()} <= {*calmers(), ""}


def test_weights_read_what_they_were_not_learned_from() -> None:
    """On 2026-11-28 recall 0.959, precision 0.828, each fifth read by the other four."""
    scored = train_danger.check(train_danger.sentences(), parts=5)
    pairs = [(is_danger, score >= THRESHOLD) for score, is_danger, _language in scored]
    assert _share(pairs, among=0) >= 0.94
    assert _share(pairs, among=1) >= 0.82


def measured(name: str) -> dict[str, float]:
    """Recall and precision on a set, of danger and of everything that is suggested as urgent.

    `plain`: the Vietnamese sentences once more, without their accents.
    """
    rows = train_danger.sentences([name])
    of_danger = [(row["danger"], danger_in(row["text"]) is not None) for row in rows]
    plain = [
        (row["danger"], danger_in(fold(row["text"])) is not None)
        for row in rows
        if row["language"].startswith("vi")
    ]
    urgent = [(row["danger"], suggest_urgency(row["text"]).level < "P2") for row in rows]
    return {
        "recall": _share(of_danger, among=0),
        "precision": _share(of_danger, among=1),
        "plain_recall": _share(plain, among=0),
        "plain_precision": _share(plain, among=1),
        "urgent_recall": _share(urgent, among=0),
        "urgent_precision": _share(urgent, among=1),
    }


def _share(pairs: list[tuple[bool, bool]], *, among: int) -> float:
    chosen = [pair for pair in pairs if pair[among]]
    return sum(all(pair) for pair in chosen) / len(chosen)


@pytest.mark.parametrize("name", train_danger.FILES)
def test_the_sentences_at_hand_are_read_right(name: str) -> None:
    found = measured(name)
    assert found["recall"] >= 0.98
    assert found["precision"] >= 0.90
    assert found["urgent_precision"] >= 0.88


# The aim. Measured on 28 November 2026: see the README beside the file.
UNSEEN = "danger_unseen.jsonl"
LEAST_UNSEEN = {
    "recall": 0.95,
    "precision": 0.80,
    "plain_recall": 0.95,
    "plain_precision": 0.80,
    "urgent_recall": 0.95,
    "urgent_precision": 0.80,
}


def test_sentences_that_nobody_read_are_read_as_they_were_measured() -> None:
    found = measured(UNSEEN)
    assert {key: value for key, value in found.items() if value < LEAST_UNSEEN[key]} == {}


@pytest.mark.parametrize(
    "text",
    [
        "Mẹ em đang bị lừa đầu tư tiền ảo, khuyên mãi không nghe",
        "Zalo của chị tôi đang bị chiếm, ai đó nhắn vay tiền cả họ",
        "Nhà em đang bị câu trộm điện",
        "Con em đang bị bạn rủ nạp thẻ chơi game",
        "Sim của bố em đang bị dọa khóa",
        "Ban em cung dang bi goi dien lua dao",
    ],
)
def test_somebody_dear_in_an_ordinary_matter_is_no_danger(text: str) -> None:
    assert danger_in(text) is None


@pytest.mark.parametrize(
    ("text", "is_clear"),
    [
        ("cháu bị nhốt trong nhà", True),
        ("dãy trọ có khói đen bốc lên tầng 2", True),
        ("bác hàng xóm sờ người con", True),
    ],
)
def test_what_is_only_weighed_calls_nobody_by_itself(text: str, is_clear: bool) -> None:
    found = danger_in(text)
    assert found is not None
    assert (found.level, found.is_clear) == ("P1", is_clear)


@pytest.mark.parametrize("text", ["bjo nhà em đang cháy to", "chay nha bjo mn oi cuu voi"])
def test_a_short_word_for_two_words_is_read_as_two(text: str) -> None:
    found = danger_in(text)
    assert found is not None
    assert found.kind == "fire"


def test_a_text_is_read_once_and_no_word_of_it_is_kept(monkeypatch):
    read = []
    find = reading._find
    monkeypatch.setattr(reading, "_find", lambda text: read.append(text) or find(text))
    monkeypatch.setattr(reading, "_known", known := reading._Known(most=2))
    text = "Nhà bên đang cháy to, còn hai đứa trẻ trong đó"
    assert danger_in(text) == danger_in(text)
    assert read == [text]
    assert "cháy" in " ".join(danger_in(text).reasons)
    assert "cháy" not in repr(vars(known))
    # Nor is it, after a few others, among those that are just being asked about.
    for other in ("Tôi mất xe đạp", "Có người gõ cửa lạ", "Ai biết", "Xin chào", "Hỏi đường"):
        danger_in(other)
    danger_in(text)
    assert read.count(text) == 2


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("Cháy ở dãy trọ, còn người trên tầng", ("114", "113")),
        ("chay o day tro, con nguoi o tren tang", ("114", "113")),
        ("my house is on fire", ("114", "113")),
        ("房子着火了，有人在里面", ("114", "113")),
        ("집에 불이 났어요", ("114", "113")),
        ("Nó tạt xăng đốt nhà tôi", ("114", "113")),
        ("Ngửi thấy mùi gas rất mạnh cả dãy trọ, có người ngất xỉu", ("114", "113", "115")),
        ("ngui thay mui gas rat manh ca day tro, ba toi xiu", ("114", "113", "115")),
        ("smell of gas, my friend fainted", ("114", "113", "115")),
        ("闻到煤气味，有人晕倒了", ("114", "113", "115")),
        ("가스 냄새가 나고 사람이 쓰러졌어요", ("114", "113", "115")),
        ("Mẹ tôi không thở được", ("113", "115")),
        ("me toi khong tho duoc", ("113", "115")),
        ("chau toi bi dien giat bat tinh", ("113", "115")),
        ("he is not breathing", ("113", "115")),
        ("他没有呼吸了", ("113", "115")),
        ("숨을 안 쉬어요", ("113", "115")),
        ("Chồng đang cầm dao đánh em", ("113",)),
        ("Cho em hỏi làm căn cước", ("113",)),
    ],
)
def test_fire_and_whoever_is_hurt_have_numbers_of_their_own(text, numbers) -> None:
    assert numbers_to_call(text) == numbers
