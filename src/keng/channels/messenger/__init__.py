"""A Facebook page: answers in Messenger to people who wrote to it, within the window Meta gives.

credentials: page_id, page_token, app_secret, verify_token; optional api_base, api_version.
Source: developers.facebook.com/docs/messenger-platform; not tried against a live page.
"""

from collections.abc import Generator, Mapping
from datetime import datetime
from typing import Literal

from django.utils.translation import gettext_lazy as _

from keng.channels import meta_graph
from keng.channels.base import (
    Address,
    Capabilities,
    Outcome,
    OutgoingMessage,
    ParsedCall,
    Reply,
    Request,
)
from keng.channels.facts import AccountSetting, Facts
from keng.channels.messenger import graph_api, webhook

_WINDOW = (
    "Meta lets a page answer for 24 hours after somebody wrote, and a person of the page's for 7 "
    "days with the tag human agent, which it grants on request. Nobody can be written to first."
)


class Messenger:
    """Meta takes no key of ours, so nothing here can be sent twice safely."""

    code = "messenger"
    transport: Literal["http"] = "http"
    can = Capabilities(
        can_person=True,
        can_receive=True,
        rate_per_minute=600,
        open_for=graph_api.MESSENGER_OPEN_FOR,
        closed_codes=graph_api.CLOSED_CODES,
    )
    facts = Facts(
        name=_("Messenger of the Facebook page"),
        origin="Messenger",
        holds_chats=True,
        chat_page=lambda settings: f"https://m.me/{settings['page_id']}",
        who_sees_sender=_("Sealed here; Meta and whoever manages the page can see who wrote."),
        answer_goes=_("goes out, to the reporter's Messenger"),
        media_hosts=("*.fbcdn.net", "*.fbsbx.com"),
        settings={
            "page_id": AccountSetting("ID of the page", fault=meta_graph.fault_of_page_id),
            "page_token": AccountSetting(
                "Access token of the page, without an end", is_secret=True
            ),
            "app_secret": AccountSetting(
                "Secret of the app; it signs what comes in", is_secret=True
            ),
            "verify_token": AccountSetting(
                "Word with which Meta asks for the webhook (empty: drawn by lot)",
                is_secret=True,
                is_drawn=True,
            ),
        },
        more_settings=("api_version", "human_agent"),
        hosts=(meta_graph.GRAPH_HOST,),
        console_notes=(_WINDOW,),
        check=meta_graph.PAGE_CHECK,
    )

    def parse(
        self, raw: bytes, headers: Mapping[str, str], credentials: Mapping[str, str], now: datetime
    ) -> ParsedCall:
        return webhook.parse_messenger_call(raw, headers, credentials, now)

    def challenge(self, query: Mapping[str, str], credentials: Mapping[str, str]) -> str | None:
        """What Meta wants to read that asks by GET whether the webhook is ours; None: refused."""
        return webhook.challenge_answer(query, credentials)

    def steps(
        self,
        message: OutgoingMessage,
        address: Address,
        credentials: Mapping[str, str],
        now: datetime,
    ) -> Generator[Request, Reply, Outcome]:
        return graph_api.messenger_steps(message, address, credentials, now)
