"""Letters of other alphabets that stand for Latin ones, and pictures in the midst of words."""

import re
import unicodedata

from keng.kit.visible import INVISIBLE

# Letters that look alike, of Cyrillic, Greek, Armenian and the alphabets of phonetics.
_PAIRS = (
    ("аɑα", "a"),
    ("ЬƄ", "b"),
    ("сϲᴄ", "c"),
    ("ԁɗ", "d"),
    ("еєҽ℮ε", "e"),
    ("ɡց", "g"),
    ("һհ", "h"),
    ("іıɩιӏ", "i"),
    ("јϳ", "j"),
    ("кκᴋ", "k"),
    ("ⅼӀ", "l"),
    ("мᴍ", "m"),
    ("ոη", "n"),
    ("оοօσ", "o"),
    ("рρ", "p"),
    ("ԛզ", "q"),
    ("гᴦ", "r"),
    ("ѕꜱ", "s"),
    ("тτᴛ", "t"),
    ("υսʋ", "u"),
    ("ѵνᴠ", "v"),
    ("ѡԝω", "w"),
    ("хχ", "x"),
    ("уүγყ", "y"),
    ("ᴢ", "z"),
    ("АΑ", "A"),
    ("ВΒ", "B"),
    ("СϹ", "C"),
    ("ЕΕ", "E"),
    ("НΗ", "H"),
    ("ІΙ", "I"),
    ("Ј", "J"),
    ("КΚ", "K"),
    ("МΜ", "M"),
    ("Ν", "N"),
    ("ОΟ", "O"),
    ("РΡ", "P"),
    ("Ѕ", "S"),
    ("ТΤ", "T"),
    ("Ѵ", "V"),
    ("Ԝ", "W"),
    ("ХΧ", "X"),
    ("ҮΥУ", "Y"),
    ("Ζ", "Z"),
)
_LATIN = {ord(other): latin for others, latin in _PAIRS for other in others}
_OTHERS = "".join(other for others, _latin in _PAIRS for other in others)
# Letters in other forms: wide, bold, raised; of a Roman number the letter it is.
_FORMS = "\u1d2c-\u1d6a\u2070-\u209c\u2100-\u2188\uff01-\uff5e\U0001d400-\U0001d7ff"
_FORM = re.compile(f"[{_FORMS}]")
_SUSPECT = re.compile(f"[{_OTHERS}{_FORMS}]")
_WORD = re.compile(r"[^\W_]+")
_PICTURE = (
    "[\u2190-\u23ff\u2460-\u24b5\u25a0-\u2bff\u3030\u303d\ufe0e\ufe0f\u200d"
    "\U0001f000-\U0001faff\U000e0020-\U000e007f]"
)
_PICTURES_INSIDE = re.compile(f"(?<=\\w){_PICTURE}+(?=\\w)")
_UNSEEN = re.compile(f"[{INVISIBLE}]+")
_APART = re.compile("[^\\W\\d_][\u0300-\u036f]{1,4}")
_MARKS_INSIDE = re.compile(r"(?<=[^\W\d_])[*•·|~^¤¦]{1,3}(?=[^\W\d_])")


def latin_letters(text: str) -> str:
    """The same text, each look-alike letter as the Latin one; as long as it was.

    A whole name in another alphabet before a dot is a name of its own: nobody can register one in
    which alphabets are mixed, and whoever mixes them means the Latin one.
    """
    if not _SUSPECT.search(text):
        return text
    text = _FORM.sub(lambda match: _plain_form(match.group()), text)
    return _WORD.sub(lambda match: _latin_word(match, text), text)


def _latin_word(match: re.Match[str], text: str) -> str:
    word = match.group()
    latin = word.translate(_LATIN)
    if latin == word or _is_latin_alone(word):
        return word
    is_mixed = any(c.isascii() or _is_latin(c) for c in word)
    if is_mixed or (latin.isascii() and not _is_in_a_host(match, text)):
        return latin
    return word


def _is_latin_alone(word: str) -> bool:
    return all(_is_latin(c) for c in word) and not any(ord(c) in _LATIN for c in word)


def _is_latin(character: str) -> bool:
    return "a" <= unicodedata.normalize("NFD", character)[0].lower() <= "z" or character in "đĐ"


def _is_in_a_host(match: re.Match[str], text: str) -> bool:
    return text[match.end() : match.end() + 1] in (".", "-") and (
        text[match.end() + 1 : match.end() + 2].isalnum()
    )


def _plain_form(character: str) -> str:
    plain = unicodedata.normalize("NFKC", character)
    return plain if len(plain) == 1 else character


def apart_accents(text: str) -> list[tuple[int, int, str]]:
    """Start and end of each letter whose accents are written as characters of their own."""
    if unicodedata.is_normalized("NFC", text):
        return []
    found = ((m.span(), unicodedata.normalize("NFC", m.group())) for m in _APART.finditer(text))
    return [(start, end, whole) for (start, end), whole in found if len(whole) < end - start]


def unseen_inside(text: str) -> list[tuple[int, int, str]]:
    """Start and end of each run of characters that nobody sees, and nothing for it."""
    if text.isascii():
        return []
    return [(*match.span(), "") for match in _UNSEEN.finditer(text)]


def pictures_inside(text: str) -> list[tuple[int, int, str]]:
    """Start and end of each run of pictures between letters or digits, and what it stands for.

    Between two letters nothing: whether they are one word shows when they are read. Beside a digit
    a blank, as two numbers may stand there.
    """
    found = []
    for match in _PICTURES_INSIDE.finditer(text):
        start, end = match.span()
        is_word = text[start - 1].isalpha() and text[end].isalpha()
        found.append((start, end, "" if is_word else " "))
    found += [(*match.span(), "") for match in _MARKS_INSIDE.finditer(text)]
    return sorted(found)
