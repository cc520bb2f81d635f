"""Whether a report seems to be about an officer: so that those it is about do not get it.

Nobody is judged by it, and nothing is hidden: it only decides which desk reads first. A report
about somebody who *plays* the police is none. Patterns are linear: around each mention of an
officer a short stretch is read.
"""

import re
from functools import cache
from importlib import resources

from keng.language.fold import folded_message
from keng.language.guarded_pattern import GuardedPattern
from keng.language.words import spelled_or_bare, spelled_text

# Whoever writes more has said it by then.
_LONGEST = 6000
_BEFORE, _AFTER, _NEAR = 60, 110, 60
_ENOUGH_TO_TELL = 3


# Whatever names an officer holds one of these, and most messages end here.
_MAY_MENTION = GuardedPattern(
    re.compile(
        r"cong an|ca (?:phuong|xa|quan|huyen|khu|thi|an)|cax|canh sat|cs(?:kv|gt|cd|dt)|can bo"
        r"|truc ban|dieu tra vien|chien s[iy]|trinh sat|(?:thieu|trung|thuong|dai) (?:uy|ta)"
        r"|(?:ha|thuong) s[iy]|dan phong|to bao ve|don (?:truong|pho)"
        r"|(?:truong|pho) (?:don|ca|truong)|polic|cops?|officer"
    )
)


def seems_about_officers(text: str) -> bool:
    """Whether the words tell of something an officer did who really is one."""
    folded = folded_message(text[:_LONGEST])
    if not _MAY_MENTION.search(folded):
        return False
    if _tells_in_english(folded):
        return True
    spelled = spelled_text(text[:_LONGEST])
    mentions = list(_pattern("officer").finditer(spelled))
    if not mentions or _pattern("pretence").search(spelled):
        return False
    if _was_given_away(spelled):
        return True
    is_remote = _is_remote(spelled)
    return any(_tells(spelled, one.start(), one.end(), is_remote) for one in mentions)


def _tells(spelled: str, start: int, end: int, is_remote: bool) -> bool:
    """Whether the officer mentioned here does, or is given, what no officer may."""
    if _pattern("not_of_the_unit").match(spelled, start):
        return False
    before = spelled[max(0, start - _BEFORE) : start].rpartition(" . ")[2]
    after = spelled[end : end + _AFTER].partition(". ")[0]
    if _bribed().search(before):
        return True
    if _address_after("place").search(before) and _pattern("at_the_desk").match(after):
        return True
    if _address_after("recipient").search(before):
        return _does("after_report", after)
    if _does("deed", after):
        return True
    if is_remote:
        return False
    return _does("violence", after[:_NEAR]) or _is_of_a_person(spelled, start, before, after)


def _is_of_a_person(spelled: str, start: int, before: str, after: str) -> bool:
    """Whether one officer is told of, and not only thanked, asked for, or seen at work.

    Whoever reports something else speaks of the police as a body. What an officer may do wrong
    cannot be listed.
    """
    is_person = _pattern("person").match(spelled, start) or _after_classifier().search(before)
    if not is_person or len(after.split()) < _ENOUGH_TO_TELL:
        return False
    if _pattern("at_work").match(after) or _pattern("other").match(after):
        return False
    return not _pattern("harmless").search(f"{before}{after}")


def _does(section: str, after: str) -> bool:
    """Whether such a deed follows, and nobody else stands between."""
    found = _pattern(section).search(after)
    return found is not None and not _pattern("other").search(after, 0, found.start())


def _is_remote(spelled: str) -> bool:
    """Whether all of it came by phone or from a page, unless the call was the writer's own."""
    return any(
        not _last_word(spelled, found.start(), "self")
        for found in _pattern("remote").finditer(spelled)
    )


def _was_given_away(spelled: str) -> bool:
    """Whether others learnt who had reported, which only the desk knew."""
    return any(
        not _last_word(spelled, found.start(), "not_leak")
        for found in _pattern("leak").finditer(spelled)
    )


def _last_word(spelled: str, end: int, section: str) -> bool:
    """Whether the words before this place end with one of the section."""
    before = spelled[max(0, end - _BEFORE) : end]
    return bool(re.search(rf"(?<!\S){spelled_or_bare(_listed()[section])}$", before))


@cache
def _pattern(section: str) -> re.Pattern[str]:
    # Longer phrases first: "công an viên" before "công an".
    listed = sorted(_listed()[section], key=lambda one: -len(one.split()))
    return re.compile(rf"(?<!\S){spelled_or_bare(listed)}")


@cache
def _address_after(section: str) -> re.Pattern[str]:
    """Words of a section before an officer, with "anh", "mấy" between."""
    words, address = (spelled_or_bare(_listed()[name]) for name in (section, "address"))
    return re.compile(rf"(?<!\S){words}(?:{address}){{0,3}}$")


@cache
def _after_classifier() -> re.Pattern[str]:
    return re.compile(rf"(?<!\S){spelled_or_bare(_listed()['classifier'])}$")


@cache
def _bribed() -> re.Pattern[str]:
    bribe, address = (spelled_or_bare(_listed()[name]) for name in ("bribe", "address"))
    return re.compile(rf"(?<!\S){bribe}(?:\S+ ){{0,4}}?(?:cho|với|voi) (?:{address}){{0,3}}$")


@cache
def _listed() -> dict[str, tuple[str, ...]]:
    text = resources.files(__package__).joinpath("officers.txt").read_text(encoding="utf-8")
    found: dict[str, tuple[str, ...]] = {}
    for part in text.split("\n== ")[1:]:
        name, *lines = part.splitlines()
        found[name] = tuple(one for one in lines if one.strip() and not one.startswith("#"))
    return found


_ENGLISH_OFFICER = r"(?:police(?:man|men| officers?)?|(?:ward|local|commune|desk) officers?|cops?)"
_ENGLISH_DEED = (
    r"(?:brib\w+|extort\w*|protects? (?:the )?(?:gang|gamblers?|dealers?|casino)|took (?:my )?money"
    r"|takes? money|asked (?:\w+ ){0,3}?for (?:money|cash|a bribe)|demand(?:s|ed) money"
    r"|beat|beats|beating|hit|slapped|punched|kicked|groped|harass\w*|threatened|insulted"
    r"|refus\w+ to|ignor\w+|tipp?(?:ed|s) off"
    r"|leaked|corrupt\w*)"
)
_ENGLISH = re.compile(
    rf"(?<!\w)(?:{_ENGLISH_OFFICER}(?: \w+){{0,5}}? {_ENGLISH_DEED}"
    rf"|(?:bribe|bribed|beaten by|slapped by|hit by|harassed by|threatened by|corrupt|extorted by)"
    rf"(?: \w+){{0,3}}? {_ENGLISH_OFFICER})(?!\w)"
)
_ENGLISH_PRETENCE = re.compile(
    r"(?<!\w)(?:fake|false|pretend\w*|claim\w* to be|impersonat\w+|posing|not real|called me"
    r"|by phone|phone call|video call)(?!\w)"
)


def _tells_in_english(folded: str) -> bool:
    return bool(_ENGLISH.search(folded)) and not _ENGLISH_PRETENCE.search(folded)
