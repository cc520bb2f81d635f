"""What of one tip is sealed and can be opened: a record of the vault, or an original file."""

import uuid
from dataclasses import dataclass

from django.db.models import IntegerField
from django.db.models.functions import Length
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keng.acts.errors import Refused
from keng.files.store import first_sealed_bytes
from keng.tips.models import Attachment, Tip, Transfer, TransferIdentity
from keng.vault.hybrid import KEYED_HEAD_SIZE, key_id_of
from keng.vault.models import OpeningRequest, SealedIdentity

What = OpeningRequest.What
# As much as a file takes of one (transfers.content).
MOST_SENT_ON_BYTES = 512 * 1024
_KINDS = (What.CONTACT, What.IN_TEXT, What.RAW)


class TakenBack(Refused):
    """The reporter was told that nothing of it stays, whatever the desk has to keep."""

    sentence = gettext_lazy(
        "Not done: the reporter has taken this report back, so nothing of it is opened."
    )


@dataclass(frozen=True, slots=True)
class SealedRecord:
    """One thing that can be asked for."""

    what: str
    ref: uuid.UUID
    label: str

    @property
    def value(self) -> str:
        """As a form sends it."""
        return f"{self.what}:{self.ref}"


def sealed_records_of(tip: Tip) -> list[SealedRecord]:
    """All of a tip, who the reporter is first; of each kind the newest first."""
    rows = SealedIdentity.objects.filter(tip_ref=tip.pk, kind__in=_KINDS).order_by("-id")
    by_kind = sorted(rows.only("id", "kind"), key=lambda row: _KINDS.index(What(row.kind)))
    found = [SealedRecord(row.kind, row.pk, str(What(row.kind).label)) for row in by_kind]
    files = Attachment.objects.filter(tip=tip).exclude(original_path="").order_by("id")
    return found + [
        SealedRecord(What.FILE, file.pk, _("Original file %(n)d") % {"n": number})
        for number, file in enumerate(files, start=1)
    ]


class RecordGone(LookupError):
    """What was sealed is not there any more."""


def key_of_record(what: str, ref: uuid.UUID) -> uuid.UUID | None:
    """To which UnitKey it is sealed; None where it is the operator's file that opens it.

    Raises RecordGone.
    """
    if what == What.FILE:
        file = Attachment.objects.filter(pk=ref).exclude(original_path="").first()
        try:
            head = first_sealed_bytes(file.original_path, KEYED_HEAD_SIZE) if file else None
        except FileNotFoundError:
            head = None
    else:
        row = SealedIdentity.objects.filter(pk=ref).first()
        head = bytes(row.ciphertext) if row else None
    if head is None:
        raise RecordGone
    return key_id_of(head)


def records_to_send_on(tip: Tip, transfer: Transfer) -> list[SealedRecord]:
    """Who reported, as far as it is not with the desk there or on its way; no files.

    What came too late there, since its key had ended, can go again.
    """
    gone = TransferIdentity.objects.filter(transfer=transfer, record_ref__isnull=False)
    gone = gone.exclude(answer=TransferIdentity.Answer.KEY_ENDED)
    size = Length("ciphertext", output_field=IntegerField())
    rows = SealedIdentity.objects.filter(tip_ref=tip.pk, kind__in=_KINDS)
    fitting = rows.alias(size=size).filter(size__lte=MOST_SENT_ON_BYTES)
    refs = set(fitting.values_list("pk", flat=True)) - set(
        gone.values_list("record_ref", flat=True)
    )
    return [each for each in sealed_records_of(tip) if each.ref in refs]


def transfer_with_key(tip: Tip, transfer_id: uuid.UUID) -> Transfer | None:
    """The transfer of this tip with which who reported can go along now.

    None where the tip is not there, or its desk has told no key that is still good.
    """
    found = Transfer.objects.filter(
        pk=transfer_id,
        tip=tip,
        is_incoming=False,
        state=Transfer.State.WITH_THEM,
        other__removed_at=None,
    )
    transfer = found.select_related("other").first()
    return transfer if transfer is not None and transfer.key_to_seal_to() is not None else None


def sealed_record(tip: Tip, value: str) -> SealedRecord | None:
    """The one that a form names, if it is one of this tip."""
    return next((each for each in sealed_records_of(tip) if each.value == value), None)


def refuse_if_taken_back(tip: Tip) -> None:
    """Asked at each step: it may have been taken back since the one before. Raises TakenBack."""
    if tip.withdrawn_at is not None:
        raise TakenBack
