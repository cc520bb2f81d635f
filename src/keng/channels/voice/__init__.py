"""A call to a phone that speaks a few words, through a gateway that is described in a profile.

Where the account has a webhook_secret, whoever answers can press a key: the gateway posts it to an
address that belongs to this one call (`keys.py`).

credentials: profile (stringee or own), api_key, secret_key, caller (the number that calls),
webhook_secret, own_profile (JSON). Source: developer.stringee.com/docs/make-outbound-call and the
"input" action of its call control objects, read 2026-11 and tried against no live account.
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
from keng.channels.text import one_line
from keng.channels.voice import keys, profiles

__all__ = ["Voice"]

_SPOKEN = 300
_BILLED = (
    "Each call is billed by the gateway, also one that nobody answers. Kẻng calls officers by it, "
    "and nobody else."
)


class Voice:
    """It says which desk and which number; whoever stands beside the phone hears no more."""

    code = "voice"
    transport: Literal["http"] = "http"
    can = Capabilities(can_person=True, rate_per_minute=60)
    facts = Facts(
        name=_("Telephone call by machine"),
        origin=_("telephone call by machine"),
        settings={
            "profile": AccountSetting(
                "Gateway: stringee, or own", fault=profiles.VOICE_GATEWAYS.fault_of_name
            ),
            "api_key": AccountSetting("Key at the gateway", is_secret=True, is_optional=True),
            "secret_key": AccountSetting("Secret of the key", is_secret=True, is_optional=True),
            "caller": AccountSetting("Number that calls, such as 842471000000", is_optional=True),
            "webhook_secret": AccountSetting(
                "Secret by which a pressed key is believed (empty: drawn by lot)",
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
        hosts=profiles.VOICE_GATEWAYS.hosts,
        console_notes=(_BILLED,),
        check=profiles.VOICE_CHECK,
    )

    def parse(
        self, raw: bytes, headers: Mapping[str, str], credentials: Mapping[str, str], now: datetime
    ) -> ParsedCall:
        return keys.parse_pressed_key(raw, headers, credentials, now)

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
            profile = profiles.VOICE_GATEWAYS.profile_of(credentials)
        except NoProfile:
            return Outcome("config", reason="the gateway is not described")
        # The subject names desk and number. Beside it the text says which key to press, and that is
        # said only where a key can be heard.
        spoken = one_line(message.subject or message.text, _SPOKEN)
        if not spoken:
            return Outcome("reject", reason="empty")
        prompt = message.text if message.subject else ""
        key_url = keys.key_address(credentials, message.reference) if prompt else ""
        if key_url:
            profile = profiles.with_key(profile)
            spoken = one_line(f"{spoken}. {prompt}", _SPOKEN)
        values = profiles.voice_values(credentials, number, spoken, message.reference, now)
        values["key_url"] = key_url
        request = gateway_request(profile, values, credentials.get("api_base", ""))
        return outcome_of_gateway_reply(profile, (yield request), now)
