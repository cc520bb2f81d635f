"""Zalo Official Account: webhook in, consultation and group messages out.

credentials: app_id, app_secret, oa_id, oa_secret_key (signs webhooks), access_token, refresh_token;
optional api_base and oauth_base (for the fake api_base serves both), signature_variant and
messages_api (pinned from what was learned), use_proof ("yes" adds appsecret_proof to every call),
article_cover (address of the picture above every article) and article_author, answer_template (id
of an approved wording for who wrote more than seven days ago) and answer_template_data (JSON),
price_after_two_days (đồng, of one message to who wrote more than two days ago), phone_template (id
of an approved wording for telephone numbers) and phone_template_data (JSON, with {link} in it),
group_admin (Zalo's user id of whoever manages the account: the first member of a new group).

An outcome's `learned` may hold messages_api ("v2": this account is a state agency) and image_ref
(reuse as Message.image_ref for the same picture on the same account for six days).
A reply to an anonymous visitor goes to the address in Event.reply_address, like any other.
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
from keng.channels.zalo_oa import articles, errors, phone_templates, sending, webhook
from keng.channels.zalo_oa.account_check import ACCOUNT_CHECK, PACKAGE_LOOKUP
from keng.channels.zalo_oa.connecting import CONNECTING
from keng.channels.zalo_oa.group_chats import GROUP_API
from keng.channels.zalo_oa.history import CHAT_HISTORY
from keng.channels.zalo_oa.requests import API_BASE
from keng.channels.zalo_oa.tokens import OAUTH_BASE, RENEWAL

MEDIA_HOSTS = ("*.zdn.vn", "*.zadn.vn", "*.zalo.me", "*.zaloapp.com", "*.zalo.vn")
"""Where Zalo keeps what people send; a default, since the list is seen and not promised."""


_WHO_READS_ALONG = (
    "Whoever manages this official account at oa.zalo.me can read every chat in it, names "
    "included: keep that list short and at the province, and look at it once a month."
)


def _price_when_charged(settings: Mapping[str, str]) -> int | None:
    price = settings.get("price_after_two_days", "")
    return int(price) if price.isascii() and price.isdigit() else None


class ZaloOA:
    """Nothing here can be sent twice safely: Zalo takes no key of ours."""

    code = "zalo_oa"
    transport: Literal["http"] = "http"
    can = Capabilities(
        can_person=True,
        can_group=True,
        can_receive=True,
        rate_per_minute=80,
        open_for=errors.OPEN_FOR,
        free_for=errors.FREE_FOR,
        closed_codes=(str(errors.WINDOW_CLOSED), str(errors.NEVER_WROTE)),
        changes_posts_at=f"{articles.FOLLOWERS}%",
    )
    facts = Facts(
        name=_("Zalo official account"),
        origin="Zalo OA",
        group_name=_("Zalo group made by the official account"),
        cell_words=("zalo oa", "oa"),
        holds_chats=True,
        subscribing=ChatSubscribing(
            _(
                "Zalo lets us write to you for 7 days after your last message to us. "
                "Write any word there now and then to go on."
            ),
        ),
        chat_page=lambda settings: f"https://zalo.me/{settings['oa_id']}",
        who_sees_sender=_(
            "Sealed here; Zalo and whoever manages the official account can see who wrote."
        ),
        answer_goes=_("goes out, to the reporter's Zalo"),
        media_hosts=MEDIA_HOSTS,
        settings={
            "app_id": AccountSetting("App ID (developers.zalo.me)"),
            "app_secret": AccountSetting("App secret key", is_secret=True),
            "oa_id": AccountSetting("ID of the official account"),
            "oa_secret_key": AccountSetting(
                "Webhook secret key of the official account", is_secret=True
            ),
            "access_token": AccountSetting("Access token", is_secret=True, is_token=True),
            "refresh_token": AccountSetting("Refresh token", is_secret=True, is_token=True),
        },
        more_settings=(
            "oauth_base",
            "use_proof",
            "article_cover",
            "article_author",
            "answer_template",
            "answer_template_data",
            "price_after_two_days",
            "phone_template",
            "phone_template_data",
            "group_admin",
        ),
        hosts=tuple(
            base.removeprefix("https://")
            for base in (API_BASE, OAUTH_BASE, phone_templates.BUSINESS_BASE)
        ),
        console_notes=(_WHO_READS_ALONG,),
        check=ACCOUNT_CHECK,
        renewal=RENEWAL,
        package=PACKAGE_LOOKUP,
        connecting=CONNECTING,
        history=CHAT_HISTORY,
        groups=GROUP_API,
        price_when_charged=_price_when_charged,
        phone_way=phone_templates.ZALO_PHONE_WAY,
    )

    def parse(
        self, raw: bytes, headers: Mapping[str, str], credentials: Mapping[str, str], now: datetime
    ) -> ParsedCall:
        return webhook.parse_call(raw, headers, credentials, now)

    def steps(
        self,
        message: OutgoingMessage,
        address: Address,
        credentials: Mapping[str, str],
        now: datetime,
    ) -> Generator[Request, Reply, Outcome]:
        if articles.is_to_followers(address):
            return articles.article_steps(message, address, credentials, now)
        if phone_templates.is_to_phone(address):
            return phone_templates.phone_steps(message, address, credentials, now)
        return sending.sending_steps(message, address, credentials, now)
