"""Where nobody of a partner reads its inbox: it ends, its writers are told, a new one opens."""

import pytest

from keng.acts.errors import NotAllowed
from keng.partner_inbox import asker_acts, holder_acts, queries
from keng.partner_inbox.errors import InboxClosed, LastReader
from keng.partner_inbox.models import InboxHolder, InboxMatter, PartnerInbox
from keng.partner_inbox.tests.stage import WORDS, InboxStage, code_of_sent_form, opened
from keng.partners.actions import inviting
from keng.partners.tests.stage import signed_in
from keng.runtime.backup.destroyed_kinds import destroyed_kinds
from keng.tips import receipt_codes

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage(tmp_path, monkeypatch):
    monkeypatch.setenv("KENG_DATA", str(tmp_path))
    return InboxStage()


def of_binh(stage, *, is_let_in):
    """The key of the second member, and its phrase."""
    phrase = holder_acts.make_inbox_key(by=stage.binh)
    assert holder_acts.prove_inbox_phrase(phrase, by=stage.binh) is None
    holder = InboxHolder.objects.current().get(member=stage.binh)
    if is_let_in:
        holder_acts.let_in(holder.pk, unlocked=stage.unlocked, by=stage.thu)
    return phrase, holder


def test_the_last_reader_ends_their_key_and_the_writer_reads_it(public_client, stage):
    """The phrase is lost: by the page, without it."""
    code = code_of_sent_form(public_client, stage)
    mine = f"/partner/inbox/keys/{stage.unlocked.holder.pk}/end/"
    signed_in(public_client, stage.thu)
    assert public_client.post(mine).status_code == 422
    assert public_client.post(mine, {"leaves_unread": "on"}).status_code == 303
    assert queries.open_inbox_of(stage.partner) is None
    assert public_client.get(f"/partners/{stage.partner.pk}/write/").status_code == 404
    shown = public_client.post("/partners/answer/", {"code": code}).content.decode()
    assert "không còn ai" in shown
    assert "/write/" not in shown.replace("/partners/answer/write/", "")
    # A new key opens another inbox, and the writer is led there.
    phrase = holder_acts.make_inbox_key(by=stage.thu)
    again = holder_acts.prove_inbox_phrase(phrase, by=stage.thu)
    assert again.inbox.pk != stage.unlocked.inbox.pk
    shown = public_client.post("/partners/answer/", {"code": code}).content.decode()
    assert f"/partners/{stage.partner.pk}/write/" in shown
    with pytest.raises(NotAllowed):
        holder_acts.let_in(stage.unlocked.holder.pk, unlocked=stage.unlocked, by=stage.thu)


def test_a_member_whom_the_desk_closed_reads_nothing(public_client, stage):
    """Nobody else reads: the inbox takes nothing, and a colleague opens a new one."""
    inviting.close_member(stage.thu.pk, by=stage.administrator)
    assert queries.open_inbox_of(stage.partner) is None
    assert stage.partner not in queries.inboxes_elsewhere(
        stage.invited(name="B", username="b").member.partner
    )
    with pytest.raises(InboxClosed):
        asker_acts.ask_partner(
            stage.partner, text=WORDS, token=receipt_codes.new_token(), language="vi"
        )
    # Who had the form open reads that, above their words.
    address = f"/partners/{stage.partner.pk}/write/"
    sent = {"text": WORDS, "about_them": "no", "token": receipt_codes.new_token()}
    refused = public_client.post(address, sent)
    assert refused.status_code == 422
    assert WORDS in refused.content.decode()
    phrase = holder_acts.make_inbox_key(by=stage.binh)
    unlocked = holder_acts.prove_inbox_phrase(phrase, by=stage.binh)
    assert unlocked.inbox.pk != stage.unlocked.inbox.pk
    assert PartnerInbox.objects.get(pk=stage.unlocked.inbox.pk).ended_at is not None
    assert [one.member_id for one in InboxHolder.objects.current()] == [stage.binh.pk]


def test_a_key_of_a_closed_member_is_shown_and_ended_by_one_who_reads(public_client, stage):
    _phrase, holder = of_binh(stage, is_let_in=True)
    inviting.close_member(stage.binh.pk, by=stage.administrator)
    # A closed one is no reader: the first is the last.
    with pytest.raises(LastReader):
        holder_acts.end_inbox_key(stage.unlocked.holder.pk, by=stage.thu)
    address = f"/partner/inbox/keys/{holder.pk}/end/"
    signed_in(public_client, stage.thu)
    # Of somebody else only with the inbox open.
    assert public_client.post(address).status_code == 409
    opened(public_client, stage)
    assert "không đăng nhập nữa" in public_client.get("/partner/inbox/").content.decode()
    assert public_client.post(address).status_code == 303
    assert not InboxHolder.objects.current().filter(pk=holder.pk).exists()


def test_settings_need_the_inbox_open(public_client, stage):
    signed_in(public_client, stage.thu)
    sent = public_client.post("/partner/inbox/settings/", {"keep_months": "1"})
    assert sent.status_code == 409
    assert queries.inbox_of(stage.partner).keep_months == 12


def test_the_second_of_two_who_open_it_at_once_waits_to_be_let_in(stage):
    """As if the inbox had come between the look and the row."""
    holder_acts.make_inbox_key(by=stage.binh)
    holder = InboxHolder.objects.current().get(member=stage.binh)
    assert holder_acts.open_inbox(holder, by=stage.binh) is None
    assert PartnerInbox.objects.count() == 1
    assert not InboxHolder.objects.get(pk=holder.pk).inbox_key_sealed


def test_a_restore_ends_the_inbox_again(public_client, stage):
    code_of_sent_form(public_client, stage)
    kinds = {each.name: each for each in destroyed_kinds()}
    (lost, *_) = kinds["inbox.ended"].undone()
    kinds["inbox.ended"].do_again(lost)
    assert not PartnerInbox.objects.current().exists()
    assert not InboxHolder.objects.reading().exists()
    assert InboxMatter.objects.get().ended_at is not None
