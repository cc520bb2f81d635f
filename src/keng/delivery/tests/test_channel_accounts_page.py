"""The desk's page of its accounts at providers."""

import datetime

import pytest

from keng.conftest import sign_in
from keng.delivery.desk.channel_accounts import AccountRow
from keng.delivery.models import ChannelAccount, Conversation
from keng.kit import times
from keng.kit.time_words import day_words
from tests import make

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)


@pytest.fixture
def desk():
    unit = make.unit()
    now = times.now()
    today = times.local_date(now)
    make.channel_account(unit=unit, channel="zalo_oa", slug="well", tokens_renewed_at=now)
    make.channel_account(
        unit=unit,
        channel="zalo_oa",
        slug="ending",
        tokens_renewed_at=now - 80 * DAY,
        package_name="Nâng cao",
        package_ends_on=today - DAY,
    )
    stopped = {"unit": unit, "circuit_open_since": now}
    reason = "-14020 connect the account again"
    make.channel_account(channel="zalo_oa", slug="lost", circuit_reason=reason, **stopped)
    make.channel_account(channel="telegram", slug="bot", circuit_reason=reason, **stopped)
    make.channel_account(channel="sms", slug="sms", circuit_reason="105 no money", **stopped)
    make.channel_account(unit=unit, channel="email", slug="off", is_active=False)
    make.channel_account(unit=make.unit(), channel="email", slug="of-another-desk")
    return unit


def to_do(slug):
    return " ".join(AccountRow(ChannelAccount.objects.get(slug=slug), None).to_do)


def test_what_to_do_says_who_has_to_do_it(desk):
    assert to_do("well") == ""
    assert "keng channel connect ending" in to_do("ending")
    assert "Gia hạn gói" in to_do("ending")
    assert to_do("lost").count("keng channel connect lost") == 1
    assert "keng channel renew bot" in to_do("bot")
    assert "keng channel check sms" in to_do("sms")
    assert "keng channel start off" in to_do("off")


def test_it_shows_the_own_accounts_with_their_ends_and_no_moment_of_a_reporter(desk, desk_client):
    well = ChannelAccount.objects.get(slug="well")
    heard_at = times.start_of(times.local_date(times.now()) - 3 * DAY) + datetime.timedelta(hours=9)
    heard = Conversation.objects.create(account=well, key_hash=b"k" * 32, reply_address_sealed=b"a")
    Conversation.objects.filter(pk=heard.pk).update(last_inbound_at=heard_at)
    commander = make.officer(unit=desk, role="commander")
    page = sign_in(desk_client, commander).get("/channel-accounts/")
    text = page.content.decode()
    assert day_words(times.local_date(heard_at)) in text
    assert "09:00" not in text
    assert "còn 10 ngày" in text
    assert "đã hết hạn" in text
    assert "Nâng cao" in text
    assert "-14020" in text
    assert 'id="of-another-desk"' not in text
