"""The signature beside a CAP file: a detached JWS (RFC 7515, appendix F) by Ed25519 (RFC 8037).

The key is the one that signs the heads of the record, which the operator publishes (`keng audit
key`). Why it is no signature within the XML: docs/decisions/0043-cap-by-a-detached-signature.md.
"""

import base64
import hashlib
import json
from typing import Any

from keng.audit.heads import sign_bytes, verify_key

MIME_TYPE_OF_SIGNATURE = "application/jose"
# It stands in what is signed: no signature of ours under anything else is one under a CAP file.
_TYPE = "keng-cap"


def sign_cap(xml: bytes) -> str:
    """The JWS without its payload, which is the file."""
    key = _public_jwk(bytes(verify_key()))
    header = {"alg": "EdDSA", "typ": _TYPE, "kid": _thumbprint(key), "jwk": key}
    head = _base64(_json(header))
    signature = sign_bytes(f"{head}.{_base64(xml)}".encode())
    return f"{head}..{_base64(signature)}"


def key_of_signature(signature: str) -> dict[str, Any]:
    """The public key that a signature of ours names, as a JWK with its `kid`."""
    head = signature.partition(".")[0]
    header = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
    return {**header["jwk"], "kid": header["kid"], "use": "sig", "alg": header["alg"]}


def _public_jwk(key: bytes) -> dict[str, str]:
    return {"crv": "Ed25519", "kty": "OKP", "x": _base64(key)}


def _thumbprint(jwk: dict[str, str]) -> str:
    """RFC 7638."""
    return _base64(hashlib.sha256(_json(jwk)).digest())


def _json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":"), sort_keys=True).encode()


def _base64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
