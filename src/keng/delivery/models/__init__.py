"""Channel accounts, what came in, and what goes out with one row per recipient."""

from keng.delivery.models.accounts import ChannelAccount, ReturnMailbox, SandboxMessage
from keng.delivery.models.digests import DigestEntry
from keng.delivery.models.group_chats import AccountGroup, GroupRequest
from keng.delivery.models.inbound import Conversation, DedupeKey, Inbound, InboundMedia
from keng.delivery.models.lags import DispatchLag
from keng.delivery.models.outbound import (
    Approval,
    Attempt,
    Delivery,
    Dispatch,
    DispatchAudience,
    DispatchText,
)
from keng.delivery.models.pagers import (
    ChatPagerCode,
    PagerAnswer,
    PagerTest,
    PagerTestWay,
    PagerWay,
)
from keng.delivery.models.relay import RelayTask

__all__ = [
    "AccountGroup",
    "Approval",
    "Attempt",
    "ChannelAccount",
    "ChatPagerCode",
    "Conversation",
    "DedupeKey",
    "Delivery",
    "DigestEntry",
    "Dispatch",
    "DispatchAudience",
    "DispatchLag",
    "DispatchText",
    "GroupRequest",
    "Inbound",
    "InboundMedia",
    "PagerAnswer",
    "PagerTest",
    "PagerTestWay",
    "PagerWay",
    "RelayTask",
    "ReturnMailbox",
    "SandboxMessage",
]
