"""What a disguised word may be: raw keys, chat spellings, digits for letters, run together.

A reading has a cost, in the measure of a negative logarithm: what it takes to write the word so,
and how unlikely its words are where they stand. A word is read anew only where that is less than
the cost of leaving it as it is.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import pairwise, product
from typing import NamedTuple

from keng.language.disguise.syllables import (
    cost_after,
    cost_of,
    count_of,
    is_known,
    is_syllable,
    neighbour_key,
    spelled_share,
    syllables_folded_as,
)
from keng.language.fold import TONES, fold
from keng.language.tables import table_entries

# What it takes: to leave the keys as they are, to write like the young, digits for letters.
_TELEX, _HALF_TELEX, _RESPELLED, _CHAT, _LEET, _JOINED = 1.0, 1.5, 1.5, 2.5, 1.0, 1.5
_OTHER_TONE = 5.0
_VNI, _DRAWN_OUT = 0.5, 1.5
# A word that nothing is known of: a name, a brand, a foreign word.
_UNKNOWN, _UNKNOWN_LETTER, _NAME = 9.0, 1.7, 6.0
# No name is so long, and none has a capital in its midst.
_LONG, _MORE_LETTERS, _CAPITAL_INSIDE = 8, 1.3, 10.0
_RARE_SYLLABLE = 12.0
# No foreign word has Vietnamese accents.
_NO_FOREIGN_WORD = 12.0
_LONGEST, _LONGEST_OF_LETTERS = 60, 400
_LONGEST_SYLLABLE = 7
_TELEX_TONES = {"s": "\u0301", "f": "\u0300", "r": "\u0309", "x": "\u0303", "j": "\u0323"}
_TELEX_PAIRS = (
    ("dd", "đ"),
    ("aa", "â"),
    ("ee", "ê"),
    ("oo", "ô"),
    ("aw", "ă"),
    ("uow", "ươ"),
    ("uwow", "ươ"),
    ("uwo", "ươ"),
    ("ow", "ơ"),
    ("uw", "ư"),
)
_VNI_TONES = dict(zip("12345", "\u0301\u0300\u0309\u0303\u0323", strict=True))
_VNI_WORD = re.compile(r"[a-z]++(?:[1-9]++[a-z]*+){1,4}")
_VNI_MARKS = {"6": "aeo", "7": "uo", "8": "a", "9": "d"}
_VNI_MARKED = {"a6": "â", "e6": "ê", "o6": "ô", "o7": "ơ", "u7": "ư", "a8": "ă", "d9": "đ"}
_SURE_VNI = re.compile(r"d9[a-z]|(?:[aeo]6|[uo]7|a8)(?:[a-z]|[1-5])|[aeiouy][1-5][a-z]")
_SURE_TELEX = re.compile(r"dd|aa|ee|oo|[aou]w|w[aou]")
_NOT_LATIN = re.compile("[^\x00-\u024f\u0300-\u036f\u1e00-\u1eff]")
_CAPITAL = re.compile("[A-Z]")
_VOWEL = re.compile("[aeiouy]")
_TRAILING_KEYS = re.compile(r"[sfrxjw]{1,2}$")
_REPEATED = re.compile(r"(.)\1{2,}")
# One letter for another that sounds or looks alike, at the start, the end or anywhere.
_CHAT_LETTERS = tuple(
    (re.compile(pattern), instead)
    for pattern, instead in (
        (r"^f|(?<!^)f(?!$)", "ph"),
        (r"^w", "qu"),
        (r"^q(?!u)", "qu"),
        (r"^j", "gi"),
        (r"^j", "d"),
        (r"(?<!^)j", "i"),
        (r"^(?:dz|z)", "v"),
        (r"^(?:dz|z)", "d"),
        (r"^(?:dz|z)", "gi"),
        (r"^k(?!h)", "c"),
        (r"^k(?!h)", "kh"),
        (r"^nk", "nh"),
        (r"nk$", "nh"),
        (r"k$", "ch"),
        (r"k$", "nh"),
        (r"k$", "c"),
        (r"(?<!n)g$", "ng"),
        (r"(?<!^)(?<!n)h$", "nh"),
        (r"^g(?!h)", "ng"),
        (r"^gh", "ngh"),
        (r"^c(?!h)", "ch"),
        (r"^p(?!h)", "b"),
        (r"^dj", "đi"),
        (r"^d", "đ"),
        (r"y", "i"),
        (r"i", "y"),
        (r"iu", "yêu"),
    )
)
_LEET_LETTERS = {
    "0": "o",
    "1": "il",
    "2": "z",
    "3": "e",
    "4": "a",
    "5": "s",
    "6": "gb",
    "7": "t",
    "8": "b",
    "9": "g",
    "@": "a",
    "$": "s",
    "!": "i",
}
_MOST_LEET = 8
_DIGITS = "0123456789"
_NUMBER_BESIDE = 2.0
_LONG_NUMBER = re.compile(r"\d{4}")
_LEET_AT_END, _MUCH_USED = re.compile(r"(?:ch|kh|lu|ng|nh|ph|th|tr)[034]"), 100
_LEET_INSIDE = re.compile(r"[^\W\d_][0134578@$][^\W\d_]")
_COUNTED = re.compile(r"\d{1,3}(?:[hg](?:\d{2}p?)?|(?:tr|k|p|ty|t|d|đ)\d{0,2}|m\d{1,2})")
_NUMBER_BETWEEN = re.compile(
    r"([^\W\d_]*)(\d{1,4}(?:(?:h|tr|k|m|t|d|đ)\d{1,2}(?=[^\W\d_]{2}))?)([^\W\d_]*)"
)
_UNIT = re.compile(r"kg|km|tr|tuoi|tuổi|[hkmtdđp]")
_ROAD_AFTER_WORD = re.compile(r"([^\W\d_]{2,})((?:ql|tl)\d{1,3}[a-z]?)")
_UNITS = frozenset(
    {*"dđghklpst", "tr", "km", "kg", "cm", "mm", "ml", "gb", "mb", "tb", "kw", "kv", "hp", "nd"}
)


class Reading(NamedTuple):
    """The words that a written word may stand for, and the cost of writing them so."""

    words: tuple[str, ...]
    cost: float
    is_telex: bool = False
    is_leet: bool = False
    is_vni: bool = False
    is_sure: bool = True
    """Not only by one key at the end, which many a foreign word has too."""


def cost_as_it_is(word: str) -> float:
    """How unlikely it is that a word means nothing but what is written."""
    if is_syllable(word):
        return _RARE_SYLLABLE + (_NAME if word[0].isupper() else 0)
    cost = _UNKNOWN + _UNKNOWN_LETTER * len(word)
    if _CAPITAL.search(word, 1) and not word.isupper():
        cost += _CAPITAL_INSIDE
    cost += _MORE_LETTERS * max(len(word) - _LONG, 0)
    if not word.isascii():
        return cost + _NO_FOREIGN_WORD
    if _CAPITAL.search(word, 1) and not word.isupper():
        return cost
    return cost + (_NAME if word[0].isupper() else 0)


def cost_between(before: str, words: tuple[str, ...], after: str) -> float:
    """How unlikely these words are between these two; either may be empty."""
    keys = [neighbour_key(word) for word in words]
    total = cost_after(neighbour_key(before), keys[0]) if before else cost_of(words[0])
    for one, other in pairwise(keys):
        total += cost_after(one, other)
    if after and is_known(after):
        total += cost_after(keys[-1], neighbour_key(after)) - cost_of(fold(after))
    return total + sum(spelled_share(word) for word in words if not word.isascii())


@lru_cache(maxsize=8192)
def readings_of(written: str) -> tuple[Reading, ...]:
    """Everything that an unknown word may stand for; nothing for a word that is known."""
    word = written.lower()
    if len(word) > (_LONGEST_OF_LETTERS if word.isalpha() else _LONGEST):
        return ()
    if _NOT_LATIN.search(word):
        return ()
    if chat := _chat_spellings().get(word):
        return (Reading(chat, 0.0),)
    if is_known(word) or word.isdigit() or not any(c.isalpha() for c in word):
        return ()
    if not word.isalpha():
        return (*_beside_a_number(word), *_from_vni(word), *_from_leet(word))
    if words := _words_with_capitals(written):
        return (Reading(words, _JOINED * (len(words) - 1)),)
    return tuple(_from_letters(word))


def _words_with_capitals(written: str) -> tuple[str, ...]:
    """ "catHuongLam": a capital behind a small letter begins a word, if all of them are words."""
    starts = [
        at for at in range(1, len(written)) if written[at].isupper() and written[at - 1].islower()
    ]
    if not starts:
        return ()
    parts = [written[one:other].lower() for one, other in pairwise((0, *starts, len(written)))]
    known = [_known_words(part) for part in parts]
    return tuple(word for words in known for word in words) if all(known) else ()


@lru_cache(maxsize=8192)
def one_word_readings(written: str) -> frozenset[str]:
    """What a word may be as one word, without accents and whatever stands around it.

    For whoever knows better what is likely there: a name is rarely what is likely in a sentence.
    """
    word = written.lower()
    if len(word) > _LONGEST_SYLLABLE + 4 or _NOT_LATIN.search(word):
        return frozenset()
    if word.isalpha():
        telex = () if not word.isascii() else _from_telex(word)
        found = [reading.words for reading in (*telex, *_from_chat(word))]
    else:
        found = [reading.words for reading in readings_of(word)]
    return frozenset(fold(words[0]) for words in found if len(words) == 1)


def has_outer_digits(word: str) -> bool:
    """A digit at an end: a number beside a word, unless the writer uses digits for letters."""
    return not word.isalpha() and (word[0].isdigit() or word[-1].isdigit())


def is_leet_for_sure(word: str) -> bool:
    """A digit between letters of one word ("c0ng"): whoever writes so does it again."""
    if _LEET_INSIDE.search(word):
        readings = readings_of(word)
        return bool(readings) and readings[0].cost > 0 and any(each.is_leet for each in readings)
    # "ch0", "nh4": letters that are no word, and with the digit one that everybody uses.
    readings = readings_of(word) if _LEET_AT_END.fullmatch(word) else ()
    return any(count_of(each.words[0]) >= _MUCH_USED for each in readings if each.is_leet)


def is_likely_leet(word: str) -> bool:
    """Digits at its ends ("m47", "74n") and letters that are nothing without them."""
    letters = word.strip(_DIGITS)
    return (
        bool(letters)
        and letters != word
        and letters not in _UNITS
        and not is_known(letters)
        and any(count_of(each.words[0]) >= _MUCH_USED for each in readings_of(word) if each.is_leet)
    )


def is_vni_for_sure(word: str) -> bool:
    """A digit that is the key of an accent in the midst of a word ("lu7a2", "d9a3o")."""
    return bool(_SURE_VNI.search(word)) and any(
        count_of(reading.words[0]) for reading in readings_of(word) if reading.is_vni
    )


def _from_letters(word: str) -> Iterator[Reading]:
    if (repeated := _REPEATED.search(fold(word))) and len(set(fold(word))) > 1:
        # "cứuuu" is no "cứ": where the first of them has an accent, another one may belong there.
        two, word = (word[: repeated.start() + n] + word[repeated.end() :] for n in (2, 1))
        for short in (two, word) if len(set(two[repeated.start() :][:2])) > 1 else (word,):
            if is_known(short):
                yield Reading((short,), 0.5)
    yield from _drawn_out(word)
    if word.isascii():
        yield from _from_telex(word)
    else:
        yield from _from_accents(word)
    yield from _from_chat(word)
    yield from _run_together(word)


def _drawn_out(word: str) -> Iterator[Reading]:
    """The last letter twice ("đii", "Giangg"), if it makes no other word."""
    short = word.rstrip(word[-1]) + word[-1]
    if 1 < len(short) < len(word) and word[-1].isalpha() and is_known(short):
        yield Reading((short,), _DRAWN_OUT)


def _from_telex(keys: str) -> Iterator[Reading]:
    vowel = _VOWEL.search(keys)
    if not vowel or len(keys) > _LONGEST_SYLLABLE + 4:
        return
    is_sure = bool(_SURE_TELEX.search(keys))
    for rest, tone in _telex_tones(keys, vowel.start()):
        made = rest
        for typed, letter in _TELEX_PAIRS:
            made = made.replace(typed, letter)
        for letters in dict.fromkeys((made, *_with_a_late_w(made))):
            if (letters != keys or tone) and _VOWEL.search(fold(letters)):
                spelled = _with_tone(letters, tone)
                if is_syllable(spelled) and (count_of(spelled) or is_sure):
                    yield Reading((spelled,), _TELEX, True, is_sure)


def _telex_tones(keys: str, vowel: int) -> Iterator[tuple[str, str]]:
    yield keys, ""
    for at in range(vowel + 1, len(keys)):
        if keys[at] in _TELEX_TONES:
            yield keys[:at] + keys[at + 1 :], _TELEX_TONES[keys[at]]


def _with_a_late_w(letters: str) -> Iterator[str]:
    """A "w" typed last makes the horns of all that came before it; so does a "d" for "đ"."""
    if letters.endswith("w"):
        bare = letters[:-1]
        yield bare.replace("uo", "ươ") if "uo" in bare else bare.replace("u", "ư")
        yield bare.replace("o", "ơ")
        yield bare.replace("a", "ă")
    if letters.startswith("d") and letters.endswith("d"):
        yield "đ" + letters[1:-1]


def _from_vni(keys: str) -> Iterator[Reading]:
    """ "lu72a d9a3o": digits as keys for accents, each behind its letter or at the end."""
    if len(keys) > _LONGEST_SYLLABLE + 4 or not _VNI_WORD.fullmatch(keys):
        return
    tones = [c for c in keys if c in _VNI_TONES]
    letters = [c for c in keys if c not in _VNI_TONES and c not in _VNI_MARKS]
    for key in (c for c in keys if c in _VNI_MARKS):
        places = [at for at, letter in enumerate(letters) if letter in _VNI_MARKS[key]]
        if not places and not (key == "7" and "ươ" in "".join(letters)):
            return
        is_both = key == "7" and "".join(letters[at] for at in places).endswith("uo")
        for at in places[-2:] if is_both else places[-1:] if key != "9" else places[:1]:
            letters[at] = _VNI_MARKED[letters[at] + key]
    if len(tones) > 1:
        return
    spelled = _with_tone("".join(letters), _VNI_TONES[tones[0]] if tones else "")
    if is_syllable(spelled):
        yield Reading((spelled,), _VNI, is_vni=True)


def _from_accents(word: str) -> Iterator[Reading]:
    """Keys after a word that has its accents already, and accents on the wrong letter."""
    if keys := _TRAILING_KEYS.search(word):
        rest = word[: keys.start()]
        if rest and is_known(rest):
            yield Reading((rest,), _HALF_TELEX + _OTHER_TONE * _has_other_tone(rest, keys[0]))
    if is_syllable(word):
        return
    tones = [c for c in unicodedata.normalize("NFD", word) if c in TONES]
    if len(set(tones)) > 1:
        return
    for letters in syllables_folded_as(fold(word)):
        spelled = _with_tone(letters, tones[0] if tones else "")
        if is_known(spelled) and not spelled.isascii():
            wrong = sum(one != other for one, other in zip(_bare(word), letters, strict=True))
            yield Reading((spelled,), 0.5 + wrong)


def _has_other_tone(word: str, keys: str) -> bool:
    """ "hoàj": a key for another tone than it has is rather a letter ("hoài")."""
    own = {c for c in unicodedata.normalize("NFD", word) if c in TONES}
    return bool(own) and any(key in _TELEX_TONES and _TELEX_TONES[key] not in own for key in keys)


def _bare(word: str) -> str:
    parts = unicodedata.normalize("NFD", word)
    return unicodedata.normalize("NFC", "".join(c for c in parts if c not in TONES))


def _with_tone(letters: str, tone: str) -> str:
    """The word with this tone where it is written."""
    if not tone:
        return letters
    bare = fold(letters)
    start = 2 if bare.startswith(("qu", "gi")) and _VOWEL.search(bare, 2) else 0
    vowels = [match.start() for match in _VOWEL.finditer(bare, start)]
    if not vowels:
        return letters
    marked = [at for at in vowels if not letters[at].isascii()]
    is_open = vowels[-1] == len(letters) - 1
    if marked:
        at = marked[-1]
    elif len(vowels) > 1 and is_open:
        at = vowels[-2]
    else:
        at = vowels[-1]
    return unicodedata.normalize("NFC", letters[: at + 1] + tone + letters[at + 1 :])


def _from_chat(word: str) -> Iterator[Reading]:
    """The word with one or two letters as they should be."""
    tones = [c for c in unicodedata.normalize("NFD", word) if c in TONES]
    if len(word) > _LONGEST_SYLLABLE + 1 or len(tones) > 1:
        return
    bare = _bare(word)
    once = dict.fromkeys(_respelled(bare), _CHAT)
    twice = dict.fromkeys((other for one in once for other in _respelled(one)), 2 * _CHAT)
    for letters, cost in (twice | once).items():
        spelled = _with_tone(letters, "".join(tones))
        if letters != bare and is_known(spelled):
            yield Reading((spelled,), cost)


def _respelled(letters: str) -> Iterator[str]:
    for pattern, instead in _CHAT_LETTERS:
        other = pattern.sub(instead, letters, count=1)
        if other != letters:
            yield other


def _from_leet(word: str) -> Iterator[Reading]:
    beside = _cost_of_number_beside(word)
    if beside is None:
        return
    cost = _LEET + beside
    for letters in product(*(_LEET_LETTERS.get(c, c) for c in word)):
        plain = "".join(letters)
        if not plain.isalpha():
            continue
        if is_known(plain):
            yield Reading((plain,), cost, is_leet=True)
            continue
        for reading in (*_run_together(plain), *_from_accents(plain), *_without_accents(plain)):
            yield reading._replace(cost=reading.cost + cost, is_leet=True)


def _without_accents(word: str) -> Iterator[Reading]:
    """A digit for a letter takes its accents along: "đ0ng" may be any word that is so folded."""
    bare = fold(word)
    if bare != word and is_known(bare):
        yield Reading((bare,), 0.5)


def _cost_of_number_beside(word: str) -> float | None:
    """How much speaks for a number beside a word ("to3", "50k", "7h30"); None if all does."""
    if sum(c in _LEET_LETTERS for c in word) > _MOST_LEET or _LONG_NUMBER.search(word):
        return None
    head, tail = word.rstrip(_DIGITS), word.lstrip(_DIGITS)
    cost = _NUMBER_BESIDE if head != word and is_known(head) else 0.0
    if tail == word:
        return cost
    if not tail or tail in _UNITS or _COUNTED.fullmatch(word):
        return None
    if tail.isalpha() and len(tail) > 1 and is_syllable(tail):
        return cost + _NUMBER_BESIDE
    return cost


def _beside_a_number(word: str) -> Iterator[Reading]:
    """A number, a sum, an hour, an age or a road run together with the words beside it.

    "mất500kstk", "vụ2xe", "17hhom", "trenQL31".
    """
    if road := _ROAD_AFTER_WORD.fullmatch(word):
        before, number = road.groups()
        if words := _known_words(before):
            yield Reading((*words, number), 0.0)
    elif match := _NUMBER_BETWEEN.fullmatch(word):
        before, number, after = match.groups()
        words_before = _known_words(before)
        if (before and not words_before) or (len(words_before) > 1 and not after):
            # "vaytien24" is a name.
            return
        if len(words_before) == 1 and not is_syllable(before):
            # "QL31" is one too.
            return
        for unit, rest in _behind_a_number(after):
            words = (*words_before, number + unit, *_known_words(rest))
            if len(words) > 1 and not _may_be_leet(word, before, number, unit + rest):
                yield Reading(words, 0.0)
                return


def _behind_a_number(letters: str) -> Iterator[tuple[str, str]]:
    """A unit and the words behind it; either may be empty. "hsáng" is an hour in the morning."""
    match = _UNIT.match(letters)
    unit = match.group() if match else ""
    rest = letters[len(unit) :]
    if letters not in _UNITS and (not letters or is_known(letters)):
        yield "", letters
    if unit and (not rest or is_known(rest)):
        yield unit, rest
    if letters not in _UNITS and _known_words(letters):
        yield "", letters
    if unit and _known_words(rest):
        yield unit, rest


def _may_be_leet(word: str, before: str, number: str, after: str) -> bool:
    """Of "to3" nobody knows; "tr0m" and "c0ng" are no numbers."""
    if len(number) > 1 or (not before and after):
        return False
    return not after or any(
        count_of(each.words[0]) >= _MUCH_USED for each in _from_leet(word) if len(each.words) == 1
    )


def _known_words(letters: str) -> tuple[str, ...]:
    """One word, or several that are run together; nothing where some of it is no word."""
    if len(letters) < 2:
        return (letters,) if letters in _ONE_LETTER and not letters.isascii() else ()
    return (letters,) if is_known(letters) else words_run_together(letters)


def words_run_together(word: str) -> tuple[str, ...]:
    """The likeliest words of which these letters are made; nothing where some are of no word."""
    return next((reading.words for reading in _run_together(word)), ())


def _run_together(word: str) -> Iterator[Reading]:
    """The likeliest words of which this one is made: all known, or most of a long one."""
    if len(word) < 3 or is_syllable(word):
        return
    words = _likeliest_words(word)
    if not words and len(word) >= _LEAST_OF_SENTENCE:
        words = _likeliest_words(word, with_unknown=True)
        letters = sum(len(each) for each in words if not is_known(each))
        if letters > (_MOST_UNKNOWN if word.isascii() else _MOST_UNKNOWN_OF_ACCENTED) * len(word):
            return
    if words:
        yield Reading(words, _JOINED * (len(words) - 1))


def _likeliest_words(word: str, *, with_unknown: bool = False) -> tuple[str, ...]:
    accented = not word.isascii()
    # By where the words so far end: their cost, and the last of them with what came before.
    best: dict[int, tuple[float, tuple[str, ...]]] = {0: (0.0, ())}
    for end in range(1, len(word) + 1):
        for start in range(max(0, end - _LONGEST_WORD), end):
            if start not in best or (start == 0 and end == len(word)):
                continue
            cost, before = best[start]
            more = _cost_of_part(word[start:end], before[-1] if before else "", accented)
            if more is None and with_unknown:
                more = _cost_of_unknown_part(word[start:end])
            if more is not None and (end not in best or cost + more < best[end][0]):
                best[end] = cost + more, (*before, word[start:end])
    return best[len(word)][1] if len(word) in best else ()


def _cost_of_part(part: str, before: str, accented: bool) -> float | None:
    """How unlikely this word is after the one before, which may be empty; None if it is none."""
    if not is_known(part) or (len(part) == 1 and part not in _ONE_LETTER):
        return None
    is_after = before and is_known(before)
    cost = (
        cost_after(neighbour_key(before), neighbour_key(part)) if is_after else cost_of(fold(part))
    )
    return cost + spelled_share(part) if accented else cost


# A sentence without blanks may hold a name or a short form ("ng", "JA Solar"); no word is so long.
_LEAST_OF_SENTENCE, _MOST_UNKNOWN, _MOST_UNKNOWN_OF_ACCENTED = 14, 0.4, 0.6
_UNKNOWN_PART, _LETTER_OF_UNKNOWN_PART = 8.0, 3.5


def _cost_of_unknown_part(part: str) -> float:
    cost = _UNKNOWN_PART + _LETTER_OF_UNKNOWN_PART * len(part)
    return cost if part.isascii() else cost + _NO_FOREIGN_WORD


_LONGEST_WORD = 12
_ONE_LETTER = frozenset("aeoyêôơưàáạảãèéẹẻẽìíịỉĩòóọỏõùúụủũýỳỵỷỹâấầậẩẫếềệểễốồộổỗớờợởỡứừựửữ")


@cache
def _chat_spellings() -> dict[str, tuple[str, ...]]:
    return {
        short.lower(): tuple(whole.split("_"))
        for whole, shorts in table_entries(__package__, "chat_spellings.txt")
        for short in shorts
    }
