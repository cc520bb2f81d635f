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


def test_a_batch_in_which_one_names_several_is_no_single_statement():
    """By its count of rows the edge takes a single one for a batch of new messages alone."""
    one, two, three = (Receipt("phones", name, "delivered") for name in "abc")
    statements = ReceiptHandler().statements([[one], [two, three]])
    assert [each.values["ids"] for each in statements] == [["a"], ["b", "c"]]
    assert len(ReceiptHandler().statements([[one], [], [two]])) == 1
    assert ReceiptHandler().statements([[], []]) == []
