"""What the desk asks the opener: the small process in which alone a split key comes together.

The way of one opening:

1. `begin`: the opener makes a key pair for this request and keeps it until nobody has asked
   for it or given a share for 15 minutes. Its public half is what a browser seals a share to.
2. `share_for`: the share of one of the two officers as it is sealed to their holder's key. Their
   browser opens it (HPKE, info `share_info`) and seals it to the one-time key (HPKE, info
   `given_info`).
3. `give_share`: what the browser sealed, good for 15 minutes from then on. Both officers do 2 and
   3, at whatever moments.
4. `open_record`: once, when the request is approved and both shares are there.

HPKE is RFC 9180 in base mode without associated data: DHKEM(P-256, HKDF-SHA256), HKDF-SHA256,
AES-256-GCM; the encapsulated key (65 bytes), then the ciphertext. What binds a share is in `info`.

A resharing goes the same way with `begin_resharing`, `shares_for_resharing`, `give_for_resharing`
and `reshare`, with the shares of several keys at once. What is on hold is resealed the same way
with `reseal_file` and `reseal` at the end.

Who reported a tip that another installation took over goes along the same way: the request names
the transfer, the browsers bind their shares by `sent_on_info`, and at the end stands `send_on`
instead of `open_record`. What comes of it lies sealed in the database, and nothing is answered.

A request stands for a day after it was asked for. The opener reads the request, its approval and
the entry of the record (`APPROVED_ENTRY`, about the request) by itself, and believes the desk
nothing of it.
"""

import datetime
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from keng.vault.opener import opener_socket

APPROVED_ENTRY = "opening.approved"
"""The act whose entry in the record the opener asks for, with the request as its object."""
RESHARING_ENTRY = "keys.resharing_joined"
"""The same of each of the two who reshare."""
RESEALING_ENTRY = "keys.resealing_joined"
"""The same of each of the two who reseal what is on hold."""
SHARES_STAY = datetime.timedelta(minutes=15)
REQUEST_STANDS = datetime.timedelta(days=1)


class CannotOpen(Exception):
    """Why the opener did not do what it was asked; one of the classes below."""


class NotInRecord(CannotOpen):
    """The request is not there, not approved by another person, refused, or not in the record; or
    the holder is none of its two officers, or has no share of the key.
    """


class Lapsed(CannotOpen):
    """The request is older than a day, or the one-time key is gone: `begin` again."""


class SharesMissing(CannotOpen):
    """Fewer than two people have given their share, or what they gave does not fit."""


class AlreadyOpened(CannotOpen):
    """It was opened before; another opening is another request."""


class KeptByOperator(CannotOpen):
    """It was sealed before two people held keys: the operator's file opens it, and nobody here."""


class NoDeskKey(CannotOpen):
    """Of that transfer no key is there that the installation signed to which the tip went; or the
    tip is not with it any more.
    """


class OpenerAway(CannotOpen):
    """The opener does not answer. Shares that were given before it ended are given again."""


@dataclass(frozen=True)
class OpenedRecord:
    """What was sealed. Of a contact and of words cut out it is JSON; of a file its bytes."""

    what: str
    content: bytes = field(repr=False)


def share_info(unit_key_id: uuid.UUID, holder_key_id: uuid.UUID) -> bytes:
    """What a share is bound to that lies sealed to its holder."""
    return b"keng share 1\0" + unit_key_id.bytes + holder_key_id.bytes


def given_info(request_id: uuid.UUID, record_id: uuid.UUID, unit_key_id: uuid.UUID) -> bytes:
    """What a share is bound to on its way to the opener: one request, one record, one key."""
    return b"keng opening 1\0" + request_id.bytes + record_id.bytes + unit_key_id.bytes


def sent_on_info(request_id: uuid.UUID, record_id: uuid.UUID, unit_key_id: uuid.UUID) -> bytes:
    """The same of a request that shows nothing: who reported goes along with a transfer."""
    return b"keng sending on 1\0" + request_id.bytes + record_id.bytes + unit_key_id.bytes


def resharing_info(resharing_id: uuid.UUID, unit_key_id: uuid.UUID) -> bytes:
    """What a share is bound to on its way to the opener for a resharing: one request, one key."""
    return b"keng resharing 1\0" + resharing_id.bytes + unit_key_id.bytes


def begin_resharing(resharing_id: uuid.UUID) -> bytes:
    """The public half of the one-time key of a resharing; the same while it stands."""
    return _ask("begin_resharing", resharing_id)[1]


def shares_for_resharing(
    resharing_id: uuid.UUID, holder_key_id: uuid.UUID
) -> dict[uuid.UUID, bytes]:
    """By key the shares of one who came, sealed to their holder's key."""
    return read_shares(_ask("shares_for_resharing", resharing_id, holder_key_id)[1])


def give_for_resharing(
    resharing_id: uuid.UUID, holder_key_id: uuid.UUID, sealed: Mapping[uuid.UUID, bytes]
) -> None:
    """Hand over what a browser sealed to the one-time key (info `resharing_info`), by key."""
    _ask("give_for_resharing", resharing_id, holder_key_id, written_shares(sealed))


def reshare(resharing_id: uuid.UUID) -> None:
    """Once two have given: new shares for all keys of the plan are kept for the worker."""
    _ask("reshare", resharing_id)


@dataclass(frozen=True)
class Resealed:
    """How far a resealing came."""

    records: int
    is_done: bool
    """Nothing on hold is left under the old key."""


@dataclass(frozen=True)
class ResealedFile:
    """An original of what is on hold, sealed to the hold key, for the place it had."""

    path: str
    sealed: bytes = field(repr=False)


def reseal_file(resharing_id: uuid.UUID) -> ResealedFile | None:
    """Once two have given: the next original file that lies under the old key; None after the last.

    It stays the next one until it was put in its place.
    """
    head, sealed = _ask("reseal_file", resharing_id)
    return ResealedFile(str(head["path"]), sealed) if head["path"] else None


def reseal(resharing_id: uuid.UUID) -> Resealed:
    """Once two have given: a portion of what is on hold is sealed to the hold key. Ask again until
    it is done; who asks anew after a portion was cut short goes on with what is left.
    """
    head, _ = _ask("reseal", resharing_id)
    return Resealed(int(head["records"]), bool(head["done"]))


def written_shares(shares: Mapping[uuid.UUID, bytes]) -> bytes:
    """Of several keys, as they go through the opener's door."""
    return json.dumps({str(key): share.hex() for key, share in shares.items()}).encode()


def read_shares(body: bytes) -> dict[uuid.UUID, bytes]:
    """The same, read. Raises ValueError."""
    try:
        return {uuid.UUID(key): bytes.fromhex(share) for key, share in json.loads(body).items()}
    except (AttributeError, TypeError) as error:
        raise ValueError("no shares") from error


def begin(request_id: uuid.UUID) -> bytes:
    """The public half (65 bytes) of the one-time key of this request; the same while it stands."""
    return _ask("begin", request_id)[1]


def share_for(request_id: uuid.UUID, holder_key_id: uuid.UUID) -> bytes:
    """The share of one of the request's two officers, sealed to their holder's key."""
    return _ask("share_for", request_id, holder_key_id)[1]


def give_share(request_id: uuid.UUID, holder_key_id: uuid.UUID, sealed: bytes) -> None:
    """Hand over a share that a browser sealed to the one-time key."""
    _ask("give_share", request_id, holder_key_id, sealed)


def open_record(request_id: uuid.UUID) -> OpenedRecord:
    """The record, once."""
    head, content = _ask("open_record", request_id)
    return OpenedRecord(head["what"], content)


def send_on(request_id: uuid.UUID) -> None:
    """Seal the record to the desk that took the tip over, once; the next file there carries it."""
    _ask("send_on", request_id)


_ERRORS: dict[str, type[CannotOpen]] = {
    each.__name__: each
    for each in (NotInRecord, Lapsed, SharesMissing, AlreadyOpened, KeptByOperator, NoDeskKey)
}


def _ask(
    act: str, request_id: uuid.UUID, holder_key_id: uuid.UUID | None = None, body: bytes = b""
) -> tuple[dict[str, Any], bytes]:
    head = {"act": act, "request": str(request_id)}
    if holder_key_id is not None:
        head["holder_key"] = str(holder_key_id)
    try:
        answer, content = opener_socket.ask(head, body)
    except (OSError, ValueError) as error:
        raise OpenerAway from error
    if "error" in answer:
        raise _ERRORS.get(str(answer["error"]), OpenerAway)
    return answer, content
