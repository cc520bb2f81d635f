"""The lessons of the demo: what they say in both languages, and which answers are right."""

from typing import Any

COLLECTIONS: dict[str, dict[str, Any]] = {
    "corner": {
        "purpose": "fraud",
        "texts": {
            "vi": {
                "title": "Góc cảnh báo",
                "about": "Mánh lừa đang gặp trong tỉnh, mỗi bài một mánh và một cách xử trí.",
            },
            "en": {
                "title": "Warning corner",
                "about": "Tricks seen in this province: in each lesson one, and what to do.",
            },
        },
    },
    "youth": {
        "purpose": "children",
        "texts": {
            "vi": {
                "title": "Bạn trẻ và pháp luật",
                "about": "Những việc học sinh hay gặp, luật nói gì và nhờ ai giúp.",
            },
            "en": {
                "title": "Young people and the law",
                "about": "What pupils run into, what the law says, and who helps.",
            },
        },
    },
}


def _quiz(*questions: tuple[str, tuple[str, ...], str]) -> list[dict[str, Any]]:
    return [{"question": q, "options": list(options), "why": why} for q, options, why in questions]


def _card(heading: str, *lines: str) -> dict[str, Any]:
    return {"heading": heading, "lines": list(lines)}


# Collection, texts, and of each question the right answer, from nought.
LESSONS: list[tuple[str, dict[str, Any], list[int]]] = [
    (
        "corner",
        {
            "vi": {
                "title": "Cuộc gọi xưng công an: 3 câu để hỏi lại",
                "cards": [
                    _card(
                        "Ba câu hỏi lại",
                        "“Anh tên gì, ở đơn vị nào? Tôi sẽ tự gọi trực ban.”",
                        "“Sao không gửi giấy mời?” Công an làm việc có giấy mời.",
                        "“Sao phải chuyển tiền?” Công an không thu tiền qua điện thoại.",
                    )
                ],
                "quiz": _quiz(
                    (
                        "Người gọi xưng công an, bảo đọc mã OTP ngay. Bạn làm gì?",
                        (
                            "Đọc mã để giữ tài khoản",
                            "Cúp máy, tự gọi trực ban công an phường",
                            "Xin số để gọi lại sau",
                        ),
                        (
                            "Số họ cho cũng là số của họ. Hãy tự tìm số trực ban ở trang của "
                            "phường rồi gọi. Không cơ quan nào hỏi mã OTP."
                        ),
                    ),
                    (
                        "Họ gọi hình, mặc cảnh phục, dọa bắt nếu bạn kể cho người nhà.",
                        ("Giữ bí mật cho xong việc", "Kể ngay cho một người nhà rồi gọi 113"),
                        (
                            "Bắt giữ bí mật là dấu hiệu lừa đảo rõ nhất. Quân phục và phòng làm "
                            "việc trên màn hình đều dựng được."
                        ),
                    ),
                ),
            },
            "en": {
                "title": "A call from “the police”: 3 questions to ask the caller",
                "cards": [
                    _card(
                        "Three questions to ask the caller",
                        "“What is your name, which unit? I will call the duty desk myself.”",
                        "“Why no written summons?” The police work with written summonses.",
                        "“Why a transfer?” The police collect no money by telephone.",
                    )
                ],
                "quiz": _quiz(
                    (
                        "The caller says he is police and wants your OTP code now. You …",
                        (
                            "read it out to keep the account",
                            "hang up and call the ward desk myself",
                            "ask for a number to call back",
                        ),
                        (
                            "A number they give is theirs, too. Look up the duty desk yourself. No "
                            "office ever asks for an OTP code."
                        ),
                    ),
                    (
                        "On video, in uniform, they threaten arrest if you tell your family.",
                        ("Keep it secret until it is over", "Tell somebody at home, then call 113"),
                        (
                            "Having to keep it secret is the clearest sign of a fraud. Uniforms "
                            "and offices on a screen can be staged."
                        ),
                    ),
                ),
            },
        },
        [1, 1],
    ),
    (
        "corner",
        {
            "vi": {
                "title": "Việc nhẹ lương cao: dừng ở lần “nạp tiền” đầu tiên",
                "cards": [
                    _card(
                        "Họ làm thế nào",
                        "Trả thật vài lần đầu, rồi bắt nạp tiền để “mở khóa” nhiệm vụ lớn hơn.",
                    ),
                    _card(
                        "Làm gì", "Không nạp đồng nào.", "Chụp lại tin nhắn.", "Gửi tin báo ở đây."
                    ),
                ],
                "quiz": _quiz(
                    (
                        (
                            "Làm ba nhiệm vụ, được trả 150.000 đồng thật. Nay họ bảo nạp 2 triệu. "
                            "Bạn làm gì?"
                        ),
                        ("Nạp, vì họ đã trả thật", "Dừng, chụp lại và báo"),
                        (
                            "Mấy lần trả đầu là mồi. Tiền nạp vào sẽ không rút ra được, và họ sẽ "
                            "bảo nạp thêm để “gỡ”."
                        ),
                    ),
                ),
            },
            "en": {
                "title": "Easy work, high pay: stop at the first “top-up”",
                "cards": [
                    _card(
                        "How they do it",
                        "They really pay the first few times, then want money "
                        "to “unlock” a larger task.",
                    ),
                    _card("What to do", "Pay in nothing.", "Take screenshots.", "Send a tip here."),
                ],
                "quiz": _quiz(
                    (
                        (
                            "Three tasks done, 150,000 đồng really paid. Now you are to top up "
                            "2 million. What do you do?"
                        ),
                        ("Top up, since they did pay", "Stop, take screenshots, report"),
                        (
                            "The first payments are bait. What you pay in never comes back, and "
                            "they will want more to “free” it."
                        ),
                    ),
                ),
            },
        },
        [1],
    ),
    (
        "corner",
        {
            "vi": {
                "title": "Thuê trọ: xem phòng rồi mới đặt cọc",
                "cards": [
                    _card(
                        "Trước khi đặt cọc",
                        "Đến xem tận phòng.",
                        "Hỏi chủ nhà có giấy tờ nhà.",
                        "Ghi giấy nhận cọc, có hai chữ ký.",
                    )
                ],
                "quiz": _quiz(
                    (
                        "Ảnh phòng rất đẹp, giá rẻ, chủ bảo chuyển cọc kẻo mất phòng. Bạn làm gì?",
                        ("Chuyển 500.000 đồng giữ chỗ", "Hẹn đến xem rồi mới tính"),
                        (
                            "Giục chuyển cọc khi chưa xem phòng là cách lừa quen thuộc. Chủ thật "
                            "chờ được một buổi."
                        ),
                    ),
                ),
            },
            "en": {
                "title": "Renting a room: see it before you pay a deposit",
                "cards": [
                    _card(
                        "Before a deposit",
                        "See the room yourself.",
                        "Ask the owner for the papers of the house.",
                        "Write a receipt with two signatures.",
                    )
                ],
                "quiz": _quiz(
                    (
                        (
                            "Lovely pictures, cheap, and the owner wants a deposit or it is gone. "
                            "What do you do?"
                        ),
                        ("Send 500,000 đồng to keep it", "Arrange to see it first"),
                        (
                            "Pressing for a deposit before you saw the room is an old trick. A "
                            "real owner can wait half a day."
                        ),
                    ),
                ),
            },
        },
        [1],
    ),
    (
        "youth",
        {
            "vi": {
                "title": "Bị dọa tung ảnh: không phải lỗi của em",
                "cards": [
                    _card(
                        "Nếu bị dọa",
                        "Không gửi tiền, không gửi thêm ảnh.",
                        "Giữ lại tin nhắn, không xóa.",
                        "Nói với một người lớn em tin, hoặc gọi 111.",
                    ),
                ],
                "quiz": _quiz(
                    (
                        "Kẻ dọa đòi 2 triệu, hứa sẽ xóa ảnh. Em làm gì?",
                        ("Gửi cho xong", "Không gửi, nói với người lớn em tin"),
                        (
                            "Trả một lần là họ đòi lần nữa. 111 là tổng đài bảo vệ trẻ em, gọi "
                            "được ngày đêm và không mất tiền."
                        ),
                    ),
                ),
            },
            "en": {
                "title": "Threatened with pictures: it is not your fault",
                "cards": [
                    _card(
                        "If somebody threatens you",
                        "Send no money and no further pictures.",
                        "Keep the messages, delete nothing.",
                        "Tell a grown-up you trust, or call 111.",
                    ),
                ],
                "quiz": _quiz(
                    (
                        "They want 2 million and promise to delete the pictures. What do you do?",
                        ("Pay to end it", "Do not pay; tell a grown-up I trust"),
                        (
                            "Who pays once is asked again. 111 is the child protection line, free "
                            "by day and night."
                        ),
                    ),
                ),
            },
        },
        [1],
    ),
    (
        "youth",
        {
            "vi": {
                "title": "Đừng cho mượn tài khoản ngân hàng",
                "cards": [
                    _card(
                        "Vì sao",
                        "Tài khoản cho thuê, cho mượn thường để nhận tiền lừa đảo. "
                        "Người đứng tên phải làm việc với công an.",
                    ),
                ],
                "quiz": _quiz(
                    (
                        "Bạn quen trên mạng trả 1 triệu để mượn tài khoản một tuần. Bạn làm gì?",
                        ("Cho mượn, vì chỉ một tuần", "Từ chối"),
                        (
                            "Mua bán, cho thuê, cho mượn tài khoản ngân hàng là việc luật cấm. Lỡ "
                            "cho mượn rồi thì báo ngân hàng khóa ngay."
                        ),
                    ),
                ),
            },
            "en": {
                "title": "Do not lend out your bank account",
                "cards": [
                    _card(
                        "Why",
                        "Accounts that are rented or lent mostly receive money from "
                        "frauds. Whoever holds the account answers for it.",
                    ),
                ],
                "quiz": _quiz(
                    (
                        (
                            "Somebody online pays 1 million to use your account for a week. What "
                            "do you do?"
                        ),
                        ("Lend it, it is only a week", "Refuse"),
                        (
                            "Selling, renting or lending a bank account is against the law. If you "
                            "did, have the bank block it at once."
                        ),
                    ),
                ),
            },
        },
        [1],
    ),
]

PLEDGE = {
    "vi": {
        "title": "Ba điều em hứa khi lên mạng",
        "pledge": [
            "Em không đọc mã OTP, mật khẩu cho bất cứ ai.",
            "Em không gửi ảnh riêng của mình hay của bạn.",
            "Em nói với người lớn khi có chuyện làm em sợ.",
        ],
    },
    "en": {
        "title": "Three things I pledge when I am online",
        "pledge": [
            "I tell nobody an OTP code or a password.",
            "I send no private pictures of myself or of friends.",
            "I tell a grown-up when something frightens me.",
        ],
    },
}

# Banks that do not exist, with numbers that nobody can have (nobody.py).
HOTLINES = [
    {"bank": "Ngân hàng Thử Một", "number": "0510 000 101", "source": "Bản thử, không có thật"},
    {"bank": "Ngân hàng Thử Hai", "number": "0510 000 102", "source": "Bản thử, không có thật"},
]
