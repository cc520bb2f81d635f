"""Consent and tokens: codes once and for ten minutes, refresh tokens once and for ninety days."""

import base64
import hashlib
import secrets
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from keng.channels.zalo_oa.fake.state import (
    ACCESS_SECONDS,
    CODE_SECONDS,
    REFRESH_SECONDS,
    ApiCall,
    FakeState,
)


def consent_redirect(state: FakeState, call: ApiCall) -> str:
    """Where the consent page sends the browser; this administrator always agrees."""
    callback = call.parameter("redirect_uri")
    registered = state.settings.callback
    if call.parameter("app_id") != state.settings.app_id:
        return _failed(callback, -14002)
    if registered and callback.partition("?")[0] != registered:
        return _failed(registered, -14003)
    code = secrets.token_urlsafe(30)
    state.codes[code] = (call.parameter("code_challenge"), state.clock.now())
    answer = {"code": code, "oa_id": state.settings.oa_id}
    if said := call.parameter("state"):
        answer["state"] = said
    return _with(callback, answer)


def answer_token_call(state: FakeState, call: ApiCall) -> dict[str, Any]:
    """Both grants. Refusals come under HTTP 200, as the provider's do."""
    if call.headers.get("secret_key", "") != state.settings.app_secret:
        return _error(-14004, "invalid secret key")
    if not call.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return _error(-14001, "invalid content type")
    fields = {name: values[0] for name, values in parse_qs(call.body.decode("latin-1")).items()}
    if fields.get("app_id") != state.settings.app_id:
        return _error(-14002, "invalid app")
    grant = fields.get("grant_type")
    if grant == "authorization_code":
        return _exchange(state, fields.get("code", ""), fields.get("code_verifier", ""))
    if grant == "refresh_token":
        return _refresh(state, fields.get("refresh_token", ""))
    return _error(-14001, "invalid grant type")


def issue_tokens(state: FakeState) -> dict[str, Any]:
    """A new pair; the old one is dead from here on."""
    state.used_refresh_tokens.add(state.refresh_token)
    state.access_token = secrets.token_urlsafe(60)
    state.refresh_token = secrets.token_urlsafe(60)
    state.token_issued_at = state.clock.now()
    return {
        "access_token": state.access_token,
        "refresh_token": state.refresh_token,
        "expires_in": str(int(ACCESS_SECONDS)),
    }


def _exchange(state: FakeState, code: str, verifier: str) -> dict[str, Any]:
    challenge, issued_at = state.codes.pop(code, ("", 0.0))
    if not issued_at or state.clock.now() - issued_at > CODE_SECONDS:
        return _error(-14019, "invalid authorization code")
    digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest())
    if len(verifier) != 43 or digest.rstrip(b"=").decode() != challenge:
        return _error(-14021, "invalid code verifier")
    return issue_tokens(state)


def _refresh(state: FakeState, token: str) -> dict[str, Any]:
    old = state.clock.now() - state.token_issued_at > REFRESH_SECONDS
    if token != state.refresh_token or token in state.used_refresh_tokens or old:
        return _error(-14020, "invalid refresh token")
    return issue_tokens(state)


def _error(code: int, message: str) -> dict[str, Any]:
    return {"error": code, "error_name": message, "error_description": message}


def _failed(callback: str, code: int) -> str:
    return _with(callback, {"error_code": str(code)})


def _with(url: str, query: dict[str, str]) -> str:
    return url + ("&" if urlsplit(url).query else "?") + urlencode(query)
