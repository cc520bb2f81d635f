"""Twelve ways in which people disguise a text, so that filters do not read it and people still do.

Each turns a text into another one with the same meaning. What stands in an indicator is left alone
where nobody could turn it back (a link in which "o" became "0" is another link).
"""

import random
import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import Any

from keng.language.fold import fold

Disguise = Callable[[str, random.Random], str]

_WORD = re.compile(r"[^\W_]+")
_LONG_NUMBER = re.compile(r"(?<![\d.,/])\d{5,}(?![\d.,/])")
_DIGIT_JOINTS = (" ", ".", "-", " - ", " . ", "_")
_LOOK_ALIKES = {
    "a": "аɑ𝐚ａ",
    "b": "Ьｂ𝐛",
    "c": "сϲｃ",
    "d": "ԁｄ𝐝",
    "e": "еｅ𝐞",
    "g": "ɡｇ",
    "h": "һｈ",
    "i": "іｉ𝐢",
    "j": "јｊ",
    "k": "кｋ𝐤",
    "l": "ⅼｌ𝐥",
    "m": "ｍ𝐦ⅿ",
    "n": "ոｎ𝐧",
    "o": "оοｏ𝐨",
    "p": "рρｐ",
    "q": "ԛｑ",
    "r": "ｒ𝐫",
    "s": "ѕｓ",
    "t": "ｔ𝐭",
    "u": "υս𝐮",
    "v": "ѵν𝐯",
    "x": "хｘ",
    "y": "уｙ",
    "A": "АΑ",
    "B": "ВΒ",
    "C": "СϹ",
    "E": "ЕΕ",
    "H": "НΗ",
    "I": "ІΙ",
    "K": "КΚ",
    "M": "МΜ",
    "N": "Ν",
    "O": "ОΟ",
    "P": "РΡ",
    "S": "Ѕ",
    "T": "ТΤ",
    "X": "ХΧ",
    "Y": "ҮΥ",
}
_PICTURES = ("🔥", "💥", "❤️", "😭", "⭐", "🚨", "👉", "💰", "☘️", "🙏", "✨", "❗")
_TELEX_TONES = {"\u0301": "s", "\u0300": "f", "\u0309": "r", "\u0303": "x", "\u0323": "j"}
_TELEX_LETTERS = {
    "ă": "aw",
    "â": "aa",
    "ê": "ee",
    "ô": "oo",
    "ơ": "ow",
    "ư": "uw",
    "đ": "dd",
}
_VNI_TONES = {"\u0301": "1", "\u0300": "2", "\u0309": "3", "\u0303": "4", "\u0323": "5"}
_VNI_LETTERS = {"ă": "a8", "â": "a6", "ê": "e6", "ô": "o6", "ơ": "o7", "ư": "u7", "đ": "d9"}
_SIGNS = {"a": "@", "e": "3", "i": "!", "o": "0", "s": "$"}
_LEET = {"a": "4", "e": "3", "i": "1", "o": "0", "s": "5", "t": "7"}
_TEENCODE = {
    "không": ("ko", "k", "hok", "hk", "khum"),
    "được": ("đc", "dc", "đx"),
    "gì": ("j", "ji"),
    "rồi": ("r", "rùi", "roài"),
    "vậy": ("z", "zậy", "v"),
    "vào": ("zô", "dzô"),
    "người": ("ng", "ngừi"),
    "chồng": ("ck",),
    "vợ": ("vk",),
    "biết": ("bik", "bt"),
    "em": ("e", "iêm"),
    "anh": ("a", "ank"),
    "mình": ("mih",),
    "quá": ("wá", "qá"),
    "qua": ("wa",),
    "với": ("vs", "zới"),
    "nhiều": ("nhìu", "nhju"),
    "yêu": ("iu", "êu"),
    "làm": ("lm", "lèm"),
    "trong": ("trog", "tr0ng"),
    "trước": ("trc",),
    "cũng": ("cx", "cug"),
    "tiền": ("xiền", "tìn"),
    "mọi": ("mn",),
    "thì": ("thỳ",),
    "bị": ("bj",),
    "đi": ("đy", "đj"),
    "thôi": ("thui",),
    "bố": ("pố",),
    "nói": ("ns",),
    "chị": ("cj", "c"),
    "đường": ("đườg",),
}
# Letter by letter, in the order in which they are tried; at most one in a word.
_TEEN_LETTERS = (
    ("^ph", "f"),
    ("^qu", "q"),
    ("^gi", "j"),
    ("ng$", "g"),
    ("nh$", "nk"),
    ("^c(?![hk])", "k"),
    ("(?<=.)i", "j"),
    ("^v", "z"),
    ("^kh", "k"),
)


def without_accents(text: str, _chance: random.Random) -> str:
    """ "Cháy nhà" -> "Chay nha"."""
    return "".join(_bare(character) for character in text)


def teencode(text: str, chance: random.Random) -> str:
    """ "không được" -> "ko đc": short words, and letters for others that sound alike."""
    return _by_word(text, lambda word: _teen(word, chance) if chance.random() < 0.6 else word)


def split_digits(text: str, chance: random.Random) -> str:
    """ "0912345678" -> "0 912-34 5678"."""
    return _LONG_NUMBER.sub(lambda match: split_number(match.group(), chance), text)


def split_number(digits: str, chance: random.Random) -> str:
    """The same digits in groups, with one kind of mark between them."""
    joint = chance.choice(_DIGIT_JOINTS)
    size = chance.choice((1, 2, 3, 4))
    return joint.join(digits[at : at + size] for at in range(0, len(digits), size))


def look_alikes(text: str, chance: random.Random) -> str:
    """A third of the letters of other alphabets that look the same."""
    return "".join(
        chance.choice(_LOOK_ALIKES[c]) if c in _LOOK_ALIKES and chance.random() < 0.3 else c
        for c in unicodedata.normalize("NFC", text)
    )


def pictures_inside(text: str, chance: random.Random) -> str:
    """ "lừa đảo" -> "lừ🔥a đ💰ảo"."""

    def disguised(word: str) -> str:
        if len(word) < 2 or not word.isalpha() or chance.random() > 0.4:
            return word
        at = chance.randrange(1, len(word))
        return word[:at] + chance.choice(_PICTURES) + word[at:]

    return _by_word(text, disguised)


def telex(text: str, chance: random.Random) -> str:
    """ "lừa đảo" -> "luwaf ddaor": the keys, where nothing made letters of them."""
    return _by_word(text, lambda word: telex_keys(word) if chance.random() < 0.5 else word)


def telex_keys(word: str) -> str:
    """What is typed for a word, the tone last."""
    return _keys(word, _TELEX_LETTERS, _TELEX_TONES)


def vni(text: str, chance: random.Random) -> str:
    """ "lừa đảo" -> "lu7a2 d9ao3": the keys of the other way of typing."""
    return _by_word(
        text,
        lambda word: _keys(word, _VNI_LETTERS, _VNI_TONES) if chance.random() < 0.5 else word,
    )


def _keys(word: str, of_letters: dict[str, str], of_tones: dict[str, str]) -> str:
    made, tone = [], ""
    for character in unicodedata.normalize("NFC", word):
        parts = unicodedata.normalize("NFD", character)
        tone = next((of_tones[p] for p in parts if p in of_tones), tone)
        letter = unicodedata.normalize("NFC", "".join(p for p in parts if p not in of_tones))
        keys = of_letters.get(letter.lower(), letter)
        made.append(keys.capitalize() if letter.isupper() and len(keys) > 1 else keys)
    return "".join(made) + tone


def letters_apart(text: str, chance: random.Random) -> str:
    """ "lừa đảo" -> "l.ừ.a đ ả o"."""

    def disguised(word: str) -> str:
        is_left = len(word) < 3 or not word.isalpha() or chance.random() > 0.3
        return word if is_left else chance.choice(".-*_ ").join(word)

    return _by_word(text, disguised)


def missing_spaces(text: str, chance: random.Random) -> str:
    """ "cháy nhà dân" -> "cháynhà dân"."""
    return re.sub(
        r"(?<=[^\W\d_]) (?=[^\W\d_])", lambda _gap: "" if chance.random() < 0.4 else " ", text
    )


def no_spaces(text: str, _chance: random.Random) -> str:
    """ "cháy nhà dân" -> "cháynhàdân"."""
    return re.sub(r"(?<=[^\W\d_]) (?=[^\W\d_])", "", text)


def leet(text: str, chance: random.Random) -> str:
    """ "trộm" -> "tr0m"."""
    return _with_letters(text, _LEET, chance)


def signs_for_letters(text: str, chance: random.Random) -> str:
    """ "trộm xe ở chợ" -> "tr0m x3 0 chợ", "công an" -> "c0ng @n"."""
    return _with_letters(text, _SIGNS, chance)


def _with_letters(text: str, instead: dict[str, str], chance: random.Random) -> str:
    def disguised(word: str) -> str:
        if len(word) < 2 or not word.isalpha() or chance.random() > 0.5:
            return word
        return "".join(
            instead[fold(c)] if fold(c) in instead and chance.random() < 0.6 else c for c in word
        )

    return _by_word(text, disguised)


PERTURBATIONS: dict[str, Disguise] = {
    "no accents": without_accents,
    "teencode": teencode,
    "split digits": split_digits,
    "look-alike letters": look_alikes,
    "emoji inside words": pictures_inside,
    "telex left-overs": telex,
    "missing spaces": missing_spaces,
    "leet": leet,
    "VNI left-overs": vni,
    "letters apart": letters_apart,
    "no spaces": no_spaces,
    "signs for letters": signs_for_letters,
}
# These are turned back in a number, a link or a plate too.
_IN_INDICATORS = {"split digits"}


def perturbed(
    text: str, indicators: Sequence[dict[str, Any]], name: str, seed: object
) -> tuple[str, list[dict[str, Any]]]:
    """The disguised text, and where its indicators (with "start", "end", "type") stand in it."""
    disguise, chance = PERTURBATIONS[name], random.Random(f"{name} {seed}")
    made, at, moved = "", 0, []
    for one in sorted(indicators, key=lambda each: int(each["start"])):
        made += disguise(text[at : one["start"]], chance)
        inside = text[one["start"] : one["end"]]
        if name in _IN_INDICATORS and one["type"] in ("phone", "bank_account"):
            inside = disguise(inside, chance)
        moved.append({**one, "start": len(made), "end": len(made) + len(inside)})
        made, at = made + inside, one["end"]
    return made + disguise(text[at:], chance), moved


def _by_word(text: str, disguised: Callable[[str], str]) -> str:
    return _WORD.sub(lambda match: disguised(match.group()), unicodedata.normalize("NFC", text))


def _bare(character: str) -> str:
    bare = fold(character)
    return bare.upper() if character.isupper() else bare


def _teen(word: str, chance: random.Random) -> str:
    if (short := _TEENCODE.get(word.lower())) is not None:
        return chance.choice(short)
    fitting = [each for each in _TEEN_LETTERS if re.search(each[0], word)]
    if not fitting or not word.isalpha():
        return word
    one, other = chance.choice(fitting)
    return re.sub(one, other, word, count=1)
