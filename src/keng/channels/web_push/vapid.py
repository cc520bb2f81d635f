"""Saying to the push service who sends: a short-lived signed token (RFC 8292)."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from keng.channels.web_push.encryption import CURVE, point_of
from keng.channels.web_push.subscription import packed, unpacked

_VALID = timedelta(hours=12)


def new_key() -> tuple[str, str]:
    """A new pair: the private half, and the public one that browsers subscribe to."""
    private = ec.generate_private_key(CURVE)
    number = private.private_numbers().private_value
    return packed(number.to_bytes(32)), packed(point_of(private))


def private_key(text: str) -> ec.EllipticCurvePrivateKey:
    """The private half as it is kept."""
    return ec.derive_private_key(int.from_bytes(unpacked(text)), CURVE)


def authorization(url: str, credentials: Mapping[str, str], now: datetime) -> str:
    """The header of a request to this address."""
    private = private_key(credentials["vapid_private"])
    parts = urlsplit(url)
    claims = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": int((now + _VALID).timestamp()),
        "sub": credentials.get("subject", ""),
    }
    signed = ".".join(
        packed(json.dumps(part).encode()) for part in ({"typ": "JWT", "alg": "ES256"}, claims)
    )
    r, s = decode_dss_signature(private.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
    signature = packed(r.to_bytes(32) + s.to_bytes(32))
    return f"vapid t={signed}.{signature}, k={packed(point_of(private))}"
