"""What a provider says of our own messages, several at once."""

import pytest
from django.db import connection

from keng.delivery.actions.inbound import Receipt, ReceiptHandler
from keng.delivery.models import Dispatch
from tests import make

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("states", [("read", "delivered"), ("delivered", "read")])
def test_of_two_receipts_for_one_row_the_further_one_counts(states):
    unit = make.unit()
    account = make.channel_account(unit=unit)
    dispatch = Dispatch.objects.create(kind="ack", is_urgent=True, unit=unit)
    sent = dispatch.deliveries.create(
        account=account,
        channel="sandbox",
        recipient_kind="conversation",
        recipient_ref=make.some_id(),
        state="sent",
        provider_id="x1",
    )
    told = [[Receipt(str(account.pk), "x1", state)] for state in states]
    (statement,) = ReceiptHandler().statements(told)
    with connection.cursor() as cursor:
        cursor.execute(statement.sql, statement.values)
    sent.refresh_from_db()
    assert sent.state == "read"
