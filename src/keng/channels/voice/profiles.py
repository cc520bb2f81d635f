"""The gateways for calls that we know; an operator may describe another."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from keng.channels.gateway import GatewayProfile, KnownGateways, Meaning, values_of_message
from keng.channels.upkeep import AccountCheck
from keng.channels.wire import Request
from keng.kit import times

_TOKEN_SECONDS = 300

STRINGEE = GatewayProfile(
    name="stringee",
    url="https://api.stringee.com/v1/call2/callout",
    form="json",
    headers={"x-stringee-auth": "{token}"},
    body={
        "from": {"type": "external", "number": "{caller}", "alias": "{caller}"},
        "to": [{"type": "external", "number": "{phone84}", "alias": "{phone84}"}],
        "actions": [{"action": "talk", "text": "{text}"}],
    },
    settings=("api_key", "secret_key", "caller"),
    code_at="r",
    id_at="call_id",
    # Its documents promise 0 for a call that is being made, and name no list of the others.
    codes={"0": Meaning("sent"), "1": Meaning("config", "token refused")},
)

VOICE_GATEWAYS = KnownGateways((STRINGEE,))
# What else the gateway does with the call so that a key is heard; an own profile has {key_url}.
_KEY_ACTIONS = {
    STRINGEE.name: {
        "actions": [
            {"action": "talk", "text": "{text}", "bargeIn": True, "loop": 2},
            {"action": "input", "eventUrl": "{key_url}", "submitOnHash": "false", "timeout": "15"},
        ]
    }
}


def with_key(profile: GatewayProfile) -> GatewayProfile:
    """The same gateway, asked to wait for a key after it has spoken."""
    return replace(profile, body={**profile.body, **_KEY_ACTIONS.get(profile.name, {})})


def voice_values(
    credentials: Mapping[str, str], number: str, text: str, reference: str, now: datetime
) -> dict[str, str]:
    """What fills a profile's blanks; `number` without its leading 0."""
    return (
        dict(credentials)
        | values_of_message(number, text, reference)
        | {"token": stringee_token(credentials, now)}
    )


def stringee_token(credentials: Mapping[str, str], now: datetime) -> str:
    """A JSON web token (RFC 7519) that Stringee takes for five minutes."""
    key, until = credentials.get("api_key", ""), int(now.timestamp()) + _TOKEN_SECONDS
    head = {"typ": "JWT", "alg": "HS256", "cty": "stringee-api;v=1"}
    claims = {"jti": f"{key}-{until}", "iss": key, "exp": until, "rest_api": True}
    signed = f"{_segment(json.dumps(head).encode())}.{_segment(json.dumps(claims).encode())}"
    secret = credentials.get("secret_key", "").encode()
    return f"{signed}.{_segment(hmac.new(secret, signed.encode(), hashlib.sha256).digest())}"


def _segment(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _account_question(credentials: Mapping[str, str]) -> Request:
    return VOICE_GATEWAYS.question(credentials, voice_values(credentials, "", "", "", times.now()))


VOICE_CHECK = AccountCheck(_account_question, VOICE_GATEWAYS.finding)
