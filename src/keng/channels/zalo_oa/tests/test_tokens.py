"""Token calls, read and written without a network."""

import json
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

import pytest

from keng.channels.base import Outcome, Reply
from keng.channels.upkeep import NewTokens
from keng.channels.zalo_oa import requests, tokens

NOW = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
ACCOUNT = {"app_id": "36084", "app_secret": "app-secret", "refresh_token": "refresh-1"}


def test_a_renewal_sends_a_form_with_the_secret_in_a_header() -> None:
    request = tokens.refresh_request(ACCOUNT)
    assert request.url == "https://oauth.zaloapp.com/v4/oa/access_token"
    assert request.headers["secret_key"] == "app-secret"
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    sent = {name: value[0] for name, value in parse_qs(request.body.decode()).items()}
    assert sent == {"grant_type": "refresh_token", "refresh_token": "refresh-1", "app_id": "36084"}
    assert not request.delivers


def test_an_account_at_the_fake_never_asks_the_real_provider_for_tokens() -> None:
    account = {**ACCOUNT, "api_base": "http://127.0.0.1:9100"}
    assert tokens.refresh_request(account).url == "http://127.0.0.1:9100/v4/oa/access_token"
    account["oauth_base"] = "https://oauth.example.vn"
    assert tokens.refresh_request(account).url == "https://oauth.example.vn/v4/oa/access_token"


def test_a_secret_never_leaves_this_machine_in_clear() -> None:
    for base in ("http://gate.example.vn", "http://10.0.0.5:9100", "http://127.0.0.1.evil.vn"):
        account = {**ACCOUNT, "api_base": base}
        assert tokens.refresh_request(account).url.startswith("https://")
        assert requests.account_facts_request(account).url.startswith("https://")


def test_a_pair_is_read_with_expires_in_as_a_string() -> None:
    body = {"access_token": "a2", "refresh_token": "r2", "expires_in": "90000"}
    pair = tokens.read_tokens(Reply(200, {}, json.dumps(body).encode()), NOW)
    assert isinstance(pair, NewTokens)
    assert pair.secrets == {"access_token": "a2", "refresh_token": "r2"}
    assert pair.expire_at == NOW + timedelta(hours=25)
    assert "a2" not in repr(pair)
    assert "r2" not in repr(pair)


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (200, {"error": -14020, "error_name": "x"}, "config"),
        (200, {"error": "-14004"}, "config"),
        (500, {}, "retry"),
        (200, {"access_token": "a"}, "retry"),
        (200, {"access_token": "a", "refresh_token": "r", "expires_in": "-1"}, "retry"),
        (200, [], "retry"),
    ],
)
def test_a_refusal_asks_for_a_person_and_a_hiccup_for_the_same_token_once_more(
    status: int, body: object, kind: str
) -> None:
    read = tokens.read_tokens(Reply(status, {}, json.dumps(body).encode()), NOW)
    assert isinstance(read, Outcome)
    assert read.kind == kind
