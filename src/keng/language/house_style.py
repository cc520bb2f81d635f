"""The house style of warnings: short, whole, plain, and safe for whoever reported."""

import math
import re
from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple

from keng.language.fold import FlatText, flatten
from keng.language.indicators import extract_flat
from keng.language.indicators.patterns import SURNAMES, any_listed, compile_pattern
from keng.language.jargon import plainer_words

StyleLevel = Literal["ok", "fix", "stop"]
StyleParam = str | int

WARNING_PARTS = ("what", "signs", "act", "call")
MOST_WORDS = 80
MOST_WORDS_IN_SENTENCE = 20
MOST_WORDS_IN_TITLE = 14
WORDS_A_SECOND = 3.1

# English sentences for gettext; the area that shows them translates and fills them in.
STYLE_MESSAGES: dict[str, str] = {
    "length": "%(words)d words of at most %(limit)d; about %(seconds)d seconds read aloud",
    "too_long": "%(words)d words, %(over)d too many: at most %(limit)d",
    "parts": "All four parts are there; the longest sentence has %(words)d words",
    "parts_there": "All four parts are there",
    "part_missing": "A part is empty: %(part)s",
    "title_missing": "The title is empty",
    "title_long": "The title has %(words)d words; at most %(limit)d can be read at a glance",
    "no_link": "Nothing in it needs to be tapped",
    "link": "“%(quote)s” can be tapped; write a harmful address as “%(defanged)s”",
    "link_defanged": "“%(quote)s” cannot be tapped",
    "no_hint": "No detail that would give away who reported",
    "reporter_hint": "“%(quote)s” speaks of the person who reported",
    "person_name": "“%(quote)s” looks like a person's name",
    "resident_number": "“%(quote)s” looks like a resident's number",
    "plate": "“%(quote)s” is a number plate; plates stay at the desk",
    "jargon": "“%(quote)s”: many older people do not know it. Plainer: “%(plain)s”",
    "sentence_long": "A sentence has %(words)d words, at most %(limit)d: “%(quote)s”",
    "capitals": "A sentence in capitals shouts: “%(quote)s”",
    "exclamation": "Exclamation marks frighten; a full stop is enough",
}

_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+|\n+|;\s+")
# A number in groups of figures is one thing to read.
_GROUPED_DIGITS = re.compile(r"(?<=[0-9])[ .](?=[0-9])")
_REPORTER = re.compile(
    rf"\b{any_listed('reporter')}\b"
    r"|\b(?:the|a)\s+(?:reporter|victim|informant|caller\s+who\s+reported)\b"
)
_RESIDENT_BEFORE = compile_pattern(rf"\b{any_listed('resident')}\b[^.,;!?\n\d]{{0,30}}$")
_ON_DUTY = re.compile(rf"\b{any_listed('on_duty')}\b")
_NAME = re.compile(rf"\b{SURNAMES}(?:\s+[^\W\d_]+){{1,3}}")
_NAMED_PLACE = compile_pattern(rf"\b{any_listed('named_place')}\s+$")
_DEFANGED = re.compile(r"\[|\(|\{|hxxp|h\*\*p", re.IGNORECASE)


class StyleFinding(NamedTuple):
    """Fine, better changed, or not to go out. Its sentence is MESSAGES[code] % params."""

    level: StyleLevel
    code: str
    params: dict[str, StyleParam]


def check_warning_style(
    parts: Mapping[str, str], title: str = "", language: str = "vi"
) -> list[StyleFinding]:
    """All findings, those that stop first, those that are fine last."""
    texts = {part: parts.get(part, "").strip() for part in WARNING_PARTS}
    whole = flatten("\n".join([title.strip(), *texts.values()]))
    found = [*_length(texts), *_completeness(texts, title), *_links(whole), *_hints(whole)]
    found += [
        StyleFinding("fix", "jargon", {"quote": quote, "plain": plain})
        for quote, plain in plainer_words(whole, language)
    ]
    found += _tone([title.strip(), *texts.values()])
    return sorted(found, key=lambda one: ("stop", "fix", "ok").index(one.level))


def check_words_style(text: str, language: str = "vi") -> list[StyleFinding]:
    """The same for words that are no warning in four parts: what can be tapped, hints, tone."""
    whole = flatten(text)
    found = [*_links(whole), *_hints(whole)]
    found += [
        StyleFinding("fix", "jargon", {"quote": quote, "plain": plain})
        for quote, plain in plainer_words(whole, language)
    ]
    return sorted([*found, *_tone([text])], key=lambda one: ("stop", "fix", "ok").index(one.level))


def stopping_findings(findings: list[StyleFinding]) -> list[StyleFinding]:
    """What keeps a warning from going out."""
    return [one for one in findings if one.level == "stop"]


def seconds_aloud(words: int) -> int:
    """How long the text takes to be read aloud at an easy pace."""
    return math.ceil(words / WORDS_A_SECOND)


def _length(texts: Mapping[str, str]) -> Iterator[StyleFinding]:
    words = sum(len(_GROUPED_DIGITS.sub("", text).split()) for text in texts.values())
    params: dict[str, StyleParam] = {
        "words": words,
        "limit": MOST_WORDS,
        "seconds": seconds_aloud(words),
    }
    if words > MOST_WORDS:
        yield StyleFinding("stop", "too_long", {**params, "over": words - MOST_WORDS})
    else:
        yield StyleFinding("ok", "length", params)


def _completeness(texts: Mapping[str, str], title: str) -> Iterator[StyleFinding]:
    missing = [part for part in WARNING_PARTS if not texts[part]]
    for part in missing:
        yield StyleFinding("stop", "part_missing", {"part": part})
    if not missing:
        longest = max(
            len(sentence.split()) for text in texts.values() for sentence in _sentences(text)
        )
        # A sentence that is too long is named by itself; it is praised nowhere.
        if longest > MOST_WORDS_IN_SENTENCE:
            yield StyleFinding("ok", "parts_there", {})
        else:
            yield StyleFinding("ok", "parts", {"words": longest})
    words = len(title.split())
    if not words:
        yield StyleFinding("stop", "title_missing", {})
    elif words > MOST_WORDS_IN_TITLE:
        yield StyleFinding("fix", "title_long", {"words": words, "limit": MOST_WORDS_IN_TITLE})


def _links(whole: FlatText) -> list[StyleFinding]:
    """Chat apps turn even a bare name into something to tap; only a defanged address stays text."""
    links = [one for one in extract_flat(whole) if one.type == "url"]
    found = []
    for link in links:
        quote = whole.original[link.start : link.end]
        if _DEFANGED.search(quote):
            found.append(StyleFinding("ok", "link_defanged", {"quote": quote}))
        else:
            host, slash, rest = link.value.partition("/")
            defanged = host.replace(".", "[.]") + slash + rest
            found.append(StyleFinding("stop", "link", {"quote": quote, "defanged": defanged}))
    return found or [StyleFinding("ok", "no_link", {})]


def _hints(whole: FlatText) -> list[StyleFinding]:
    found = [*_numbers(whole), *_reporter_words(whole), *_names(whole)]
    return found or [StyleFinding("ok", "no_hint", {})]


def _numbers(whole: FlatText) -> Iterator[StyleFinding]:
    for one in extract_flat(whole):
        quote = whole.original[one.start : one.end]
        before = flatten(whole.original[max(0, one.start - 60) : one.start]).flat
        resident = _RESIDENT_BEFORE.search(before) and not _ON_DUTY.search(before)
        own = one.context_role == "reporters_own" or resident
        if one.type == "plate":
            yield StyleFinding("fix", "plate", {"quote": quote})
        elif own and one.type in ("phone", "bank_account"):
            yield StyleFinding("stop", "resident_number", {"quote": quote})


def _reporter_words(whole: FlatText) -> Iterator[StyleFinding]:
    for match in _REPORTER.finditer(whole.flat):
        yield StyleFinding("fix", "reporter_hint", {"quote": whole.written(*match.span())})


def _names(whole: FlatText) -> Iterator[StyleFinding]:
    for match in _NAME.finditer(whole.flat):
        quote = whole.written(*match.span())
        capitals = re.match(r"(?:[^\W\d_]+\s+)*[^\W\d_]+", quote)
        words = capitals.group().split() if capitals else []
        named = [
            word
            for i, word in enumerate(words)
            if all(w[:1].isupper() and not w.isupper() for w in words[: i + 1])
        ]
        if len(named) >= 2 and not _NAMED_PLACE.search(
            whole.flat, max(0, match.start() - 20), match.start()
        ):
            yield StyleFinding("fix", "person_name", {"quote": " ".join(named)})


def _tone(texts: list[str]) -> Iterator[StyleFinding]:
    for text in texts:
        for sentence in _sentences(text):
            words = sentence.split()
            if len(words) > MOST_WORDS_IN_SENTENCE:
                params: dict[str, StyleParam] = {
                    "words": len(words),
                    "limit": MOST_WORDS_IN_SENTENCE,
                }
                yield StyleFinding("fix", "sentence_long", {**params, "quote": _shortened(words)})
            if len(words) > 2 and sentence.isupper():
                yield StyleFinding("fix", "capitals", {"quote": _shortened(words)})
    if any("!" in text for text in texts):
        yield StyleFinding("fix", "exclamation", {})


def _sentences(text: str) -> list[str]:
    return [sentence for sentence in _SENTENCE_END.split(text) if sentence.strip()]


def _shortened(words: list[str]) -> str:
    return " ".join(words) if len(words) <= 8 else " ".join(words[:8]) + "…"
