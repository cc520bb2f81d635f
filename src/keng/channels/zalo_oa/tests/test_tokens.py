"""Consent and token calls, read and written without a network."""

import json
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from keng.channels.base import Outcome, Reply
from keng.channels.zalo_oa import requests, tokens

NOW = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
ACCOUNT = {"app_id": "36084", "app_secret": "app-secret", "refresh_token": "refresh-1"}


def test_a_verifier_is_43_letters_and_digits_and_never_the_same() -> None:
    made = {tokens.new_verifier() for _ in range(50)}
    assert len(made) == 50
    assert all(len(verifier) == 43 and verifier.isalnum() for verifier in made)


def test_the_consent_page_gets_the_challenge_and_nothing_it_does_not_know() -> None:
    verifier = tokens.new_verifier()
    url = tokens.consent_url(
        ACCOUNT, redirect_uri="https://k.vn/cb", verifier=verifier, state="nonce"
    )
    query = parse_qs(urlsplit(url).query)
    assert url.startswith("https://oauth.zaloapp.com/v4/oa/permission?")
    assert query == {
        "app_id": ["36084"],
        "redirect_uri": ["https://k.vn/cb"],
        "state": ["nonce"],
        "code_challenge": [tokens.challenge_of(verifier)],
    }


def test_both_grants_send_a_form_with_the_secret_in_a_header() -> None:
    for request, fields in (
        (
            tokens.refresh_request(ACCOUNT),
            {"grant_type": "refresh_token", "refresh_token": "refresh-1"},
        ),
        (
            tokens.exchange_request("code-1", "v" * 43, ACCOUNT),
            {"grant_type": "authorization_code", "code": "code-1", "code_verifier": "v" * 43},
        ),
    ):
        assert request.url == "https://oauth.zaloapp.com/v4/oa/access_token"
        assert request.headers["secret_key"] == "app-secret"
        assert request.headers["content-type"] == "application/x-www-form-urlencoded"
        sent = {name: value[0] for name, value in parse_qs(request.body.decode()).items()}
        assert sent == {**fields, "app_id": "36084"}
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
    assert isinstance(pair, tokens.Tokens)
    assert (pair.access_token, pair.refresh_token) == ("a2", "r2")
    assert pair.access_expires_at == NOW + timedelta(hours=25)
    assert pair.refresh_expires_at == NOW + timedelta(days=90)
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
