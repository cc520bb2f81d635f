"""A passkey in software, for tests: what a browser and a device would send, right or wrong."""

import hashlib
import json
import os
import struct
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

_PRESENT, _VERIFIED, _CAN_SYNC, _SYNCED, _HAS_KEY = 0x01, 0x04, 0x08, 0x10, 0x40


class SoftPasskey:
    """One device with one passkey; `counts` as a key does, and phones do not."""

    def __init__(
        self,
        *,
        origin: str = "http://localhost:8001",
        counts: bool = True,
        attachment: str = "cross-platform",
        has_prf: bool = True,
    ) -> None:
        self.origin, self.attachment, self.has_prf = origin, attachment, has_prf
        self.relying_party = origin.split("//")[1].split(":", maxsplit=1)[0]
        self.count = 1 if counts else 0
        self.step = 1 if counts else 0
        self.credential_id = os.urandom(32)
        self.user_handle = b""
        self._key = ec.generate_private_key(ec.SECP256R1())

    def make(self, options: dict[str, Any], *, verified: bool = True, **wrong: str) -> str:
        """What navigator.credentials.create() gives."""
        self.user_handle = base64url_to_bytes(options["user"]["id"])
        flags = _PRESENT | _HAS_KEY | (_VERIFIED if verified else 0)
        if not self.step:
            flags |= _CAN_SYNC | _SYNCED
        numbers = self._key.public_key().public_numbers()
        public_key = {
            1: 2,
            3: -7,
            -1: 1,
            -2: numbers.x.to_bytes(32),
            -3: numbers.y.to_bytes(32),
        }
        data = self._authenticator_data(flags, wrong.get("relying_party"))
        data += bytes(16) + struct.pack(">H", len(self.credential_id)) + self.credential_id
        data += cbor2.dumps(public_key)
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        client = self._client_data("webauthn.create", options, wrong)
        return self._sent(
            {
                "clientDataJSON": bytes_to_base64url(client),
                "attestationObject": bytes_to_base64url(attestation),
                "transports": ["usb", "made-up"],
            },
            {"prf": {"enabled": self.has_prf}},
        )

    def answer(self, options: dict[str, Any], *, verified: bool = True, **wrong: str) -> str:
        """What navigator.credentials.get() gives."""
        self.count += self.step
        flags = _PRESENT | (_VERIFIED if verified else 0)
        if not self.step:
            flags |= _CAN_SYNC | _SYNCED
        data = self._authenticator_data(flags, wrong.get("relying_party"))
        client = self._client_data("webauthn.get", options, wrong)
        signed = data + hashlib.sha256(client).digest()
        signature = self._key.sign(signed, ec.ECDSA(hashes.SHA256()))
        return self._sent(
            {
                "clientDataJSON": bytes_to_base64url(client),
                "authenticatorData": bytes_to_base64url(data),
                "signature": bytes_to_base64url(signature),
                "userHandle": bytes_to_base64url(self.user_handle),
            },
            {},
        )

    def _authenticator_data(self, flags: int, relying_party: str | None) -> bytes:
        name = (relying_party or self.relying_party).encode()
        return hashlib.sha256(name).digest() + struct.pack(">BI", flags, self.count)

    def _client_data(self, kind: str, options: dict[str, Any], wrong: dict[str, str]) -> bytes:
        said = {
            "type": wrong.get("type", kind),
            "challenge": wrong.get("challenge", options["challenge"]),
            "origin": wrong.get("origin", self.origin),
            "crossOrigin": wrong.get("cross_origin") == "yes",
        }
        return json.dumps(said).encode()

    def _sent(self, response: dict[str, Any], extensions: dict[str, Any]) -> str:
        name = bytes_to_base64url(self.credential_id)
        return json.dumps(
            {
                "id": name,
                "rawId": name,
                "type": "public-key",
                "authenticatorAttachment": self.attachment,
                "clientExtensionResults": extensions,
                "response": response,
            }
        )
