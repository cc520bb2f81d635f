"""Secret links, derived and never stored: a lead's page, and a subscriber's two answers.

They are derived from the site's key and a secret of the row together: neither gives them alone.
Rows from before there were such secrets have none, and the links of then stay good.
"""

import base64
import binascii
import uuid

from django.conf import settings

from keng.kit.secrets import keyed_hash, same_secret
from keng.network.models import Lead, Subscription

_LEAD, _CONFIRM, _STOP = "lead link", "subscription confirm", "subscription stop"
_ENDED = "ended lead link"
_MAC_BYTES = 16


def lead_token(lead: Lead) -> str:
    """The secret of a lead's standing page: by the site's key and the lead's own secret together.

    A lead from before there were such secrets keeps the link they have until they get a new one.
    """
    return _token(_LEAD, lead.pk, lead.link_version, bytes(lead.link_secret))


def lead_url(lead: Lead) -> str:
    """The full address of a lead's standing page."""
    return f"{settings.PUBLIC_URL}/relay/{lead_token(lead)}"


def lead_by_token(token: str) -> Lead | None:
    """The lead whose present token this is; a stopped lead's link opens no tasks."""
    key = _id_in(token)
    lead = Lead.objects.filter(pk=key, stopped_at__isnull=True).first() if key else None
    return lead if lead and same_secret(lead_token(lead), token) else None


def lead_by_earlier_token(token: str) -> Lead | None:
    """The lead whose token this is or was: stopped since, or given another link."""
    key = _id_in(token)
    lead = Lead.objects.filter(pk=key).select_related("unit").first() if key else None
    if lead is None:
        return None
    if ended_link_hash(token) in lead.ended_links:
        return lead
    # By the secret of now, and by none as before there were such secrets.
    versions = range(lead.link_version, 0, -1)
    known = (_token(_LEAD, lead.pk, v, s) for v in versions for s in (bytes(lead.link_secret), b""))
    return lead if any(same_secret(each, token) for each in known) else None


def ended_link_hash(token: str) -> str:
    """What is kept of a link that was ended: nothing that opens anything."""
    return keyed_hash(_ENDED, token).hex()


def confirm_token(subscription: Subscription) -> str:
    """What the confirmation letter carries."""
    return _answer(_CONFIRM, subscription)


def stop_token(subscription: Subscription) -> str:
    """What every letter carries, for the one-tap stop."""
    return _answer(_STOP, subscription)


def confirm_url(subscription: Subscription) -> str:
    """The full address at which a person confirms a subscription."""
    return f"{settings.PUBLIC_URL}/subscribe/{confirm_token(subscription)}"


def stop_url(subscription: Subscription) -> str:
    """The full address of the one-tap stop."""
    return f"{settings.PUBLIC_URL}/stop/{stop_token(subscription)}"


def subscription_to_confirm(token: str) -> Subscription | None:
    """The subscription this letter asked about, unless it was stopped meanwhile."""
    return _subscription(_CONFIRM, token)


def subscription_to_stop(token: str) -> Subscription | None:
    """The subscription a stop link belongs to, stopped or not: stopping twice is no error."""
    return _subscription(_STOP, token)


def _subscription(label: str, token: str) -> Subscription | None:
    key = _id_in(token)
    # The public site may not read the sealed address (site.grants).
    rows = Subscription.objects.defer("address_sealed")
    found = rows.filter(pk=key).first() if key else None
    return found if found and same_secret(_answer(label, found), token) else None


def _answer(label: str, subscription: Subscription) -> str:
    return _token(label, subscription.pk, secret=bytes(subscription.link_secret))


def _token(label: str, key: uuid.UUID, version: int = 1, secret: bytes = b"") -> str:
    parts: list[str | bytes] = [key.bytes, str(version)]
    if secret:
        parts.append(secret)
    mac = keyed_hash(label, *parts)[:_MAC_BYTES]
    return base64.urlsafe_b64encode(key.bytes + mac).rstrip(b"=").decode()


def _id_in(token: str) -> uuid.UUID | None:
    """The id at the start of a token, whoever made it; nothing is proved by this."""
    try:
        raw = base64.urlsafe_b64decode(token.encode("ascii") + b"==")
    except (UnicodeEncodeError, binascii.Error, ValueError):
        return None
    return uuid.UUID(bytes=raw[:16]) if len(raw) == 16 + _MAC_BYTES else None
