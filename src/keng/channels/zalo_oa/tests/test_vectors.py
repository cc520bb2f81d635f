"""Known answers: signature and proof as published or computed independently."""

from datetime import UTC, datetime

from keng.channels.zalo_oa import ZaloOA, signature
from keng.channels.zalo_oa.requests import appsecret_proof

BODY = (
    '{"app_id":"360846524940903967","sender":{"id":"246845883529197922"},'
    '"user_id_by_app":"552177279717587730","recipient":{"id":"388613280878808645"},'
    '"event_name":"user_send_text","message":{"text":"Xin chào 👋","msg_id":"96d3cdf3af150460909"},'
    '"timestamp":"1732492800000"}'
).encode()
MARK = "mac=fba528698f44d9aea09ef5cfb3310b54eada7f1045d603acf9b931730c598ae3"
ACCOUNT = {
    "app_id": "360846524940903967",
    "oa_id": "388613280878808645",
    "oa_secret_key": "test-oa-secret-key",
}
THEN = datetime.fromtimestamp(1732492800, UTC)


def test_the_published_call_verifies_and_reads() -> None:
    parsed = ZaloOA().parse(BODY, {"x-zevent-signature": MARK}, ACCOUNT, THEN)
    assert (parsed.verified, parsed.status, parsed.variant) == (True, 200, "app_id/body")
    (event,) = parsed.events
    assert (event.kind, event.text) == ("text", "Xin chào 👋")
    assert (event.sender, event.conversation) == ("246845883529197922", "246845883529197922")
    assert (event.dedupe, event.at) == ("96d3cdf3af150460909", THEN)


def test_we_sign_as_the_vector_does() -> None:
    key = ACCOUNT["oa_secret_key"]
    made = signature.sign_call(BODY, first=ACCOUNT["app_id"], timestamp="1732492800000", key=key)
    assert made == MARK


def test_the_proof_of_the_app_secret() -> None:
    expected = "2356b17ae2860016a34575ada27f94b543ed2cbe59a85ba2e0c62dc4aba7a5c6"
    assert appsecret_proof("TOKEN", "secret") == expected
