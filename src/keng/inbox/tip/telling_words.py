"""Which of the machine's reasons tell an officer something: words that any tip has do not.

What is left out here still counted where it was weighed; it only stands beside no suggestion.
"""

import re
from collections.abc import Iterable

_WORD = re.compile(r"[^\W_]+")
_IN_ANY_TIP = frozenset(
    _WORD.findall(
        "anh bà bên bị các cái chị chiều cho chưa có con cùng của đã đang đâu đầu đêm để đến đi "
        "được em gì hai hay họ hôm không là lên lúc mà một năm nay này nào nên nó nói ở qua ra "
        "rất rồi sáng sau tại thì tối tôi tới trong trưa từ và vào về với vừa xong "
        "a and at but he i in is it my not of on one she that the they to was we you"
    )
)
# Longer than that it is a phrase, as "không ra được", and the rule that found it means all of it.
_MOST_WORDS = 2


def telling_reasons(reasons: Iterable[str]) -> list[str]:
    """Those that are more than a number or two words that stand in tips about anything."""
    return [each for each in reasons if _tells(_WORD.findall(each.lower()))]


def _tells(words: list[str]) -> bool:
    said = [word for word in words if not word.isdigit()]
    return len(said) > _MOST_WORDS or bool(set(said) - _IN_ANY_TIP)
