"""The shares of one key, each sealed to whom it is for: to a holder, or to the custodians.

No Django here: the opener needs it.
"""

import uuid
from collections.abc import Mapping

from keng.vault.filling import filled_up
from keng.vault.hybrid import HybridSeal, SealedKind
from keng.vault.key_pairs import hybrid_public_key
from keng.vault.opener_client import share_info
from keng.vault.share_seals import seal_to_point
from keng.vault.splitting import split_key


def sealed_shares(
    unit_key_id: uuid.UUID, private: bytes, holders: Mapping[uuid.UUID, bytes], custodians: bytes
) -> dict[uuid.UUID | None, bytes]:
    """By the id of the holder's key, of which the public halves are given; None: the custodians'.

    Each call draws a new polynomial. The epoch's wrap is not around them yet.
    """
    split = split_key(private, len(holders))
    sealed: dict[uuid.UUID | None, bytes] = {
        holder: seal_to_point(words.encode(), point, share_info(unit_key_id, holder))
        for (holder, point), words in zip(holders.items(), split.holders, strict=True)
    }
    sealed[None] = share_for_custodians(unit_key_id, split.custodians, custodians)
    return sealed


def share_for_custodians(unit_key_id: uuid.UUID, share: str, custodians: bytes) -> bytes:
    """Their share alone, to the public half of their key."""
    seal = HybridSeal(hybrid_public_key(custodians))
    return seal.close(filled_up(share.encode()), SealedKind.SHARE, unit_key_id)
