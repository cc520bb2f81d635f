"""The phone of an officer in the demo: what is sent to its number lies on its screen."""

import secrets

import pytest
from django.test import RequestFactory
from django.urls import set_urlconf

from keng.channels import get_channel
from keng.channels.base import Address, Credentials, OutgoingMessage
from keng.channels.fake import running_provider
from keng.channels.sms.fake import FakeSms, SmsSettings
from keng.channels.tests.talk import send
from keng.channels.voice.fake import FakeVoice, VoiceSettings
from keng.channels.zalo_oa.fake.state import FakeSettings
from keng.kit import times
from keng.site import public_urls
from keng_dev.demo import hook, officer_phone, public
from keng_dev.demo.fake_providers import FakeProviders
from keng_dev.demo.officer_number import NUMBER

pytestmark = pytest.mark.django_db
SMS = {"api_key": "K1", "secret_key": "S1"}
VOICE = {"api_key": "SK.0.x", "secret_key": "S2"}
TEXT = OutgoingMessage("Keng: co tin khan, ma 7K3", subject="Ban truc Phuong Nenh, tin 12")


@pytest.fixture(scope="module")
def providers():
    phone = {"sms": SMS, "voice": VOICE, "push": secrets.randbelow(10**9) + 1}
    fake = FakeProviders(FakeSettings(), phone, "http://127.0.0.1:0")
    with running_provider(fake) as running:
        yield running


@pytest.fixture
def demo_addresses():
    """Those of the residents' site and of the demo, as it starts."""
    set_urlconf((*public_urls.urlpatterns, *hook.public_urls()))
    yield
    set_urlconf(None)


@pytest.fixture(autouse=True)
def at_these_providers(providers, monkeypatch):
    monkeypatch.setattr(officer_phone, "zalo_url", lambda: providers.base)


def call_officer(providers, channel, credentials, number=NUMBER):
    own = Credentials(dict(credentials) | {"api_base": providers.base})
    message = OutgoingMessage(TEXT.text, subject=TEXT.subject, reference=secrets.token_hex(8))
    outcome = send(get_channel(channel), message, Address(f"+84{number}"), own, times.now())
    assert outcome.kind == "sent"


def page(path="/phones/officer/screen"):
    return public.officer_screen(RequestFactory().get(path)).content.decode()


def test_what_is_sent_to_the_number_lies_on_the_screen(providers, demo_addresses):
    call_officer(providers, "sms", FakeSms(SmsSettings(**SMS)).credentials())
    call_officer(providers, "sms", FakeSms(SmsSettings(**SMS)).credentials(), "900000999")
    call_officer(providers, "voice", FakeVoice(VoiceSettings(**VOICE)).credentials())
    screen = officer_phone.phone_screen()
    assert [(one.by, one.text) for one in screen.items] == [("sms", TEXT.text)]
    assert (screen.call.by, screen.call.state) == ("voice", "ringing")
    assert TEXT.text in page()
    officer_phone.do_with_call(screen.call.call_id, "decline")
    assert officer_phone.phone_screen().call is None


def test_a_phone_that_does_not_answer_is_said_to_be_away(monkeypatch):
    monkeypatch.setattr(officer_phone, "zalo_url", lambda: "http://127.0.0.1:9")
    with pytest.raises(officer_phone.PhoneIsAway):
        officer_phone.phone_screen()
    assert TEXT.text not in page()
