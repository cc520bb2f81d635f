"""Text messages to phones, through an HTTP gateway that is described in a profile.

credentials: profile (esms, speedsms, vietguys or own), what that profile needs, own_profile (JSON);
webhook_secret, by which receipts are believed (`receipts.py`);
optional with_marks ("yes": as written, three times as dear), most_parts (2), price_per_part (đồng).
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
from keng.channels.facts import AccountSetting, Facts
from keng.channels.gateway import (
    NoProfile,
    fault_of_own_profile,
    gateway_request,
    national_number,
    outcome_of_gateway_reply,
)
from keng.channels.sms import profiles, receipts
from keng.channels.sms.fitting import TooLongForSms, sms_price, sms_words

__all__ = ["Sms"]

_APPROVED = (
    "In Viet Nam a brand name is registered with each carrier, and each wording approved: ask the "
    "gateway's people for the wordings of `docs/operator/running.md` before the first night."
)


class Sms:
    """What a carrier charges for and shows to whoever holds the phone: few words, no tip."""

    code = "sms"
    transport: Literal["http"] = "http"
    can = Capabilities(
        can_person=True, takes_receipts=True, rate_per_minute=60, any_account_reaches=True
    )
    facts = Facts(
        name=_("Text message"),
        origin="SMS",
        settings={
            "profile": AccountSetting(
                "Gateway: esms, speedsms, vietguys, or own",
                fault=profiles.SMS_GATEWAYS.fault_of_name,
            ),
            "api_key": AccountSetting(
                "Key or user at the gateway", is_secret=True, is_optional=True
            ),
            "secret_key": AccountSetting(
                "Secret or password at the gateway", is_secret=True, is_optional=True
            ),
            "brand": AccountSetting("Registered name of the sender", is_optional=True),
            "webhook_secret": AccountSetting(
                "Secret by which a receipt is believed (empty: drawn by lot)",
                is_secret=True,
                is_optional=True,
                is_drawn=True,
            ),
            "own_profile": AccountSetting(
                "Description of your own gateway in JSON (empty unless own)",
                is_optional=True,
                fault=fault_of_own_profile,
            ),
        },
        more_settings=("with_marks", "most_parts", "sms_type", "price_per_part"),
        hosts=profiles.SMS_GATEWAYS.hosts,
        console_notes=(_APPROVED,),
        check=profiles.SMS_CHECK,
        price=sms_price,
    )

    def parse(
        self, raw: bytes, headers: Mapping[str, str], credentials: Mapping[str, str], now: datetime
    ) -> ParsedCall:
        return receipts.parse_receipt(raw, headers, credentials, now)

    def steps(
        self,
        message: OutgoingMessage,
        address: Address,
        credentials: Mapping[str, str],
        now: datetime,
    ) -> Generator[Request, Reply, Outcome]:
        number = national_number(address.value)
        if not number:
            return Outcome("gone", reason="no telephone number", scope="address")
        try:
            profile = profiles.SMS_GATEWAYS.profile_of(credentials)
            text = sms_words(message, credentials)
        except NoProfile:
            return Outcome("config", reason="the gateway is not described")
        except TooLongForSms:
            return Outcome("reject", reason="too long for a text message", code="too_long")
        values = profiles.sms_values(credentials, number, text, message.reference)
        if receipt_url := receipts.receipt_address(credentials, message.reference):
            profile = profiles.with_receipt(profile)
            values["receipt_url"] = receipt_url
        request = gateway_request(profile, values, credentials.get("api_base", ""))
        return outcome_of_gateway_reply(profile, (yield request), now)
