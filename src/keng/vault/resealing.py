"""A sealed thing, sealed to another key for the same kind and id, unseen.

No Django here: the opener needs it.
"""

import uuid
from collections.abc import Sequence

from keng.vault.hybrid import HybridSeal, SealedKind, open_hybrid
from keng.vault.key_pairs import hybrid_key, hybrid_public_key


def resealed(
    sealed: bytes,
    private: bytes,
    to: tuple[uuid.UUID, bytes],
    *,
    kind: SealedKind,
    refs: Sequence[uuid.UUID],
    as_ref: uuid.UUID | None = None,
) -> bytes | None:
    """Sealed to the key of which id and public half are given, by a data key of its own.

    For the same id, or for `as_ref`, by which it is known where it goes.
    None where `private` does not open it as this kind for any of the ids: then it is not the thing
    that belongs there, and stays as it is.
    """
    key = hybrid_key(private)
    if key is None:
        return None
    to_id, to_public = to
    for ref in refs:
        padded = open_hybrid(sealed, key, kind, ref)
        if padded is not None:
            seal = HybridSeal(hybrid_public_key(to_public), to_id)
            return seal.close(padded, kind, as_ref or ref)
    return None
