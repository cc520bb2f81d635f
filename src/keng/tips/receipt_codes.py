"""Receipt codes of tips: derived, and stored only as a keyed hash."""

import datetime
import uuid

from keng.kit.codes import (
    CODE_ALPHABET,
    CODE_LENGTH,
    LONGEST_TYPED,
    MalformedCode,
    cleaned_code,
    code_in_sentence,
    derived_code,
    grouped_code,
    new_token,
)
from keng.kit.secrets import keyed_hash
from keng.tips.models import Receipt

__all__ = [
    "CODE_ALPHABET",
    "CODE_LENGTH",
    "LONGEST_TYPED",
    "MalformedCode",
    "cleaned_code",
    "code_from_token",
    "code_hash",
    "code_in_sentence",
    "grouped_code",
    "last_replaced_at",
    "new_token",
    "tip_id_of_code",
    "token_hash",
]


def code_from_token(token: str) -> str:
    """The code of a token: the same token always gives the same code, and only here."""
    return derived_code("receipt code", token)


def code_hash(code: str) -> bytes:
    """The keyed hash that is stored."""
    return keyed_hash("receipt", code)


def token_hash(token: str) -> bytes:
    """The keyed hash of a one-time link's token."""
    return keyed_hash("one-time link", token)


def tip_id_of_code(code: str) -> uuid.UUID | None:
    """The tip a cleaned code opens, or None; also for a code that was replaced, or is disputed."""
    opens = Receipt.objects.filter(
        hash=code_hash(code), replaced_at__isnull=True, tip__codes_disputed_at__isnull=True
    )
    return opens.values_list("tip_id", flat=True).first()


def last_replaced_at(tip_id: uuid.UUID) -> datetime.datetime | None:
    """When a code of the report was last replaced by another one."""
    replaced = Receipt.objects.filter(tip=tip_id, replaced_at__isnull=False)
    return replaced.order_by("-replaced_at").values_list("replaced_at", flat=True).first()
