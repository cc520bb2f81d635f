"""`keng channel connect` against the fake: the link is opened, the address pasted, tokens kept."""

import http.client
from urllib.parse import urlsplit

import pytest

from keng.channels.zalo_oa.fake import running_zalo
from keng.cli.channel.connecting import connect_account
from keng.delivery.actions.accounts import renew_account
from keng.delivery.credentials import credentials_for_sending, given_settings
from keng.delivery.tests.conftest import zalo_account
from keng.runtime.errors import CannotContinue
from keng.vault import keys, opening

pytestmark = pytest.mark.django_db
PAGE = "https://keng.example/"


@pytest.fixture
def fake():
    with running_zalo() as server:
        yield server


@pytest.fixture
def zalo(fake, db, monkeypatch):
    keys.make_sender_key()
    opening._sender_private_key.cache_clear()
    monkeypatch.setenv("KENG_SENDER_KEY_FILE", str(keys.sender_file()))
    yield zalo_account(fake)
    opening._sender_private_key.cache_clear()


def led_to(link):
    """Where the browser of whoever agrees is led."""
    parts = urlsplit(link)
    there = http.client.HTTPConnection(parts.hostname, parts.port)
    try:
        there.request("GET", f"{parts.path}?{parts.query}")
        return there.getresponse().getheader("location")
    finally:
        there.close()


def connect(account, *, change=lambda address: address):
    printed = []
    connect_account(
        account,
        PAGE,
        print_line=printed.append,
        ask=lambda _question: change(led_to(printed[0].splitlines()[-1])),
    )
    return printed


def test_an_account_is_connected_and_keeps_its_settings(zalo, fake):
    before = given_settings(zalo)
    assert fake.credentials()["app_secret"] not in str(connect(zalo))
    zalo.refresh_from_db()
    kept = credentials_for_sending(zalo)
    assert kept["access_token"] == fake.state.access_token
    assert kept["refresh_token"] == fake.state.refresh_token
    assert given_settings(zalo) == before


def test_what_was_renewed_while_somebody_agreed_stays(zalo):
    renewed = given_settings(zalo) | {"webhook_secret": "another-key"}
    renewed.pop("api_base")

    def meanwhile(address):
        renew_account(zalo.pk, base_url=zalo.base_url, settings=renewed, tokens={})
        return address

    connect(zalo, change=meanwhile)
    zalo.refresh_from_db()
    assert given_settings(zalo)["webhook_secret"] == "another-key"
    assert zalo.tokens_expire_at is not None


def test_a_late_or_spent_code_changes_nothing(zalo, fake):
    sealed = bytes(zalo.tokens_sealed)

    def late(address):
        fake.state.clock.advance(601)
        return address

    with pytest.raises(CannotContinue, match="-14019"):
        connect(zalo, change=late)
    # The code of a first try is of no use in a second one.
    first = []
    with pytest.raises(CannotContinue, match="no code"):
        connect(zalo, change=lambda address: first.append(address) or "")
    with pytest.raises(CannotContinue, match="-14019"):
        connect(zalo, change=lambda _address: first[0].partition("&state=")[0])
    zalo.refresh_from_db()
    assert bytes(zalo.tokens_sealed) == sealed
