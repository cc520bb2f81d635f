"""Consent and tokens. A refresh token works once: commit the new pair before using it.

The caller locks the account's row, looks whether somebody else has refreshed already, sends
`refresh_request`, reads the reply with `read_tokens`, commits, and only then uses the pair.
"""

import base64
import hashlib
import secrets
import string
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlencode

from keng.channels import reading
from keng.channels.outcomes import Outcome
from keng.channels.wire import Reply, Request
from keng.channels.zalo_oa.requests import https_beyond_this_machine

OAUTH_BASE = "https://oauth.zaloapp.com"
REFRESH_LIFE = timedelta(days=90)
REFRESH_WHEN_LEFT = timedelta(hours=3)
"""Refresh ahead of time once less than this remains of the access token."""
_VERIFIER_LETTERS = string.ascii_letters + string.digits


@dataclass(frozen=True, slots=True)
class Tokens:
    """A pair as issued."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    access_expires_at: datetime
    refresh_expires_at: datetime


def new_verifier() -> str:
    """Exactly 43 letters and digits, as Zalo wants them."""
    return "".join(secrets.choice(_VERIFIER_LETTERS) for _ in range(43))


def challenge_of(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def consent_url(
    credentials: Mapping[str, str], *, redirect_uri: str, verifier: str, state: str
) -> str:
    """Where an administrator of the official account says yes."""
    query = {
        "app_id": credentials["app_id"],
        "redirect_uri": redirect_uri,
        "code_challenge": challenge_of(verifier),
        "state": state,
    }
    return f"{_base(credentials)}/v4/oa/permission?{urlencode(query)}"


def exchange_request(code: str, verifier: str, credentials: Mapping[str, str]) -> Request:
    """The first pair, for the code that came back from the consent page."""
    return _token_request(
        {"grant_type": "authorization_code", "code": code, "code_verifier": verifier}, credentials
    )


def refresh_request(credentials: Mapping[str, str]) -> Request:
    """A new pair for the old one, which dies by it."""
    return _token_request(
        {"grant_type": "refresh_token", "refresh_token": credentials["refresh_token"]}, credentials
    )


def read_tokens(reply: Reply, now: datetime) -> Tokens | Outcome:
    """The pair, or what went wrong.

    config: an administrator must connect the account again (code -14020: the refresh token was used
    already) or the set-up is wrong. retry: send the *same* refresh token once more in two seconds.
    """
    body = reading.json_object(reply.body)
    access = reading.string(body.get("access_token"), 4000)
    refresh = reading.string(body.get("refresh_token"), 4000)
    seconds = reading.number(body.get("expires_in"))
    if access and refresh and seconds is not None and 0 < seconds < 366 * 86400:
        return Tokens(access, refresh, now + timedelta(seconds=seconds), now + REFRESH_LIFE)
    code = reading.number(body.get("error"))
    if code is not None and code != 0:
        return Outcome("config", reason="connect the account again", code=str(int(code)))
    return Outcome("retry", after_seconds=2, reason=f"HTTP {reply.status}")


def _token_request(fields: Mapping[str, str], credentials: Mapping[str, str]) -> Request:
    body = urlencode({**fields, "app_id": credentials["app_id"]}).encode()
    headers = {
        "secret_key": credentials["app_secret"],
        "content-type": "application/x-www-form-urlencoded",
        "accept": "application/json",
    }
    url = f"{_base(credentials)}/v4/oa/access_token"
    return Request("POST", url, headers, body, delivers=False)


def _base(credentials: Mapping[str, str]) -> str:
    """Its own address; that of the interface where only that one is replaced, as by the fake."""
    given = credentials.get("oauth_base") or credentials.get("api_base") or OAUTH_BASE
    return https_beyond_this_machine(given)
