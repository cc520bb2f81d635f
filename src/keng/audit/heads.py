"""Signing the heads of the chains on a clock, so that a chain rewritten later can be found out.

A signed head goes to the database and to a file beside it that only grows; an operator copies the
file elsewhere. The key is a file of this machine.
"""

import datetime as dt
import json
import os
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import F, OuterRef, Q, Subquery
from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey, VerifyKey

from keng.audit.models import Chain, SignedHead
from keng.kit import times
from keng.kit.database import data_folder
from keng.kit.private import private
from keng.kit.refusals import KeyMissing
from keng.kit.secrets import read_or_make

_PORTION = 500


def sign_heads() -> int:
    """Sign every head that moved since it was last signed; how many."""
    # The last one of each chain, by the index: not every head that was ever signed.
    last = SignedHead.objects.filter(chain=OuterRef("name")).order_by("-seq")
    moved = Chain.objects.annotate(signed=Subquery(last.values("seq")[:1])).filter(
        Q(signed__isnull=True) | Q(signed__lt=F("last_seq")), last_seq__gt=0
    )
    heads = [_signed(chain) for chain in moved.order_by("name")[:_PORTION]]
    if heads:
        # The file first: a line without a row is still true, a row without a line is not exported.
        _export(heads)
        with transaction.atomic():
            SignedHead.objects.bulk_create(heads)
    return len(heads)


def is_genuine(head: SignedHead) -> bool:
    """Whether the signature is ours and speaks of exactly this head."""
    return is_signed(_said(head), bytes(head.signature))


def sign(said: bytes) -> bytes:
    """A signature of this machine under something that must stay as it is, as a signed report.

    What is said begins with what it is, so that no signature can stand under anything else.
    """
    return bytes(_key().sign(said).signature)


def is_signed(said: bytes, signature: bytes) -> bool:
    """Whether this machine signed exactly this."""
    try:
        verify_key().verify(said, signature)
    except (BadSignatureError, ValueError):
        return False
    return True


def verify_key() -> VerifyKey:
    """The public half, to be kept with the exported file."""
    return _key().verify_key


def make_key() -> None:
    """Make the key that signs unless there is one: at the first start, or when it is lost."""
    read_or_make(_key_file())


def _key() -> SigningKey:
    """Raises KeyMissing where something was signed with a key that is gone."""
    if not _key_file().exists() and SignedHead.objects.exists():
        raise KeyMissing(
            f"{_key_file()} is missing. Put it back from the backup; see `keng keys check`."
        )
    return SigningKey(read_or_make(_key_file()))


def _key_file() -> Path:
    return data_folder() / "keys" / "audit.key"


def _signed(chain: Chain) -> SignedHead:
    head = SignedHead(
        chain=chain.name, seq=chain.last_seq, hash=bytes(chain.last_hash), signed_at=times.now()
    )
    head.signature = sign(_said(head))
    return head


def _said(head: SignedHead) -> bytes:
    said = [
        "keng audit head",
        head.chain,
        head.seq,
        bytes(head.hash).hex(),
        _moment(head.signed_at),
    ]
    return json.dumps(said, separators=(",", ":")).encode()


def _moment(at: dt.datetime) -> str:
    return at.astimezone(dt.UTC).isoformat()


def _export(heads: list[SignedHead]) -> None:
    path = data_folder() / "audit" / f"heads-{times.local_date(times.now()):%Y-%m}.jsonl"
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    public = bytes(verify_key()).hex()
    with open(path, "a", encoding="utf-8", opener=private) as file:
        for head in heads:
            line: dict[str, Any] = {
                "chain": head.chain, "seq": head.seq, "hash": bytes(head.hash).hex(),
                "signed_at": _moment(head.signed_at), "signature": bytes(head.signature).hex(),
                "key": public,
            }  # fmt: skip
            file.write(json.dumps(line) + "\n")
        file.flush()
        os.fsync(file.fileno())
