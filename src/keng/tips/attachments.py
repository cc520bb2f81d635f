"""Keeping the files of a tip: from the form, and from what a chat pointed at."""

import uuid

from django.db.models import Exists, OuterRef

from keng.files import held, store
from keng.files.clean_media import playing_copy_of
from keng.files.pictures import UNKNOWN_KIND, mime_of
from keng.files.scanning import is_scanner_set
from keng.kit.viewing_copies import NoCopy
from keng.tips import viewing_copies
from keng.tips.models import Attachment, DialogueMessage, Tip, TipConcern
from keng.tips.viewing_copies import PreparedCopy
from keng.vault.models import class_of_tip

# Between the pictures of a film a camera may write where it is, which only the worker's copy leaves
# out; so nobody is shown the film as it came, though a browser could play it.
_COPIED_BY_WORKER = frozenset({"video/mp4"})


def store_attachment(
    tip_id: uuid.UUID,
    unit_id: uuid.UUID,
    data: bytes,
    mime: str = "",
    *,
    message: DialogueMessage | None = None,
    plain_copy: bytes = b"",
) -> Attachment:
    """Keep one file of a tip: the original sealed to the unit, and a copy to play or to view.

    A part of the act or portion of work with which the file came, in its transaction.
    `mime` is what the sender calls it; what the bytes show goes before it. What is not played as
    it came is handed to the worker, which makes its copy, or tells the reporter that there is none;
    unless it is one of our own and comes with its `plain_copy`. What was quarantined before is
    quarantined again, unseen.
    The files are on disk before the row commits. Raises vault.seal.NoKey.
    """
    seen = mime_of(data)
    mime = seen if seen != UNKNOWN_KIND else mime or seen
    original = store.keep_original(data, unit_id=unit_id, key_class=_class_of(tip_id))
    digest = attachment_hash(tip_id, data)
    if held.is_quarantined_content(data):
        held.hold_original(original, came_with=tip_id, file_hash=digest)
        copy, prepared = None, PreparedCopy(NoCopy.QUARANTINED)
    elif plain_copy:
        copy, prepared = plain_copy, None
    else:
        copy, prepared = _made_or_prepared_copy(tip_id, data, seen)
    made = Attachment.objects.create(
        tip_id=tip_id,
        message=message,
        kind=_kind(mime),
        mime=mime[:80],
        size=store.rounded_size(len(data)),
        original_path=original,
        viewing_path=store.keep_viewing_copy(copy) if copy else "",
        no_copy=prepared.no_copy if prepared else "",
        keyed_hash=digest,
    )
    if prepared is not None:
        prepared.let_wait(attachment=made)
    return made


def named_originals() -> set[str]:
    """The paths of all originals that rows name; what was quarantined is named apart."""
    kept = Attachment.objects.exclude(original_path="").values_list("original_path", flat=True)
    return {*kept, *held.held_paths().values_list("original_path", flat=True)}


def _class_of(tip_id: uuid.UUID) -> str:
    said = Tip.objects.filter(pk=tip_id).annotate(
        is_concerned=Exists(TipConcern.objects.filter(tip=OuterRef("pk")))
    )
    found = said.values_list("is_concerned", "is_for_named").first()
    concerns, is_for_named = found or (False, False)
    return class_of_tip(concerns=concerns, is_for_named=is_for_named)


def _made_or_prepared_copy(
    tip_id: uuid.UUID, data: bytes, seen: str
) -> tuple[bytes | None, PreparedCopy | None]:
    """A copy, or else what the worker makes one of, with the reason where it makes none."""
    if Tip.objects.filter(pk=tip_id, is_for_named=True).exists():
        return None, viewing_copies.prepare_copy(data, seen, on_request=True)
    # What is scanned is scanned by the worker.
    if seen in _COPIED_BY_WORKER or is_scanner_set():
        prepared = viewing_copies.prepare_copy(data, seen)
        if prepared.no_copy == NoCopy.WAITING:
            return None, prepared
    # Where no worker makes one either, what is neither sound nor picture is blanked in its place.
    if copy := playing_copy_of(data, seen):
        return copy, None
    return None, viewing_copies.prepare_copy(data, seen)


def attachment_hash(tip_id: uuid.UUID, data: bytes) -> bytes:
    """By which the same file is known if it is sent again to this tip, and to no other.

    Forgotten with the end of the tip: whoever has the site's key and the file could compute it.
    """
    return held.keyed_file_hash(tip_id, data)


def _kind(mime: str) -> str:
    family = mime.partition("/")[0]
    return family if family in ("image", "video", "audio") else Attachment.Kind.FILE.value
