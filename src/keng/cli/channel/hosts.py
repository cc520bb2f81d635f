"""Which hosts this installation has to reach: what to open in a network that is closed."""

import os
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from keng import channels

if TYPE_CHECKING:
    from keng.delivery.models import ChannelAccount

_USUAL = {"https": 443, "http": 80, "smtps": 465, "smtp": 587, "imaps": 993, "imap": 143}


class NeededHost(NamedTuple):
    """A host by name, a pattern with a star where only that is known, and why it is needed."""

    name: str
    port: int
    reason: str


def hosts_to_reach() -> list[NeededHost]:
    """By the accounts there are, in their order; each host and port once."""
    from keng.delivery.actions.accounts import REMOVED_PREFIX  # noqa: PLC0415 -- needs the settings
    from keng.delivery.models import ChannelAccount  # noqa: PLC0415

    found: dict[tuple[str, int], NeededHost] = {}
    accounts = ChannelAccount.objects.exclude(slug__startswith=REMOVED_PREFIX)
    for account in accounts.order_by("channel", "slug"):
        facts = channels.get_channel(account.channel).facts
        own = _own_address(account.base_url)
        hosts = [own] if own else [(name, 443) for name in facts.hosts]
        needed = [NeededHost(*host, f"{account.channel} {account.slug}") for host in hosts]
        if store := _return_mailbox(account):
            needed.append(NeededHost(*store, f"what comes back to {account.slug}"))
        files = (*facts.media_hosts, *_more_media_hosts(bool(facts.media_hosts)))
        needed += [NeededHost(name, 443, "files that people send by it") for name in files]
        for each in needed:
            found.setdefault((each.name, each.port), each)
    return list(found.values())


def _return_mailbox(account: "ChannelAccount") -> tuple[str, int] | None:
    from nacl.exceptions import CryptoError  # noqa: PLC0415 -- only where it is asked

    from keng.delivery.credentials import given_settings  # noqa: PLC0415 -- needs the settings

    try:
        return _own_address(given_settings(account).get("return_server", ""))
    except CryptoError:
        return None


def _own_address(base_url: str) -> tuple[str, int] | None:
    parts = urlsplit(base_url)
    if not parts.hostname:
        return None
    return parts.hostname, parts.port or _USUAL.get(parts.scheme, 443)


def _more_media_hosts(is_wanted: bool) -> list[str]:
    given = os.environ.get("KENG_MEDIA_HOSTS", "")
    return [host for host in given.split(",") if host] if is_wanted else []
