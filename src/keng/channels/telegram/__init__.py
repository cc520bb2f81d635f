"""A Telegram bot: webhook in, messages to people and groups out. Nobody has it until it is set up.

credentials: bot_token, webhook_secret; optional api_base (a Bot API server of one's own).
Source: Telegram Bot API, core.telegram.org/bots/api.
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
from keng.channels.telegram import bot_api, sending, webhook

_MAY_BE_BLOCKED = (
    "In May 2025 carriers in Viet Nam were told to block Telegram: whoever you want to reach may "
    "not have it. Nothing may depend on it alone. Where a proxy is needed, set KENG_OUTGOING_PROXY."
)
_GROUPS = (
    "In a group the bot reads what is addressed to it; make it an administrator only where the "
    "group wants everything to be read."
)


class Telegram:
    """Telegram takes no key of ours, so nothing here can be sent twice safely."""

    code = "telegram"
    transport: Literal["http"] = "http"
    can = Capabilities(can_person=True, can_group=True, can_receive=True, rate_per_minute=1_500)
    facts = Facts(
        name=_("Telegram"),
        origin="Telegram",
        group_name=_("Telegram group"),
        cell_words=("telegram",),
        holds_chats=True,
        subscribing=ChatSubscribing(
            _("Telegram does not work on every network in Vietnam."), chat_url=bot_api.bot_url
        ),
        chat_page=bot_api.bot_page,
        who_sees_sender=_("Sealed here; Telegram can see who wrote."),
        answer_goes=_("goes out, to the reporter's Telegram"),
        media_hosts=(bot_api.TELEGRAM_HOST,),
        settings={
            "bot_token": AccountSetting(
                "Token of the bot (from @BotFather)",
                is_secret=True,
                fault=bot_api.fault_of_token,
            ),
            "bot_name": AccountSetting(
                "Name of the bot, as in t.me/… (empty: residents get no link to it)",
                is_optional=True,
                fault=bot_api.fault_of_bot_name,
            ),
            "webhook_secret": AccountSetting(
                "Secret of the webhook (empty: drawn by lot)",
                is_secret=True,
                is_drawn=True,
                fault=bot_api.fault_of_telegram_secret,
            ),
        },
        hosts=(bot_api.TELEGRAM_HOST,),
        console_notes=(_MAY_BE_BLOCKED, _GROUPS),
        check=bot_api.TELEGRAM_CHECK,
        registration=bot_api.TELEGRAM_WEBHOOK,
        media_lookup=bot_api.MEDIA_LOOKUP,
    )

    def parse(
        self, raw: bytes, headers: Mapping[str, str], credentials: Mapping[str, str], now: datetime
    ) -> ParsedCall:
        return webhook.parse_telegram_call(raw, headers, credentials, now)

    def steps(
        self,
        message: OutgoingMessage,
        address: Address,
        credentials: Mapping[str, str],
        now: datetime,
    ) -> Generator[Request, Reply, Outcome]:
        return sending.telegram_steps(message, address, credentials)
