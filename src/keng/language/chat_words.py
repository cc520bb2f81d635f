"""Words of a chat that mean something by themselves: its language, a command, a courtesy."""

import re
import unicodedata

from keng.language.fold import fold
from keng.language.guarded_pattern import GuardedPattern
from keng.language.phrase_lists import listed_phrases, listed_phrases_pattern
from keng.language.words import spelled_or_bare, words_of

_ENGLISH = frozenset(listed_phrases("english"))
_VIETNAMESE_LETTERS = re.compile(
    "[ăâđêôơưàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ]", re.IGNORECASE
)
# Two characters: one alone may be a picture in a Vietnamese message.
_OTHER_LETTERS = {
    "ko": re.compile("[\uac00-\ud7a3]{2}"),
    "zh-hans": re.compile("[\u3400-\u9fff]{2}"),
}
_WORD = re.compile(r"[a-z]+")
_NEW = re.compile(r"^(?:(?:bao )?tin moi(?! nhat)|new (?:tip|report))(?![^\W_])[\s:.,;\-!]*")
_LONGEST_COMMAND = 24
_LONGEST_STOP = 90
_LONGEST_START = 40
_AROUND = " \t\n.!?,…\"'“”()"
_CLAUSE = re.compile(r"[.!?,;:…\n]+")


# Atomic: "a" may be "ạ", "à" or "a", and three ways to read each of thirty words would never end.
_KIND = f"(?>{spelled_or_bare(listed_phrases('stop_kind_words'))})"
_STOP = re.compile(f"{_KIND}*{spelled_or_bare(listed_phrases('stop'))}{_KIND}*")
_START = re.compile(f"{_KIND}*{spelled_or_bare(listed_phrases('start'))}{_KIND}*")
# What either must hold, cheap to look for: most messages end here.
_MAY_STOP = re.compile(
    r"stop|unsub|opt|remove|take me|cancel|more m|more t|more s|don'?.?t|do not"
    r"|(?:nhan|gui|goi|nhac|dung|ngung|huy|tat|bo|phien|theo|dang|khoi)\W+(?:\w+\W+){0,5}"
    r"(?:nhan|tin|thong|canh|gui|nua|k[iy]|doi|sach|he|thong|phien)"
    r"|(?:nhan|gui|nhan tin|lam phien)(?!\w)"
)
_MAY_START = re.compile(r"nhan|start|resume|bat|mo")
# Why somebody wishes it, and other words that tell nothing beside it.
_MILD = f"(?>{spelled_or_bare(listed_phrases('beside_stop_mild_words'))})"
_BESIDE_STOP = re.compile(f"{_MILD}*+{spelled_or_bare(listed_phrases('beside_stop'))}?{_MILD}*+")
_LONE = re.compile(spelled_or_bare(listed_phrases("stop_lone")))
_LONE_AND_KIND = re.compile(f"{spelled_or_bare(listed_phrases('stop_lone'))}{_KIND}{{0,2}}")
_LONGEST_FOR_UNIT = 120
_FOR_UNIT = re.compile(
    f"{_KIND}*{spelled_or_bare(listed_phrases('for_the_unit'))}(?P<name>(?:\\S+ ){{0,6}})"
)
_ENGLISH_COMMANDS = frozenset({"cancel", "quit", "end"})
# Both are common names, and bare words only by chance.
_NAME = re.compile("Huy|Dung")
_COURTESY = re.compile(rf"(?:(?:{listed_phrases_pattern('courtesy')}|\d{{1,2}})(?!\w)[\s,.!]*)+")
_DO_NOT_CONTACT = re.compile(
    r"(?<!\w)(?:xin |dung |khong |ko |k |co |can ){0,6}(?:dung|khong|ko|k)(?: co| can)?\s+"
    r"(?:goi(?: dien)?|nhan tin|nhan|lien he|lien lac|tra loi|phan hoi)"
    r"(?:\s+(?:hay|va|hoac|cung)\s+\w+)?\s*"
    r"(?:lai|cho (?:toi|em|minh|chau)|(?:toi|em|minh|chau)(?!\w))"
    r"|(?:do not|don'?t|never)\s+"
    r"(?:call|text|write|contact|message|reply)(?: to)?\s*(?:me|back)"
)
# Blanks after a line are read once, from its end: each of many empty lines would read them all.
_BEGINNING = r"(?:^\s*+|[.!?,;]\s*+|\n[^\S\n]*+)"
# The whole sentence says it, so it needs no "me": "Đừng gọi nữa", "please do not call".
_LEAVE_ALONE = re.compile(
    rf"{_BEGINNING}(?:(?:xin|lam on|vui long|nhung|nho|mong|anh|chi|cac) )*"
    r"dung(?: co| can)? (?:goi(?: dien)?|nhan tin|lien he|lien lac)"
    r"(?: (?:nua|a|nhe|nha|vao|so|nay|luc|bay gio|voi|cho|den|toi|em|minh|e|chau))*"
    r"\s*(?:[.!?,;\n]|$)"
    rf"|{_BEGINNING}(?:please |but )*(?:do not|don'?t) (?:call|text|contact|message|write)"
    r"(?: me| us| again| any ?more)*\s*(?:[.!?,;\n]|$)"
)
# What both of the above must hold, cheap to look for: most messages end here.
_NOT_TO_CONTACT = GuardedPattern(
    re.compile(
        r"(?:dung|khong|ko|k)(?: co| can)?\s+(?:goi|nhan|lien (?:he|lac)|tra loi|phan hoi)"
        r"|(?:do not|don'?t|never)\s+(?:call|text|write|contact|message|reply)"
    )
)
# "Sao không gọi lại cho tôi", "nó không trả lời em", "họ dặn đừng gọi lại": a complaint, a story.
_THEM = r"(?:no|ho|chung|ben \w+|shop|thang \w+)"
_COMPLAINT = re.compile(rf"(?<!\w)(?:sao|neu|{_THEM})(?: \w+){{0,4}} $")
_HEARSAY = re.compile(rf"(?<!\w){_THEM}(?: \w+){{0,2}} (?:bao|dan|noi)(?: \w+){{0,2}} $")
_STORY_BEFORE = 160
_IS_PLAIN = re.compile(r"dung |can |xin |do not|don'?t|never")


def language_of(text: str) -> str:
    """The language of words that are plainly Korean, Chinese or English, else "vi"."""
    if not text.isascii():
        if _VIETNAMESE_LETTERS.search(text):
            return "vi"
        for language, letters in _OTHER_LETTERS.items():
            if letters.search(text):
                return language
    words = _WORD.findall(text.lower())
    english = sum(word in _ENGLISH for word in words)
    return "en" if english >= 2 and english * 4 >= len(words) else "vi"


def is_in_other_letters(text: str) -> bool:
    """Whether some of the words are Chinese or Korean."""
    return any(letters.search(text) for letters in _OTHER_LETTERS.values())


def is_stop(text: str) -> bool:
    """The message asks in so many words to get no more messages."""
    if len(text) > _LONGEST_STOP or not _MAY_STOP.search(fold(text)):
        return False
    if _STOP.fullmatch(_spelled(text)):
        return True
    # "Dừng nhận tin, đêm hôm cứ rung hoài": a clause of several words says it as well.
    clauses = [_spelled(part) for part in _CLAUSE.split(text)]
    return any(_STOP.fullmatch(each) for each in clauses if each.count(" ") > 1)


def tells_beside_stop(text: str) -> bool:
    """The message tells something beside the wish to get no more messages, its reason and thanks.

    "Đừng nhắn tin nữa, nhà bên bán ma túy" is a report; what only says why is none.
    """
    return not all(_tells_nothing(part) for part in _CLAUSE.split(text))


def _tells_nothing(clause: str) -> bool:
    spelled = _spelled(clause)
    return bool(
        is_courtesy(clause)
        or may_be_stop(clause)
        or _STOP.fullmatch(spelled)
        or _BESIDE_STOP.fullmatch(spelled)
    )


def is_stop_sentence(text: str) -> bool:
    """The same in more than one word, so that nobody says it by the way."""
    return is_stop(text) and _spelled(text).count(" ") > 1


def may_be_stop(text: str) -> bool:
    """A lone word that asks to stop, or answers a question ("Xe chạy hay dừng?" – "Dừng")."""
    if len(text) > _LONGEST_COMMAND or _NAME.fullmatch(text.strip(_AROUND)):
        return False
    spelled = _spelled(text)
    # Without accents "dung a" is rather "đúng ạ": only the word by itself.
    return bool((_LONE if spelled.isascii() else _LONE_AND_KIND).fullmatch(spelled))


def is_plain_stop_word(text: str) -> bool:
    """Such a word with its accents, which it shares with no other word."""
    return may_be_stop(text) and not _spelled(text).isascii()


def asks_for_messages(text: str) -> bool:
    """The message asks to get messages again after a stop."""
    if len(text) > _LONGEST_START or not _MAY_START.search(fold(text)):
        return False
    return bool(_START.fullmatch(_spelled(text)))


def is_for_unit(text: str, unit_name: str) -> bool:
    """The whole message says that a report is meant for this unit, the police of the place.

    After "gửi công an phường" nothing may follow but words of the unit's own name: "gửi công an
    phường thì họ lờ đi" tells of something, and would hand a complaint to whom it is about.
    """
    found = _FOR_UNIT.fullmatch(_spelled(text)) if len(text) <= _LONGEST_FOR_UNIT else None
    if found is None:
        return False
    named = set(_spelled(unit_name).split()) | set(fold(unit_name).split())
    return all(word in named for word in found["name"].split())


def language_of_command(text: str) -> str:
    """The language of a lone word of command."""
    return "en" if _spelled(text).strip() in _ENGLISH_COMMANDS else "vi"


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
        not _is_a_story(folded[max(0, found.start() - _STORY_BEFORE) : found.start()], found[0])
        for found in _DO_NOT_CONTACT.finditer(folded)
    )


def _is_a_story(before: str, found: str) -> bool:
    """Whether the words tell what others do or say, by what stands before them in the sentence."""
    beginning = re.split(r"[.!?,;\n]", before)[-1]
    # A bare "không" may be either; "đừng" and "không cần" are wishes unless somebody is quoted.
    return bool((_HEARSAY if _IS_PLAIN.search(found) else _COMPLAINT).search(beginning))


def _spelled(text: str) -> str:
    """The words alone, as `spelling` gives them, a blank after each."""
    return "".join(f"{word.spelled} " for word in words_of(text))


def _bare(text: str) -> str:
    return " ".join(fold(text).strip(" \t\n.!?,…\"'“”").split())
