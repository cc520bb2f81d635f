"""Secret links: a lead's standing page, and a subscriber's two answers."""

from keng.kit.secret_links import RowLink, row_id_in
from keng.kit.secrets import keyed_hash, same_secret
from keng.network.models import Lead, LeadWay, Subscription

_LEAD = RowLink("lead link", "relay")
_CONFIRM = RowLink("subscription confirm", "subscribe")
_STOP = RowLink("subscription stop", "stop")
_LEAD_WAY = RowLink("lead way", "lead-way")
_ENDED = "ended lead link"

lead_token = _LEAD.token
lead_url = _LEAD.url
# What the confirmation letter carries, and what every letter carries for the one-tap stop.
confirm_token = _CONFIRM.token
confirm_url = _CONFIRM.url
stop_token = _STOP.token
stop_url = _STOP.url
# The page on which somebody agrees to be told at this address, or refuses.
lead_way_token = _LEAD_WAY.token
lead_way_url = _LEAD_WAY.url


def lead_by_token(token: str) -> Lead | None:
    """The lead whose present token this is; a stopped lead's link opens no tasks."""
    return _LEAD.row_of(Lead.objects.filter(stopped_at__isnull=True), token)


def lead_by_earlier_token(token: str) -> Lead | None:
    """The lead whose token this is or was: stopped since, or given another link."""
    key = row_id_in(token)
    lead = Lead.objects.filter(pk=key).select_related("unit").first() if key else None
    if lead is None:
        return None
    if ended_link_hash(token) in lead.ended_links:
        return lead
    # By the secret of now, and by none as before there were such secrets.
    known = (
        _LEAD.token_of(lead.pk, version=version, secret=secret)
        for version in range(lead.link_version, 0, -1)
        for secret in (bytes(lead.link_secret), b"")
    )
    return lead if any(same_secret(each, token) for each in known) else None


def ended_link_hash(token: str) -> str:
    """What is kept of a link that was ended: nothing that opens anything."""
    return keyed_hash(_ENDED, token).hex()


def lead_way_stop_url(way: LeadWay) -> str:
    """Where one post ends it: what each letter to a lead carries."""
    return f"{lead_way_url(way)}/stop"


def lead_way_by_token(token: str) -> LeadWay | None:
    """The way of this link, while an address is kept there."""
    ways = LeadWay.objects.without_address().exclude(channel="")
    return _LEAD_WAY.row_of(ways, token)


def subscription_to_confirm(token: str) -> Subscription | None:
    """The subscription this letter asked about, unless it was stopped meanwhile."""
    return _subscription(_CONFIRM, token)


def subscription_to_stop(token: str) -> Subscription | None:
    """The subscription a stop link belongs to, stopped or not: stopping twice is no error."""
    return _subscription(_STOP, token)


def _subscription(link: RowLink, token: str) -> Subscription | None:
    # The public site may not read the sealed address (site.grants).
    return link.row_of(Subscription.objects.defer("address_sealed"), token)
