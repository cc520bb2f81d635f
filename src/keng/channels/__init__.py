"""Wire only: what comes in is parsed, what goes out is built; no database, no sockets, no clock."""

from collections.abc import Callable

from keng.channels.base import AnyChannel
from keng.channels.by_hand import ByHand
from keng.channels.email import Email
from keng.channels.facebook_page import FacebookPage
from keng.channels.facts import Facts, PhoneWay
from keng.channels.messenger import Messenger
from keng.channels.sandbox import Sandbox
from keng.channels.sms import Sms
from keng.channels.telegram import Telegram
from keng.channels.voice import Voice
from keng.channels.web_push import WebPush
from keng.channels.zalo_bot import ZaloBot
from keng.channels.zalo_oa import ZaloOA

_ALL: tuple[AnyChannel, ...] = (
    Sandbox(),
    ZaloOA(),
    ZaloBot(),
    Messenger(),
    FacebookPage(),
    Telegram(),
    Sms(),
    Voice(),
    Email(),
    ByHand(),
    WebPush(),
)
_CHANNELS = {channel.code: channel for channel in _ALL}


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


def codes_where(is_wanted: Callable[[AnyChannel], bool]) -> list[str]:
    """The channels of which this is true."""
    return [code for code, channel in _CHANNELS.items() if is_wanted(channel)]


def phone_ways() -> dict[str, PhoneWay]:
    """How telephone numbers are reached by accounts that hold chats, by the code of each way."""
    ways = [get_channel(code).facts.phone_way for code in channel_codes()]
    return {way.code: way for way in ways if way is not None}
