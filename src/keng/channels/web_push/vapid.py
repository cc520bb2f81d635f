"""Saying to the push service who sends: a short-lived signed token (RFC 8292)."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from keng.channels.web_push.encryption import CURVE, public_point
from keng.channels.web_push.subscription import from_base64url, to_base64url

_VALID = timedelta(hours=12)


def new_vapid_key() -> tuple[str, str]:
    """A new pair: the private half, and the public one that browsers subscribe to."""
    private = ec.generate_private_key(CURVE)
    number = private.private_numbers().private_value
    return to_base64url(number.to_bytes(32)), to_base64url(public_point(private))


def private_vapid_key(text: str) -> ec.EllipticCurvePrivateKey:
    """The private half as it is kept."""
    return ec.derive_private_key(int.from_bytes(from_base64url(text)), CURVE)


def vapid_authorization(url: str, credentials: Mapping[str, str], now: datetime) -> str:
    """The header of a request to this address."""
    private = private_vapid_key(credentials["vapid_private"])
    parts = urlsplit(url)
    claims = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": int((now + _VALID).timestamp()),
        "sub": credentials.get("subject", ""),
    }
    signed = ".".join(
        to_base64url(json.dumps(part).encode()) for part in ({"typ": "JWT", "alg": "ES256"}, claims)
    )
    r, s = decode_dss_signature(private.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
    signature = to_base64url(r.to_bytes(32) + s.to_bytes(32))
    return f"vapid t={signed}.{signature}, k={to_base64url(public_point(private))}"
