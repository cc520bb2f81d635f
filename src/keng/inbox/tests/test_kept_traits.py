"""What is kept of tips from one page to the next: as good for comparing, and nothing to read."""

import re

from keng.inbox.tip import kept_traits
from keng.kit.ids import new_id
from keng.language.same_incident import incident_traits, same_incident
from keng.language.similarity import jaccard, shingles
from keng.tips.models import Tip

ONE = "Số 0912 000 415 gọi cho mẹ tôi ở thôn Đoài, đòi 6.850.000 tiền viện phí"
OTHER = "Me em nhan cuoc goi tu 0912000415, no doi 6.850.000 vien phi"


def test_hashes_compare_as_the_words_do():
    one, other = Tip(pk=new_id(), text=ONE), Tip(pk=new_id(), text=OTHER)
    kept = [kept_traits.traits_of_tip(tip, [], ["scam"]) for tip in (one, other)]
    plain = [incident_traits(tip.text, categories=["scam"]) for tip in (one, other)]
    assert same_incident(*kept) == same_incident(*plain) > 0.5


def test_hashed_words_are_as_alike_as_the_words():
    texts = {new_id(): text for text in (ONE, OTHER)}
    marks = dict.fromkeys(texts, 7)
    kept = kept_traits.shingles_of_tips(marks, lambda asked: {pk: texts[pk] for pk in asked})
    assert list(kept.values()) == list(map(kept_traits.hashed_shingles, texts.values()))
    assert jaccard(*kept.values()) == jaccard(*map(shingles, texts.values())) > 0


def test_nothing_that_is_kept_can_be_read():
    kept_traits.traits_of_tip(Tip(pk=new_id(), text=ONE), [], [])
    kept_traits.shingles_of_tips({(pk := new_id()): 7}, lambda _asked: {pk: ONE})
    shown = repr(kept_traits._kept)
    for word in ("912000415", "0912", "6850000", "vien", "doai"):
        # As a word of its own: among the figures of so many hashes any four may stand.
        assert not re.search(rf"\b{word}\b", shown)


def test_other_words_of_the_same_tip_are_read_anew(monkeypatch):
    tip = Tip(pk=new_id(), text=ONE)
    before = kept_traits.traits_of_tip(tip, [], [])
    tip.text = OTHER
    assert kept_traits.traits_of_tip(tip, [], []).words != before.words
    monkeypatch.setattr(kept_traits, "incident_traits", None)
    assert kept_traits.traits_of_tip(tip, [], ["scam"]).categories == ("scam",)


def test_only_words_with_a_mark_that_is_new_here_are_read():
    asked = []

    def read(tips):
        asked.append(tips)
        return dict.fromkeys(tips, ONE)

    one, other = new_id(), new_id()
    first = kept_traits.shingles_of_tips({one: 1}, read)
    again = kept_traits.shingles_of_tips({one: 1, other: 1}, read)
    assert again[one] == first[one]
    kept_traits.shingles_of_tips({one: 2, other: 1}, read)
    assert asked == [[one], [other], [one]]


def test_a_text_without_any_words_is_read_once_too():
    asked = []

    def read(tips):
        asked.append(tips)
        return dict.fromkeys(tips, "?!")

    one = new_id()
    for _ in range(2):
        assert kept_traits.shingles_of_tips({one: 1}, read) == {one: frozenset()}
    assert asked == [[one]]


def test_no_more_are_kept_than_the_limit(monkeypatch):
    monkeypatch.setattr(kept_traits, "_MOST_KEPT", 2)
    for _ in range(3):
        kept_traits.traits_of_tip(Tip(pk=new_id(), text=ONE), [], [])
    assert len(kept_traits._kept) == 2
