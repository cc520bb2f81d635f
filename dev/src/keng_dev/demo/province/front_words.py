"""What residents write to the Front of the demo, and what it asks them. All of it is made up."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class AskedFront:
    """One question in the Front's inbox, and what became of it."""

    text: str
    answer: str = ""
    asks_consent: str = ""
    """Why the Front asks whether the police may get it."""


ASKED = (
    AskedFront(
        "Ngõ vào nhà văn hóa Ninh Khánh tối quá, đèn hỏng ba tuần nay. "
        "Tổ mình nhờ ai sửa được? (câu hỏi mẫu)"
    ),
    AskedFront(
        "Chủ trọ thu tiền điện cao hơn giá trên giấy. Tôi hỏi ai để khỏi mất lòng? (câu hỏi mẫu)",
        answer="Tổ hòa giải của tổ dân phố làm việc này. Tối thứ năm ban công tác Mặt trận có mặt "
        "ở nhà văn hóa, bạn mang theo giấy thuê nhà.",
    ),
    AskedFront(
        "Có người đến từng phòng trọ mời vay nóng, gửi tờ quảng cáo rồi hôm sau quay lại giục. "
        "Mấy chị phòng bên hơi lo. (câu hỏi mẫu)",
        asks_consent="Việc này công an phường giúp được. Bạn có đồng ý để Mặt trận chuyển lời này "
        "đến công an không? Không có tên bạn trong đó.",
    ),
)
SURVEY = {
    "title": "Bình cứu hỏa trong dãy trọ (khảo sát mẫu)",
    "why": "Để biết dãy trọ nào cần vận động chủ trọ mua bình trước.",
}


def _one(key: str, text: str, options: list[str], marked: list[int]) -> dict[str, Any]:
    words = {"text": text, "hint": "", "options": options}
    return {
        "key": key,
        "kind": "choice",
        "only_if": None,
        "marked": marked,
        "vi": words,
        "en": {"text": "", "hint": "", "options": []},
    }


SURVEY_QUESTIONS = (
    _one("q1", "Dãy trọ của bạn có bình chữa cháy dùng được không?", ["Có", "Không"], [1]),
    _one("q2", "Lối ra có bị xe hay đồ đạc chắn không?", ["Không", "Đôi khi", "Thường xuyên"], [2]),
)
