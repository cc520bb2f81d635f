"""Copies to view: made by the worker, in a confined process, within ten minutes.

Until then what was sent lies in a file under a key of its own, sealed to the worker. With the copy,
or with the reason why there is none, key and file are gone; the original stays sealed to the unit.
In matters for named officers none is made until one of them asks: nobody has to see it by accident.
"""

import datetime
import logging
import uuid
from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import translation
from nacl.exceptions import CryptoError

from keng.acts.locks import lock, lock_available
from keng.acts.work import work
from keng.audit.actions import record, unit_chain
from keng.files import copies, store
from keng.files.pictures.confined import CannotCopy
from keng.files.scanning import ScanResult, scan_content
from keng.kit import times
from keng.kit.compiled_queries import CompiledQuery
from keng.kit.storage_away import StorageAway
from keng.kit.viewing_copies import NoCopy
from keng.lookup.models import DisputeFile
from keng.tips import letters, messages
from keng.tips.models import Attachment, DialogueMessage, Tip, WaitingPicture
from keng.vault import seal

logger = logging.getLogger(__name__)
COPY_WITHIN = datetime.timedelta(minutes=10)
# Longer than scanner and confined process may take; a killed worker's picture is tried again after.
_LEASE = datetime.timedelta(minutes=4)
# Then it is tried again.
_STORE_COMES_BACK = datetime.timedelta(minutes=1)
# Before the key to which it is sealed can be gone, with time to make the copy (vault.keys).
_RENEWED_AFTER = datetime.timedelta(minutes=12)
_RENEWED_AT_ONCE = 100
_ENDED_FOR = datetime.timedelta(days=1)
_TRIES = 2
# Whoever sent five of a kind is told once.
_TOLD_FOR = datetime.timedelta(minutes=10)
_AT_ONCE = datetime.timedelta(0)


@dataclass(frozen=True, slots=True)
class PreparedCopy:
    """A file on its way to a copy, or the reason why there will be none."""

    no_copy: NoCopy
    path: str = ""
    key_sealed: bytes = field(default=b"", repr=False)

    def let_wait(
        self, *, attachment: Attachment | None = None, dispute_file: DisputeFile | None = None
    ) -> None:
        """Hand it to the worker, which also tells the reporter what cannot be shown."""
        WaitingPicture.objects.create(
            attachment=attachment,
            dispute_file=dispute_file,
            path=self.path,
            key_sealed=self.key_sealed,
        )


def prepare_copy(content: bytes, mime: str, *, on_request: bool = False) -> PreparedCopy:
    """Seal a file to the worker; `mime` is what its first bytes show. Nothing is decoded.

    `on_request`: the copy is made when an officer asks for it, and not before.

    On disk before the row that names it commits. A report is never refused for want of a copy.
    """
    if not copies.has_copies(mime):
        return PreparedCopy(NoCopy.UNKNOWN)
    try:
        why = NoCopy.ON_REQUEST if on_request else NoCopy.WAITING
        return PreparedCopy(why, *store.keep_for_worker(content))
    except seal.NoKey:
        logger.warning("A file has no copy to view: the worker has no key yet.")
        return PreparedCopy(NoCopy.LATE)


def make_next_copy() -> int:
    """Make one copy, or settle that there is none; how many. Killed in between, it is tried again.

    A job of the worker. Two of them never make the same one.
    """
    row = _lease_picture() if _ANY_PICTURE.fetch_rows() else None
    if row is None:
        return 0
    try:
        _make_copy(row)
    except StorageAway as error:
        # Nothing is wrong with the file: this was no try of it.
        WaitingPicture.objects.filter(pk=row.pk, tries=row.tries).update(
            tries=row.tries - 1, leased_until=times.now() + _STORE_COMES_BACK
        )
        logger.warning("A copy is made later: the store said %s.", error)
        return 0
    return 1


# Asked every two seconds, also while nothing comes in.
_ANY_PICTURE = CompiledQuery(lambda: WaitingPicture.objects.values_list("pk")[:1])


def _make_copy(row: WaitingPicture) -> None:
    """Raises StorageAway, and then nothing was settled."""
    copy, scanned = b"", ScanResult.NOT_SCANNED
    reason: NoCopy | None = None
    try:
        content = _opened_picture(row)
        scanned = scan_content(content)
        if scanned == ScanResult.HARMFUL:
            reason = NoCopy.INFECTED
        else:
            copy = copies.copy_to_view(content)
    except CannotCopy as error:
        reason = error.reason
    _settle_picture(row.pk, copy=copy, reason=reason, scanned=scanned)


def forget_waiting_pictures(attachments: QuerySet[Attachment]) -> None:
    """No copy is made of these any more. Inside the transaction and lock of their tips."""
    waiting = WaitingPicture.objects.filter(attachment__in=attachments)
    store.discard_files(list(waiting.values_list("path", flat=True)))
    waiting.delete()
    attachments.filter(no_copy__in=(NoCopy.WAITING, NoCopy.ON_REQUEST)).update(no_copy="")


def ask_for_copy(attachment: Attachment) -> None:
    """Have the copy made that was to be asked for. Inside the transaction and lock of its tip."""
    now = times.now()
    WaitingPicture.objects.filter(attachment=attachment).update(asked_at=now, since=now)
    attachment.no_copy = NoCopy.WAITING
    attachment.save(update_fields=["no_copy"])


@work()
def keep_on_request() -> int:
    """Seal what waits to be asked for to the worker's key of now; of how many files.

    A job of the worker, whose keys live for an hour and a half. What belongs to a tip that ended
    the day before is forgotten: the original stays, as always.
    """
    now = times.now()
    waits = WaitingPicture.objects.filter(attachment__no_copy=NoCopy.ON_REQUEST)
    ended = waits.filter(attachment__tip__closed_at__lt=now - _ENDED_FOR)
    ended_ids = list(ended.values_list("attachment", flat=True))
    forget_waiting_pictures(Attachment.objects.filter(pk__in=ended_ids))
    rows = list(lock_available(waits.filter(since__lt=now - _RENEWED_AFTER))[:_RENEWED_AT_ONCE])
    for row in rows:
        try:
            row.key_sealed = store.renew_key_for_worker(row.path, bytes(row.key_sealed))
        except (CryptoError, seal.NoKey):
            # Its turn has come and gone, which the next job says to its reporter.
            of_row = Attachment.objects.filter(waiting_picture=row)
            of_row.update(no_copy=NoCopy.WAITING)
            row.asked_at = now
            row.save(update_fields=["asked_at"])
        else:
            row.since = now
            row.save(update_fields=["key_sealed", "since"])
    return len(rows)


@work()
def _lease_picture() -> WaitingPicture | None:
    """The oldest that waits, or that a killed worker left; what takes minutes comes last.

    What came with a report out of scope waits, and goes in time: the end may be taken back.
    """
    now = times.now()
    # Narrowed since it came.
    unasked = WaitingPicture.objects.filter(
        asked_at=None, attachment__no_copy=NoCopy.WAITING, attachment__tip__is_for_named=True
    )
    Attachment.objects.filter(pk__in=unasked.exclude(path="").values("attachment")).update(
        no_copy=NoCopy.ON_REQUEST
    )
    on_request = Attachment.objects.filter(no_copy=NoCopy.ON_REQUEST)
    hidden = Attachment.objects.filter(tip__kind=Tip.Kind.OUT_OF_SCOPE)
    recordings = Attachment.objects.filter(
        pk=OuterRef("attachment"), kind__in=(Attachment.Kind.VIDEO, Attachment.Kind.AUDIO)
    )
    row = (
        lock_available(WaitingPicture.objects.all())
        .filter(Q(leased_until=None) | Q(leased_until__lt=now))
        .filter(Q(attachment=None) | ~Q(attachment__in=hidden) | Q(since__lt=now - COPY_WITHIN))
        .filter(Q(attachment=None) | ~Q(attachment__in=on_request))
        .order_by(Exists(recordings), "id")
        .first()
    )
    if row is not None:
        row.leased_until = now + _LEASE
        row.tries += 1
        row.save(update_fields=["leased_until", "tries"])
    return row


def _opened_picture(row: WaitingPicture) -> bytes:
    """What was sent. Raises CannotCopy."""
    if not row.path:
        # It was clear when it came: the row is here so that its reporter is told.
        raise CannotCopy(NoCopy(row.attachment.no_copy if row.attachment else "late"))
    if row.since < times.now() - COPY_WITHIN:
        raise CannotCopy(NoCopy.LATE)
    if row.tries > _TRIES:
        # Twice a worker was killed over it.
        raise CannotCopy(NoCopy.BROKEN)
    try:
        return store.open_for_worker(row.path, bytes(row.key_sealed))
    except (CryptoError, FileNotFoundError) as error:
        raise CannotCopy(NoCopy.LATE) from error


@work()
def _settle_picture(
    pk: uuid.UUID,
    *,
    copy: bytes = b"",
    reason: NoCopy | None = None,
    scanned: ScanResult = ScanResult.NOT_SCANNED,
) -> None:
    # The tip first, as the desk locks: it may have been taken back while the copy was made.
    tips = Tip.objects.filter(attachments__waiting_picture=pk)
    tip = lock(tips).first()
    row = lock(WaitingPicture.objects.filter(pk=pk), to_delete=True).first()
    if row is None:
        return
    if copy and tip is not None and tip.kind == Tip.Kind.OUT_OF_SCOPE:
        row.leased_until = None
        row.save(update_fields=["leased_until"])
        return
    if _is_quarantined(row):
        copy, reason = b"", NoCopy.QUARANTINED
    found = {
        "viewing_path": store.keep_viewing_copy(copy) if copy else "",
        "no_copy": reason or "",
    }
    if row.attachment_id:
        file = Attachment.objects.filter(pk=row.attachment_id)
        file.update(**found, scan_result=scanned.value)
    elif row.dispute_file_id:
        DisputeFile.objects.filter(pk=row.dispute_file_id).update(**found, size=len(copy))
    store.discard_files([row.path])
    WaitingPicture.objects.filter(pk=pk).delete()
    if tip is not None and reason is not None:
        _tell_reporter(tip, reason)
        record(
            "attachment.not_shown",
            by="worker",
            on=Attachment(id=row.attachment_id),
            chain=unit_chain(tip.responsible_unit_id),
            detail={"tip": str(tip.pk), "reason": reason.value},
        )


def _is_quarantined(row: WaitingPicture) -> bool:
    """It may have been while the copy was made; under the lock of its tip."""
    of_row = Attachment.objects.filter(waiting_picture=row, no_copy=NoCopy.QUARANTINED)
    return of_row.exists()


def _tell_reporter(tip: Tip, reason: NoCopy) -> None:
    """Say to the reporter that a file cannot be shown: on the page and in the chat.

    Not that it is in quarantine: whoever spreads such a file could try which are known.
    """
    if reason == NoCopy.QUARANTINED:
        return
    if not tip.is_open or tip.withdrawn_at or tip.kind == Tip.Kind.OUT_OF_SCOPE:
        return
    with translation.override(tip.language):
        words = letters.not_shown_sentence(reason)
        just_now = tip.messages.filter(
            author=DialogueMessage.Author.AUTOMATIC,
            text=words,
            visible_at__gt=times.now() - _TOLD_FOR,
        )
        if not just_now.exists():
            messages.add_message(tip, words, by=None, hold=_AT_ONCE)
