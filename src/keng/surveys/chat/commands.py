"""What a message says to a survey: begin, a number, leave it out, stop; None for everything else.

Whatever is not one of these goes on as a report or a look-up, however it is meant.
"""

import re
import unicodedata
from dataclasses import asdict, dataclass

from keng.kit.codes import wordless_code
from keng.language import chat_words
from keng.language.fold import fold
from keng.surveys import codes

_LONGEST = 60
_MOST_NUMBERS = 10
MOST_CHAT_OPTIONS = 30
"""A longer list (of places) is no longer read in a chat."""
_BEGIN = re.compile(r"(?P<vi>khao sat)|(?P<en>survey)")
_NUMBERS = re.compile(
    r"(?:cau |so |chon |dap an )?{n}(?:(?:\s*[,;.+]\s*|\s+(?:va |and )?){n})*".replace(
        "{n}", r"[1-9]\d?"
    )
)
_ALONE = {
    "bo qua": "skip",
    "skip": "skip",
    "khong tra loi": "skip",
    "0": "skip",
    "thoi": "stop",
    "gui": "send",
    "send": "send",
    "lam lai": "again",
    "again": "again",
}


@dataclass(frozen=True, slots=True)
class ChatCommand:
    """One message, as the worker reads it."""

    act: str
    """begin, numbers, skip, stop, send, again, or slow (too many in a short time)."""
    language: str = ""
    code: str = ""
    slip: str = ""
    numbers: tuple[int, ...] = ()

    @property
    def begins(self) -> bool:
        return self.act == "begin"

    def stored(self) -> dict[str, object]:
        """As it travels to the worker."""
        return asdict(self)


def read_command(text: str) -> ChatCommand | None:
    """The command in a message; None when it is none."""
    text = unicodedata.normalize("NFC", text.strip())
    if not text or len(text) > _LONGEST:
        return None
    bare = " ".join(fold(text).strip(" \t\n.!?,…\"'“”()").split())
    if begun := _BEGIN.match(bare):
        return _begin(bare[begun.end() :], "vi" if begun["vi"] else "en")
    if act := _ALONE.get(bare):
        return ChatCommand(act)
    if chat_words.is_stop(text) or chat_words.may_be_stop(text):
        # What is told in the same breath is for the officers.
        return None if chat_words.tells_beside_stop(text) else ChatCommand("stop")
    if _NUMBERS.fullmatch(bare):
        numbers = tuple(int(one) for one in re.findall(r"\d+", bare))
        return None if _is_a_phone(numbers) else ChatCommand("numbers", numbers=numbers)
    return None


def _is_a_phone(numbers: tuple[int, ...]) -> bool:
    """Figures in pairs: several numbers, and such as no question has."""
    return len(numbers) > _MOST_NUMBERS or (len(numbers) > 1 and max(numbers) > MOST_CHAT_OPTIONS)


def _begin(rest: str, language: str) -> ChatCommand | None:
    """ "khảo sát", a code, the code of a slip; words that tell more are no command."""
    if rest and rest[0] not in " :.,-":
        return None
    parts = rest.strip(" :.,-").split()
    if not parts:
        return ChatCommand("begin", language)
    code, slip = parts[0], "".join(parts[1:])
    if not _is_like_a_code(code) or (slip and not wordless_code(slip, codes.SLIP_LENGTH)):
        return None
    return ChatCommand(
        "begin",
        language,
        wordless_code(code, codes.SURVEY_LENGTH) or "?",
        wordless_code(slip, codes.SLIP_LENGTH),
    )


def _is_like_a_code(word: str) -> bool:
    """A code, or one that was mistyped: no other word has so few vowels and a figure."""
    plain = word.replace("-", "")
    return bool(wordless_code(word, codes.SURVEY_LENGTH)) or (
        len(plain) <= codes.SLIP_LENGTH
        and any(letter.isdigit() for letter in plain)
        and bool(wordless_code(plain, len(plain)))
    )
