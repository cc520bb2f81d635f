"""Destroying what is due: words, files, numbers and names go, the counted row stays.

A batch is one transaction with its entry in the record. Killed in it, the worker begins the same
batch anew; a file whose row is gone already is swept (tips.sweep_files).
"""

import uuid
from collections.abc import Collection
from typing import Any

from django.db.models import Exists, Model, OuterRef, QuerySet

from keng.acts.locks import lock, lock_available
from keng.acts.work import work
from keng.audit.actions import record
from keng.data_requests.forgetting import EMPTIED as EMPTIED_REQUEST
from keng.data_requests.models import DataRequest
from keng.delivery.models import Conversation, DispatchText, Inbound, InboundMedia
from keng.files import held, store
from keng.kit import times
from keng.lookup.actions import indicators
from keng.retention.due import due_tips
from keng.tips import viewing_copies
from keng.tips.models import (
    Attachment,
    BreakIn,
    Decision,
    DialogueMessage,
    HandedCode,
    HeldEnding,
    Incident,
    LegalHold,
    Note,
    OneTimeLink,
    Sighting,
    Suggestion,
    TakenDown,
    Tip,
    TipCheck,
    Transfer,
    TransferFile,
    TransferIdentity,
    TransferKey,
    TransferUpload,
    WaveStep,
    WaveTip,
)
from keng.vault.models import OpeningRequest, SealedIdentity

PORTION = 50
# What stands in place of the name of an incident of which no tip has its words any more, and of
# what an officer said of such a wave.
PURGED_TITLE = "(Đã xóa theo thời hạn lưu)"
# What figures and reports count by; the rest of a decision's detail goes with its reason.
COUNTED_DETAIL = frozenset(
    {"as_kind", "category", "ground", "outcome", "taken_back", "to", "urgency", "value"}
)
# Rows that go whole, by the way from them to the tip.
_DELETED: tuple[tuple[type[Model], str], ...] = (
    (Note, "tip__in"),
    (TipCheck, "tip__in"),
    (Suggestion, "tip__in"),
    (HandedCode, "tip__in"),
    (TransferUpload, "file__transfer__tip__in"),
    (TransferFile, "transfer__tip__in"),
    (TransferIdentity, "transfer__tip__in"),
    (TransferKey, "transfer__tip__in"),
    (OneTimeLink, "tip__in"),
    (SealedIdentity, "tip_ref__in"),
)
# Rows that stay, since they are counted or say who decided, with what goes from them.
_EMPTIED: tuple[tuple[type[Model], str, dict[str, Any]], ...] = (
    (DialogueMessage, "tip__in", {"text": "", "inbound_ref": None, "dispatch_ref": None}),
    (BreakIn, "tip__in", {"words": ""}),
    (LegalHold, "tip__in", {"words": "", "end_words": ""}),
    (
        Transfer,
        "tip__in",
        {"reason": "", "their_reason": "", "their_number": "", "stopped_clocks": []},
    ),
    (DataRequest, "tip__in", EMPTIED_REQUEST),
    (DataRequest, "desk_tip__in", EMPTIED_REQUEST),
    (TakenDown, "tip__in", {"refusal_words": "", "refusal": "", "minor": "", "seen_by": None}),
    (
        Inbound,
        "tip_ref__in",
        {
            "text": "",
            "latitude": None,
            "longitude": None,
            "raw_sealed": b"",
            "conversation_hash": None,
        },
    ),
    (Conversation, "tip_ref__in", {"key_hash": None, "reply_address_sealed": b"", "mode": ""}),
    (
        DispatchText,
        "dispatch__source_ref__in",
        {"text": "", "short": "", "subject": "", "image_path": ""},
    ),
    (
        OpeningRequest,
        "tip_ref__in",
        {
            "legal_basis": "",
            "text": "",
            "override_reason": "",
            "refused_reason": "",
            "why_not_told": "",
        },
    ),
)
_EMPTY_TIP: dict[str, Any] = {
    "text": "",
    "place_detail": "",
    "outcome_note": "",
    "identity_holds": [],
    "search": None,
    "feared_at": None,
    "danger_at": None,
}


@work()
def purge_due_tips(portion: int = PORTION) -> int:
    """Destroy a batch of what is due; of how many tips. A job of the worker."""
    due = due_tips(times.now()).order_by("closed_at", "id")
    chosen = list(due.values_list("pk", flat=True)[:portion])
    # Locked first and asked again then: a hold that came meanwhile is seen.
    available = lock_available(Tip.objects.filter(pk__in=chosen).order_by("id"))
    locked = list(available.values_list("pk", flat=True))
    ids = list(due_tips(times.now()).filter(pk__in=locked).values_list("pk", flat=True))
    return _purge(ids)


@work()
def purge_again(tip_id: uuid.UUID) -> None:
    """In a restored database: it was destroyed after the backup was made, and so it is again."""
    _purge(list(lock(Tip.objects.filter(pk=tip_id)).values_list("pk", flat=True)))


def _purge(ids: Collection[uuid.UUID]) -> int:
    if not ids:
        return 0
    _discard_files_of(Attachment.objects.filter(tip__in=ids))
    # An ending of which nothing can be taken back any more, should the worker not have come to it.
    HeldEnding.objects.filter(decision__tip__in=ids).delete()
    sightings = Sighting.objects.filter(tip__in=ids)
    named = set(sightings.values_list("indicator_id", flat=True))
    sightings.delete()
    indicators.remove_unused_among(named)
    for model, path in _DELETED:
        _rows(model, path, ids).delete()
    for model, path, empty in _EMPTIED:
        _rows(model, path, ids).update(**empty)
    media = InboundMedia.objects.filter(inbound__tip_ref__in=ids)
    media.filter(fetched_at=None, lost_at=None).update(lost_at=times.now())
    media.update(url_sealed=b"")
    _empty_decisions(ids)
    Tip.objects.filter(pk__in=ids).update(purged_at=times.now(), **_EMPTY_TIP)
    _empty_incidents(ids)
    _empty_waves(ids)
    record(
        "tips.purged",
        by="worker",
        on=None,
        chain="intake:worker",
        detail={"tips": sorted(str(tip_id) for tip_id in ids)},
    )
    return len(ids)


def _rows(model: type[Model], path: str, ids: Collection[uuid.UUID]) -> QuerySet[Any]:
    manager: Any = model._default_manager  # noqa: SLF001 -- public, by Django's documentation
    rows: QuerySet[Any] = manager.filter(**{path: ids})
    return rows


def _discard_files_of(attached: QuerySet[Attachment]) -> None:
    """What is in quarantine stays sealed, with its row; it has no copy."""
    removed = attached.exclude(original_path__in=held.held_paths())
    names = removed.values_list("original_path", "viewing_path", "covered_path")
    store.discard_files(path for each in names for path in each)
    viewing_copies.forget_waiting_pictures(attached)
    removed.delete()


def _empty_decisions(ids: Collection[uuid.UUID]) -> None:
    steps = list(Decision.objects.filter(tip__in=ids))
    for step in steps:
        step.reason = ""
        step.detail = {key: step.detail[key] for key in COUNTED_DETAIL & step.detail.keys()}
    Decision.objects.bulk_update(steps, ["reason", "detail"])


def _empty_incidents(ids: Collection[uuid.UUID]) -> None:
    """Name and outcome of an incident were made of its tips' words; its figures stay."""
    told = Tip.objects.filter(incident=OuterRef("pk"), purged_at=None)
    over = Incident.objects.filter(~Exists(told), tips__in=ids)
    Incident.objects.filter(pk__in=list(over.values_list("pk", flat=True))).update(
        title=PURGED_TITLE, outcome_note=""
    )


def _empty_waves(ids: Collection[uuid.UUID]) -> None:
    """What an officer said of a wave may tell what its tips did. Their numbers go from its reasons
    with the next look at waves (incidents.wave_acts), once nothing names them any more.
    """
    told = WaveTip.objects.filter(wave=OuterRef("wave"), tip__purged_at=None)
    steps = WaveStep.objects.filter(~Exists(told), wave__members__tip__in=ids).exclude(reason="")
    over = list(steps.values_list("pk", flat=True))
    WaveStep.objects.filter(pk__in=over).update(reason=PURGED_TITLE)
