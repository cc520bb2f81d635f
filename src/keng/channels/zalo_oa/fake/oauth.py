"""Tokens: a refresh token works once, and for ninety days."""

import secrets
from typing import Any
from urllib.parse import parse_qs

from keng.channels.zalo_oa.fake.state import (
    ACCESS_SECONDS,
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
    if fields.get("grant_type") != "refresh_token":
        return _error(-14001, "invalid grant type")
    return _refresh(state, fields.get("refresh_token", ""))


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
