"""A Facebook page: warnings as posts of their own, which can be changed and deleted later.

credentials: page_id, page_token, app_secret; optional api_base, api_version.
Source: Meta's public documents of pages and posts; unverified against a live page.
"""

from collections.abc import Generator, Mapping
from datetime import datetime
from typing import Literal

from django.utils.translation import gettext_lazy as _

from keng.channels import meta_graph
from keng.channels.base import (
    RECEIVES_NOTHING,
    Address,
    Capabilities,
    Outcome,
    OutgoingMessage,
    ParsedCall,
    Reply,
    Request,
)
from keng.channels.facebook_page.posting import facebook_posting_steps
from keng.channels.facts import AccountSetting, Facts

_COMMENTS = (
    "Whoever reads a post can comment on it, and Kẻng reads no comment: say who of the desk does, "
    "or close comments in the page's settings."
)


class FacebookPage:
    """The only address is the page itself; who reads it nobody is told."""

    code = "facebook_page"
    transport: Literal["http"] = "http"
    can = Capabilities(can_group=True, rate_per_minute=30, changes_posts_at="%")
    facts = Facts(
        name=_("Facebook page"),
        origin=_("the Facebook page"),
        group_name=_("Facebook page of the desk"),
        cell_words=("facebook", "fanpage", "trang facebook"),
        settings={
            "page_id": AccountSetting("ID of the page", fault=meta_graph.fault_of_page_id),
            "page_token": AccountSetting(
                "Access token of the page, without an end", is_secret=True
            ),
            "app_secret": AccountSetting("Secret of the app", is_secret=True),
        },
        more_settings=("api_version",),
        hosts=(meta_graph.GRAPH_HOST,),
        console_notes=(_COMMENTS,),
        check=meta_graph.PAGE_CHECK,
    )

    def parse(
        self, raw: bytes, headers: Mapping[str, str], credentials: Mapping[str, str], now: datetime
    ) -> ParsedCall:
        return RECEIVES_NOTHING

    def steps(
        self,
        message: OutgoingMessage,
        address: Address,
        credentials: Mapping[str, str],
        now: datetime,
    ) -> Generator[Request, Reply, Outcome]:
        return facebook_posting_steps(message, address, credentials)
