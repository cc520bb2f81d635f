"""Storing what was sealed, also by processes that may write into the vault and never read in it."""

import json
import uuid
from collections.abc import Sequence

from django.db import connection

from keng.kit.ids import new_id


def keep_sealed(
    tip_ref: uuid.UUID, *, unit_id: uuid.UUID, kind: str, holds: Sequence[str], ciphertext: bytes
) -> None:
    """Add a sealed thing of a tip, in the caller's transaction.

    Not by the ORM, whose INSERT reads back what the database filled in.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO vault_sealedidentity (id, tip_ref, unit_id, kind, holds, ciphertext) "
            "VALUES (%s, %s, %s, %s, %s, %s)",
            [new_id(), tip_ref, unit_id, kind, json.dumps(list(holds)), ciphertext],
        )
