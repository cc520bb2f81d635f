"""Whether somebody says that money has just left them, or a code that moves it. Folded words."""

import re
from functools import lru_cache

from keng.language.fold import fold
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
# "I was just scammed", of whatever sum.
_CHEATED = re.compile(
    r"(?<!\w)(?:was|were|been|got|am)\s+(?:just\s+)?"
    r"(?:scammed|cheated|defrauded|swindled|conned)(?!\w)"
    r"|(?<!\w)scammed\s+(?:me|us)(?!\w)"
)
# Chinese: just or already paid or transferred; cheated out of something, or just now; paid a sum.
_NOT_ASKED = r"[^，。！？,.!?\n让讓叫要没沒未]"
_SINCE = r"(?:刚刚|剛剛|刚才|剛才|刚|剛|已经|已經|已|今天)"
_CHINESE_PAID = re.compile(
    rf"{_SINCE}{_NOT_ASKED}{{0,12}}?(?:转账|轉帳|转帐|轉賬|汇款|匯款|付款|打款|充值"
    r"|(?:转|轉|汇|匯|付|打|充)(?:过去|過去|走|给|給)?了)"
    rf"|{_SINCE}{_NOT_ASKED}{{0,6}}?被{_NOT_ASKED}{{0,6}}?(?:骗|騙|诈骗|詐騙)"
    r"|(?<![没沒未])(?<!没有|沒有|差点|差點|险些|險些)"
    rf"被{_NOT_ASKED}{{0,6}}?(?:骗|騙){_NOT_ASKED}{{0,6}}?(?:\d|钱|錢|万|萬|千|块|塊|越南盾)"
    rf"|(?:转|轉|汇|匯|打)(?:账|帐|帳|賬|款)?(?:给|給)?{_NOT_ASKED}{{0,4}}?了{_NOT_ASKED}{{0,3}}?\d"
)
# Korean, as `fold` leaves it: sent or transferred; cheated just now, or out of money.
_KOREAN_PAID = re.compile(
    fold(
        r"(?:송금|이체|입금)(?:을|를)?\s?(?:했|하였|해\s?버렸|한 상태)"
        r"|(?:돈|원|동|달러)(?:을|를)?\s?(?:\S{1,12}\s){0,2}?(?:보냈|부쳤|잃었|뜯겼|빼앗겼)"
        r"|사기(?:를|에)?\s?당(?:했|해|하)"
    )
)
# What is lost is money in an account and not a handbag.
_ACCOUNT = re.compile(
    r"(?<!\w)(?:stk|so tai khoan|tai khoan|tk|ngan hang|internet banking|otp|app|ung dung|vi momo"
    r"|zalopay|chuyen khoan|ck|lua dao|lua|bank|account|transfer|scam|scammed)(?!\w)"
)


# When: minutes or hours ago, or on this day. The bank of the other side may still hold that back.
_TODAY = re.compile(
    r"(?<!\w)(?:vua|moi (?:bi|chuyen|ck|day|gui|lo|mat|nap|trot|xong)|(?:ban|luc|hoi|khi|hom) nay"
    r"|(?:sang|trua|chieu|toi|dem) nay"
    r"|(?:\d{1,2}|may|vai|nua|mot|hai|ba) ?(?:p|phut|tieng|gio)(?: dong ho)? (?:truoc|nay)"
    r"|cach day (?:\d{1,2}|may|vai|nua|mot|hai|ba) ?(?:p|phut|tieng|gio)"
    r"|just|just now|today|tonight|this (?:morning|afternoon|evening)"
    r"|(?:\d{1,2}|a few|an|one|two|half an) (?:min|mins|minutes?|hours?) ago)(?!\w)"
    r"|刚|剛|今天|今早|今晚|分钟前|分鐘前|小时前|小時前"
)
_TODAY_IN_KOREAN = re.compile(fold("방금|조금 전|오늘|분 전|시간 전"))
_QUICK_PAID, _QUICK_LOST = GuardedPattern(_PAID), GuardedPattern(_LOST)
_QUICK_CHEATED = GuardedPattern(_CHEATED)


@lru_cache(maxsize=4)
def money_has_left(folded: str) -> bool:
    """Takes the words as keng.language.fold.fold gives them; with accents or without is the same.

    In doubt yes: whoever lost none is only told whom to ring in case. Asked several times of each
    text, and read once.
    """
    return bool(
        _QUICK_PAID.search(folded)
        or _QUICK_CHEATED.search(folded)
        or (_QUICK_LOST.search(folded) and _ACCOUNT.search(folded))
        or (not folded.isascii() and _paid_in_other_letters(folded))
    )


def left_today(folded: str) -> bool:
    """Whether the words say that it was on this day, or just now; asked of a text about lost money.

    Takes the words as keng.language.fold.fold gives them. In doubt yes: a bank is asked in vain.
    """
    return bool(
        _TODAY.search(folded)
        or (not folded.isascii() and _TODAY_IN_KOREAN.search(folded) is not None)
    )


def _paid_in_other_letters(folded: str) -> bool:
    return bool(_CHINESE_PAID.search(folded) or _KOREAN_PAID.search(folded))
