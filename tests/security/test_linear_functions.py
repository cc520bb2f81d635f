"""Whatever reads people's words takes twice as long for twice as many, and never more.

A loop can read a text again for each number in it, which no look at the patterns would show.
"""

import importlib
from collections.abc import Callable

import pytest

from keng.channels import text as channel_text
from keng.claims import matching, redact_claims
from keng.inbox.search import search_query as tip_search
from keng.intake.examination import findings
from keng.kit import safe_text as kit_words
from keng.language import (
    categories,
    chat_words,
    disguise,
    fold,
    house_style,
    indicators,
    lookup_questions,
    lookup_terms,
    lost_money,
    masking,
    names,
    number_check,
    officers,
    reporters_own,
    same_incident,
    seed_spotting,
    similarity,
    spoken_names,
    urgency,
    words,
)
from keng.language.danger import danger_in, is_about_child
from keng.language.indicators.addresses import read_link
from keng.lookup_pages import chat_handler
from keng.places import communes_in_text, landmark_names, search
from keng.surveys.chat import commands
from keng.warnings import pattern_blanks, six_things, verifying
from tests.security import cost, hostile
from tests.security.test_linear_patterns import WINDOWS

_KNOWN = [
    number_check.KnownNumber("phone", "+84912345678", "used", "a"),
    number_check.KnownNumber("url", "evil.example", "used", "b"),
]
_NAMES = ["Nguyễn Văn Tư", "0912345678", "An"]

READ: dict[str, Callable[[str], object]] = {
    "fold": fold.fold,
    "flatten": fold.flatten,
    "normalise": fold.normalise,
    "words_of": words.words_of,
    "spelled_text": words.spelled_text,
    "undisguised": disguise.undisguised.__wrapped__,
    "traits of an incident": same_incident.incident_traits,
    "masking": masking.mask_people,
    "masking.without": lambda text: masking.cover_values(text, _NAMES),
    "indicators": indicators.extract,
    "asked": lookup_terms.lookup_terms_in,
    "asked.alone_in": lookup_terms.only_lookup_term,
    "read_link": read_link,
    "house_style": house_style.check_words_style,
    "house_style.check": lambda text: house_style.check_warning_style(
        {"what": text, "call": "b"}, text[:300]
    ),
    "house_style in English": lambda text: house_style.check_words_style(text, "en"),
    "danger": danger_in,
    "is_about_child": is_about_child,
    "officers": officers.seems_about_officers,
    "money": lambda text: lost_money.money_has_left(fold.fold(text)),
    "urgency": urgency.first_urgency_of,
    "shingles": similarity.shingles,
    "reporters_own": reporters_own.cut_reporters_own,
    "reporters_own with a declaration": lambda text: reporters_own.cut_reporters_own(
        f"sdt của tôi 0912345678, mail của tôi a@b.vn. {text}"
    ),
    "spotting": seed_spotting.find_ideas,
    "categories": categories.suggest_categories,
    "number_check": lambda text: number_check.compare_numbers(
        {"vi": {"what": text, "call": text}}, _KNOWN
    ),
    "names": names.looks_like_a_name,
    "names_in": names.names_in,
    "called": lambda text: spoken_names.calls_somebody_by_name(text.split()),
    "findings": findings.findings_in,
    "places.communes_in_text": communes_in_text.communes_in_text,
    "places.names_beyond_tables": communes_in_text.names_beyond_tables,
    "places.search": search._words,
    "places.landmarks": landmark_names.parse_landmark_name,
    "chat: language_of": chat_words.language_of,
    "chat: is_stop": chat_words.is_stop,
    "chat: tells_beside_stop": chat_words.tells_beside_stop,
    "chat: is_stop_sentence": chat_words.is_stop_sentence,
    "chat: may_be_stop": chat_words.may_be_stop,
    "chat: asks_for_messages": chat_words.asks_for_messages,
    "chat: begins_anew": chat_words.begins_anew,
    "chat: is_courtesy": chat_words.is_courtesy,
    "chat: wants_no_contact": lambda text: chat_words.wants_no_contact(fold.fold(text)),
    "chat: is_for_unit": lambda text: chat_words.is_for_unit(text, "Công an phường Thử"),
    "chat: looking up": chat_handler._free_question,
    "chat: asks_about_it": lambda text: lookup_questions.is_lookup_question(fold.fold(text)),
    "chat: tells_too": lambda text: lookup_questions.tells_more_than_question(fold.fold(text)),
    "chat: a survey": commands.read_command,
    "claims: redact_claims": redact_claims.redact_claim,
    "claims: matching": lambda text: matching.best_matches(text, [(1, [text])], most=3),
    "keep_together": kit_words.keep_together,
    "defang": kit_words.defang,
    "channels: clean": channel_text.clean_text,
    "channels: split": lambda text: channel_text.split_text(text, 500),
    "warnings: blanks": lambda text: pattern_blanks.odd_marks({"what": text}),
    "warnings: verifying": lambda text: list(verifying._codes_in(fold.flatten(text).flat)),
    "warnings: six things": six_things.things_said,
    "warnings: numbers and links": verifying._numbers_and_links,
    "search of tips": tip_search._query_parts,
}


@pytest.mark.parametrize("name", READ)
def test_reading_takes_no_more_than_in_proportion(name):
    read = READ[name]
    # What is read once for all texts is no part of the cost of one.
    read("xin chào 0912345678, evil.com, Nguyễn Văn A")
    slow = []
    for text in hostile.of_units():
        wrong = cost.verdict(read, text.of_length)
        if wrong:
            slow.append(f"{text}: {wrong}")
    assert not slow, "\n".join(slow)


class _Watched:
    """A pattern that remembers the longest stretch it was asked about."""

    def __init__(self, pattern):
        self._pattern, self.longest = pattern, 0

    def __getattr__(self, name):
        ask = getattr(self._pattern, name)

        def watched(text, pos=0, endpos=None):
            end = len(text) if endpos is None else min(endpos, len(text))
            self.longest = max(self.longest, end - pos)
            return ask(text, pos, end)

        return watched


def test_what_is_meant_for_the_words_beside_something_never_reads_more(monkeypatch):
    watched = {}
    for place in WINDOWS:
        module, _, name = place.rpartition(".")
        found = importlib.import_module(module)
        watched[place] = _Watched(getattr(found, name))
        monkeypatch.setattr(found, name, watched[place])
    for text in (*hostile.of_units(), *_with_numbers()):
        written = text.of_length(2_000)
        indicators.extract(written)
        reporters_own.cut_reporters_own(f"sdt của tôi 0912345678. {written}")
        house_style.check_words_style(written)
    assert {place for place, one in watched.items() if not one.longest} == set()
    too_long = {
        place: one.longest for place, one in watched.items() if one.longest > WINDOWS[place]
    }
    assert not too_long


def _with_numbers():
    far = "xa lắm " * 40
    units = (
        *("0912345678", "stk 1012345678", "zalo.me/abc", "29A-12345", "biển số 29 A 1 2 3 4 5"),
        *("call me on 0912345678", "저에게 전화 0912345678"),
    )
    return [hostile.Text("", f"{far}{unit} {far}", "") for unit in units]


@pytest.mark.parametrize(
    "unit",
    [
        "Tôi tên A ",
        "Tôi tên Nguyễn A, ",
        "tôi tên nguyễn a a ",
        "my name is An Bo. ",
        # No two alike, and all of one first word.
        lambda n: f"Tôi tên Nguyễn A{hostile._letters(n)}. ",
        lambda n: f"Tôi tên A{hostile._letters(n)} B. ",
    ],
)
def test_a_name_that_is_declared_again_and_again_is_looked_for_once(unit):
    text = hostile.Text("", unit, "")
    assert not (wrong := cost.verdict(reporters_own.cut_reporters_own, text.of_length)), wrong
    # A webhook waits for it: one message of a chat is this long at most.
    assert cost.least(reporters_own.cut_reporters_own, text.of_length, 10_000) < 0.25
