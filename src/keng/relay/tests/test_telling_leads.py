"""Leads told by their own channel: asked first, one message each, and whom an officer tells."""

import datetime
import re

import pytest
from django.db import connection
from django.urls import reverse

from keng.audit.models import Entry
from keng.channels.fake import running_provider
from keng.channels.sms.fake import FakeSms
from keng.channels.zalo_oa.fake import running_zalo
from keng.conftest import sign_in
from keng.delivery.actions import dispatch as sending
from keng.delivery.actions.accounts import add_account
from keng.delivery.actions.lead_messages import quiet_until
from keng.delivery.audience import SameRecipients
from keng.delivery.credentials import keep_secrets
from keng.delivery.models import ChannelAccount, Delivery, RelayTask
from keng.delivery.priorities import Priority
from keng.delivery.tests.sending import send_until
from keng.delivery.tests.test_dispatch import Ward
from keng.kit import times
from keng.network import tasks as network_tasks
from keng.network.actions import lead_ways
from keng.network.actions.lead_ways import QuietHours, TypedAddress
from keng.network.actions.leads import set_lead_stopped
from keng.network.models import Lead, LeadRefusal, LeadWay
from keng.network.secret_links import lead_token, lead_way_token, lead_way_url
from keng.relay import reminders, stopping, telling_leads
from keng.relay.lead_chat_handler import lead_code_in
from keng.relay.lead_outcomes import outcome_of_leads
from keng.relay.relay_acts import mark_handed_out
from keng.relay.tasks_of_leads import leads_to_tell
from keng.relay.ways_to_tell import ways_to_tell
from keng.vault import keys
from tests import make

pytestmark = pytest.mark.django_db
MAIL = TypedAddress("email", "mao@nha-tro.example")
BY_DAY = datetime.datetime(2026, 11, 20, 10, tzinfo=times.VIETNAM)
BY_NIGHT = datetime.datetime(2026, 11, 20, 23, tzinfo=times.VIETNAM)


def url(name, *args):
    return reverse(name, args=args, urlconf="keng.site.public_urls")


@pytest.fixture
def ward():
    keys.make_sender_key()
    made = Ward.of_a_landlord()
    make.channel_account(unit=made.unit, channel="email")
    return made


def agreed(lead, typed=MAIL):
    """The lead chose it, was asked there, and agreed."""
    lead_ways.choose_lead_way(lead, typed)
    telling_leads.tell_leads()
    lead_ways.confirm_lead_way(LeadWay.objects.get(pk=lead.pk))
    return LeadWay.objects.get(pk=lead.pk)


def messages(**where):
    return list(Delivery.objects.filter(recipient_kind="lead", **where).order_by("id"))


def leads_told_in(ward):
    return [one.lead.name for one in leads_to_tell(ward.officer)]


def test_a_typed_address_is_asked_once_and_told_nothing_before_it_agreed(ward):
    lead_ways.choose_lead_way(ward.lead, MAIL)
    ward.send(ward.audience())
    assert telling_leads.tell_leads() == 1
    assert telling_leads.tell_leads() == 0
    (first,) = messages()
    assert first.dispatch.source_kind == "lead_way"
    assert first.priority == Priority.LETTER
    assert leads_told_in(ward) == ["Bà Mão"]
    lead_ways.confirm_lead_way(LeadWay.objects.get())
    assert telling_leads.tell_leads() == 1
    assert leads_told_in(ward) == []


def test_each_lead_gets_one_message_about_a_dispatch_however_many_groups_they_have(ward):
    second = make.group(unit=ward.unit, place=ward.hamlet)
    ward.lead.groups.add(second)
    agreed(ward.lead)
    sent = ward.send(ward.audience())
    assert RelayTask.objects.filter(dispatch=sent).count() == 2
    assert telling_leads.tell_leads() == 1
    assert telling_leads.tell_leads() == 0
    assert len(messages(dispatch__source_ref=sent.pk)) == 1
    entry = Entry.objects.get(action="relay.leads_told")
    assert (entry.actor_id, entry.detail) == ("worker", {"leads": 1})


def test_a_recall_goes_to_leads_before_what_is_urgent(ward):
    agreed(ward.lead)
    first = ward.send(ward.audience(), urgent=True)
    again = ward.send(ward.audience(), kind="recall")
    telling_leads.tell_of_next_dispatch()
    telling_leads.tell_of_next_dispatch()
    about = [(m.dispatch.source_ref, m.priority) for m in messages(dispatch__source_kind="relay")]
    assert about == [(again.pk, Priority.CORRECTION), (first.pk, Priority.URGENT_WARNING)]


def test_a_recall_is_told_first_to_leads_who_said_that_they_passed_it_on(ward, monkeypatch):
    leads = [
        make.lead(unit=ward.unit, groups=(make.group(unit=ward.unit, place=ward.hamlet),))
        for _ in range(6)
    ]
    for number, lead in enumerate(leads):
        agreed(lead, TypedAddress("email", f"lead-{number}@keng.example"))
    first = ward.send(ward.audience())
    passed_on = {lead.pk for lead in leads[-2:]}
    RelayTask.objects.filter(lead__in=passed_on).update(confirmed_at=times.now())
    # They are first among all leads, not only within a portion of them.
    monkeypatch.setattr(telling_leads, "_PORTION", 4)
    recall = ward.send(SameRecipients((first.pk,)), kind="recall")
    telling_leads.tell_of_next_dispatch()
    told = [one.recipient_ref for one in messages(dispatch__source_ref=recall.pk)]
    assert set(told[:2]) == passed_on
    assert len(told) == 4


@pytest.mark.parametrize(
    ("now", "urgent", "waits_until"),
    [
        (BY_DAY, False, None),
        (BY_NIGHT, True, None),
        (BY_NIGHT, False, (21, 6)),
        (BY_NIGHT.replace(hour=2), False, (20, 6)),
    ],
)
def test_by_night_only_what_is_urgent_comes(ward, now, urgent, waits_until):
    way = LeadWay(lead=ward.lead)
    until = quiet_until(way, now, is_urgent=urgent)
    assert (until and (until.day, until.hour)) == waits_until


def test_whoever_was_entered_at_night_is_asked_in_the_morning(ward, monkeypatch):
    monkeypatch.setattr(telling_leads.times, "now", lambda: BY_NIGHT)
    lead_ways.enter_lead_way(ward.lead.pk, MAIL, by=ward.officer)
    telling_leads.tell_leads()
    lead_ways.choose_lead_way(ward.lead, TypedAddress("email", "own@nha-tro.example"))
    telling_leads.tell_leads()
    assert [one.code for one in messages()] == ["quiet_hours", ""]


def test_what_waits_for_the_morning_says_so(ward, monkeypatch):
    agreed(ward.lead)
    now = times.now().astimezone(times.VIETNAM)
    hours = QuietHours(now.time(), (now + datetime.timedelta(hours=2)).time())
    lead_ways.choose_quiet_hours(ward.lead, hours)
    sent = ward.send(ward.audience())
    telling_leads.tell_leads()
    (message,) = messages(dispatch__source_ref=sent.pk)
    assert (message.state, message.code) == ("not_now", "quiet_hours")
    assert leads_told_in(ward) == []


def test_a_dead_address_falls_back_to_the_officer_with_the_reason(ward, desk_client):
    agreed(ward.lead)
    sent = ward.send(ward.audience())
    telling_leads.tell_leads()
    Delivery.objects.filter(pk=messages()[-1].pk).update(
        state="gone", settled_at=times.now(), address_sealed=None, text_sealed=None
    )
    LeadWay.objects.update(gone_at=times.now())
    (one,) = leads_to_tell(ward.officer)
    assert (one.lead, "không còn" in one.why) == (ward.lead, True)
    (way,) = outcome_of_leads(sent, officer=ward.officer).ways
    assert (way.told, way.waiting, way.failed) == (0, 0, 1)
    sign_in(desk_client, ward.officer)
    assert "không tới" in desk_client.get("/relays/").content.decode()
    page = desk_client.get(f"/dispatches/{sent.pk}/").content.decode()
    assert "Cách báo cho đầu mối" in page


def test_whom_the_channel_puts_off_counts_as_not_reached_and_is_told_once(ward, become):
    agreed(ward.lead)
    sent = ward.send(ward.audience())
    telling_leads.tell_leads()
    Delivery.objects.filter(pk=messages()[-1].pk).update(
        state="not_now", code="-211", not_before=times.now() + datetime.timedelta(hours=6)
    )
    (one,) = leads_to_tell(ward.officer)
    assert "-211" in one.why
    outcome = outcome_of_leads(sent, officer=ward.officer)
    assert [(way.told, way.waiting, way.failed) for way in outcome.ways] == [(0, 0, 1)]
    become("worker")
    assert telling_leads.tell_leads() == 0
    become("owner")
    mark_handed_out(ward.lead.pk, by=ward.officer)
    become("worker")
    assert telling_leads.tell_leads() == 1
    become("owner")
    assert messages()[-1].state == "cancelled"


def test_where_no_account_carries_it_an_officer_tells_them_at_once(ward):
    agreed(ward.lead)
    ChannelAccount.objects.update(is_active=False)
    ward.send(ward.audience())
    telling_leads.tell_leads()
    assert messages()[-1].code == "no_account"
    assert leads_told_in(ward) == ["Bà Mão"]


def test_a_new_address_is_told_again_of_what_the_dead_one_missed(ward):
    agreed(ward.lead)
    ward.send(ward.audience())
    telling_leads.tell_leads()
    Delivery.objects.filter(pk=messages()[-1].pk).update(
        state="gone", settled_at=times.now(), address_sealed=None, text_sealed=None
    )
    LeadWay.objects.update(
        gone_at=times.now(), entered_at=times.now() - datetime.timedelta(hours=1)
    )
    agreed(ward.lead, TypedAddress("email", "mao2@nha-tro.example"))
    assert telling_leads.tell_leads() == 1
    assert leads_told_in(ward) == []


def test_what_is_taken_back_reaches_no_lead_any_more(ward):
    agreed(ward.lead)
    sent = ward.send(ward.audience())
    telling_leads.tell_leads()
    assert sending.cancel_dispatch(sent.pk, by=ward.officer) == 1
    assert messages()[-1].state == "cancelled"
    assert telling_leads.tell_leads() == 0


def test_stopping_ends_what_waits_forgets_the_address_and_keeps_it_out(ward, become):
    agreed(ward.lead)
    ward.send(ward.audience())
    telling_leads.tell_leads()
    become("public")
    stopping.stop_lead(ward.lead)
    become("owner")
    assert messages()[-1].state == "cancelled"
    way = LeadWay.objects.get()
    assert (way.channel, bytes(way.address_sealed), way.address_hash) == ("", b"", None)
    assert LeadRefusal.objects.count() == 1
    other = make.lead(unit=ward.unit)
    with pytest.raises(lead_ways.AddressRefused):
        lead_ways.enter_lead_way(
            other.pk, TypedAddress("email", "Mao@nha-tro.example"), by=ward.officer
        )


def test_an_officer_who_notes_that_a_lead_stopped_ends_what_waits(ward):
    agreed(ward.lead)
    ward.send(ward.audience())
    telling_leads.tell_leads()
    set_lead_stopped(ward.lead.pk, stopped=True, by=ward.officer)
    assert telling_leads.tell_leads() == 2
    assert {one.state for one in messages()} == {"cancelled"}


def test_one_post_of_a_mail_service_stops_and_twice_is_no_error(ward, public_client):
    way = agreed(ward.lead)
    address = url("lead-way-stop", lead_way_token(way))
    assert "Ngừng nhận tin" in public_client.get(address).content.decode()
    assert Lead.objects.get().stopped_at is None
    for _time in range(2):
        answer = public_client.post(address, {"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
    assert Lead.objects.get().stopped_at is not None


def test_the_page_of_the_first_message_agrees_only_when_its_button_is_pressed(ward, public_client):
    lead_ways.enter_lead_way(ward.lead.pk, MAIL, by=ward.officer)
    telling_leads.tell_leads()
    address = url("lead-way", lead_way_token(LeadWay.objects.get()))
    shown = public_client.get(address).content.decode()
    assert ward.unit.name in shown
    assert "Bà Mão" not in shown
    assert LeadWay.objects.get().confirmed_at is None
    shown = public_client.post(address, follow=True).content.decode()
    assert LeadWay.objects.get().confirmed_at is not None
    assert url("relay", lead_token(ward.lead)) in shown


def test_a_lead_chooses_on_the_own_page_and_bad_input_keeps_what_was_typed(ward, public_client):
    page = url("relay-way", lead_token(ward.lead))
    bad = {"way": "email", "address": "mao at nha", "quiet_from": "21:00", "quiet_to": "05:30"}
    answer = public_client.post(page, bad)
    assert answer.status_code == 422
    assert "mao at nha" in answer.content.decode()
    assert public_client.post(page, bad | {"address": MAIL.address}).status_code == 302
    way = LeadWay.objects.get()
    assert (way.channel, way.quiet_from.hour, way.is_entered_for_lead) == ("email", 21, False)
    other = public_client.post(page, bad | {"address": "other@nha-tro.example"})
    assert "mười phút" in other.content.decode()
    public_client.post(page, {"way": "by_hand"})
    assert LeadWay.objects.get().channel == ""


def test_the_page_gives_a_code_for_a_chat(ward, public_client):
    make.channel_account(unit=ward.unit, channel="telegram", slug="bot", name="Bot của xã")
    answer = public_client.post(url("relay-way", lead_token(ward.lead)), {"way": "chat-bot"})
    (code,) = re.findall(r"DAUMOI-\w{4}-\w{4}", answer.content.decode())[:1]
    kept = bytes(LeadWay.objects.get().code_hash)
    assert kept == lead_ways.lead_code_hash(lead_code_in(f"/start {code}"))
    assert lead_code_in(code.lower().replace("-", " ")) == lead_code_in(code)
    assert lead_code_in("DAUMOI 7K3Q X9AB giúp tôi với") == ""


def test_an_address_nobody_agreed_at_is_forgotten_after_a_week(ward):
    lead_ways.choose_lead_way(ward.lead, MAIL)
    assert network_tasks.forget_unconfirmed_ways() == 0
    LeadWay.objects.update(entered_at=times.now() - datetime.timedelta(days=8))
    assert network_tasks.forget_unconfirmed_ways() == 1
    assert LeadWay.objects.get().channel == ""


def test_whom_the_machine_told_is_reminded_as_whom_an_officer_told(ward):
    agreed(ward.lead)
    ward.send(ward.audience())
    telling_leads.tell_leads()
    assert reminders.leads_to_remind(ward.officer, hours=2) == []
    Delivery.objects.filter(pk=messages()[-1].pk).update(
        state="sent",
        settled_at=times.now() - datetime.timedelta(hours=3),
        address_sealed=None,
        text_sealed=None,
    )
    assert [one.lead for one in reminders.leads_to_remind(ward.officer, hours=2)] == [ward.lead]


def test_the_worker_tells_leads_with_its_own_rights_and_nowhere_else(ward, become):
    lead_ways.choose_lead_way(ward.lead, MAIL)
    ward.send(ward.audience())
    become("worker")
    assert telling_leads.tell_leads() == 1
    become("public")
    lead_ways.confirm_lead_way(LeadWay.objects.without_address().get())
    become("worker")
    assert telling_leads.tell_leads() == 1
    with pytest.raises(Exception, match="where they agreed"), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO delivery_delivery (id, dispatch_id, channel, recipient_kind, "
            "recipient_ref, text_sealed, address_sealed) SELECT gen_random_uuid(), dispatch_id, "
            "channel, recipient_kind, gen_random_uuid(), text_sealed, 'elsewhere' "
            "FROM delivery_delivery WHERE recipient_kind = 'lead' LIMIT 1"
        )


@pytest.mark.django_db(transaction=True)
def test_a_text_message_says_who_entered_them_and_nothing_of_the_warning(as_sender):
    ward = Ward.of_a_landlord()
    with running_provider(FakeSms()) as texts:
        secrets = dict(texts.credentials())
        account = ChannelAccount(
            channel="sms",
            slug="sms",
            unit=ward.unit,
            name="sms",
            base_url=secrets.pop("api_base"),
            rate_per_minute=600,
        )
        add_account(account, settings=secrets, tokens={})
        typed = TypedAddress("sms", "0901234567")
        lead_ways.choose_quiet_hours(ward.lead, QuietHours(None, None))
        lead_ways.enter_lead_way(ward.lead.pk, typed, by=ward.officer)
        telling_leads.tell_leads()
        send_until(lambda: bool(texts.texts_of("0901234567")))
        lead_ways.confirm_lead_way(LeadWay.objects.get())
        ward.send(ward.audience(), urgent=True)
        telling_leads.tell_leads()
        send_until(lambda: len(texts.texts_of("0901234567")) == 2)
        first, task = texts.texts_of("0901234567")
    assert lead_way_token(LeadWay.objects.get()) in first
    assert lead_token(ward.lead) in task
    assert "Canh bao" not in task
    settled = messages()[-1]
    assert (settled.state, settled.address_sealed, settled.text_sealed) == ("sent", None, None)


@pytest.mark.django_db(transaction=True)
def test_on_zalo_by_number_a_lead_reads_the_approved_wording_with_the_own_link_alone(as_sender):
    ward = Ward.of_a_landlord()
    with running_zalo() as zalo:
        secrets = dict(zalo.credentials())
        base = secrets.pop("api_base")
        tokens = {key: secrets.pop(key) for key in ("access_token", "refresh_token")}
        account = ChannelAccount(
            channel="zalo_oa", slug="oa", unit=ward.unit, name="OA", base_url=base
        )
        add_account(account, settings=secrets, tokens=tokens)
        assert "zalo_phone" not in [way.value for way in ways_to_tell()]
        zalo.state.phone_templates = {"zns-1": ("trang",)}
        zalo.state.phones = {"84901234567"}
        template = {"phone_template": "zns-1", "phone_template_data": '{"trang": "{link}"}'}
        keep_secrets(account, secrets | template)
        account.save()
        assert "zalo_phone" in [way.value for way in ways_to_tell()]
        lead_ways.choose_quiet_hours(ward.lead, QuietHours(None, None))
        typed = lead_ways.read_typed_address("zalo_phone", "0901 234 567")
        lead_ways.enter_lead_way(ward.lead.pk, typed, by=ward.officer)
        telling_leads.tell_leads()
        send_until(lambda: len(zalo.state.delivered) == 1)
        lead_ways.confirm_lead_way(LeadWay.objects.get())
        ward.send(ward.audience(), urgent=True)
        telling_leads.tell_leads()
        send_until(lambda: len(zalo.state.delivered) == 2)
    link = f"zns-1 {lead_way_url(LeadWay.objects.get())}"
    assert [sent.text for sent in zalo.state.delivered] == [link, link]


def test_who_refused_a_text_message_is_not_asked_on_zalo_at_the_same_number(ward):
    lead_ways.choose_lead_way(ward.lead, TypedAddress("sms", "0901234567"))
    stopping.stop_lead(ward.lead)
    assert lead_ways.is_refused(lead_ways.read_typed_address("zalo_phone", "0901234567"))
    assert not lead_ways.is_refused(lead_ways.read_typed_address("zalo_phone", "0901234568"))


def test_a_lead_may_change_from_text_messages_to_zalo_with_the_same_number(ward, monkeypatch):
    lead_ways.choose_lead_way(ward.lead, TypedAddress("sms", "0901234567"))
    later = times.now() + datetime.timedelta(minutes=11)
    monkeypatch.setattr(lead_ways.times, "now", lambda: later)
    lead_ways.choose_lead_way(ward.lead, TypedAddress("zalo_phone", "0901234567"))
    assert LeadWay.objects.get().channel == "zalo_phone"
