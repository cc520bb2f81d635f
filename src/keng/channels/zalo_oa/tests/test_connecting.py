"""Connecting by Zalo's consent page: known answers, and what is refused before anybody is asked."""

import json
import re
from urllib.parse import parse_qs, urlsplit

import pytest

from keng.channels.upkeep import CannotAsk
from keng.channels.zalo_oa import connecting
from tests.shared_data import shared_data

ACCOUNT = {"app_id": "36084", "app_secret": "app-secret", "oa_id": "400"}
PAGE = "https://keng.example/"


def test_the_challenge_is_that_of_the_vector() -> None:
    vector = json.loads(shared_data("channels/vectors.json").read_text())["pkce"]
    assert connecting.challenge_of(vector["code_verifier"]) == vector["code_challenge"]


def test_each_try_has_a_verifier_and_a_state_of_its_own() -> None:
    tries = [connecting.begin_connecting(ACCOUNT, PAGE) for _ in range(2)]
    asked = [parse_qs(urlsplit(one.link).query) for one in tries]
    assert set(asked[0]) == {"app_id", "redirect_uri", "code_challenge", "state"}
    assert asked[0]["redirect_uri"] == [PAGE]
    assert asked[0]["state"] != asked[1]["state"]
    request = tries[0].request(f"{PAGE}?code=c1&oa_id=400&state={asked[0]['state'][0]}")
    sent = parse_qs(request.body.decode())
    assert re.fullmatch("[A-Za-z0-9]{43}", sent["code_verifier"][0])
    assert connecting.challenge_of(sent["code_verifier"][0]) == asked[0]["code_challenge"][0]
    assert (sent["grant_type"], sent["code"]) == (["authorization_code"], ["c1"])
    assert "app-secret" not in tries[0].link


def test_an_address_without_a_state_is_taken_in_the_same_try() -> None:
    assert connecting.code_in(f" {PAGE}?code=c1&oa_id=400\n", state="s", oa_id="400") == "c1"


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("", "no code"),
        ("oa_id=400&state=s", "no code"),
        ("code=c1&oa_id=401&state=s", "another official account"),
        ("code=c1&state=s", "says not about which one"),
        ("code=c1&oa_id=400&state=\u1ea1", "another try"),
    ],
)
def test_what_is_about_another_account_or_try_is_refused(query: str, reason: str) -> None:
    with pytest.raises(CannotAsk, match=reason):
        connecting.code_in(f"{PAGE}?{query}", state="s", oa_id="400")
