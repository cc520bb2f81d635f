"""Danger to life, from the resident's report to the officer who takes it on by a text message.

Every part is the product's own: the residents' pages, the worker's tasks, a sender, and the desk's
page behind the link; the gateway is the fake, on a port of its own.
"""

import re

import pytest

from keng.alarms.ringing import call_what_rings
from keng.channels.fake import running_provider
from keng.channels.sms.fake import FakeSms, SmsSettings
from keng.community.tests.resident import Resident, Stage
from keng.decisions.link_answers import take_by_links
from keng.delivery.actions.accounts import add_account
from keng.delivery.models import ChannelAccount, Delivery
from keng.delivery.tests.conftest import as_sender  # noqa: F401 -- a fixture
from keng.delivery.tests.sending import sending, until
from keng.duty import pager_acts
from keng.intake.examination.examine import examine_tips
from keng.tips.models import Alarm, Tip
from tests import make

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("as_sender")]
WORDS = "Chồng tôi đang cầm dao đuổi hai mẹ con, cứu với"
PHONES = ("0901234567", "0901234568")


@pytest.fixture
def gateway():
    with running_provider(FakeSms(SmsSettings())) as fake:
        yield fake


def link_in(text):
    return re.search(r"https?://[^/\s]+(/call/\S+)", text)[1]


def test_a_text_message_calls_an_officer_whose_tap_takes_the_report_on(settings, request, gateway):
    make.clock_rules()
    settings.EMERGENCY_EMAIL = ""
    stage = Stage()
    secrets = dict(gateway.credentials())
    account = ChannelAccount(
        channel="sms",
        slug="sms",
        unit=stage.unit,
        name="SMS",
        base_url=secrets.pop("api_base"),
        rate_per_minute=600,
    )
    add_account(account, settings=secrets, tokens={})
    officers = [make.officer(unit=stage.unit), make.officer(unit=stage.unit)]
    for officer, phone in zip(officers, PHONES, strict=True):
        pager_acts.add_phone_pager(phone[1:], "sms", by=officer)

    # Each of the two names its site in the settings, so the desk's comes after the report.
    resident = Resident(request.getfixturevalue("public_client"))
    resident.report(place=stage.place, topic="other", text=WORDS, happening="now")
    examine_tips()
    tip = Tip.objects.get()
    assert tip.urgency == "P0"
    call_what_rings()
    with sending():
        until(lambda: all(gateway.texts_of(phone) for phone in PHONES))
    (first,), (second,) = map(gateway.texts_of, PHONES)
    for text in (first, second):
        # A phone on a table shows no word of it.
        assert "dao" not in text

    desk_client = request.getfixturevalue("desk_client")
    assert desk_client.post(link_in(first)).status_code == 302
    take_by_links()
    tip.refresh_from_db()
    assert tip.assigned_to == officers[0]
    assert Alarm.objects.get().ended_at is not None
    # The other is stood down: the call itself is not repeated, and the tap comes too late.
    desk_client.post(link_in(second))
    take_by_links()
    tip.refresh_from_db()
    assert tip.assigned_to == officers[0]
    assert not Delivery.objects.filter(state="queued", text__text__contains="{call_link}").exists()
