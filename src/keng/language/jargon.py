"""Words of offices and computers, and the plainer ones that everybody understands."""

import re
from collections.abc import Iterator
from functools import cache

from keng.language.fold import FlatText, fold

# What is on the left stays acceptable where the plain words stand beside it.
PLAINER: dict[str, dict[str, str]] = {
    "vi": {
        "mã OTP": "mã số gửi về máy",
        "OTP": "mã số gửi về máy",
        "VNeID": "ứng dụng căn cước",
        "phishing": "lừa lấy mật khẩu",
        "malware": "phần mềm độc hại",
        "mã độc": "phần mềm độc hại",
        "trojan": "phần mềm độc hại",
        "deepfake": "hình và giọng giả",
        "hacker": "kẻ gian trên mạng",
        "link": "đường dẫn",
        "URL": "đường dẫn",
        "app": "ứng dụng",
        "APK": "tệp cài đặt lạ",
        "fanpage": "trang Facebook",
        "sinh trắc học": "khuôn mặt, vân tay",
        "CVV": "ba số sau thẻ",
        "brandname": "tin mang tên hãng",
        "SMS": "tin nhắn",
        "account": "tài khoản",
        "inbox": "nhắn riêng",
        "livestream": "phát trực tiếp",
        "spam": "tin rác",
        "hotline": "số gọi nóng",
        "đối tượng": "kẻ gian",
        "thủ đoạn": "cách lừa",
        "chiếm đoạt tài sản": "lấy tiền",
        "chiếm đoạt": "lấy mất",
        "khuyến cáo": "nhắc",
        "trên địa bàn": "ở",
        "cơ quan chức năng": "công an",
        "hành vi": "việc",
        "nâng cao cảnh giác": "cẩn thận",
        "đề cao cảnh giác": "cẩn thận",
        "không gian mạng": "trên mạng",
        "truy cập": "mở",
    },
    "en": {
        "OTP": "the code sent to your phone",
        "VNeID": "the identity app",
        "phishing": "tricking you out of a password",
        "malware": "harmful software",
        "deepfake": "faked face and voice",
        "trojan": "harmful software",
        "APK": "a strange installation file",
        "biometrics": "your face or fingerprint",
        "CVV": "the three digits on the back",
        "perpetrator": "the fraudster",
        "modus operandi": "the trick",
        "vigilant": "careful",
        "authorities": "the police",
        "misappropriate": "steal",
    },
}


def plainer_words(text: FlatText, language: str) -> Iterator[tuple[str, str]]:
    """Each hard word as written, once, with plainer ones; not where these are in the text."""
    seen: set[str] = set()
    for pattern, plain in _patterns(language):
        match = pattern.search(text.flat)
        # "mã OTP" says it all; "OTP" inside it is not a second finding.
        if (
            match
            and fold(plain) not in text.flat
            and not any(match.group() in longer for longer in seen)
        ):
            seen.add(match.group())
            yield text.written(*match.span()), plain


@cache
def _patterns(language: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple(
        # A part of an address is not a word: "vneid-mucdo2[.]example".
        (re.compile(rf"(?<![\w./@-]){re.escape(fold(hard))}(?!\w|[-./]\w|\[\.)"), plain)
        for hard, plain in PLAINER.get(language, PLAINER["en"]).items()
    )
