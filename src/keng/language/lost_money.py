"""Whether somebody says that money has just left them, or a code that moves it. Folded words."""

import re
from functools import lru_cache

from keng.language.guarded_pattern import GuardedPattern

_AMOUNT = r"\d[\d.,]*\s?(?:tr|trieu|cu|k|nghin|ngan|ty|dong|d|vnd|usd)(?!\w)"
# Who paid, and how it happened, between "đã" and the verb: no "bảo", "bắt", "hứa", "nhờ", after
# which nothing has been paid yet.
_BETWEEN = (
    r"(?:em|toi|minh|chau|me|bo|ba|ong|chi|anh|con|da|lo|trot|bi|lua|het|moi|vua|nhanh|luon)\s+"
)
_SENT = r"(?:chuyen khoan|chuyen tien|ck|nap tien|gui tien|chuyen nham|quet ma|quet qr)(?!\w)"
_DONE = rf"(?<!\w)(?:da|vua|moi|lo|trot)\s+(?:{_BETWEEN}){{0,2}}"
_NOT_YET = r"(?<!\w)(?<!chua )(?<!suyt )(?<!dung )(?<!khong )"
_FEW = r"(?:\w+\s+){0,5}?"
_PAID = re.compile(
    rf"{_DONE}{_SENT}"
    # "vừa chuyển cho nó 20 triệu": the bare verb may be about moving house, so a sum must follow.
    rf"|{_DONE}(?:chuyen|gui|nap|dong|coc|dat coc)\s+{_FEW}{_AMOUNT}"
    rf"|{_NOT_YET}(?:chuyen khoan|chuyen|ck)\s+{_FEW}{_AMOUNT}"
    r"(?:\s+\w+){0,5}?\s+(?:roi\s*(?:[.!?,;\n]|$)|cach day \d+ ?(?:p|phut|tieng|gio)(?!\w))"
    # A code is as good as the money.
    r"|(?<!\w)(?:da|vua|moi|lo|trot)\s+(?:\w+\s+){0,2}?(?:doc|dua|gui|nhap|cung cap)\s+"
    r"(?:\w+\s+){0,3}?otp(?!\w)"
    # "I just transferred 20 million", "we have already paid the deposit".
    r"|(?<!\w)(?:i|we|just|already|have|has|had)\s+(?:\w+\s+){0,1}?"
    r"(?:transferred|wired|sent\s+(?:\w+\s+){0,3}?(?:money|vnd|million|dong|usd|dollars)"
    r"|paid\s+(?:\w+\s+){0,3}?(?:deposit|money|vnd|million|dong|usd|dollars|them|him|her))(?!\w)"
)
_LOST = re.compile(
    rf"{_NOT_YET}(?:mat|bay|bi tru|bi rut)\s+{_FEW}{_AMOUNT}"
    rf"|{_NOT_YET}bi (?:lua )?mat (?:\w+ ){{0,2}}?tien(?!\w)"
    r"|(?<!\w)lost\s+(?:\w+\s+){0,3}?\d[\d.,]*"
)
# What is lost is money in an account and not a handbag.
_ACCOUNT = re.compile(
    r"(?<!\w)(?:stk|so tai khoan|tai khoan|tk|ngan hang|internet banking|otp|app|ung dung|vi momo"
    r"|zalopay|chuyen khoan|ck|lua dao|lua|bank|account|transfer|scam|scammed)(?!\w)"
)


_QUICK_PAID, _QUICK_LOST = GuardedPattern(_PAID), GuardedPattern(_LOST)


@lru_cache(maxsize=4)
def money_has_left(folded: str) -> bool:
    """Takes the words as keng.language.fold.fold gives them; with accents or without is the same.

    In doubt yes: whoever lost none is only told whom to ring in case. Asked several times of each
    text, and read once.
    """
    return bool(
        _QUICK_PAID.search(folded) or (_QUICK_LOST.search(folded) and _ACCOUNT.search(folded))
    )
