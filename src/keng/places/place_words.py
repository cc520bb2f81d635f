"""The words of a text as names of places are looked for in it, slips and disguises undone.

Letters of other alphabets that look alike, digits for letters, pictures inside a word, Telex that
was typed on a plain keyboard, and blanks that were left out. Links are passed over.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from keng.language.disguise.respelling import one_word_readings
from keng.language.fold import TONES, fold, spelling
from keng.language.indicators.patterns import SURNAMES
from keng.language.words import folded_key, words_of

_CHUNK = re.compile(r"\S+")
_LINK_MARK = re.compile(
    r"://|\.\]?(?:com|vn|net|org|info|xyz|site|top|cc|club|online|life|shop|vip|app|link|io|me|win|"
    r"bet|fun|icu|pro|asia|biz|store|live|click|work|today|tv)(?![^\W_])",
    re.IGNORECASE,
)
_PICTURE_IN_WORD = re.compile(
    "(?<=[^\\W\\d_])[\u2000-\u2bff\ufe0f\U0001f000-\U0001faff*~^|]{1,4}(?=[^\\W\\d_])"
)
_LOOK_ALIKE = str.maketrans(
    "аеорсухіїјѕԁһӏкмтнвАВЕКМНОРСТУХІЈЅαοεικνρτυχΑΒΕΖΗΙΚΜΝΟΡΤΥΧıɑɡ",
    "aeopcyxiijsdhlkmthbABEKMHOPCTYXIJSaoeiknptuxABEZHIKMNOPTYXiag",
)
_DIGIT_LETTERS = str.maketrans("013457", "oieast")
_SYLLABLE = re.compile(
    r"(?:ngh|ng|nh|gh|gi|ch|kh|ph|qu|th|tr|[bcdghklmnpqrstvx])?"
    r"(?:a[iouy]?|e[ou]?|i(?:a|eu?|u)?|o(?:a[iyo]?|eo?|i|o)?|u(?:a[iy]?|e|i|o[iu]?|u|y(?:a|eu?|u)?)?|"
    r"y(?:eu?|u)?)"
    r"(?:ch|c|m|ng|nh|n|p|t)?"
)
_TELEX_TONE = re.compile(r"[sfrxj]$")
_TELEX_DOUBLE = re.compile(r"(a)a|(e)e|(o)o|(d)d|(?<=[aou])w")
_LONGEST_GLUED = 28
_SHORT_ENDING = re.compile(r"[a-z]{1,4}[aeiouy]g")
_OFTEN_GLUED = frozenset(("o", "tai", "xa", "phuong", "thon"))
_CLAUSE_END = re.compile(r"[.,;:!?…()\[\]\n\"“”]|\s[-–—]\s")
_SENTENCE_END = re.compile(r"[.!?…\n]")
_SURNAME = re.compile(SURNAMES)


@dataclass(frozen=True, slots=True)
class PlaceWord:
    """One word: as it is looked up, as it is spelled, and where it stands."""

    folded: str
    spelled: str
    start: int
    end: int
    is_capital: bool
    is_upper: bool
    starts_clause: bool
    starts_sentence: bool
    is_mended: bool = False
    """It was read out of something else: its spelling says nothing."""
    others: tuple[str, ...] = ()
    """What a mended one may be as well, as it is looked up: a name is no likely word."""
    written: str = ""
    """Of a mended one, in small letters."""

    def is_as_spelled(self, spelled: str) -> bool:
        """Whether it is read so, or differs only where a digit or sign stands for a letter.

        Such a digit takes the accents of its letter along.
        """
        if self.spelled == spelled or not self.is_mended or self.written.isalpha():
            return self.spelled == spelled
        written, tone = _without_tone(spelling(self.written))
        letters, other_tone = _without_tone(spelled)
        return (
            len(letters) == len(written)
            and all(
                one == other or not other.isalpha()
                for one, other in zip(letters, written, strict=True)
            )
            and tone in ("", other_tone)
        )

    @property
    def is_bare(self) -> bool:
        """Whether it stands there without any mark."""
        return self.spelled.isascii()


def place_words(text: str, glued: dict[str, tuple[str, ...]]) -> list[PlaceWord]:
    """The words of a `readable_text`; `glued` are names as they look without their blanks."""
    words = list(_each_word(text, glued))
    for at, word in enumerate(words):
        if word.is_mended and not text[word.start].isalpha() and _has_capital_beside(words, at):
            # "7ien Luc": a digit is neither small nor a capital.
            words[at] = replace(word, is_capital=True)
    return words


def _without_tone(spelled: str) -> tuple[str, str]:
    letters = spelled.rstrip(TONES)
    return letters, spelled[len(letters) :]


def _has_capital_beside(words: list[PlaceWord], at: int) -> bool:
    beside = [*words[max(at - 1, 0) : at], *words[at + 1 : at + 2]]
    return any(word.is_capital and not word.starts_sentence for word in beside)


def is_surname(word: PlaceWord) -> bool:
    """Whether it may be the family name before a given one."""
    return bool(_SURNAME.fullmatch(fold(word.spelled)))


def is_syllable(folded: str) -> bool:
    """Whether a Vietnamese syllable is spelled so, without its marks."""
    return bool(_SYLLABLE.fullmatch(folded))


def readable_text(text: str) -> str:
    """The text with links blanked and look-alike letters replaced; pictures in words are gone."""
    text = _CHUNK.sub(lambda found: "," if _LINK_MARK.search(found[0]) else found[0], text)
    return _PICTURE_IN_WORD.sub("", text.translate(_LOOK_ALIKE))


def _each_word(text: str, glued: dict[str, tuple[str, ...]]) -> Iterator[PlaceWord]:
    end = 0
    for word in words_of(text):
        between = text[end : word.start]
        written = text[word.start : word.end]
        starts_sentence = end == 0 or bool(_SENTENCE_END.search(between))
        starts_clause = starts_sentence or bool(_CLAUSE_END.search(between))
        end = word.end
        pieces = _pieces(written, glued)
        is_name = fold(written) in glued or written[1:] != written[1:].lower()
        if pieces and len(pieces) > 1 and not is_name and word.folded != folded_key(fold(written)):
            # One word that is read as another one is not two.
            pieces = None
        others = _other_readings(word.folded, written, pieces)
        whole = PlaceWord(
            word.folded,
            word.spelled,
            word.start,
            word.end,
            written[0].isupper(),
            len(written) > 1 and written.isupper(),
            starts_clause,
            starts_sentence,
        )
        if others is not None:
            yield replace(whole, is_mended=True, others=others, written=written.lower())
        elif pieces is None:
            yield whole
        else:
            yield from _words_of_pieces(whole, pieces, text)


def _words_of_pieces(whole: PlaceWord, pieces: tuple[str, ...], text: str) -> Iterator[PlaceWord]:
    """The one that it is read as, or the several that were written without a blank."""
    at = whole.start
    for number, piece in enumerate(pieces):
        end = whole.end if len(pieces) == 1 else at + len(piece)
        part = text[at:end]
        yield replace(
            whole,
            folded=folded_key(piece),
            spelled=spelling(part),
            start=at,
            end=end,
            is_capital=part[:1].isupper(),
            starts_clause=whole.starts_clause and number == 0,
            starts_sentence=whole.starts_sentence and number == 0,
            is_mended=len(pieces) == 1,
        )
        at = end


def _other_readings(
    read: str, written: str, pieces: tuple[str, ...] | None
) -> tuple[str, ...] | None:
    """What a word that is read as another one may be besides; None where it says what it says."""
    if (pieces and len(pieces) > 1) or written.isdigit():
        return None
    folded = folded_key(fold(written))
    if read == folded:
        # "Dog Ky": no Vietnamese word ends so, and many of the young write it for "ng".
        ends_short = _SHORT_ENDING.fullmatch(folded)
        return (f"{folded[:-1]}ng",) if ends_short else None
    found = {*map(folded_key, one_word_readings(written)), *(pieces or ())}
    return tuple(sorted(found - {read}))


def _pieces(written: str, glued: dict[str, tuple[str, ...]]) -> tuple[str, ...] | None:
    """The syllables of a word that is none by itself; None where it stays as it is."""
    if written == "0":
        return ("o",)
    folded = fold(written)
    is_plain = folded.isascii() and folded.isalnum() and len(folded) == len(written)
    if not is_plain or folded.isdigit() or len(written) > _LONGEST_GLUED:
        return None
    if is_syllable(folded) and folded not in glued:
        return None
    mended = _without_telex(folded) if folded.isalpha() else _without_digits(folded)
    if mended != folded and is_syllable(mended):
        return (mended,)
    letters = folded if folded.isalpha() else mended
    return _cut_at_capitals(written, letters, glued) if letters.isalpha() else None


def _without_digits(folded: str) -> str:
    """Digits that stand for letters, unless most of the word is a number."""
    is_number = sum(map(str.isdigit, folded)) * 2 > len(folded)
    return folded if is_number else folded.translate(_DIGIT_LETTERS)


def _cut_at_capitals(
    written: str, folded: str, glued: dict[str, tuple[str, ...]]
) -> tuple[str, ...] | None:
    """Cut before a capital behind small letters; what is then no syllable is cut further."""
    found: list[str] = []
    start = 0
    inner = range(1, len(written) - 1)
    for at in [at for at in inner if _begins_anew(written[at - 1 : at + 2])] + [len(written)]:
        part = folded[start:at]
        if is_syllable(part) and part not in glued:
            found.append(part)
        else:
            found += _cut(written[start:at], part, glued) or (part,)
        start = at
    return tuple(found) if len(found) > 1 else None


def _begins_anew(three: str) -> bool:
    """Whether a word begins with the middle letter: "kV", and the V of "NVâ"."""
    return three[1].isupper() and (three[0].islower() or three[2].islower())


@lru_cache(maxsize=4096)
def _without_telex(folded: str) -> str:
    """What was meant by "Tieen" and "Lucj"."""
    return _TELEX_DOUBLE.sub(
        lambda found: found[0][:1] if found.lastindex else "", _TELEX_TONE.sub("", folded)
    )


def _cut(written: str, folded: str, glued: dict[str, tuple[str, ...]]) -> tuple[str, ...] | None:
    """The fewest syllables, a name of a place as one of them; before a capital rather than not."""
    best: list[tuple[int, tuple[str, ...]] | None] = [(0, ()), *([None] * len(folded))]
    for at in range(len(folded)):
        here = best[at]
        if here is None:
            continue
        for end in range(at + 1, min(len(folded), at + 20) + 1):
            part = folded[at:end]
            if part in glued:
                more, cost = glued[part], 8
            elif end - at <= 7 and is_syllable(part):
                more, cost = (part,), 9 if part in _OFTEN_GLUED else 10
            else:
                continue
            if at and not written[at].isupper():
                cost += 3
            known = best[end]
            if known is None or here[0] + cost < known[0]:
                best[end] = (here[0] + cost, here[1] + more)
    found = best[-1]
    return None if found is None or len(found[1]) < 2 else found[1]
