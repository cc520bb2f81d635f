"""What a holder's browser computes: HPKE against RFC 9180 and `cryptography`, wraps, phrases."""

import base64
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from playwright.sync_api import Error, Page

from tests.architecture.source import KENG

SCRIPTS = KENG / "static/keng/js"
# A page of no server: only a secure context has WebCrypto.
ADDRESS = "http://localhost/crypto/"
SUITE = Suite(KEM.P256, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
# `cryptography` takes no associated data in one shot: what a message is bound to stands in `info`.
BOUND = b"keng share, request, record, epoch"

# RFC 9180, appendix A.3.1: DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-128-GCM, base mode, first
# message. The RFC prints none of this KEM with AES-256-GCM: that is held to `cryptography` below.
RFC_PRIVATE = "f3ce7fdae57e1a310d87f1ebbde6f328be0a99cdbcadf4d6589cf29de4b8ffd2"
RFC_PUBLIC = (
    "04fe8c19ce0905191ebc298a9245792531f26f0cece2460639e8bc39cb7f706a82"
    "6a779b4cf969b8a0e539c7f62fb3d30ad6aa8f80e30f1d128aafd68a2ce72ea0"
)
RFC_ENCAPSULATED = (
    "04a92719c6195d5085104f469a8b9814d5838ff72b60501e2c4466e5e67b325ac9"
    "8536d7b61a1af4b78e5b7f951c0900be863c403ce65c9bfcb9382657222d18c4"
)
RFC_INFO = "4f6465206f6e2061204772656369616e2055726e"
RFC_AAD = "436f756e742d30"
RFC_SEALED = (
    "5ad590bb8baa577f8619db35a36311226a896e7342a6d836d8b7bcd2f20b6c7f9076ac232e3ab2523f39513434"
)
RFC_PLAIN = "4265617574792069732074727574682c20747275746820626561757479"

HELPERS = """
window.hex = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
window.raw = (text) => Uint8Array.from(text.match(/../g) || [], (pair) => parseInt(pair, 16));
window.pairOf = async (jwk, point) => ({
  privateKey: await crypto.subtle.importKey(
    "jwk", jwk, { name: "ECDH", namedCurve: "P-256" }, true, ["deriveBits"]),
  point: raw(point),
});
"""
OPENS = """async ([jwk, point, info, aad, aead, sealed]) => {
  const bound = { info: raw(info), aad: raw(aad), aead };
  return hex(await kengHpke.open(await pairOf(jwk, point), bound, raw(sealed)));
}"""
SEALS = """async ([point, info, plain]) =>
  hex(await kengHpke.seal(raw(point), { info: raw(info) }, raw(plain)))"""


@pytest.fixture
def page(people) -> Page:
    page: Page = people.officer()
    page.route(
        "**/*", lambda route: route.fulfill(body="<!doctype html>", content_type="text/html")
    )
    page.goto(ADDRESS)
    page.add_script_tag(content=HELPERS)
    for name in ("hpke", "opening-phrase", "holder-key"):
        page.add_script_tag(content=(SCRIPTS / f"{name}.js").read_text())
    return page


def point_of(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def jwk_of(key: ec.EllipticCurvePrivateKey) -> dict[str, Any]:
    point = point_of(key)
    secret = key.private_numbers().private_value.to_bytes(32)
    parts = {"x": point[1:33], "y": point[33:], "d": secret}
    named = {
        name: base64.urlsafe_b64encode(part).decode().rstrip("=") for name, part in parts.items()
    }
    return {"kty": "EC", "crv": "P-256", **named}


def test_the_browser_opens_what_the_rfc_sealed(page):
    key = ec.derive_private_key(int(RFC_PRIVATE, 16), ec.SECP256R1())
    assert point_of(key).hex() == RFC_PUBLIC
    sealed = RFC_ENCAPSULATED + RFC_SEALED
    given = [jwk_of(key), RFC_PUBLIC, RFC_INFO, RFC_AAD, "AES-128-GCM", sealed]
    assert page.evaluate(OPENS, given) == RFC_PLAIN


def test_browser_and_server_open_what_the_other_one_sealed(page):
    key = ec.generate_private_key(ec.SECP256R1())
    for plain in (b"", b"a share", bytes(range(256)) * 4):
        sealed = SUITE.encrypt(plain, key.public_key(), info=BOUND)
        point = point_of(key).hex()
        given = [jwk_of(key), point, BOUND.hex(), "", "AES-256-GCM", sealed.hex()]
        assert bytes.fromhex(page.evaluate(OPENS, given)) == plain
        made = page.evaluate(SEALS, [point_of(key).hex(), BOUND.hex(), plain.hex()])
        assert SUITE.decrypt(bytes.fromhex(made), key, info=BOUND) == plain
        with pytest.raises(InvalidTag):
            SUITE.decrypt(bytes.fromhex(made), key, info=b"another request")


def test_nothing_opens_in_the_browser_for_another_request_key_or_bit(page):
    key, other = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    sealed = SUITE.encrypt(b"a share", key.public_key(), info=BOUND)
    changed = sealed[:-1] + bytes([sealed[-1] ^ 1])
    tries = [(key, b"another request", sealed), (other, BOUND, sealed), (key, BOUND, changed)]
    for with_key, bound, message in tries:
        point = point_of(with_key).hex()
        given = [jwk_of(with_key), point, bound.hex(), "", "AES-256-GCM", message.hex()]
        with pytest.raises(Error, match="OperationError"):
            page.evaluate(OPENS, given)


WRAPS = """async ([by, otherwise]) => {
  const secret = (given) => given.prf ? { prf: raw(given.prf) } : given;
  const name = (no) => no.name;
  const salt = crypto.getRandomValues(new Uint8Array(32));
  const pair = await kengHolderKey.make();
  const wrapped = await kengHolderKey.wrap(pair, secret(by), salt);
  const sealed = await kengHpke.seal(pair.point, {}, raw("c0ffee"));
  const again = await kengHolderKey.unwrap(wrapped, pair.point, secret(by), salt);
  const opened = hex(await kengHpke.open(again, {}, sealed));
  const tryWith = (point, by) => kengHolderKey.unwrap(wrapped, point, secret(by), salt).catch(name);
  const wrong = await tryWith(pair.point, otherwise);
  const moved = await tryWith((await kengHolderKey.make()).point, by);
  const leaks = await crypto.subtle.exportKey("pkcs8", again.privateKey).catch(name);
  return { opened, wrong, moved, leaks };
}"""


@pytest.mark.parametrize(
    ("by", "otherwise"),
    [
        ({"prf": "11" * 32}, {"prf": "12" * 32}),
        ({"phrase": "000011-000022"}, {"phrase": "000011-000033"}),
    ],
)
def test_a_wrapped_key_opens_with_its_secret_alone_and_is_given_to_no_script(page, by, otherwise):
    found = page.evaluate(WRAPS, [by, otherwise])
    assert found == {
        "opened": "c0ffee",
        "wrong": "OperationError",
        "moved": "OperationError",
        "leaks": "InvalidAccessError",
    }


def test_a_phrase_has_128_bits_and_is_read_however_it_is_typed(page):
    drawn = page.evaluate("() => Array.from({ length: 2000 }, kengPhrase.draw)")
    groups = [group for phrase in drawn for group in phrase.split("-")]
    assert len(groups) == 16_000
    assert all(len(group) == 6 and int(group) % 11 == 0 for group in groups)
    # Each of the 16 bits of a group is drawn.
    numbers = [int(group) // 11 for group in groups]
    assert all(6_000 < sum(number >> bit & 1 for number in numbers) < 10_000 for bit in range(16))
    typed = f"  {drawn[0].replace('-', ' ')}\n"
    assert page.evaluate("(typed) => kengPhrase.read(typed)", typed) == {"phrase": drawn[0]}


def test_each_wrong_digit_and_each_pair_that_changed_places_is_found_in_its_group(page):
    phrase = page.evaluate("() => kengPhrase.draw()")
    wrong = []
    for at, digit in enumerate(phrase):
        if digit == "-":
            continue
        group = at // 7 + 1
        others = set("0123456789") - {digit}
        wrong += [(phrase[:at] + other + phrase[at + 1 :], group) for other in sorted(others)]
        following = phrase[at + 1 : at + 2]
        if following not in {"", "-", digit}:
            wrong.append((phrase[:at] + following + digit + phrase[at + 2 :], group))
    found = page.evaluate("(all) => all.map(kengPhrase.read)", [typed for typed, _ in wrong])
    assert [each.get("group") for each in found] == [group for _, group in wrong]
    assert page.evaluate("(typed) => kengPhrase.read(typed)", phrase[:-1]) == {"group": 8}
