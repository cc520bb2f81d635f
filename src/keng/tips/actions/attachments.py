"""Keeping the files of a tip: from the form, and from what a chat pointed at."""

import hashlib
import uuid

from django.db import transaction

from keng.tips import files
from keng.tips.media import playing_copy_of
from keng.tips.models import Attachment, DialogueMessage
from keng.tips.pictures import mime_of, viewing_copy_of


@transaction.atomic
def store_attachment(
    tip_id: uuid.UUID,
    unit_id: uuid.UUID,
    data: bytes,
    mime: str = "",
    *,
    message: DialogueMessage | None = None,
) -> Attachment:
    """Keep one file of a tip: the original sealed to the unit, and a copy to view or to play.

    `mime` is what the sender calls it; what the bytes show goes before it. The files are on disk
    before the row commits. Raises vault.seal.NoKey.
    """
    seen = mime_of(data)
    mime = seen if seen != "application/octet-stream" else mime or seen
    copy = viewing_copy_of(data) if mime.startswith("image/") else playing_copy_of(data, seen)
    return Attachment.objects.create(
        tip_id=tip_id, message=message, kind=_kind(mime), mime=mime[:80], size=len(data),
        original_path=files.keep_original(data, unit_id=unit_id),
        viewing_path=files.keep_viewing_copy(copy) if copy else "",
        sha256=hashlib.sha256(data).digest(),
    )  # fmt: skip


def _kind(mime: str) -> str:
    family = mime.partition("/")[0]
    return family if family in ("image", "video", "audio") else Attachment.Kind.FILE.value
