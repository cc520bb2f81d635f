"""Connecting an account by Zalo's consent page: its administrator agrees, and a code comes back.

The code is good for ten minutes and once, and only together with the verifier, which never leaves
whoever began (PKCE), and with the secret of the app.
"""

import base64
import hashlib
import secrets
import string
from collections.abc import Mapping
from urllib.parse import parse_qs, urlencode, urlsplit

from keng.channels.upkeep import AccountConnecting, CannotAsk, ConnectTry
from keng.channels.wire import Request
from keng.channels.zalo_oa import tokens

_LETTERS = string.ascii_letters + string.digits
_VERIFIER_LENGTH = 43
_STATE_LENGTH = 32


def begin_connecting(credentials: Mapping[str, str], redirect: str) -> ConnectTry:
    """A link for the account's administrator, with a new verifier and a new state."""
    verifier, state = _drawn(_VERIFIER_LENGTH), _drawn(_STATE_LENGTH)

    def request(address: str) -> Request:
        code = code_in(address, state=state, oa_id=credentials["oa_id"])
        return exchange_request(credentials, code, verifier)

    return ConnectTry(permission_url(credentials, redirect, challenge_of(verifier), state), request)


def challenge_of(verifier: str) -> str:
    """What is shown of a verifier: its SHA-256 in base64url without padding."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def permission_url(
    credentials: Mapping[str, str], redirect: str, challenge: str, state: str
) -> str:
    """Zalo takes no method of the challenge, no scope and no response type."""
    query = {
        "app_id": credentials["app_id"],
        "redirect_uri": redirect,
        "code_challenge": challenge,
        "state": state,
    }
    return f"{tokens.oauth_base(credentials)}/v4/oa/permission?{urlencode(query)}"


def code_in(address: str, *, state: str, oa_id: str) -> str:
    """The code in the address to which Zalo led back. Raises CannotAsk.

    Zalo does not promise to send the state back: without one the verifier alone ties the code to
    this try.
    """
    query = {name: values[0] for name, values in parse_qs(urlsplit(address.strip()).query).items()}
    if not query.get("code"):
        raise CannotAsk("no code stands in that address")
    if query.get("oa_id") != oa_id:
        raise CannotAsk("it is about another official account, or says not about which one")
    if not secrets.compare_digest(query.get("state", state).encode(), state.encode()):
        raise CannotAsk("it belongs to another try: open the link above")
    return query["code"]


def exchange_request(credentials: Mapping[str, str], code: str, verifier: str) -> Request:
    """A pair of tokens for a code."""
    fields = {
        "grant_type": "authorization_code",
        "app_id": credentials["app_id"],
        "code": code,
        "code_verifier": verifier,
    }
    return tokens.token_request(credentials, fields)


def _drawn(length: int) -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(length))


CONNECTING = AccountConnecting(begin_connecting)
