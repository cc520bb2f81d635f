"""Until when an account is paid for: asked once a day by one sender, over real HTTP."""

import datetime

import pytest

from keng.delivery.actions.accounts import renew_account
from keng.delivery.models import ChannelAccount
from keng.delivery.tests.sending import sending, until
from keng.kit import times

pytestmark = pytest.mark.django_db(transaction=True)
HOUR = datetime.timedelta(hours=1)
LONG_AGO = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)


def questions(fake):
    return [entry for entry in fake.state.journal if "/getoa" in entry.path]


def kept_package():
    return ChannelAccount.objects.values_list("package_name", "package_ends_on").get()


def test_two_senders_ask_once_a_day_and_keep_what_was_said(zalo, fake):
    fake.state.settings.package_ends_on = "05/03/2027"
    ChannelAccount.objects.update(package_asked_at=None)
    with sending(count=2):
        until(lambda: kept_package() == ("Nâng cao", datetime.date(2027, 3, 5)))
    assert len(questions(fake)) == 1
    asked_at = ChannelAccount.objects.get().package_asked_at
    assert times.now() - asked_at < datetime.timedelta(minutes=5)


def test_a_day_that_is_no_more_named_is_no_more_kept_and_a_dead_token_is_renewed(zalo, fake):
    ChannelAccount.objects.update(
        package_asked_at=LONG_AGO, package_ends_on="2027-03-05", tokens_renewed_at=LONG_AGO
    )
    fake.state.settings.package_ends_on = "Không có"
    fake.state.token_issued_at -= 100_000
    with sending():
        until(lambda: ChannelAccount.objects.get().tokens_renewed_at > LONG_AGO)
        # Asked again in an hour, not tomorrow.
        until(lambda: times.now() - ChannelAccount.objects.get().package_asked_at > 22 * HOUR)
        assert times.now() - ChannelAccount.objects.get().package_asked_at < 24 * HOUR
    ChannelAccount.objects.update(package_asked_at=None)
    with sending():
        until(lambda: kept_package() == ("Nâng cao", None))


def test_other_secrets_may_be_of_an_account_with_another_package(zalo):
    ChannelAccount.objects.update(package_name="Nâng cao", package_ends_on="2027-03-05")
    renew_account(zalo.pk, base_url=zalo.base_url, settings={}, tokens={})
    assert kept_package() == ("", None)
    assert ChannelAccount.objects.get().package_asked_at is None
