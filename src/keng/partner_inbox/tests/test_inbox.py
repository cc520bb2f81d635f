"""The inbox of a partner: asked, read by its members alone, answered, passed on, destroyed."""

import datetime

import pytest
from django.db import DatabaseError, connection, transaction

from keng.audit.models import Entry
from keng.conftest import sign_in
from keng.kit import times
from keng.partner_inbox import asker_acts, holder_acts, matter_acts, purge, queries
from keng.partner_inbox.errors import LastReader, MatterEnded, NoInboxForPartner, WrongPhrase
from keng.partner_inbox.models import InboxHolder, InboxMatter, InboxMessage
from keng.partner_inbox.report_codes import report_code
from keng.partner_inbox.tests.stage import DANGER, WORDS, InboxStage, code_of_sent_form, opened
from keng.partners.tests.stage import signed_in
from keng.runtime.backup.destroyed_kinds import destroyed_kinds
from keng.runtime.tests.rights import as_owner
from keng.tips import receipt_codes
from keng.tips.models import Tip
from keng.vault.models import SealedIdentity

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage(tmp_path, monkeypatch):
    monkeypatch.setenv("KENG_DATA", str(tmp_path))
    return InboxStage()


@pytest.fixture
def code(stage):
    """Of a matter that somebody began."""
    return begun(stage)


def begun(stage, text=WORDS):
    token = receipt_codes.new_token()
    asker_acts.ask_partner(stage.partner, text=text, token=token, language="vi")
    return receipt_codes.code_from_token(token)


def page(client, address, **sent):
    return client.post(address, sent).content.decode()


def test_words_go_from_the_asker_to_a_member_and_the_answer_back(public_client, stage, settings):
    code = code_of_sent_form(public_client, stage)
    matter = InboxMatter.objects.get()
    opened(public_client, stage)
    assert "(1)" in public_client.get("/partner/").content.decode()
    public_page = public_client.get(f"/partners/{stage.partner.pk}/").content.decode()
    assert f'href="/partners/{stage.partner.pk}/write/"' in public_page
    assert "Đèn đường" in public_client.get("/partner/inbox/").content.decode()
    address = f"/partner/inbox/{matter.pk}/"
    assert WORDS in public_client.get(address).content.decode()
    public_client.post(address, {"do": "answer", "text": "Mai chúng tôi ra xem."})
    public_client.post(address, {"do": "answer", "text": "Mai chúng tôi ra xem."})
    assert InboxMessage.objects.count() == 2
    # The one box for codes leads to it.
    led = public_client.post("/status/", {"code": code}, follow=True)
    assert "Mai chúng tôi ra xem." in led.content.decode()
    assert "Cảm ơn" in page(
        public_client, "/partners/answer/write/", code=code, text="Cảm ơn nhiều"
    )
    assert InboxMatter.objects.get().waits_for_partner
    actions = Entry.objects.filter(chain=f"partner:{stage.partner.pk}").values_list("action")
    assert {"inbox.opened", "matter.asked", "matter.answered"} <= {one for (one,) in actions}


def test_nobody_but_the_phrase_and_the_code_opens_the_words(stage, code):
    """Neither words nor keys lie there in clear, and no other key opens them."""
    matter, message = InboxMatter.objects.get(), InboxMessage.objects.get()
    kept = b"".join(map(bytes, (matter.key_for_partner, matter.key_for_asker, message.sealed)))
    assert "Đèn".encode() not in kept
    assert stage.unlocked.private not in kept
    with pytest.raises(WrongPhrase):
        holder_acts.prove_inbox_phrase("aaaa-bbbb-cccc-dddd-eeee-ffff", by=stage.thu)
    again = holder_acts.prove_inbox_phrase(stage.phrase.upper().replace("-", " "), by=stage.thu)
    assert again.private == stage.unlocked.private


def test_a_colleague_reads_once_somebody_lets_them_in(public_client, stage, code):
    phrase = holder_acts.make_inbox_key(by=stage.binh)
    assert holder_acts.prove_inbox_phrase(phrase, by=stage.binh) is None
    signed_in(public_client, stage.binh)
    waiting = InboxHolder.objects.get(member=stage.binh)
    # Who holds no open inbox lets nobody in, oneself neither.
    refused = public_client.post(f"/partner/inbox/keys/{waiting.pk}/let-in/")
    assert refused.status_code == 409
    with pytest.raises(LastReader):
        holder_acts.end_inbox_key(stage.unlocked.holder.pk, by=stage.thu)
    holder_acts.let_in(waiting.pk, unlocked=stage.unlocked, by=stage.thu)
    public_client.post("/partner/inbox/unlock/", {"phrase": phrase})
    assert "Đèn đường" in public_client.get("/partner/inbox/").content.decode()
    holder_acts.end_inbox_key(waiting.pk, by=stage.thu)
    assert "Đèn đường" not in public_client.get("/partner/inbox/").content.decode()


@pytest.mark.parametrize("process", ["desk", "edge", "worker", "sender", "opener", "public"])
def test_no_other_role_reads_a_word_or_a_key(become, stage, code, process):
    """By SQL: of the police's processes none, and not the public site either as itself."""
    become(process)
    for column in (
        "sealed FROM partner_inbox_inboxmessage",
        "key_for_partner FROM partner_inbox_inboxmatter",
        "key_for_asker FROM partner_inbox_inboxmatter",
        "private_box FROM partner_inbox_inboxholder",
        "inbox_key_sealed FROM partner_inbox_inboxholder",
    ):
        with (
            pytest.raises(DatabaseError, match="permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"SELECT {column}")


def test_only_the_public_site_may_take_the_role(stage):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.rolname FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.roleid"
            " JOIN pg_roles p ON p.oid = m.member WHERE r.rolname = 'keng_partner'"
        )
        members = {name for (name,) in cursor.fetchall()}
    # The owner, whose tests work as every role.
    assert members - {"keng_owner"} == {"keng_public"}


def test_an_officer_has_no_page_of_it(desk_client, public_client, stage, code, settings):
    """By HTTP: the desk has no such address, and a session of the desk is none of a partner."""
    matter = InboxMatter.objects.get()
    settings.ROOT_URLCONF, settings.MIDDLEWARE = "keng.site.desk_urls", settings.DESK_MIDDLEWARE
    sign_in(desk_client, stage.administrator)
    assert desk_client.get("/partner/inbox/").status_code == 404
    settings.ROOT_URLCONF = "keng.site.public_urls"
    settings.MIDDLEWARE = settings.PUBLIC_MIDDLEWARE
    public_client.cookies = desk_client.cookies
    for address in ("/partner/inbox/", f"/partner/inbox/{matter.pk}/"):
        assert public_client.get(address).url == "/partner/sign-in/"


def test_another_partner_opens_nothing_of_it(public_client, stage, code):
    other = stage.invited(name="Báo tỉnh", username="bao", kind="newspaper").member
    phrase = holder_acts.make_inbox_key(by=other)
    holder_acts.prove_inbox_phrase(phrase, by=other)
    signed_in(public_client, other)
    public_client.post("/partner/inbox/unlock/", {"phrase": phrase})
    assert public_client.get(f"/partner/inbox/{InboxMatter.objects.get().pk}/").status_code == 404


def test_a_single_person_has_no_inbox(public_client, stage):
    alone = stage.alone()
    with pytest.raises(NoInboxForPartner):
        holder_acts.make_inbox_key(by=alone)
    signed_in(public_client, alone)
    assert public_client.get("/partner/inbox/").status_code == 404
    assert public_client.get(f"/partners/{alone.partner_id}/write/").status_code == 404


def test_danger_goes_to_the_desk_at_once_without_who_told_it(public_client, stage):
    code = code_of_sent_form(public_client, stage, text=DANGER)
    tip = Tip.objects.get()
    assert (tip.responsible_unit, tip.channel, tip.urgency) == (stage.unit, "partner", "P0")
    assert "Lan" not in tip.text
    assert "0912345678" not in tip.text
    assert not SealedIdentity.objects.exists()
    shown = page(public_client, "/partners/answer/", code=code)
    assert stage.unit.name in shown
    # What the police answer is read with the code that this page tells.
    own = receipt_codes.grouped_code(report_code(receipt_codes.cleaned_code(code)))
    assert own in shown
    assert receipt_codes.tip_id_of_code(receipt_codes.cleaned_code(own)) == tip.pk
    record = Entry.objects.get(action="matter.danger_read")
    assert record.chain == f"unit:{stage.unit.pk}"


def test_danger_about_an_officer_goes_above_their_desk(stage):
    begun(stage, "Anh công an phường đang cầm dao đánh vợ anh ấy ngay bây giờ, chảy máu nhiều")
    tip = Tip.objects.get()
    assert tip.responsible_unit == stage.province
    assert [concern.unit for concern in tip.concerns.all()] == [stage.unit]


def test_a_member_passes_danger_on_and_the_asker_reads_it(public_client, stage, code):
    opened(public_client, stage)
    address = f"/partner/inbox/{InboxMatter.objects.get().pk}/"
    public_client.post(address, {"do": "danger"})
    again = public_client.post(address, {"do": "danger"})
    assert again.status_code == 409
    assert Tip.objects.get().text == WORDS
    assert stage.unit.name in page(public_client, "/partners/answer/", code=code)
    assert InboxMatter.objects.get().report_hash == b""


def test_only_a_yes_passes_it_to_the_police_with_no_more_than_was_agreed(
    public_client, stage, code
):
    matter_acts.ask_consent(
        InboxMatter.objects.get().pk,
        words="Chuyển công an nhé?",
        unlocked=stage.unlocked,
        by=stage.thu,
    )
    assert not Tip.objects.exists()
    assert "Chuyển công an nhé?" in page(public_client, "/partners/answer/", code=code)
    sent = {"code": code, "do": "yes", "name": "", "phone": ""}
    page(public_client, "/partners/answer/consent/", **sent)
    page(public_client, "/partners/answer/consent/", **sent)
    tip = Tip.objects.get()
    assert tip.text == WORDS
    assert "Chuyển công an" not in tip.text
    assert not SealedIdentity.objects.exists()
    assert InboxMatter.objects.get().consent == InboxMatter.Consent.YES


def test_who_agrees_may_say_who_they_are(public_client, stage, code):
    matter_acts.ask_consent(
        InboxMatter.objects.get().pk, words="Được không?", unlocked=stage.unlocked, by=stage.thu
    )
    asker_acts.answer_consent(code, agrees=True, contact={"name": "Lan", "phone": ""})
    assert SealedIdentity.objects.get().holds == ["name"]


def test_a_no_leaves_it_where_it_is(stage, code):
    matter_acts.ask_consent(
        InboxMatter.objects.get().pk, words="Được không?", unlocked=stage.unlocked, by=stage.thu
    )
    asker_acts.answer_consent(code, agrees=False)
    assert not Tip.objects.exists()
    assert InboxMatter.objects.get().consent == InboxMatter.Consent.NO


def test_what_is_about_the_partner_is_not_kept_there(public_client, stage):
    address = f"/partners/{stage.partner.pk}/write/"
    sent = {"text": WORDS, "about_them": "yes", "token": receipt_codes.new_token()}
    shown = public_client.post(address, sent).content.decode()
    assert WORDS in shown
    assert 'href="/report/"' in shown
    # As the choice is named where it is made.
    assert "“Gửi thẳng Công an tỉnh”" in shown
    assert not InboxMatter.objects.exists()


def test_the_same_form_sent_twice_is_one_matter(stage):
    token = receipt_codes.new_token()
    for _try in range(2):
        asker_acts.ask_partner(stage.partner, text=WORDS, token=token, language="vi")
    assert InboxMatter.objects.count() == InboxMessage.objects.count() == 1


def test_what_is_taken_back_is_destroyed(public_client, stage, code):
    page(public_client, "/partners/answer/withdraw/", code=code)
    assert not InboxMatter.objects.exists()
    assert not InboxMessage.objects.exists()
    assert not queries.has_matter(code)
    with pytest.raises(MatterEnded):
        asker_acts.write_to_partner(code, text="còn đó không?")


def test_the_worker_ends_what_is_silent_and_destroys_it_later(become, stage, code):
    become("worker")
    purge.end_quiet_matters()
    assert purge.purge_matters() == 0
    with as_owner():
        InboxMatter.objects.update(last_at=times.now() - datetime.timedelta(days=91))
    purge.end_quiet_matters()
    with as_owner():
        assert InboxMatter.objects.get().ended_at is not None
    assert purge.purge_matters() == 0
    with as_owner():
        InboxMatter.objects.update(ended_at=times.now() - datetime.timedelta(days=366))
    assert purge.purge_matters() == 1
    with as_owner():
        assert not InboxMessage.objects.exists()
        assert not InboxMatter.objects.exists()


def test_a_restore_destroys_again_what_was_taken_back(stage, code):
    kinds = {each.name: each for each in destroyed_kinds()}
    matter_id = InboxMatter.objects.get().pk
    (lost, *_) = kinds["matter.withdrawn"].undone()
    kinds["matter.withdrawn"].do_again(lost)
    assert not InboxMatter.objects.filter(pk=matter_id).exists()
    (lost, *_) = kinds["inbox.key_ended"].undone()
    kinds["inbox.key_ended"].do_again(lost)
    assert not InboxHolder.objects.current().exists()


def test_a_closed_inbox_takes_nothing_new(public_client, stage):
    opened(public_client, stage)
    public_client.post("/partner/inbox/settings/", {"keep_months": "6"})
    assert public_client.get(f"/partners/{stage.partner.pk}/write/").status_code == 404
    assert queries.inbox_of(stage.partner).keep_months == 6


def test_the_words_are_given_back_where_the_hour_is_over(public_client, stage, code):
    signed_in(public_client, stage.thu)
    address = f"/partner/inbox/{InboxMatter.objects.get().pk}/"
    sent = public_client.post(address, {"do": "answer", "text": "Mai chúng tôi ra xem."})
    assert sent.status_code == 403
    assert "Mai chúng tôi ra xem." in sent.content.decode()
