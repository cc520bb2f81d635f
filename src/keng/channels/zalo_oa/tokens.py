"""Renewing tokens. A refresh token works once: commit the new pair before using it.

The caller takes its turn, looks whether somebody else has refreshed already, sends
`refresh_request`, reads the reply with `read_tokens`, commits, and only then uses the pair.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import urlencode

from keng.channels import reading
from keng.channels.outcomes import Outcome
from keng.channels.provider_address import https_beyond_this_machine
from keng.channels.upkeep import RECONNECT, NewTokens, TokenRenewal
from keng.channels.wire import Reply, Request

OAUTH_BASE = "https://oauth.zaloapp.com"


def refresh_request(credentials: Mapping[str, str]) -> Request:
    """A new pair for the old one, which dies by it."""
    fields = {
        "grant_type": "refresh_token",
        "refresh_token": credentials["refresh_token"],
        "app_id": credentials["app_id"],
    }
    return token_request(credentials, fields)


def token_request(credentials: Mapping[str, str], fields: Mapping[str, str]) -> Request:
    """A question for tokens: the app's secret stands in a header."""
    headers = {
        "secret_key": credentials["app_secret"],
        "content-type": "application/x-www-form-urlencoded",
        "accept": "application/json",
    }
    url = f"{oauth_base(credentials)}/v4/oa/access_token"
    return Request("POST", url, headers, urlencode(fields).encode(), delivers=False)


def read_tokens(reply: Reply, now: datetime) -> NewTokens | Outcome:
    """The pair, or what went wrong.

    config: an administrator must connect the account again (code -14020: the refresh token was used
    already) or the set-up is wrong. retry: send the *same* refresh token once more in two seconds.
    """
    body = reading.json_object(reply.body)
    access = reading.string(body.get("access_token"), 4000)
    refresh = reading.string(body.get("refresh_token"), 4000)
    seconds = reading.number(body.get("expires_in"))
    if access and refresh and seconds is not None and 0 < seconds < 366 * 86400:
        pair = {"access_token": access, "refresh_token": refresh}
        return NewTokens(pair, now + timedelta(seconds=seconds))
    code = reading.number(body.get("error"))
    if code is not None and code != 0:
        return Outcome("config", reason=RECONNECT, code=str(int(code)))
    return Outcome("retry", after_seconds=2, reason=f"HTTP {reply.status}")


RENEWAL = TokenRenewal(
    note=(
        "Its tokens are renewed by themselves while the sender runs. After three months without "
        "it, or when the account stopped for it, take a new pair from developers.zalo.me and give "
        "it by `keng channel renew`."
    ),
    ahead=timedelta(hours=3),
    spends="refresh_token",
    request=refresh_request,
    read=read_tokens,
    lasts=timedelta(days=90),
)


def oauth_base(credentials: Mapping[str, str]) -> str:
    """Its own address; that of the interface where only that one is replaced, as by the fake."""
    given = credentials.get("oauth_base") or credentials.get("api_base") or OAUTH_BASE
    return https_beyond_this_machine(given)
