"""Who asked to be told when a warning is over is told once, and then forgotten."""

import datetime
import re

import pytest
from django.db import ProgrammingError, transaction
from django.urls import reverse

from keng.delivery.models import Delivery, Dispatch
from keng.kit import times
from keng.network import secret_links, tasks
from keng.network.actions.subscriptions import REMAINS_KEPT, recent_mailboxes
from keng.network.models import Subscription, SubscriptionWish
from keng.vault import opening, seal
from keng.vault.key_pairs import new_private_key, public_half
from keng.vault.models import SenderKey
from keng.warnings import actions
from keng.warnings.actions.telling_when_over import tell_when_over
from keng.warnings.models import Warning
from keng.warnings.tests.ward import Ward
from tests import make

pytestmark = pytest.mark.django_db
DAY_AFTER = times.start_of(times.local_date(times.now()) + datetime.timedelta(days=1))


@pytest.fixture
def ward():
    recent_mailboxes.forget()
    yield Ward()
    recent_mailboxes.forget()
    seal.forget_public_keys()


def url(name, *args):
    return reverse(name, args=args, urlconf="keng.site.public_urls")


def request_for(version, **fields):
    code = version.verify_code.code
    return make.subscription(places=(), channel="sandbox", warning_code=code, **fields)


def lapse(version):
    last_day = times.local_date(DAY_AFTER) - datetime.timedelta(days=1)
    Warning.objects.filter(pk=version.warning_id).update(valid_until=last_day)


def at_hour(monkeypatch, hour):
    monkeypatch.setattr(times, "now", lambda: DAY_AFTER + datetime.timedelta(hours=hour))


def notices():
    return Delivery.objects.filter(dispatch__source_kind="warning_over").order_by("id")


@pytest.fixture
def opened():
    """What the sender alone can read."""
    key = new_private_key()
    SenderKey.objects.create(public_key=public_half(key))
    seal.forget_public_keys()
    return lambda row: opening.open_with_unit_key(
        row.text_sealed, key, kind="text", ref=row.pk
    ).decode()


@pytest.fixture
def tell_when_over_as_worker(become):
    def run():
        become("worker")
        found = tell_when_over()
        become("owner")
        return found

    return run


def test_they_are_told_once_in_the_morning_and_nothing_of_them_stays(
    ward, tell_when_over_as_worker, opened, become, monkeypatch
):
    version = ward.published()
    asked = [request_for(version, language=language) for language in ("vi", "en")]
    request_for(version, confirmed_at=None)
    make.subscription(places=(ward.place,), channel="sandbox")
    at_hour(monkeypatch, 8)
    assert tell_when_over_as_worker() == 0
    lapse(version)
    at_hour(monkeypatch, 6.9)
    assert tell_when_over_as_worker() == 0
    at_hour(monkeypatch, 7.1)
    assert tell_when_over_as_worker() == 2
    assert tell_when_over_as_worker() == 0
    assert [row.account for row in notices()] == [ward.account] * 2
    words = {row.text.language: row for row in notices().select_related("text")}
    assert set(words) == {"vi", "en"}
    assert "Công an không gọi điện" in words["vi"].text.subject
    assert "đã hết hiệu lực" in opened(words["vi"])
    for one in asked:
        one.refresh_from_db()
        assert (one.stopped_at is None, bytes(one.address_sealed)) == (False, b"")
    # Its address is forgotten with the end of the row that carried it.
    assert {row.recipient_kind for row in notices()} <= set(Delivery.PERSON_ALONE)
    Subscription.objects.update(stopped_at=times.now() - REMAINS_KEPT * 2)
    become("worker")
    assert tasks.forget_told() == 3
    assert Subscription.objects.filter(warning_code="").count() == 1


def test_a_recall_is_the_end_at_any_hour(ward, tell_when_over_as_worker, opened, monkeypatch):
    version = ward.published()
    request_for(version)
    actions.recall_warning(version.warning_id, reason="harmless", by=ward.commander)
    at_hour(monkeypatch, 2)
    assert tell_when_over_as_worker() == 1
    assert "Cảnh báo đã bị thu hồi. Lý do: " in opened(notices().get())


def test_who_cannot_be_reached_now_waits(ward, tell_when_over_as_worker, opened, monkeypatch):
    version = ward.published()
    request_for(version)
    lapse(version)
    at_hour(monkeypatch, 9)
    type(ward.account).objects.update(is_active=False)
    assert tell_when_over_as_worker() == 0
    type(ward.account).objects.update(is_active=True)
    assert tell_when_over_as_worker() == 1


def test_the_worker_tells_nobody_else_by_such_a_notice(ward, become):
    asked = request_for(ward.published())
    become("worker")
    for address, whose in ((b"elsewhere", asked.pk), (b"sealed", make.some_id())):
        notice = Dispatch.objects.create(
            kind="notice", is_urgent=False, unit=ward.unit, source_kind="warning_over"
        )
        forged = Delivery(
            dispatch=notice,
            account=ward.account,
            channel="sandbox",
            recipient_kind="asker",
            recipient_ref=whose,
            address_sealed=address,
        )
        with pytest.raises(ProgrammingError, match="asked to be told"), transaction.atomic():
            forged.save(force_insert=True)


def test_by_letter_it_is_confirmed_first_and_one_may_take_it_back(
    public_client, ward, tell_when_over_as_worker, opened, monkeypatch
):
    make.channel_account(unit=ward.unit, channel="email")
    version = ward.published()
    page = public_client.get(url("warning", version.verify_code.code)).content.decode()
    address = url("warning-when-over", version.verify_code.code)
    assert address in page
    empty = public_client.post(address, {"way": "email"})
    assert "Hãy ghi địa chỉ email" in empty.content.decode().replace("\u00a0", " ")
    sent = public_client.post(address, {"way": "email", "email": "hoa@example.com"})
    assert sent.url == url("subscribe-sent")
    asked = Subscription.objects.get()
    assert (asked.warning_code, asked.confirmed_at) == (version.verify_code.code, None)
    letter = Delivery.objects.get(dispatch__kind="notice")
    words = opened(letter)
    assert "Công an không gọi điện" in words
    confirm = re.search(r"https?://[^/\s]+(/subscribe/\S+)", words)[1]
    public_client.post(confirm)
    asked.refresh_from_db()
    assert asked.confirmed_at is not None
    own = url("own-subscription", secret_links.stop_token(asked))
    for shown in (public_client.get(confirm), public_client.get(own)):
        assert url("warning", asked.warning_code) in shown.content.decode()
    # It has nothing to choose: what is posted to the page of a subscription changes nothing.
    public_client.post(own, {"places": [str(ward.place.pk)], "severity": "1", "language": "vi"})
    assert not asked.places.exists()
    public_client.post(url("subscription-stop", secret_links.stop_token(asked)))
    lapse(version)
    at_hour(monkeypatch, 9)
    assert tell_when_over_as_worker() == 0


def test_of_every_version_it_is_one_request_and_of_what_is_over_none(public_client, ward):
    chat = make.channel_account(unit=ward.unit, channel="telegram", slug="bot")
    version = ward.published()
    address = url("warning-when-over", version.verify_code.code)
    answer = public_client.post(address, {"way": "chat-bot"})
    assert answer.url.startswith("/subscribe/chat/bot/")
    wish = SubscriptionWish.objects.get()
    assert (wish.account_ref, wish.warning_code) == (chat.pk, version.verify_code.code)
    actions.recall_warning(version.warning_id, reason="harmless", by=ward.commander)
    assert public_client.get(address).status_code == 404
    page = public_client.get(url("warning", version.verify_code.code)).content.decode()
    assert address not in page
