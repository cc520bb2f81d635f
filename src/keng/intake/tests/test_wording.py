"""Words that mean something by themselves: commands, courtesies, wishes, danger, language."""

import pytest

from keng.language.chat_words import (
    asks_for_messages,
    begins_anew,
    is_courtesy,
    is_stop,
    language_of,
    may_be_stop,
    wants_no_contact,
)
from keng.language.fold import fold
from keng.language.urgency import first_urgency_of
from tests.cpu_time import cpu_seconds


@pytest.mark.parametrize(
    "text",
    [
        "stop",
        "STOP!",
        "Dừng nhắn tin",
        "dung nhan tin",
        "DỪNG NHẬN",
        "hủy đăng ký nhận tin",
        "không muốn nhận tin nhắn nữa",
        "Tắt thông báo cho tôi, đêm hôm cứ rung hoài",
        "dừng nhận tin",
    ],
)
def test_what_asks_in_so_many_words_to_be_left_alone(text):
    assert is_stop(text)
    assert not may_be_stop(text)


@pytest.mark.parametrize(
    "text", ["Dừng", "dung", " dừng lại. ", "Hủy", "huỷ", "huy", "HUY", "ngung"]
)
def test_a_lone_word_may_ask_to_stop_or_answer_a_question(text):
    assert may_be_stop(text)
    assert not is_stop(text)


@pytest.mark.parametrize(
    "text",
    [
        "nó không dừng",
        "stop him, he has a knife",
        "Stop, he has a knife",
        "dùng",
        "đúng",
        "Đúng ạ",
        "đừng",
        "đứng",
        "Huy",
        "Dung",
        "hủy đơn hàng",
        "nó bảo em tắt thông báo",
        "dung a",
        "",
        "chưa nhận tin nhắn",
        "em không nhận được tin",
    ],
)
def test_what_only_looks_like_such_a_word_is_no_command(text):
    assert not is_stop(text)
    assert not may_be_stop(text)


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("tin mới", ""),
        ("Tin mới: mất xe máy", "mất xe máy"),
        ("TIN MOI", ""),
        ("báo tin mới - có cháy", "có cháy"),
        ("new tip", ""),
        ("New report: a fight", "a fight"),
        ("tin mơ\u0301i mất xe", "mất xe"),
    ],
)
def test_what_begins_another_report(text, rest):
    assert begins_anew(text) == (True, rest)


@pytest.mark.parametrize(
    "text", ["tin mới nhất là họ đã đi", "tinmoi", "có tin mới", "new tips", "mất xe"]
)
def test_what_does_not(text):
    assert begins_anew(text) == (False, text)


@pytest.mark.parametrize(
    "text", ["ok", "Vâng ạ", "Cảm ơn cả nhóm!", "👍👍", "1", "Dạ vâng, em cảm ơn các anh"]
)
def test_courtesies_of_a_group(text):
    assert is_courtesy(text)


@pytest.mark.parametrize(
    "text", ["cháy", "có trộm", "ok có cháy", "113", "vâng, nhưng nhà em bị trộm"]
)
def test_what_is_more_than_a_courtesy(text):
    assert not is_courtesy(text)


@pytest.mark.parametrize(
    "text",
    [
        "đừng gọi lại cho tôi",
        "Xin đừng liên hệ lại",
        "không nhắn tin cho em nhé",
        "please don't call me",
        "Do not contact me",
        "đừng có gọi hay nhắn lại",
        "đừng gọi",
        "Đừng gọi nữa ạ",
        "xin đừng gọi, chồng em nghe được",
        "please do not call",
        "Em sợ nó, không gọi lại cho em nhé",
        "nó ở ngay đây nên đừng gọi lại cho em",
        "dung lien he voi toi",
    ],
)
def test_who_does_not_want_to_be_contacted(text):
    assert wants_no_contact(fold(text))


@pytest.mark.parametrize(
    "text",
    [
        "nó không trả lời",
        "gọi lại cho tôi",
        "họ không gọi nữa",
        "please call me back",
        "đừng lo",
        "sao các anh không gọi lại cho tôi",
        "nó không trả lời em nữa",
        "họ dặn em đừng gọi lại",
        "nó bảo đừng gọi cho công an",
        "đừng gọi cho số này nó lừa đấy",
    ],
)
def test_who_says_nothing_of_the_kind(text):
    assert not wants_no_contact(fold(text))


@pytest.mark.parametrize(
    ("text", "urgency"),
    [
        ("bọn nó đang cầm dao chém nhau trước cổng", "P0"),
        ("chay nha roi, cuu voi", "P0"),
        ("there is a man with a knife right now", "P0"),
        ("tuần trước có đánh nhau ở quán", "P2"),
        ("nó lừa em, em đã chuyển khoản 5 triệu rồi", "P1"),
        ("có người lừa đảo đang gọi khắp xóm", "P2"),
        ("đang kiểm tra giúp em việc bổ sung giấy tờ", "P2"),
        ("xe đang chạy từ từ thì dừng", "P2"),
        ("Con tôi 6 tuổi bị nhốt trong nhà đang cháy, khói nhiều", "P0"),
        ("có người đang chết đuối ở cống", "P0"),
        ("ông ấy đang đánh vợ", "P0"),
        ("rò rỉ gas, đang có người mắc kẹt trong bếp", "P0"),
        ("em muốn chết, em đang đứng trên sân thượng", "P0"),
        ("a child is trapped in a burning house now", "P0"),
        ("phường đang treo cờ, dự án có nhiều khối nhà", "P2"),
        ("nó bảo từ từ, đang muốn từ từ trả", "P2"),
    ],
)
def test_how_fast_somebody_must_look(text, urgency):
    assert first_urgency_of(text) == first_urgency_of(fold(text)) == urgency


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("mat xe may o duong so 3", "vi"),
        ("Mất xe", "vi"),
        ("someone stole my motorbike", "en"),
        ("help", "vi"),
        ("I was scammed by phone", "en"),
        ("ok", "vi"),
        ("", "vi"),
        ("no goi dien bao em trung thuong", "vi"),
        ("救命，我丈夫拿着刀", "zh-hans"),
        ("남편이 칼을 들고 있어요", "ko"),
        ("em học tiếng 中文 ở đâu", "vi"),
    ],
)
def test_the_language_is_vietnamese_unless_it_is_plainly_another(text, language):
    assert language_of(text) == language


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("urgency", ["P0", "P2"])
def test_the_first_answer_names_its_sender_113_the_page_and_the_link(
    first_answer, language, urgency
):
    lines = first_answer(language, urgency=urgency)
    text = "\n".join(lines)
    assert ("113" in lines[0]) == (urgency == "P0")
    assert "Công an phường Thử" in text
    assert "https://keng.example/r/abc" in text
    assert "https://keng.example/" in lines[2]
    # Whoever is in danger is told nothing that can wait.
    if urgency != "P0":
        assert ("tra cứu" if language == "vi" else "look up") in lines[-1]
    assert ("đã nhận" in text) == (language == "vi")
    assert len(text) <= 1000


@pytest.mark.parametrize(("language", "fault"), [("vi", "lỗi của bạn"), ("en", "not your fault")])
@pytest.mark.parametrize("urgency", ["P0", "P1"])
def test_a_child_in_a_chat_reads_113_and_111_first_and_nothing_of_commands(
    first_answer, language, fault, urgency
):
    lines = first_answer(language, urgency=urgency, for_child=True)
    assert "113" in lines[0]
    assert "111" in lines[1]
    assert fault in lines[1]
    assert "https://keng.example/r/abc" in lines[3]
    assert len(lines) == 5
    assert not any(word in line for word in ("tra cứu", "look up") for line in lines)


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("urgency", ["P0", "P1"])
def test_in_a_chat_fire_reads_114_first_then_113_and_115_where_somebody_fainted(
    first_answer, language, urgency
):
    first = first_answer(language, urgency=urgency, numbers=("114", "113", "115"))[0]
    assert first.index("114") < first.index("113") < first.index("115")


@pytest.mark.parametrize("ask", [is_stop, asks_for_messages])
def test_words_of_courtesy_without_end_are_read_in_time(ask):
    """Thirty times "a", which may be "ạ", "à" or "a": each reading of all of them took for ever."""
    for text in ("dung nhan tin " + "a " * 36 + "zz", "nhan lai " + "a " * 13 + "zz"):
        assert not ask(text)
        assert cpu_seconds(lambda text=text: ask(text)) < 1
