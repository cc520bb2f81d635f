"""What the demo's surveys ask, and what one of them found."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Asked:
    """A survey before anybody answers."""

    purpose: str
    words: dict[str, Any]
    questions: tuple[dict[str, Any], ...]
    reach: str = "open"
    by_place: bool = False


def _one(
    key: str,
    kind: str,
    vietnamese: tuple[str, str, str],
    english: tuple[str, str, str],
    marked: tuple[int, ...] = (),
    only_if: dict[str, Any] | None = None,
) -> dict[str, Any]:
    words = {
        language: {
            "text": text,
            "hint": hint,
            "options": [one for one in options.split("|") if one],
        }
        for language, (text, hint, options) in (("vi", vietnamese), ("en", english))
    }
    return {"key": key, "kind": kind, "marked": list(marked), "only_if": only_if, **words}


NIGHT = Asked(
    "streets",
    {
        "vi": {
            "title": "Về nhà sau 22 giờ",
            "why": "Phường hỏi để chọn chỗ lắp đèn và giờ tuần tra.",
        },
        "en": {
            "title": "The way home after 22:00",
            "why": "The ward asks in order to choose where to put lamps and when to patrol.",
        },
    },
    (
        _one(
            "q1",
            "choice",
            (
                "Về nhà sau 22 giờ, bạn thấy yên tâm đến mức nào?",
                "Nói về đoạn đường từ chỗ làm tới nơi bạn ở.",
                "Rất yên tâm|Khá yên tâm|Không yên tâm lắm|Rất không yên tâm|Tôi không về muộn",
            ),
            (
                "How safe do you feel on the way home after 22:00?",
                "Think of the road from work to where you live.",
                "Very safe|Fairly safe|Not very safe|Not safe at all|I do not come home late",
            ),
            (2, 3),
        ),
        _one(
            "q2",
            "several",
            (
                "Điều gì làm bạn chưa yên tâm?",
                "",
                "Đường tối|Ít người qua lại|Có người lạ đi theo|Chó thả rông",
            ),
            (
                "What makes you uneasy?",
                "",
                "A dark road|Few people about|Strangers who follow|Dogs running loose",
            ),
            only_if={"question": "q1", "options": [2, 3]},
        ),
        _one(
            "q3",
            "scale",
            ("Tuần tra buổi tối ở nơi bạn ở có đủ không?", "", "Quá ít|Vừa đủ"),
            ("Are there enough patrols in the evening where you live?", "", "Far too few|Enough"),
        ),
        _one(
            "q4",
            "text",
            ("Đoạn nào cần đèn nhất?", "", ""),
            ("Which stretch needs lamps most?", "", ""),
        ),
    ),
    by_place=True,
)
FIRE = Asked(
    "fire",
    {
        "vi": {
            "title": "Lối thoát khi cháy ở nhà trọ",
            "why": "Phường hỏi mỗi phòng trọ một phiếu, để biết dãy nào cần thang, bình chữa cháy.",
        },
        "en": {
            "title": "Ways out of boarding houses in a fire",
            "why": "One slip a room, to learn which rows need a ladder and extinguishers.",
        },
    },
    (
        _one(
            "q1",
            "choice",
            (
                "Nếu cửa chính bị chắn, phòng bạn còn lối ra nào khác không?",
                "",
                "Không có|Có, qua ban công|Có, qua cửa sau",
            ),
            (
                "If the main door is blocked, is there another way out of your room?",
                "",
                "None|Yes, by the balcony|Yes, by a back door",
            ),
        ),
        _one(
            "q2",
            "several",
            (
                "Dãy trọ của bạn có những gì?",
                "",
                "Bình chữa cháy|Đèn thoát hiểm|Chuông báo|Thang dây",
            ),
            (
                "What does your row of rooms have?",
                "",
                "An extinguisher|Exit lamps|An alarm bell|A rope ladder",
            ),
        ),
    ),
    reach="once",
)
AT_THE_DESK = Asked(
    "services",
    {
        "vi": {
            "title": "Làm giấy tờ ở công an phường",
            "why": "Phường hỏi để xếp lại giờ làm và quầy tiếp dân.",
        },
        "en": {
            "title": "Papers at the ward's desk",
            "why": "The ward asks so that it can plan its opening hours and counters.",
        },
    },
    (
        _one(
            "q1",
            "choice",
            ("Lần gần nhất, bạn chờ bao lâu?", "", "Dưới 15 phút|15 đến 30 phút|Lâu hơn"),
            (
                "How long did you wait the last time?",
                "",
                "Less than 15 minutes|15 to 30 minutes|Longer",
            ),
        ),
        _one(
            "q2",
            "scale",
            ("Cán bộ giải thích có dễ hiểu không?", "", "Rất khó hiểu|Rất dễ hiểu"),
            ("Was it explained so that you understood?", "", "Not at all|Very well"),
        ),
        _one(
            "q3",
            "text",
            ("Nên sửa điều gì trước?", "", ""),
            ("What should be changed first?", "", ""),
        ),
    ),
)

# How many chose each answer to the first question of the night, and where they live.
FEELINGS = (49, 107, 169, 74, 13)
BY_PLACE = {
    "Ninh Khánh": 130,
    "Yên Ninh": 118,
    "Hoàng Mai": 84,
    "My Điền": 43,
    "Trung Đồng": 33,
    "Phúc Ninh": 4,
}
SHOWN = (
    "Đoạn từ cổng khu công nghiệp ra đường gom, đèn hỏng từ lâu.",
    "Ngõ sau chợ, chỗ để xe đạp.",
    "Cầu nhỏ cuối tổ Yên Ninh không có đèn nào.",
    "Bến xe buýt lúc tan ca đêm.",
)
OUTCOME = {
    "vi": {
        "headline": "6 trên 10 người chưa yên tâm khi về nhà sau 22 giờ",
        "deeds": "Tuần tra 21:30–23:30 ở Ninh Khánh, Yên Ninh từ 7/12.\n"
        "Đề nghị lắp 14 đèn đường; trả lời của Ủy ban trước 20/12.",
    },
    "en": {
        "headline": "6 of 10 people do not feel safe on the way home after 22:00",
        "deeds": "Patrols from 21:30 to 23:30 in Ninh Khánh and Yên Ninh from 7/12.\n"
        "Asked for 14 street lamps; the People's Committee answers by 20/12.",
    },
}
