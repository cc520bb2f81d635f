"""What people agreed to: in which version of the words, and how many, and nobody by name."""

import datetime

import pytest

from keng.consent import purposes, texts
from keng.consent.given import consent_counts, consents_of_tip
from keng.consent.models import ConsentText
from keng.consent.purposes import ASKED, Purpose
from keng.kit import times
from keng.vault.models import SealedIdentity
from tests import make
from tests.architecture.source import KENG

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("purpose", Purpose)
def test_the_words_that_are_kept_are_those_that_are_shown(purpose):
    shown = " ".join((KENG / ASKED[purpose].file).read_text(encoding="utf-8").split())
    for sentence in ASKED[purpose].sentences:
        assert sentence in shown
    words = purposes.words_asked(purpose)
    assert all(vi != en for vi, en in zip(words["vi"], words["en"], strict=True))


def test_words_that_change_are_a_new_version(monkeypatch, become):
    become("worker")
    for _again in range(2):
        texts.keep_consent_texts()
    assert set(ConsentText.objects.values_list("version", flat=True)) == {1}
    monkeypatch.setattr(texts, "words_asked", lambda _purpose: {"vi": ["Khác"], "en": ["Other"]})
    texts.keep_consent_texts()
    assert ConsentText.objects.filter(purpose="contact").count() == 2


def test_a_moment_finds_the_version_that_was_shown_then():
    texts.keep_consent_texts()
    now = times.now()
    hour = datetime.timedelta(hours=1)
    ConsentText.objects.update(first_used_at=now - 2 * hour)
    ConsentText.objects.create(purpose="contact", version=2, words={"vi": ["b"], "en": ["b"]})
    found = [texts.consent_text_at("contact", at).version for at in (now - 9 * hour, now - hour)]
    assert found == [1, 1]
    assert texts.consent_text_at("contact", now + hour).version == 2


def test_a_reporter_reads_what_was_agreed_to_and_data_protection_counts():
    texts.keep_consent_texts()
    province = make.province_unit()
    unit = make.unit(parent=province)
    tip = make.tip(unit=unit, chat_shows_answers=True)
    hidden = make.tip(unit=unit, concerns=(province,))
    for each in (tip, hidden):
        SealedIdentity.objects.create(
            tip_ref=each.pk, unit=unit, kind="contact", holds=["name"], ciphertext=b"x"
        )
    given = consents_of_tip(tip)
    assert [str(each.label) for each in given] == [
        str(Purpose.CONTACT.label),
        str(Purpose.CHAT_WORDS.label),
    ]
    assert given[0].version == 1
    assert given[0].sentences
    guard = make.officer(unit=province, role="data_protection")
    counted = {str(each.label): each.given for each in consent_counts(guard)}
    assert counted[str(Purpose.CONTACT.label)] == 1
    assert counted[str(Purpose.CHAT_WORDS.label)] == 1
    assert consents_of_tip(make.tip(unit=unit)) == []
