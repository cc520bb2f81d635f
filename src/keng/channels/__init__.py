"""Wire only: what comes in is parsed, what goes out is built; no database, no sockets, no clock."""

from keng.channels.base import AnyChannel
from keng.channels.by_hand import ByHand
from keng.channels.email import Email
from keng.channels.facts import Facts
from keng.channels.sandbox import Sandbox
from keng.channels.web_push import WebPush
from keng.channels.zalo_oa import ZaloOA

_CHANNELS: dict[str, AnyChannel] = {
    "sandbox": Sandbox(),
    "zalo_oa": ZaloOA(),
    "email": Email(),
    "by_hand": ByHand(),
    "web_push": WebPush(),
}


def get_channel(code: str) -> AnyChannel:
    """The channel of this code; KeyError for one we do not have."""
    return _CHANNELS[code]


def facts_of(code: str) -> Facts | None:
    """What is to be known of a channel; None for what is none, as a web form or a phone call."""
    channel = _CHANNELS.get(code)
    return channel.facts if channel else None


def channel_codes() -> tuple[str, ...]:
    """Every channel we have."""
    return tuple(_CHANNELS)
