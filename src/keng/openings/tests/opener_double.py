"""An opener for tests alone: real HPKE and rules of its interface, a split of two parts by XOR."""

import os
import uuid
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.db import connection

from keng.acts.work import work
from keng.kit import times
from keng.runtime.tests.rights import as_process
from keng.vault import opener_client
from keng.vault.models import HolderKey, OpeningRequest

SUITE = Suite(KEM.P256, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
UNIT_KEY = uuid.UUID("00000000-0000-4000-8000-00000000abcd")


def point_of(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


@work()
def _mark_opened(request_id: uuid.UUID) -> None:
    with as_process("opener"), connection.cursor() as cursor:
        cursor.execute("SELECT vault_mark_opened(%s)", [request_id])


class OpenerDouble:
    """Holds the parts of one key for two officers, and one record under it."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.is_away = False
        self.secret = os.urandom(16)
        mask = os.urandom(16)
        self._parts = [mask, bytes(a ^ b for a, b in zip(mask, self.secret, strict=True))]
        self._shares: dict[uuid.UUID, bytes] = {}
        self._once: dict[uuid.UUID, tuple[ec.EllipticCurvePrivateKey, Any]] = {}
        self._given: dict[uuid.UUID, dict[uuid.UUID, bytes]] = {}

    def hold_for(self, key: HolderKey) -> None:
        """One of the two parts, sealed to this holder."""
        public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), bytes(key.public_key))
        info = opener_client.share_info(UNIT_KEY, key.pk)
        self._shares[key.pk] = SUITE.encrypt(self._parts.pop(), public, info=info)

    def begin(self, request_id: uuid.UUID) -> bytes:
        self._answer()
        kept = self._once.get(request_id)
        if kept is None or times.now() - kept[1] > opener_client.SHARES_STAY:
            kept = self._once[request_id] = ec.generate_private_key(ec.SECP256R1()), times.now()
            self._given[request_id] = {}
        return point_of(kept[0])

    def share_for(self, request_id: uuid.UUID, holder_key_id: uuid.UUID) -> bytes:
        self._answer()
        asked = OpeningRequest.objects.get(pk=request_id)
        officer = HolderKey.objects.get(pk=holder_key_id).officer_ref
        if officer not in {asked.asked_by_ref, asked.approved_by_ref}:
            raise opener_client.NotInRecord
        return self._shares[holder_key_id]

    def give_share(self, request_id: uuid.UUID, holder_key_id: uuid.UUID, sealed: bytes) -> None:
        self._answer()
        asked = OpeningRequest.objects.get(pk=request_id)
        info = opener_client.given_info(request_id, asked.record_ref, UNIT_KEY)
        try:
            part = SUITE.decrypt(sealed, self._standing(request_id), info=info)
        except (InvalidTag, ValueError) as error:
            raise opener_client.SharesMissing from error
        self._given[request_id][holder_key_id] = part

    def open_record(self, request_id: uuid.UUID) -> opener_client.OpenedRecord:
        self._answer()
        asked = OpeningRequest.objects.get(pk=request_id)
        if asked.opened_at:
            raise opener_client.AlreadyOpened
        self._standing(request_id)
        parts = list(self._given[request_id].values())
        if len(parts) < 2 or bytes(a ^ b for a, b in zip(*parts, strict=True)) != self.secret:
            raise opener_client.SharesMissing
        _mark_opened(request_id)
        return opener_client.OpenedRecord(asked.what, self.content)

    def _standing(self, request_id: uuid.UUID) -> ec.EllipticCurvePrivateKey:
        kept = self._once.get(request_id)
        if kept is None:
            raise opener_client.SharesMissing
        if times.now() - kept[1] > opener_client.SHARES_STAY:
            raise opener_client.Lapsed
        return kept[0]

    def _answer(self) -> None:
        if self.is_away:
            raise opener_client.OpenerAway
