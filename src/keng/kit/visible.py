"""What of a text can be seen: the rest hides words, or makes a text look like another one."""

import re

# Characters that take no room on the screen, every one of Unicode's category Cf among them, and a
# few letters and marks that are as empty. They hide words from whoever looks for them, turn the
# direction of writing, and come along unseen when a text is copied from a web page.
INVISIBLE = (
    "\u00ad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u17b4\u17b5"
    "\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb"
    "\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e007f"
)
# Control characters but tab and ends of lines; lines that no editor shows; halves of surrogate
# pairs, which no database takes.
_CONTROL = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff"
# A joiner between two pictures makes one picture of them ("family"), so it stays there.
_STRIPPED = re.compile(
    f"(?<![\u2190-\u2bff\ufe0f\U0001f000-\U0001faff])\u200d|(?!\u200d)[{_CONTROL}{INVISIBLE}]"
)
# Whatever is stripped is one of these: far quicker to look for, and most texts hold none.
_MAY_BE_STRIPPED = re.compile(f"[{_CONTROL}{INVISIBLE}]")


def visible_text(text: str) -> str:
    """The text without what nobody sees in it."""
    return _STRIPPED.sub("", text) if _MAY_BE_STRIPPED.search(text) else text
