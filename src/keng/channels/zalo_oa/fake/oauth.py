"""Tokens: a refresh token works once, and for ninety days."""

import base64
import hashlib
import secrets
from typing import Any
from urllib.parse import parse_qs, urlencode

from keng.channels.zalo_oa.fake.state import (
    ACCESS_SECONDS,
    CODE_SECONDS,
    REFRESH_SECONDS,
    ApiCall,
    FakeState,
)


def answer_token_call(state: FakeState, call: ApiCall) -> dict[str, Any]:
    """Refusals come under HTTP 200, as the provider's do."""
    if call.headers.get("secret_key", "") != state.settings.app_secret:
        return _error(-14004, "invalid secret key")
    if not call.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return _error(-14001, "invalid content type")
    fields = {name: values[0] for name, values in parse_qs(call.body.decode("latin-1")).items()}
    if fields.get("app_id") != state.settings.app_id:
        return _error(-14002, "invalid app")
    if fields.get("grant_type") == "authorization_code":
        return _exchange(state, fields.get("code", ""), fields.get("code_verifier", ""))
    if fields.get("grant_type") != "refresh_token":
        return _error(-14001, "invalid grant type")
    return _refresh(state, fields.get("refresh_token", ""))


def permission_redirect(state: FakeState, call: ApiCall) -> str | dict[str, Any]:
    """GET /v4/oa/permission, agreed to at once: where the browser is led, or a refusal."""
    if call.parameter("app_id") != state.settings.app_id:
        return _error(-14002, "invalid app")
    if not call.parameter("redirect_uri") or not call.parameter("code_challenge"):
        return _error(-14003, "invalid redirect uri")
    code = secrets.token_urlsafe(30)
    state.connect_codes[code] = (call.parameter("code_challenge"), state.clock.now())
    back = {"code": code, "oa_id": state.settings.oa_id, "state": call.parameter("state")}
    return f"{call.parameter('redirect_uri')}?{urlencode(back)}"


def _exchange(state: FakeState, code: str, verifier: str) -> dict[str, Any]:
    challenge, at = state.connect_codes.pop(code, ("", 0.0))
    digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest())
    is_right = len(verifier) == 43 and challenge == digest.decode().rstrip("=")
    if not is_right or state.clock.now() - at > CODE_SECONDS:
        return _error(-14019, "invalid authorization code")
    return issue_tokens(state)


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


def _refresh(state: FakeState, token: str) -> dict[str, Any]:
    old = state.clock.now() - state.token_issued_at > REFRESH_SECONDS
    if token != state.refresh_token or token in state.used_refresh_tokens or old:
        return _error(-14020, "invalid refresh token")
    return issue_tokens(state)


def _error(code: int, message: str) -> dict[str, Any]:
    return {"error": code, "error_name": message, "error_description": message}
