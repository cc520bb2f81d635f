"""Which reports seem to be about an officer: figures by hand-written sentences, and the edges."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from keng.language import officers
from keng.language.fold import fold
from keng.language.officers import seems_about_officers
from tests.cpu_time import cpu_seconds

DATA = Path(__file__).parent / "data"


def figures(name):
    rows = [json.loads(line) for line in (DATA / name).read_text("utf-8").splitlines() if line]
    counts = Counter((row["about_officer"], seems_about_officers(row["text"])) for row in rows)
    found = {
        "about an officer": (counts[True, True], counts[True, True] + counts[True, False]),
        "about somebody else": (counts[False, False], counts[False, False] + counts[False, True]),
    }
    print(name, found)
    return found


def test_every_word_for_an_officer_is_let_through_by_the_quick_look():
    for listed in officers._listed()["officer"]:
        first_choices = re.sub(r"(\S+?)\|\S+", r"\1", listed).replace("?", "")
        assert officers._MAY_MENTION.search(fold(first_choices)), listed


def test_the_sentences_it_was_made_with():
    assert figures("officers_seen.jsonl") == {
        "about an officer": (20, 20),
        "about somebody else": (20, 20),
    }


def test_sentences_of_another_hand():
    """Measured once unread: 8 and 19 of 20. Then reports of one officer were added as a class.

    "Lừa đảo" alone is no sign of a played part any more, since officers may shield a fraud: that
    costs one of the others. Too high costs a reporter a tap, too low may cost far more.
    """
    assert figures("officers_unseen.jsonl") == {
        "about an officer": (19, 20),
        "about somebody else": (19, 20),
    }


@pytest.mark.parametrize(
    "text",
    [
        "Trưởng công an phường Nếnh nhận tiền bảo kê quán karaoke",
        "a canh sat khu vuc nhan tien cua chu tro ko dang ky tam tru",
        "csgt dung o cau vuot nhan tien cua xe tai khong viet bien ban",
        "Công an khu vực xuống kiểm tra tạm trú lần nào cũng phải đưa tiền",
        "công an lấy lời khai ép em nhận tội",
        "trực ban đuổi tôi về không nhận đơn",
        "lên công an phường bị đánh",
        "Cán bộ làm căn cước bảo phải kẹp tiền mới làm nhanh",
        "Chồng tôi là công an xã, hay đánh tôi",
        "the local police took money from the casino owner",
    ],
)
def test_what_an_officer_did(text):
    assert seems_about_officers(text)


@pytest.mark.parametrize(
    "text",
    [
        "gia danh cong an phuong thu tien ve sinh",
        "Có người gọi tự xưng công an phường đòi em nộp tiền",
        "mong công an phường đến dẹp quán nhậu ồn ào",
        "đề nghị công an phường kiểm tra bọn bảo kê đòi phí sạp ngoài chợ",
        "công an xã ơi có nhóm đánh bạc ở nhà văn hoá",
        "Có người đánh công an phường đang làm nhiệm vụ",
        "Chiều nay công an phường bắt được hai thằng trộm chó",
        "Em bị chồng đánh, mong công an xã xuống giúp, nó say rượu",
        "Nghe đồn công an tỉnh đòi thêm phí sổ mới, có phải vậy không?",
        "Công an phường cho hỏi thủ tục nhập hộ khẩu mất bao nhiêu tiền",
        "somebody called me claiming to be police and asked for money",
        "",
    ],
)
def test_what_is_asked_of_officers_or_done_by_somebody_who_plays_one(text):
    assert not seems_about_officers(text)


def test_another_accent_is_another_word():
    assert not seems_about_officers("Công an phường tắt đèn trụ sở lúc mấy giờ")
    assert seems_about_officers("Công an phường tát em hai cái")


def test_a_long_text_is_read_in_a_moment():
    text = "công an phường " * 2000 + "báo " * 2000
    assert cpu_seconds(lambda: seems_about_officers(text)) < 2


@pytest.mark.parametrize(
    "text",
    [
        "Trưởng công an phường bảo kê nhóm lừa đảo trong khu trọ, nhận tiền hàng tháng",
        "Công an phường nhận phong bì của bọn lừa đảo để bỏ qua",
    ],
)
def test_whom_officers_shield_does_not_make_them_players_of_a_part(text):
    assert seems_about_officers(text)
