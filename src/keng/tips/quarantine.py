"""Quarantine of a file of a tip: no copy of it is left, and its original is held."""

import uuid

from keng.acts.locks import lock
from keng.acts.work import work
from keng.audit.actions import record, unit_chain
from keng.files import held, store
from keng.kit.viewing_copies import NoCopy
from keng.tips.models import Attachment, Tip, WaitingPicture


def quarantine_attachment(file: Attachment) -> None:
    """Inside the transaction and lock of its tip.

    What a worker is making of it right now is thrown away (`viewing_copies`), which also removes
    the row of what waits.
    """
    waiting = WaitingPicture.objects.filter(attachment=file).values_list("path", flat=True)
    store.discard_files([file.viewing_path, file.covered_path, *waiting])
    held.hold_original(file.original_path, came_with=file.tip_id, file_hash=bytes(file.keyed_hash))
    file.viewing_path = file.covered_path = ""
    file.no_copy = NoCopy.QUARANTINED
    file.save(update_fields=["viewing_path", "covered_path", "no_copy"])


@work()
def quarantine_again(attachment_id: uuid.UUID) -> None:
    """In a restored database: it was quarantined after the backup was made, and so it is again."""
    tip = lock(Tip.objects.filter(attachments=attachment_id)).get()
    file = tip.attachments.get(pk=attachment_id)
    quarantine_attachment(file)
    record(
        "attachment.not_shown",
        by="worker",
        on=file,
        chain=unit_chain(tip.responsible_unit_id),
        detail={"tip": str(tip.pk), "reason": NoCopy.QUARANTINED.value},
    )
