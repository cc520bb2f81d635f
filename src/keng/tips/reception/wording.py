"""Words of a chat that mean something by themselves: its language, a command, a courtesy."""

import re
import unicodedata

from keng.language.fold import fold
from keng.tips.reception.phrases import any_of, phrases

_ENGLISH = frozenset(phrases("english"))
_VIETNAMESE_LETTERS = re.compile(
    "[ăâđêôơưàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ]", re.IGNORECASE
)
# Two characters: one alone may be a picture in a Vietnamese message.
_OTHER_LETTERS = {
    "ko": re.compile("[\uac00-\ud7a3]{2}"),
    "zh-hans": re.compile("[\u3400-\u9fff]{2}"),
}
_WORD = re.compile(r"[a-z]+")
_STOP = frozenset(phrases("stop"))
_NEW = re.compile(r"^(?:(?:bao )?tin moi(?! nhat)|new (?:tip|report))(?![^\W_])[\s:.,;\-!]*")
_LONGEST_COMMAND = 24
_COURTESY = re.compile(rf"(?:(?:{any_of('courtesy')}|\d{{1,2}})(?!\w)[\s,.!]*)+")
_DO_NOT_CONTACT = re.compile(
    r"(?<!\w)(?:xin |dung |khong |ko |k |co |can )*(?:dung|khong|ko|k)(?: co| can)?\s+"
    r"(?:goi(?: dien)?|nhan tin|nhan|lien he|lien lac|tra loi|phan hoi)"
    r"(?:\s+(?:hay|va|hoac|cung)\s+\w+)?\s*"
    r"(?:lai|cho (?:toi|em|minh|chau)|(?:toi|em|minh|chau)(?!\w))"
    r"|(?:do not|don'?t|never)\s+"
    r"(?:call|text|write|contact|message|reply)(?: to)?\s*(?:me|back)"
)
# The whole sentence says it, so it needs no "me": "Đừng gọi nữa", "please do not call".
_LEAVE_ALONE = re.compile(
    r"(?:^|[.!?,;\n])\s*(?:(?:xin|lam on|vui long|nhung|nho|mong|anh|chi|cac) )*"
    r"dung(?: co| can)? (?:goi(?: dien)?|nhan tin|lien he|lien lac)"
    r"(?: (?:nua|a|nhe|nha|vao|so|nay|luc|bay gio|voi|cho|den|toi|em|minh|e|chau))*"
    r"\s*(?:[.!?,;\n]|$)"
    r"|(?:^|[.!?,;\n])\s*(?:please |but )*(?:do not|don'?t) (?:call|text|contact|message|write)"
    r"(?: me| us| again| any ?more)*\s*(?:[.!?,;\n]|$)"
)
# What both of the above must hold, cheap to look for: most messages end here.
_NOT_TO_CONTACT = re.compile(
    r"(?:dung|khong|ko|k)(?: co| can)?\s+(?:goi|nhan|lien (?:he|lac)|tra loi|phan hoi)"
    r"|(?:do not|don'?t|never)\s+(?:call|text|write|contact|message|reply)"
)
# "Sao không gọi lại cho tôi", "nó không trả lời em", "họ dặn đừng gọi lại": a complaint, a story.
_THEM = r"(?:no|ho|chung|ben \w+|shop|thang \w+)"
_COMPLAINT = re.compile(rf"(?<!\w)(?:sao|neu|{_THEM})(?: \w+){{0,4}} $")
_HEARSAY = re.compile(rf"(?<!\w){_THEM}(?: \w+){{0,2}} (?:bao|dan|noi)(?: \w+){{0,2}} $")
_IS_PLAIN = re.compile(r"dung |can |xin |do not|don'?t|never")


def language_of(text: str) -> str:
    """The language of words that are plainly Korean, Chinese or English, else "vi"."""
    if _VIETNAMESE_LETTERS.search(text):
        return "vi"
    for language, letters in _OTHER_LETTERS.items():
        if letters.search(text):
            return language
    words = _WORD.findall(text.lower())
    english = sum(word in _ENGLISH for word in words)
    return "en" if english >= 2 and english * 4 >= len(words) else "vi"


def is_stop(text: str) -> bool:
    """The whole message asks to be left alone."""
    return len(text) <= 40 and _bare(text) in _STOP


def begins_anew(text: str) -> tuple[bool, str]:
    """Whether the message says "tin mới" or "new tip", and what it says after that."""
    # Only the beginning is folded: composed letters, so both have the same places.
    start = unicodedata.normalize("NFC", text[:_LONGEST_COMMAND])
    found = _NEW.match(fold(start))
    if found is None:
        return False, text
    return True, (start + text[_LONGEST_COMMAND:])[found.end() :].strip()


def is_courtesy(text: str) -> bool:
    """Nothing but "vâng", "ok", "cảm ơn": in a group no tip begins with that."""
    folded = _bare(text)
    return not re.search(r"\w", folded) or bool(len(folded) <= 40 and _COURTESY.fullmatch(folded))


def wants_no_contact(folded: str) -> bool:
    """The person asks not to be called or written to; takes the folded words."""
    if not _NOT_TO_CONTACT.search(folded):
        return False
    return bool(_LEAVE_ALONE.search(folded)) or any(
        not _is_a_story(folded[: found.start()], found[0])
        for found in _DO_NOT_CONTACT.finditer(folded)
    )


def _is_a_story(before: str, found: str) -> bool:
    """Whether the words tell what others do or say, by what stands before them in the sentence."""
    beginning = re.split(r"[.!?,;\n]", before)[-1]
    # A bare "không" may be either; "đừng" and "không cần" are wishes unless somebody is quoted.
    return bool((_HEARSAY if _IS_PLAIN.search(found) else _COMPLAINT).search(beginning))


def _bare(text: str) -> str:
    return " ".join(fold(text).strip(" \t\n.!?,…\"'“”").split())
