"""A gateway for text messages tells the edge, by GET, what became of each."""

import http.client
from urllib.parse import urlsplit

import pytest

from keng.channels.base import Address, OutgoingMessage
from keng.channels.fake import running_provider
from keng.channels.sms import Sms
from keng.channels.sms.fake import FakeSms
from keng.channels.tests.talk import post as order
from keng.channels.tests.talk import send
from keng.delivery.credentials import keep_secrets
from keng.delivery.models import Delivery, Dispatch
from keng.kit import times
from tests import make
from tests.running import running

pytestmark = pytest.mark.django_db(transaction=True)


def sent_message(fake, account, edge):
    """A row whose message the gateway took, as the sender leaves it."""
    dispatch = Dispatch.objects.create(kind="pager", is_urgent=True, unit=account.unit)
    row = dispatch.deliveries.create(
        account=account,
        channel="sms",
        recipient_kind="pager",
        recipient_ref=make.some_id(),
        state="sent",
        code="100",
    )
    credentials = fake.credentials() | {"hook": f"http://127.0.0.1:{edge.port}/hooks/sms/sms-truc"}
    message = OutgoingMessage("Keng: co tin khan", reference=str(row.pk))
    outcome = send(Sms(), message, Address("+84901234567"), credentials, times.now())
    Delivery.objects.filter(pk=row.pk).update(provider_id=outcome.provider_id)
    row.refresh_from_db()
    return row


def state_after(fake, row, **said):
    (status,) = order(f"{fake.base}/_fake/emit", {"id": row.provider_id, "url": "", **said})
    assert status == 200
    row.refresh_from_db()
    return row.state, row.code


def test_sent_becomes_arrived_or_not_delivered_as_the_gateway_says(account):
    with running_provider(FakeSms()) as fake:
        texts = make.channel_account(unit=account.unit, channel="sms", slug="sms-truc")
        keep_secrets(texts, dict(fake.credentials()))
        texts.save()
        with running("edge") as edge:
            first, second = (sent_message(fake, texts, edge) for _ in range(2))
            assert state_after(fake, first, status=7) == ("sent", "100")
            assert state_after(fake, first) == ("delivered", "100")
            # It is told up to five times, and what arrived stays so.
            assert state_after(fake, first) == ("delivered", "100")
            assert state_after(fake, first, is_failed=True) == ("delivered", "100")
            # Whoever has the address of one message says nothing of another.
            path = urlsplit(fake.receipt_urls[first.provider_id]).path
            ended = f"SMSID={second.provider_id}&SendStatus=5&SendSuccess=1"
            for asked, status in (
                (f"{path}?{ended}", 200),
                (f"{path[:-1]}x?{ended}", 401),
                (f"/hooks/sandbox/phones/x?{ended}", 404),
            ):
                connection = http.client.HTTPConnection("127.0.0.1", edge.port, timeout=10)
                connection.request("GET", asked)
                assert connection.getresponse().status == status
                connection.close()
            second.refresh_from_db()
            assert second.state == "sent"
            assert state_after(fake, second, is_failed=True) == ("rejected", "not_delivered")
