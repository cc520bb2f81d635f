"""The link in a text message by which an officer takes on what they are called to.

It is derived from the row of the call and the site's key, by the sender, and stands nowhere: a call
is made with CALL_LINK in its words.
"""

import uuid

from django.conf import settings

from keng.delivery.models import Delivery, Dispatch, PagerWay
from keng.kit.secret_links import RowLink, row_id_in
from keng.kit.secrets import same_secret

CALL_LINK = "{call_link}"
_CALL = RowLink("taking on a call", "call")


def call_token(delivery_id: uuid.UUID) -> str:
    """The secret of one call to one telephone."""
    return _CALL.token_of(delivery_id, version=1, secret=b"")


def call_url(delivery_id: uuid.UUID) -> str:
    """The full address, on the desk."""
    return f"{settings.DESK_URL}/call/{call_token(delivery_id)}/"


def with_call_link(words: str, delivery_id: uuid.UUID) -> str:
    """The words of a call with its link."""
    return words.replace(CALL_LINK, call_url(delivery_id)) if CALL_LINK in words else words


def call_by_token(token: str) -> Delivery | None:
    """The text message to an officer that this link stood in."""
    key = row_id_in(token)
    if key is None or not same_secret(call_token(key), token):
        return None
    calls = Delivery.objects.filter(
        pk=key,
        channel=PagerWay.Kind.SMS,
        recipient_kind=Delivery.RecipientKind.PAGER,
        dispatch__kind=Dispatch.Kind.PAGE,
    )
    # The desk reads no address.
    columns = ("recipient_ref", "created_at", "dispatch__source_kind", "dispatch__source_ref")
    return calls.select_related("dispatch").only(*columns).first()
