"""Danger that is told after the police got a matter, or after its end, reaches them too."""

import datetime

import pytest

from keng.kit import times
from keng.language.officers import seems_about_officers
from keng.partner_inbox import asker_acts, matter_acts, queries
from keng.partner_inbox.errors import CannotPassOn, MatterEnded, PassedOnAlready
from keng.partner_inbox.models import InboxMatter, InboxMessage
from keng.partner_inbox.public.asking_pages import asking_limit
from keng.partner_inbox.report_codes import report_code
from keng.partner_inbox.tests.stage import DANGER, WORDS, InboxStage, opened
from keng.tips import receipt_codes
from keng.tips.models import DialogueMessage, Tip
from keng.vault import seal
from keng.vault.models import SealedIdentity

pytestmark = pytest.mark.django_db

# Read as danger, and not the same words as DANGER.
AGAIN = "Nó lại cầm dao dọa giết chị ấy ngay bây giờ, cứu với"
ABOUT_OFFICER = "Anh công an phường đang cầm dao đánh vợ anh ấy ngay bây giờ, chảy máu nhiều"
PRETENCE = "Hôm qua có kẻ giả danh công an gọi điện lừa bà tôi chuyển tiền"


@pytest.fixture
def stage(tmp_path, monkeypatch):
    monkeypatch.setenv("KENG_DATA", str(tmp_path))
    return InboxStage()


def begun(stage, text=WORDS):
    token = receipt_codes.new_token()
    asker_acts.ask_partner(stage.partner, text=text, token=token, language="vi")
    return receipt_codes.code_from_token(token)


def passed_on_by_consent(stage):
    code = begun(stage)
    (matter,) = InboxMatter.objects.all()
    matter_acts.ask_consent(matter.pk, words="Được không?", unlocked=stage.unlocked, by=stage.thu)
    asker_acts.answer_consent(code, agrees=True)
    return code


def later_words():
    """What joined a report after it was made."""
    written = DialogueMessage.objects.filter(author=DialogueMessage.Author.REPORTER)
    return [message for message in written if message.text != message.tip.text]


def test_danger_after_a_consent_joins_the_report(stage):
    code = passed_on_by_consent(stage)
    asker_acts.write_to_partner(code, text=DANGER)
    asker_acts.write_to_partner(code, text=DANGER)
    (told,) = later_words()
    assert told.tip == Tip.objects.get()
    assert "cầm dao" in told.text
    assert "Lan" not in told.text
    assert not SealedIdentity.objects.exists()
    assert InboxMatter.objects.get().danger_at is not None


def test_danger_after_the_report_was_taken_back_makes_another_whose_code_is_shown(
    public_client, stage
):
    code = begun(stage, DANGER)
    Tip.objects.update(withdrawn_at=times.now())
    asker_acts.write_to_partner(code, text=AGAIN)
    assert Tip.objects.count() == 2
    message = InboxMessage.objects.order_by("id").last()
    own = receipt_codes.grouped_code(report_code(code, message))
    shown = public_client.post("/partners/answer/", {"code": code}).content.decode()
    assert own in shown
    # Taken back, the matter's code leads to it no more.
    gone = public_client.post("/partners/answer/withdraw/", {"code": code}).content.decode()
    assert own in gone


def test_later_danger_about_an_officer_does_not_join_the_report_of_their_desk(stage):
    code = begun(stage, DANGER)
    asker_acts.write_to_partner(code, text=ABOUT_OFFICER)
    above = Tip.objects.get(responsible_unit=stage.province)
    assert [concern.unit for concern in above.concerns.all()] == [stage.unit]
    assert not later_words()


def test_an_earlier_pretence_does_not_hide_what_an_officer_does(stage):
    """Each message is read by itself."""
    assert not seems_about_officers(f"{PRETENCE}\n\n{ABOUT_OFFICER}")
    code = begun(stage, PRETENCE)
    asker_acts.write_to_partner(code, text=ABOUT_OFFICER)
    assert Tip.objects.get().responsible_unit == stage.province


def test_a_member_passes_on_what_came_since(stage):
    code = passed_on_by_consent(stage)
    pk = InboxMatter.objects.get().pk
    # The police got it as no danger.
    matter_acts.pass_on_for_danger(pk, unlocked=stage.unlocked, by=stage.thu)
    with pytest.raises(PassedOnAlready):
        matter_acts.pass_on_for_danger(pk, unlocked=stage.unlocked, by=stage.thu)
    asker_acts.write_to_partner(code, text="Hôm nay đèn vẫn chưa sáng")
    matter_acts.pass_on_for_danger(pk, unlocked=stage.unlocked, by=stage.thu)
    assert Tip.objects.count() == 3


def test_an_ended_matter_takes_danger_and_nothing_else(public_client, stage):
    code = begun(stage)
    pk = InboxMatter.objects.get().pk
    matter_acts.end_matter(pk, unlocked=stage.unlocked, by=stage.thu)
    with pytest.raises(MatterEnded):
        asker_acts.write_to_partner(code, text="Cảm ơn")
    # What was typed meanwhile is given back, below the number to call.
    sent = {"code": code, "text": "Còn một điều muốn hỏi"}
    refused = public_client.post("/partners/answer/write/", sent).content.decode()
    assert "Còn một điều muốn hỏi" in refused
    assert "113" in refused
    asker_acts.write_to_partner(code, text=AGAIN)
    assert AGAIN in Tip.objects.get().text
    assert not InboxMatter.objects.get().waits_for_partner


def test_danger_is_never_held_by_the_limit(public_client, stage, monkeypatch):
    code = begun(stage)
    monkeypatch.setattr(type(asking_limit), "seconds_to_wait", lambda *_: 60)
    held = public_client.post("/partners/answer/write/", {"code": code, "text": "Cảm ơn"})
    assert held.status_code == 429
    sent = public_client.post("/partners/answer/write/", {"code": code, "text": AGAIN})
    assert sent.status_code == 200
    assert Tip.objects.exists()


def test_without_keys_to_seal_with_the_page_says_so(public_client, stage, monkeypatch):
    begun(stage)
    opened(public_client, stage)
    monkeypatch.setattr("keng.partner_inbox.passing_on.receive_tip", _cannot_seal)
    with pytest.raises(CannotPassOn):
        begun(stage, DANGER)
    address = f"/partner/inbox/{InboxMatter.objects.get().pk}/"
    refused = public_client.post(address, {"do": "danger"})
    assert refused.status_code == 422
    assert "113" in refused.content.decode()


def _cannot_seal(_tip):
    raise seal.NoKey("sender")


def test_what_waits_stands_before_what_ended(stage, rf):
    begun(stage)
    ended = InboxMatter.objects.get()
    matter_acts.end_matter(ended.pk, unlocked=stage.unlocked, by=stage.thu)
    begun(stage)
    answered = InboxMatter.objects.exclude(pk=ended.pk).get()
    matter_acts.answer_matter(answered.pk, words="Vâng", unlocked=stage.unlocked, by=stage.thu)
    InboxMatter.objects.filter(pk=answered.pk).update(
        last_at=times.now() + datetime.timedelta(hours=1)
    )
    begun(stage)
    waiting = InboxMatter.objects.get(waits_for_partner=True)
    rows, _page = queries.matters_of(stage.unlocked.inbox, rf.get("/"))
    assert [one.pk for one in rows] == [waiting.pk, answered.pk, ended.pk]
