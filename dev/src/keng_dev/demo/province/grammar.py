"""Texts as people write them: a template, its slots, and the noise of a hurried thumb."""

import re
import unicodedata
from random import Random

from keng_dev.demo.province import nobody
from keng_dev.demo.province.words import Sections, sections

_SLOT = re.compile(r"\{(\w+)\}")
_SPEAKERS = ("tôi", "tôi", "em", "em", "mình", "cháu", "tui")
_SCAM = "scam_"
# Nobody loses sleep over these.
_SMALL = ("lost_found", "spam_not_a_tip", "other", "lodging_violation")
# What thumbs shorten: whole words only, each in one of its ways.
_SHORT = {
    "không": ("ko", "k", "hông", "khong"),
    "được": ("dc", "đc"),
    "gì": ("j", "gì"),
    "với": ("vs",),
    "rồi": ("r", "rùi"),
    "điện thoại": ("đt",),
    "tài khoản": ("tk",),
    "người": ("ng",),
    "những": ("nhữg",),
    "bây giờ": ("bg",),
    "mình": ("mk", "mình"),
    "biết": ("bik", "biết"),
    "nhắn tin": ("nt",),
    "cảm ơn": ("cám ơn", "thanks"),
    "nhiều": ("nhìu", "nhiều"),
    "trong": ("trg",),
    "hồi âm": ("rep",),
    "anh chị": ("ac",),
    "vợ chồng": ("vc",),
}
_SHORTENED = re.compile(rf"\b(?:{'|'.join(_SHORT)})\b")
_WITHOUT_ACCENTS, _SHORTENING, _IN_SMALL_LETTERS, _WITHOUT_STOPS = 0.28, 0.3, 0.3, 0.15


def tell(dice: Random, category: str, place: str) -> str:
    """What a resident of a place writes about a matter, in Vietnamese."""
    events, slots = sections("events.txt"), sections("slots.txt")
    speaker = dice.choice(_SPEAKERS)
    said = [_first_up(dice.choice(events[category]))]
    is_scam, is_small = category.startswith(_SCAM), category in _SMALL
    if dice.random() < 0.45:
        said[0] = f"{dice.choice(slots['chao'])} {_first_down(said[0])}"
    said[0] += "."
    if dice.random() < 0.65:
        kind = "vieckhac" if is_small else "chitietlua" if is_scam else "chitiet"
        said.append(dice.choice(slots[kind]))
    if dice.random() < 0.45 and not is_small:
        said.append(dice.choice(slots["camxuc"]))
    if dice.random() < 0.55:
        said.append(dice.choice(slots["xin"]))
    text = _filled(" ".join(said), dice, slots, speaker, place)
    return noisy(text, dice)


def tell_in_english(dice: Random, category: str, place: str) -> str:
    """The same by a foreigner; only some matters are told in English."""
    words = sections("english.txt")
    said = [dice.choice(words[category])]
    if dice.random() < 0.6:
        said.insert(0, dice.choice(words["chao"]))
    if dice.random() < 0.8:
        said.append(dice.choice(words["xin"]))
    text = _filled(" ".join(said), dice, words, "I", place)
    return text.lower() if dice.random() < 0.2 else text


def in_english() -> frozenset[str]:
    """The categories that foreigners write of."""
    return frozenset(sections("english.txt")) & frozenset(sections("events.txt"))


def spoken(template: str, dice: Random, place: str) -> str:
    """A given sentence with its slots filled, as one person would type it."""
    slots = sections("slots.txt")
    return noisy(_filled(template, dice, slots, dice.choice(_SPEAKERS), place), dice)


def noisy(text: str, dice: Random) -> str:
    """Accents missing, words shortened, stops forgotten; numbers and links stay as they are."""
    if dice.random() < _SHORTENING:
        text = _SHORTENED.sub(
            lambda found: dice.choice(_SHORT[found[0]]) if dice.random() < 0.7 else found[0], text
        )
    if dice.random() < _WITHOUT_ACCENTS:
        text = _without_accents(text)
    if dice.random() < _IN_SMALL_LETTERS:
        text = text.lower()
    if dice.random() < _WITHOUT_STOPS:
        text = re.sub(r"[.,] ", " ", text).rstrip(".")
    if dice.random() < 0.06:
        text = text.replace(". ", "!! ", 1)
    if dice.random() < 0.04:
        text = f"{text} {dice.choice(['😢', '🙏', '😡', 'ạ', '...', 'hic'])}"
    return text


def _filled(text: str, dice: Random, slots: Sections, speaker: str, place: str) -> str:
    while found := _SLOT.search(text):
        text = (
            text[: found.start()]
            + _value(found[1], dice, slots, speaker, place)
            + text[found.end() :]
        )
    return text


def _value(name: str, dice: Random, slots: Sections, speaker: str, place: str) -> str:
    fixed = {
        "toi": lambda: speaker,
        "Toi": lambda: _first_up(speaker),
        "xa": lambda: place,
        "n": lambda: str(dice.randrange(2, 60)),
        "h": lambda: str(dice.randrange(5, 24)),
        "m": lambda: f"{dice.randrange(0, 60, 5):02d}",
        "phone": lambda: nobody.phone(dice),
        "link": lambda: nobody.link(dice),
        "stk": lambda: nobody.account(dice, dice.choice(slots.get("nganhang", ("",)))),
    }
    return fixed[name]() if name in fixed else dice.choice(slots[name])


def _without_accents(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def _first_up(text: str) -> str:
    return text[:1].upper() + text[1:]


def _first_down(text: str) -> str:
    return text[:1].lower() + text[1:]
