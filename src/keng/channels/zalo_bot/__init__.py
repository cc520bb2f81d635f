"""A Zalo bot: a small account without papers, for a pilot commune or a desk's own alarms.

credentials: bot_token, webhook_secret; optional api_base. Its free plan reaches 50 people and three
groups, with 3,000 messages a month: no province is carried by it.
Source: public notes of 2026-10-02 on bot.zaloplatforms.com; not tried against a live account.
"""

from collections.abc import Generator, Mapping
from datetime import datetime
from typing import Literal

from django.utils.translation import gettext_lazy as _

from keng.channels.base import (
    Address,
    Capabilities,
    Outcome,
    OutgoingMessage,
    ParsedCall,
    Reply,
    Request,
)
from keng.channels.facts import AccountSetting, ChatSubscribing, Facts
from keng.channels.zalo_bot import bot_api, webhook
from keng.channels.zalo_bot.sending import zalo_bot_steps

_SMALL = (
    "The free plan lets a bot write to 50 people and 3 groups, 3,000 messages a month: beyond it "
    "the provider refuses until the next day, and what waits is sent then."
)
_GROUPS = (
    "A group's owner invites the bot by a link. There it reads what mentions it or answers it, and "
    "nothing else."
)


class ZaloBot:
    """Zalo takes no key of ours, so nothing here can be sent twice safely."""

    code = "zalo_bot"
    transport: Literal["http"] = "http"
    can = Capabilities(can_person=True, can_group=True, can_receive=True, rate_per_minute=60)
    facts = Facts(
        name=_("Zalo bot"),
        origin="Zalo bot",
        group_name=_("Zalo group with the bot"),
        cell_words=("zalo bot", "bot"),
        holds_chats=True,
        subscribing=ChatSubscribing(_("A bot on Zalo writes to you; you can write back to it.")),
        who_sees_sender=_("Sealed here; Zalo and whoever keeps the bot can see who wrote."),
        answer_goes=_("goes out, to the reporter's Zalo"),
        media_hosts=("*.zdn.vn", "*.zadn.vn", "*.zalo.me", "*.zaloapp.com", "*.zalo.vn"),
        settings={
            "bot_token": AccountSetting(
                "Token of the bot (from Zalo's bot manager)", is_secret=True
            ),
            "webhook_secret": AccountSetting(
                "Secret of the webhook (empty: drawn by lot)",
                is_secret=True,
                is_drawn=True,
                fault=bot_api.fault_of_zalo_bot_secret,
            ),
        },
        hosts=(bot_api.ZALO_BOT_HOST,),
        console_notes=(_SMALL, _GROUPS),
        check=bot_api.ZALO_BOT_CHECK,
        registration=bot_api.ZALO_BOT_WEBHOOK,
    )

    def parse(
        self, raw: bytes, headers: Mapping[str, str], credentials: Mapping[str, str], now: datetime
    ) -> ParsedCall:
        return webhook.parse_zalo_bot_call(raw, headers, credentials, now)

    def steps(
        self,
        message: OutgoingMessage,
        address: Address,
        credentials: Mapping[str, str],
        now: datetime,
    ) -> Generator[Request, Reply, Outcome]:
        return zalo_bot_steps(message, address, credentials, now)
