"""Signing the heads of the chains on a clock, so that a chain rewritten later can be found out.

A signed head goes to the database and to a file beside it that only grows; an operator copies the
file elsewhere. Each line has a number, names how many chains there are, and is bound to the line
before it, so that a line taken out is missed. The key is a file of this machine.
"""

import datetime as dt
import fcntl
import hashlib
import json
import os
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import BigIntegerField, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey, VerifyKey

from keng.audit.models import Chain, Entry, SignedHead
from keng.kit import times
from keng.kit.database import data_folder
from keng.kit.private_files import make_private_folder, private_opener
from keng.kit.refusals import KeyMissing
from keng.kit.secrets import read_or_make_key

_PORTION = 500
_NUMBER = BigIntegerField()
# A line is about 700 bytes; what is longer was not written here.
LONGEST_LINE = 4096


def sign_heads() -> int:
    """Sign a portion of the heads that moved since they were last signed; how many.

    First those whose oldest unsigned entry has waited longest: however many chains somebody begins
    or moves, each has its turn. The worker asks again until none is left.
    """
    # The last one of each chain, by the index: not every head that was ever signed.
    last = SignedHead.objects.filter(chain=OuterRef("name")).order_by("-seq")
    moved = Chain.objects.annotate(signed=Subquery(last.values("seq")[:1])).filter(
        Q(signed__isnull=True) | Q(signed__lt=F("last_seq")), last_seq__gt=0
    )
    unsigned = Entry.objects.filter(
        chain=OuterRef("name"), seq=Coalesce(OuterRef("signed"), 0, output_field=_NUMBER) + 1
    )
    waiting = moved.annotate(waits_since=Subquery(unsigned.values("id")[:1]))
    heads = [_signed_head(chain) for chain in waiting.order_by("waits_since", "name")[:_PORTION]]
    if heads:
        # The line is on the disk before the row is committed: a row without a line was exported
        # once, and its line is gone.
        with transaction.atomic():
            SignedHead.objects.bulk_create(heads)
            _export(heads, chains=Chain.objects.filter(last_seq__gt=0).count())
    return len(heads)


def is_genuine(head: SignedHead) -> bool:
    """Whether the signature is ours and speaks of exactly this head."""
    return is_signed_by_us(_head_of_row(head), bytes(head.signature))


def export_folder() -> Path:
    """Where the exported heads lie, a file for each month."""
    return data_folder() / "audit"


def exported_files(folder: Path) -> list[Path]:
    """The files of exported heads in a folder, the oldest first."""
    return sorted(folder.glob("heads-*.jsonl"))


def head_to_sign(chain: str, seq: int, entry_hash: str, signed_at: str) -> bytes:
    """What the signature of a head stands under, in the database and in the file alike."""
    said = ["keng audit head", chain, seq, entry_hash, signed_at]
    return json.dumps(said, separators=(",", ":")).encode()


def line_to_sign(head: bytes, number: int, chains: int, before: str) -> bytes:
    """What the second signature of an exported line stands under: the head and its place."""
    said = ["keng audit line", head.decode(), number, chains, before]
    return json.dumps(said, separators=(",", ":")).encode()


def line_hash(line: bytes) -> str:
    """What the next line calls this one, without the end of the line."""
    return hashlib.sha256(line).hexdigest()


def sign_bytes(said: bytes) -> bytes:
    """A signature of this machine under something that must stay as it is, as a signed report.

    What is said begins with what it is, so that no signature can stand under anything else.
    """
    return bytes(_key().sign(said).signature)


def is_signed_by_us(said: bytes, signature: bytes) -> bool:
    """Whether this machine signed exactly this."""
    try:
        verify_key().verify(said, signature)
    except (BadSignatureError, ValueError):
        return False
    return True


def verify_key() -> VerifyKey:
    """The public half, to be kept with the exported file."""
    return _key().verify_key


def make_signing_key() -> None:
    """Make the key that signs unless there is one: at the first start, or when it is lost."""
    read_or_make_key(_key_file())


def _key() -> SigningKey:
    """Raises KeyMissing where something was signed with a key that is gone."""
    if not _key_file().exists() and SignedHead.objects.exists():
        raise KeyMissing(
            f"{_key_file()} is missing. Put it back from the backup; see `keng keys check`."
        )
    return SigningKey(read_or_make_key(_key_file()))


def _key_file() -> Path:
    return data_folder() / "keys" / "audit.key"


def _signed_head(chain: Chain) -> SignedHead:
    head = SignedHead(
        chain=chain.name, seq=chain.last_seq, hash=bytes(chain.last_hash), signed_at=times.now()
    )
    head.signature = sign_bytes(_head_of_row(head))
    return head


def _head_of_row(head: SignedHead) -> bytes:
    return head_to_sign(head.chain, head.seq, bytes(head.hash).hex(), _moment(head.signed_at))


def _moment(at: dt.datetime) -> str:
    return at.astimezone(dt.UTC).isoformat()


def _export(heads: list[SignedHead], *, chains: int) -> None:
    folder = export_folder()
    make_private_folder(folder)
    path = folder / f"heads-{times.local_date(times.now()):%Y-%m}.jsonl"
    public = bytes(verify_key()).hex()
    with open(path, "ab", opener=private_opener) as file:
        # Whoever else signs at this moment goes on from our last line.
        fcntl.flock(file, fcntl.LOCK_EX)
        last, number = _last_line(folder)
        if not _ends_with_a_line(path):
            # A killed process left half a line. It stays, and the next one names it.
            file.write(b"\n")
        for head in heads:
            number += 1
            before = line_hash(last)
            place = line_to_sign(_head_of_row(head), number, chains, before)
            line: dict[str, Any] = {
                "chain": head.chain,
                "seq": head.seq,
                "hash": bytes(head.hash).hex(),
                "signed_at": _moment(head.signed_at),
                "signature": bytes(head.signature).hex(),
                "line": number,
                "chains": chains,
                "before": before,
                "line_signature": sign_bytes(place).hex(),
                "key": public,
            }
            last = json.dumps(line).encode()
            file.write(last + b"\n")
        file.flush()
        os.fsync(file.fileno())


def _last_line(folder: Path) -> tuple[bytes, int]:
    """The newest exported line, be it cut short, and the last number that was given."""
    for path in reversed(exported_files(folder)):
        lines = [line for line in _last_bytes(path).split(b"\n") if line]
        if lines:
            numbers = (_number(line) for line in reversed(lines))
            return lines[-1], next((number for number in numbers if number), 0)
    return b"", 0


def _number(line: bytes) -> int:
    """The number of a line; 0 for one that has none or was cut short."""
    try:
        return int(json.loads(line)["line"])
    except (ValueError, KeyError, TypeError):
        return 0


def _ends_with_a_line(path: Path) -> bool:
    return _last_bytes(path)[-1:] in {b"", b"\n"}


def _last_bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - 2 * LONGEST_LINE))
        return file.read()
