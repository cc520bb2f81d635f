"""Whether a push says who sends it, as RFC 8292 wants it."""

import json
import re

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from keng.channels.web_push.encryption import CURVE
from keng.channels.web_push.subscription import from_base64url

_VAPID = re.compile(r"vapid t=([A-Za-z0-9_.-]{1,2000}), ?k=([A-Za-z0-9_-]{1,200})")
_LONGEST = 24 * 3600


def fault_of_vapid(authorization: str, audience: str, now: float) -> str:
    """What is wrong with the header; empty where nothing is."""
    parts = _VAPID.fullmatch(authorization)
    if parts is None:
        return "no vapid t=, k="
    try:
        signed, _dot, signature = parts[1].rpartition(".")
        head, claims = (json.loads(from_base64url(part)) for part in signed.split("."))
        key = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, from_base64url(parts[2]))
        raw = from_base64url(signature)
        if head.get("alg") != "ES256" or len(raw) != 64:
            return "not signed by ES256"
        pair = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
        key.verify(pair, signed.encode(), ec.ECDSA(hashes.SHA256()))
        left = float(claims["exp"]) - now
    except (InvalidSignature, KeyError, TypeError, ValueError, AttributeError):
        return "the signature is wrong"
    if claims.get("aud") != audience:
        return "for another service"
    return "" if 0 < left <= _LONGEST else "too old, or good for more than a day"


def key_of_vapid(authorization: str) -> str:
    """The public key that stands in the header."""
    parts = _VAPID.fullmatch(authorization)
    return parts[2] if parts else ""
