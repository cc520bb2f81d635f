"""Unfinished answers: on the server only as ciphertext, opened by a secret in the browser's cookie.

One derivation of the secret finds the row, another opens it, so the table tells neither what is
being answered nor to which survey.
"""

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from nacl.exceptions import CryptoError
from nacl.secret import SecretBox

from keng.acts.act import act
from keng.acts.locks import lock
from keng.kit import times
from keng.kit.secrets import derive_key, keyed_hash
from keng.surveys import acts
from keng.surveys.models import Draft

DRAFT_LIFE = timedelta(hours=24)


@dataclass
class UnfinishedAnswer:
    """A draft in the clear, for the length of one request."""

    secret: str = field(repr=False)
    survey: str
    said: dict[str, Any] = field(default_factory=dict, repr=False)
    slip: str = field(default="", repr=False)


def begin_draft(survey: str, slip: str = "") -> UnfinishedAnswer:
    """An empty draft that is not stored yet."""
    return UnfinishedAnswer(secrets.token_urlsafe(32), survey, slip=slip)


def load_draft(secret: str, survey: str, *, to_send: bool = False) -> UnfinishedAnswer | None:
    """The draft of a secret for this survey; None when there is none or its day is over.

    `to_send`, inside an act: the same form sent twice at once waits.
    """
    if not secret or len(secret) > 100:
        return None
    rows = lock(Draft.objects.all(), to_delete=True) if to_send else Draft.objects.all()
    row = rows.filter(id_hash=_id_hash(secret), touched_at__gt=times.now() - DRAFT_LIFE).first()
    if row is None:
        return None
    try:
        kept = json.loads(SecretBox(_key(secret)).decrypt(bytes(row.box)))
    except CryptoError:
        # Written under another site secret: nobody can read it any more.
        return None
    return (
        UnfinishedAnswer(secret, survey, kept["said"], kept["slip"])
        if kept["of"] == survey
        else None
    )


@act(acts.KEEP_DRAFT)
def save_draft(draft: UnfinishedAnswer) -> None:
    """Store the draft; its day begins again."""
    plain = json.dumps(
        {"of": draft.survey, "said": draft.said, "slip": draft.slip}, ensure_ascii=False
    )
    Draft.objects.update_or_create(
        id_hash=_id_hash(draft.secret),
        defaults={
            "box": bytes(SecretBox(_key(draft.secret)).encrypt(plain.encode())),
            "touched_at": times.now(),
        },
    )


def drop_draft(secret: str) -> None:
    """Forget a draft."""
    Draft.objects.filter(id_hash=_id_hash(secret)).delete()


def sweep_drafts() -> int:
    """Remove drafts whose day is over. A job of the worker."""
    return Draft.objects.filter(touched_at__lte=times.now() - DRAFT_LIFE).delete()[0]


def _id_hash(secret: str) -> bytes:
    return keyed_hash("survey draft id", secret)


def _key(secret: str) -> bytes:
    return hashlib.blake2b(
        secret.encode(), key=derive_key("survey draft key"), digest_size=32
    ).digest()
