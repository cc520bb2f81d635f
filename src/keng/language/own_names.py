"""What a reporter says they are called, and the number of the house said with it.

Nothing is guessed from a name alone: only "tôi tên …", "em là … ở …", "họ tên: …", "my name is …"
and their like, where the writer speaks of themselves. What "my husband is called", and how a caller
introduced himself, is about somebody else and stays.
"""

import re
from collections.abc import Iterator

from keng.language.fold import FlatText, fold, normalise
from keng.language.guarded_pattern import GuardedPattern
from keng.language.indicators import english
from keng.language.indicators.patterns import SURNAMES, any_listed, any_phrase, compile_pattern
from keng.language.names import ACCENTED_SURNAMES, WORDS_THAT_ARE_NO_NAMES
from keng.language.spoken_names import TYPED_GIVEN_NAMES


def _listed(words: str, between: str = " ") -> frozenset[str]:
    return frozenset(words.split(between))


_SELF = any_phrase("em toi t tui minh mjh mk mik chau con")
_TITLE = rf"(?:{any_phrase('ong ba anh chi')}\s++)?"
# "Tôi tên (là)", at the beginning of what is said.
_NAMED = compile_pattern(
    rf"(?<!\w){_SELF}\s++(?:(?:xin\s++)?tu\s++gioi\s++thieu\s++)?(?:ho\s++(?:{SURNAMES}\s++)?)?ten"
    rf"(?:\s++(?:day\s++du|that))?(?:\s++la(?!\w))?\s*+:?\s*+{_TITLE}"
)
# "Tên tôi là", wherever it stands.
_MY_NAME = compile_pattern(
    rf"(?<!\w)ten(?:\s++(?:day\s++du|that))?(?:\s++cua)?\s++{_SELF}\s*+(?:la(?!\w)|:)\s*+:?\s*+"
)
_AM = compile_pattern(rf"(?<!\w){_SELF}\s++la\s++")
_I_ALONE = re.compile(r"(?<!\w)(?:toi|tui),?\s++(?=\w)")
_FIELD = compile_pattern(rf"(?<!\w)(?:{any_listed('name_field')}|ky\s++ten)\s*+:?\s*+{_TITLE}")
_ENGLISH = compile_pattern(rf"(?<!\w){english.NAME_IS}\s*+")
_I_AM = re.compile(r"(?<!\w)(?:i\s++am|i['’‘`´]m)\s++(?=\w)")
# 我叫 is "I am called" and "I called"; so a surname has to follow, and then the end of the name.
_HAN_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗郑梁谢宋唐许韩冯邓曹彭曾萧蔡潘田董袁于余叶蒋杜苏魏程吕丁沈任姚卢傅"
    "钟姜崔谭廖范汪陆金石戴贾韦夏邱方侯邹熊孟秦白江阎薛尹段雷黎史龙陶贺顾毛郝龚邵万钱严武阮張劉陳楊黃趙吳孫馬羅鄭"
    "謝許韓馮鄧蕭蔣葉蘇呂盧鍾譚陸賈韋鄒閻顧龔萬錢嚴"
)
_CHINESE = re.compile(
    rf"(?:我的?(?:名字|姓名)(?:是|叫|[:：])|本人姓名(?:是|[:：])?|(?<![\u4e00-\u9fff])我(?:名叫|叫))\s*+"
    rf"(?P<own>[{_HAN_SURNAMES}][\u4e00-\u9fff]{{1,2}}?)"
    r"(?=[\s,.;，。；、()（）]|[住家在是电電今]|$)"
)
_KOREAN = re.compile(
    r"(?:(?<![가-힣])(?:제|내|저의|나의)\s*+이름은\s*+(?P<own>(?!비밀|비공개|중요|말씀)[가-힣]{2,4}?)"
    r"(?=입니다|이에요|예요|이고|이며|[\s,.]|$)"
    r"|(?<![가-힣])(?:저는|나는)\s*+(?P<called>[가-힣]{2,4}?)(?=(?:이)?라고\s*+(?:합니다|해요|하는데)))"
)
_SIGNS = tuple(
    GuardedPattern(sign)
    for sign in (
        _NAMED,
        _MY_NAME,
        _AM,
        _I_ALONE,
        _FIELD,
        _ENGLISH,
        _I_AM,
        _CHINESE,
        _KOREAN,
    )
)

_WORD = re.compile(r"[^\W\d_]+")
_LONGEST = 5
_SURNAME = compile_pattern(SURNAMES)
# In small letters these end a name; words that people are called are not among them.
_NO_PART = _listed(
    "nha o so sdt dt bi co dang muon xin bao hang tai thon xom xa phuong khu ngo hem ngach "
    "tuoi que va toi em cung hom vua da la thay nhin nghe trong voi cho duoc day nhe a "
    "ah ne oi thi ma nhung neu khi luc dien zalo goi mail email ten tu den vi nay do kia con "
    "chong vo bo me ong nen thuong rat khong ko k chua sap di ve lai nguoi ai gi noi viet "
    "lien can mong that tren ngoai cua nghi biet tro song ngu"
)
_NO_PART_WITH_MARKS = _listed("nhà số ở ngụ trú ngõ hẻm hàng báo xin bị có thấy tại và")
_ROLES = _listed(
    "cong an|can bo|nan nhan|sinh vien|hoc sinh|cong nhan|giao vien|bac si|nguoi dan|"
    "nhan vien|bao ve|hang xom|phu huynh|cu dan|truong thon|truong xom|truong ap|truong ban|"
    "to truong|chu nha|chu tro|chu quan|chu tich|giam doc|dan quan|dan phong|cong dan|"
    "nguoi nha|khach hang|khach tro|y ta|luat su|nha bao|thanh nien|doan vien|dang vien|"
    "viet kieu|nguoi viet|lai xe|tai xe|cao dang|truong khu|pho thon|chi hoi|hoi phu|bi thu|"
    "ke toan|thu ky|nguoi nuoc|"
    "pho giam|pho chu|pho truong|viet nam|giam sat|quan ly|nhan chung",
    between="|",
)
_ROLES_OF_ONE_WORD = _listed(
    "khach chu bo me vo chong ong ba anh chi em con chau co bac nguoi dan ban shipper police "
    "ctv admin ad"
)
_LIVES = re.compile(
    r"\s*+,?\s*+(?:(?:hien|dang|dang\s++song|song|tro|thue)\s++)?"
    r"(?:o|nha|ngu|so\s++nha|tro|thon|xom|ngo|hem|phong)(?!\w)"
)
_FOLLOWS = re.compile(r"\s*+(?:$|[.,;:!?\n()\-\"'”])")
# Somebody else is speaking: "có người gọi tự xưng: tôi là …", "nó bảo tên em là"; but "người báo"
# is how an officer calls the reporter.
_OTHERS = (
    r"(?:no|han|ho|bon|chung\s++no|nguoi(?!\s++bao(?!\w))|ke|thang|doi\s++tuong|ga"
    r"|(?:anh|chi|co|ong|ba)\s++ta|ai\s++do|tong\s++dai|so\s++la|nhan\s++vien)"
)
_THEY_SAY = re.compile(
    rf"(?<!\w){_OTHERS}(?!\w)[^.!?\n]{{0,60}}?(?<!\w)"
    r"(?:(?:noi|bao|xung|gioi\s++thieu|tu\s++nhan)(?!\w)[^.!?\n]{0,20}"
    r"|(?:goi|nhan|nhan\s++tin|viet|keu)(?!\w)[^.!?\n]{0,20}?(?:[:\"“'‘]|rang|la)\s*)$"
)
_ENGLISH_THEY_SAY = re.compile(
    r"\b(?:he|she|they|man|woman|guy|caller|someone|somebody|scammer|person|who|voice|officer)\b"
    r"[^.!?\n]{0,60}[:,\"“‘']\s*$|[\"“‘]$"
)
# Who somebody else is, in a form for a suspect.
_ABOUT_OTHERS = re.compile(
    r"(?<!\w)(?:doi\s++tuong|nghi\s++pham|thu\s++pham|ke|nguoi\s++(?:lua|bi|ban|cho)|chu\s++tai\s++khoan"
    r"|hung\s++thu|no|hang\s++xom)(?!\w)[^\n]{0,50}$"
)
_GREETS = compile_pattern(
    r"(?<!\w)(?:da|vang|thua|alo|lo|chao|kinh\s++gui|xin\s++chao|cong\s++an|oi|a|nhe|ad|hi|hello"
    r"|anh\s++chi|can\s++bo|moi\s++nguoi|xin\s++bao|bao\s++tin)$"
)
# What stands between these is somebody else's.
_QUOTES = frozenset("\"“‘'«「")
# What stands before is looked at so far back.
_BACK = 90
_HOUSE_FILLER = any_phrase(
    "o nha hien dang song tru tai ngu la a em toi chau minh va dia_chi thuong_tru tam_tru tuoi "
    "sinh nam tro thue hien_o quen i live living and at in on from my year_old years_old"
)
_HOUSE_WORD = any_phrase(
    "so_nha nha_so nha o_so so phong_so phong phong_tro_so can_ho_so can_ho can ngo ngach hem kiet "
    "house_number house_no house number no room apartment flat at"
)
_HOUSE = compile_pattern(
    rf"[\s,;(\-]*+(?:\.\s*+(?=(?:{_SELF}\s++(?:o|hien|dang|song|ngu|tru)|nha\s++{_SELF}|i\s++live)(?!\w)))?"
    rf"(?:(?:{_HOUSE_FILLER}|\d{{1,4}}(?=\s*(?:tuoi|,|years)))[\s,:]++){{0,6}}?"
    rf"{_HOUSE_WORD}\.?\s*+(?:so\s++)?:?\s*+(?P<house>\d{{1,5}}[a-z]?(?:[/\-]\d{{1,5}}[a-z]?){{0,5}})"
    r"(?![\w:.]*\d)(?!\s*+(?:gio|ngay|thang|nguoi|trieu|nam|tuoi)(?!\w))"
)
_HOUSE_EAST = re.compile(
    r"[\s,，.。、]{0,3}(?:我?(?:家)?住在?|(?:입니다|이고|이며|라고\s?합니다|예요)?[\s,.]{0,3})"
    r"[^\d\n,，.。]{0,20}(?P<house>\d{1,5}(?:-\d{1,5})?)(?=\s?(?:[号號栋室]|호|번지))"
)


def own_names(text: FlatText) -> list[tuple[int, int]]:
    """Where in the original the writer's name and the number of their house stand."""
    if not any(sign.search(text.flat) for sign in _SIGNS):
        return []
    names = sorted(set(_names(text)))
    spans = set(names)
    spans.update(_again(text, names))
    for _start, end in names:
        spans.update(_houses(text, end))
    return [(text.start(start), _through_marks(text, end)) for start, end in sorted(spans)]


def _names(text: FlatText) -> Iterator[tuple[int, int]]:
    """Spans of the flat text."""
    yield from _introduced(text)
    yield from _in_a_form(text)
    yield from _in_english(text)
    for match in _CHINESE.finditer(text.flat):
        yield match.span("own")
    for match in _KOREAN.finditer(text.flat):
        yield match.span("own" if match["own"] else "called")


def _introduced(text: FlatText) -> Iterator[tuple[int, int]]:
    for pattern, is_named in ((_NAMED, True), (_AM, False)):
        for match in pattern.finditer(text.flat):
            if _begins(text, match.start()):
                yield from _read(text, match, is_named=is_named)
    for match in _I_ALONE.finditer(text.flat):
        if _begins(text, match.start()) and _is_capital(text, match.end()):
            yield from _with_surname(text, _run(text, match.end()))


def _in_a_form(text: FlatText) -> Iterator[tuple[int, int]]:
    for match in _MY_NAME.finditer(text.flat):
        if not _THEY_SAY.search(_before(text.flat, match.start())):
            yield from _read(text, match, is_named=True)
    for match in _FIELD.finditer(text.flat):
        if not _ABOUT_OTHERS.search(_before(text.flat, match.start())):
            yield from _read(text, match, is_named=False)


def _before(flat: str, at: int) -> str:
    return flat[max(0, at - _BACK) : at]


def _begins(text: FlatText, at: int) -> bool:
    """Whether the writer speaks of themselves from here on: not "chồng tôi", "nó bảo tôi là"."""
    before = _before(text.flat, at)
    if _THEY_SAY.search(before):
        return False
    last = before.rstrip()
    if last[-1:] in _QUOTES:
        return False
    if not last or not (last[-1].isalnum() or last[-1] == "_"):
        return True
    if "\n" in before[len(last) :] or _GREETS.search(last):
        return True
    # A sentence that begins without a point before it.
    return _is_capital(text, at) and not text.written(at - 2, at - 1).isupper()


def _is_capital(text: FlatText, at: int) -> bool:
    return text.written(at, at + 1).isupper()


def _read(text: FlatText, match: re.Match[str], *, is_named: bool) -> Iterator[tuple[int, int]]:
    """The name after these words, if one stands there. `is_named`: they say that it is a name."""
    sign = text.written(match.start(), match.end())
    # Where everything is in capitals they tell nothing.
    tells = not (sign.isupper() and sum(map(str.isalpha, sign)) > 1)
    if not tells or not _is_capital(text, match.end()):
        yield from _in_small_letters(text, match.end(), is_named=is_named)
        return
    run = _run(text, match.end())
    if is_named:
        if run and not _is_role(text, run):
            yield run[0][0], run[-1][1]
        return
    named = list(_with_surname(text, run))
    if not named and run and _LIVES.match(text.flat, run[-1][1]) and not _is_role(text, run):
        named = [(run[0][0], run[-1][1])]
    yield from named


def _words(text: FlatText, at: int, most: int = _LONGEST) -> Iterator[tuple[int, int]]:
    """Words from here on with nothing but a blank between them."""
    end = at
    for word in _WORD.finditer(text.flat, at):
        between = text.flat[end : word.start()]
        if most == 0 or (between.strip() or "\n" in between or (end == at and between)):
            return
        # A mark that was typed apart belongs to the word.
        yield word.span()
        end = word.end()
        most -= 1


def _run(text: FlatText, at: int) -> list[tuple[int, int]]:
    """The words in capitals from here on."""
    run: list[tuple[int, int]] = []
    for start, end in _words(text, at):
        if not _is_capital(text, start):
            break
        # Some write every word with a capital.
        if len(run) >= 2 and normalise(text.written(start, end)).lower() in _NO_PART_WITH_MARKS:
            break
        run.append((start, end))
    return run


def _with_surname(text: FlatText, run: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """These words if they are a surname and more."""
    if len(run) >= 2 and _is_surname(text, run[0]) and not _is_role(text, run):
        yield run[0][0], run[-1][1]


def _is_surname(text: FlatText, word: tuple[int, int]) -> bool:
    flat, written = text.flat[slice(*word)], text.written(*word).lower()
    if not _SURNAME.fullmatch(flat):
        return False
    # With its accents the word tells which it is.
    return fold(written) == written or normalise(written) in ACCENTED_SURNAMES


def _is_role(text: FlatText, run: list[tuple[int, int]]) -> bool:
    """With the word that follows, also when it is in small letters: "Trưởng thôn"."""
    if len(run) == 1 and text.flat[slice(*run[0])] in _ROLES_OF_ONE_WORD:
        return True
    pair = " ".join(text.flat[slice(*word)] for word in _words(text, run[0][0], 2))
    return pair in _ROLES or pair in WORDS_THAT_ARE_NO_NAMES


def _in_small_letters(text: FlatText, at: int, *, is_named: bool) -> Iterator[tuple[int, int]]:
    """As people type in a hurry: "toi ten nguyen van teo nha so 12"."""
    found = list(_words(text, at, 4))
    words = [text.flat[slice(*word)] for word in found]
    if not words or _is_role(text, found[:2]):
        return
    if len(words) > 1 and _is_surname(text, found[0]) and words[1] not in _NO_PART - {"thi"}:
        if not is_named and words[1] not in {"van", "thi"}:
            return
        count = 2
        if len(words) > 2 and words[2] not in _NO_PART:
            count = 3
        if len(words) > 3 and count == 3 and words[3] in TYPED_GIVEN_NAMES - _NO_PART:
            count = 4
        yield found[0][0], found[count - 1][1]
        return
    if not is_named or words[0] in _NO_PART or words[0] in _ROLES_OF_ONE_WORD:
        return
    end = found[0][1]
    if (
        words[0] in TYPED_GIVEN_NAMES
        or _FOLLOWS.match(text.flat, end)
        or _LIVES.match(text.flat, end)
    ):
        yield found[0][0], end


_NOT_CALLED = _listed(
    "not being used on in listed a an the private secret confidential withheld unimportant "
    "unknown hidden known also same never still"
)
_ENGLISH_ENDS = _NOT_CALLED | _listed(
    "and i my at from living live lives but house room of here who is was we he she they "
    "please number phone"
)
_NOT_SOMEBODY = _listed(
    "police vietnamese chinese korean american japanese british a an the mr mrs officer "
    "security vice chief captain not sure being from in at"
)
_LIVES_ENGLISH = re.compile(
    r"\s*+,?\s*+(?:and\s++)?(?:i\s++)?(?:live|living|from|residing|house|at|room|flat|apartment)(?!\w)"
)


def _in_english(text: FlatText) -> Iterator[tuple[int, int]]:
    for match in _ENGLISH.finditer(text.flat):
        if not _ENGLISH_THEY_SAY.search(_before(text.flat, match.start())):
            run = _run(text, match.end()) or _small_run(text, match.end())
            if run and text.flat[slice(*run[0])] not in _NOT_CALLED:
                yield run[0][0], run[-1][1]
    for match in _I_AM.finditer(text.flat):
        if not _ENGLISH_THEY_SAY.search(_before(text.flat, match.start())):
            yield from _who_i_am(text, _run(text, match.end()))


def _small_run(text: FlatText, at: int) -> list[tuple[int, int]]:
    run = []
    for word in _words(text, at, 3):
        if text.flat[slice(*word)] in _ENGLISH_ENDS:
            break
        run.append(word)
    return run


def _who_i_am(text: FlatText, run: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Of "I am John Smith, I live …", "I am Nguyen Van An"; not "I am Vietnamese"."""
    if len(run) < 2 or text.flat[slice(*run[0])] in _NOT_SOMEBODY:
        return
    if _LIVES_ENGLISH.match(text.flat, run[-1][1]):
        yield run[0][0], run[-1][1]
    else:
        yield from _with_surname(text, run)


def _again(text: FlatText, names: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Where a name of two words or more stands once more after it, as under a letter.

    One reading for all names: a text that looked for each of them by itself would be read as often
    as somebody writes "tôi tên".
    """
    ends: dict[str, int] = {}
    for start, end in names:
        name = text.flat[start:end]
        if " " in name:
            ends.setdefault(name, end)
    if not ends:
        return
    words = [word.span() for word in _WORD.finditer(text.flat, min(ends.values()))]
    for first, (start, _end) in enumerate(words):
        if text.flat[start - 1].isalnum():
            continue
        for _start, end in words[first + 1 : first + _LONGEST]:
            since = ends.get(text.flat[start:end])
            if since is not None and start >= since and not text.flat[end : end + 1].isalnum():
                yield start, end


def _houses(text: FlatText, end: int) -> Iterator[tuple[int, int]]:
    """Numbers of house, alley, room right after a name; where others live stands further off."""
    match = _HOUSE_EAST.match(text.flat, end)
    if match is not None:
        yield match.span("house")
        return
    for _ in range(4):
        match = _HOUSE.match(text.flat, end)
        if match is None:
            return
        yield match.span("house")
        end = match.end()


def _through_marks(text: FlatText, end: int) -> int:
    """The end of a name with the combining marks that follow its last letter."""
    last = text.end(end)
    while last < len(text.original) and not fold(text.original[last]):
        last += 1
    return last
