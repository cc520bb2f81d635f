"""Words that a police desk has no business keeping: hidden at once, sealed for a week, destroyed.

The reporter may object once within the week. Then the unit above decides, which alone can open
what was sealed.
"""

import datetime
import json
import uuid
from collections.abc import Mapping
from typing import Any

from django.db.models import Exists, OuterRef

from keng.acts.act import act
from keng.acts.errors import TooLate
from keng.acts.locks import lock, lock_available
from keng.acts.work import work
from keng.audit.actions import record, unit_chain
from keng.decisions import acts, incident_lead
from keng.decisions.on_record import json_value
from keng.delivery.models import Inbound, InboundMedia
from keng.files import held, store
from keng.kit import times
from keng.lookup.actions.indicators import hold_indicators
from keng.tips import chats, deadlines, viewing_copies
from keng.tips.errors import ChangedMeanwhile
from keng.tips.gravity import has_unread_danger
from keng.tips.models import (
    Attachment,
    Decision,
    DialogueMessage,
    LegalHold,
    Sighting,
    Suggestion,
    TakenDown,
    Tip,
    TransferIdentity,
)
from keng.vault import opening, seal
from keng.vault.hybrid import SealedKind, key_id_of
from keng.vault.models import SealedIdentity, class_of_tip

OBJECTION_WITHIN = datetime.timedelta(days=7)
_SIGHTING = (
    "id",
    "indicator__type",
    "indicator__value",
    "message_id",
    "start",
    "end",
    "role",
    "decided_by_id",
    "at",
)


class CannotObject(TooLate):
    """The week is over, or the reporter has objected already."""


def seal_content(tip: Tip) -> dict[str, Any] | None:
    """Seal the reporter's words to the unit above and take them off the desk.

    For `closing.decline_tip`, inside its transaction, which saves that the tip stands alone.
    Returns what `restore_content` restores. Raises vault.seal.NoKey, and ChangedMeanwhile when
    danger was told just now; then nothing changes.
    """
    if not tip.text:
        return None  # Sealed before: the unit above decided again after an objection.
    taken = _content_of(tip)
    # While it is known which numbers of the incident's name are from this tip.
    taken["left"] = incident_lead.leave_incident(tip)
    _forget_names(tip)
    # First: whoever writes from now on begins another tip, and what was on its way has arrived.
    chats.forget_conversation(tip)
    keeper = tip.responsible_unit.parent_id or tip.responsible_unit_id
    theirs = tip.messages.filter(author=DialogueMessage.Author.REPORTER)
    if has_unread_danger(tip):
        # Sealed unread, nobody would ever be called for it.
        raise ChangedMeanwhile(None)
    words = {
        "text": tip.text,
        "place": tip.place_detail,
        "messages": list(theirs.order_by("id").values_list("text", flat=True)),
    }
    SealedIdentity.objects.create(
        tip_ref=tip.pk,
        unit_id=keeper,
        kind=SealedIdentity.Kind.CONTENT,
        holds=["content"],
        ciphertext=seal.seal_for_unit(
            keeper,
            json.dumps(words, ensure_ascii=False),
            kind=SealedKind.CONTENT,
            ref=tip.pk,
            key_class=class_of_tip(concerns=False, is_for_named=tip.is_for_named),
        ),
    )
    theirs.update(text="")
    # The words once more, as the channel brought them; its sealed body keeps them for the week.
    Inbound.objects.filter(tip_ref=tip.pk).update(text="", latitude=None, longitude=None)
    tip.sightings.all().delete()
    # The copies themselves go when the decision can be taken back no longer (undo_ending).
    # What was blacked out is blacked out anew, if it is.
    store.discard_files(list(tip.attachments.values_list("covered_path", flat=True)))
    tip.attachments.update(viewing_path="", covered_path="")
    suggestion = getattr(tip, "suggestion", None)
    if suggestion is not None:
        suggestion.categories = suggestion.urgency_reasons = suggestion.places = []
        suggestion.save(update_fields=["categories", "urgency_reasons", "places"])
    tip.text, tip.place_detail, tip.search = "", "", None
    tip.save(update_fields=["text", "place_detail", "search"])
    return taken


def restore_content(tip: Tip, taken: dict[str, Any]) -> None:
    """Put back what `seal_content` took.

    For `undo_ending.restore_ended_tip`, inside its transaction. Not the copy in Inbound, nor its
    position: no page shows them, and its sealed body keeps both.
    """
    tip.text, tip.place_detail = taken["text"], taken["place"]
    tip.examined_at = times.now() if taken["is_examined"] else None
    tip.save(update_fields=["text", "place_detail", "examined_at"])
    for pk, (text, is_examined) in taken["messages"].items():
        # What the worker has not looked at before it looks at now: meanwhile it saw nothing.
        blank = {} if is_examined else {"examined_at": None}
        tip.messages.filter(pk=pk).update(text=text, **blank)
    for pk, path in taken["files"].items():
        tip.attachments.filter(pk=pk).update(viewing_path=path)
    _give_sightings_back(tip, taken["sightings"])
    Suggestion.objects.filter(tip=tip).update(**taken["suggestion"])


def _give_sightings_back(tip: Tip, rows: list[dict[str, Any]]) -> None:
    """By what they name: meanwhile the worker may have removed an indicator that nothing named."""
    named = [(row.pop("indicator__type"), row.pop("indicator__value")) for row in rows]
    ids = hold_indicators(named)
    Sighting.objects.bulk_create(
        Sighting(tip=tip, indicator_id=ids[each], **row)
        for each, row in zip(named, rows, strict=True)
    )


def _forget_names(tip: Tip) -> None:
    """The names of incidents that it left, which undoing that would have given back."""
    for step in tip.decisions.filter(detail__before__left__has_key="title"):
        del step.detail["before"]["left"]["title"]
        step.save(update_fields=["detail"])


def _content_of(tip: Tip) -> dict[str, Any]:
    """Everything of the tip that is in clear and about to go, by its rows."""
    theirs = tip.messages.filter(author=DialogueMessage.Author.REPORTER).exclude(text="")
    copies = tip.attachments.exclude(viewing_path="")
    noted = Suggestion.objects.filter(tip=tip).values("categories", "urgency_reasons", "places")
    return {
        "text": tip.text,
        "place": tip.place_detail,
        "is_examined": tip.examined_at is not None,
        "messages": {str(each.pk): [each.text, each.examined_at is not None] for each in theirs},
        "files": {str(pk): path for pk, path in copies.values_list("pk", "viewing_path")},
        "sightings": [
            {name: json_value(value) for name, value in row.items()}
            for row in tip.sightings.order_by("id").values(*_SIGHTING)
        ],
        "suggestion": noted.first() or {},
    }


def may_object_to_sealing(tip: Tip) -> bool:
    """Whether the status page offers the reporter to object: for a week, and once."""
    return (
        tip.kind == Tip.Kind.OUT_OF_SCOPE
        and tip.closed_at is not None
        and tip.closed_at > times.now() - OBJECTION_WITHIN
        and tip.decisions.filter(detail__as_kind=Decision.DeclinedAs.OUT_OF_SCOPE)
        .exclude(detail__has_key="taken_back")
        .count()
        == 1
    )


@act(acts.OBJECT_TO_SEALING)
def object_to_sealing(tip_id: uuid.UUID) -> None:
    """The reporter objects, by receipt: the unit above reads and decides. Raises CannotObject."""
    tip = lock(Tip.objects.filter(pk=tip_id)).get()
    if not may_object_to_sealing(tip):
        raise CannotObject
    above = tip.responsible_unit.parent_id or tip.responsible_unit_id
    tip.responsible_unit_id = above
    # No longer out of scope until the unit above has decided again.
    tip.kind, tip.state, tip.outcome = Tip.Kind.UNSORTED, Tip.State.RECEIVED, Tip.Outcome.NONE
    tip.closed_at, tip.assigned_to = None, None
    deadlines.start_clock(tip, deadlines.SORT_CLOCK)
    deadlines.set_due_at(tip)
    tip.save(
        update_fields=[
            "responsible_unit",
            "kind",
            "state",
            "outcome",
            "closed_at",
            "assigned_to",
            "due_at",
        ]
    )
    record("tip.objected", by="reporter", on=tip, chain=unit_chain(above))


@work()
def restore_objected(unit_keys: Mapping[uuid.UUID, bytes]) -> int:
    """Give tips whose reporters objected their words back, so that the unit above can read them.

    `unit_keys`: the private halves that `vault.keys.unlock_unit_keys` returns, and by their ids
    those of epochs. Returns of how many tips.
    """
    sealed = SealedIdentity.objects.filter(kind=SealedIdentity.Kind.CONTENT).order_by(
        "tip_ref", "id"
    )
    opened = {row.tip_ref for row in sealed if _key_of(row) in unit_keys}
    objected = Tip.objects.exclude(kind=Tip.Kind.OUT_OF_SCOPE).filter(pk__in=opened, text="")
    tips = list(lock(objected))
    for tip in tips:
        rows = list(sealed.filter(tip_ref=tip.pk))
        row = rows[-1]  # An earlier one belongs to a decision that was taken back.
        _restore_words(tip, json.loads(opening.open_identity(row, unit_keys[_key_of(row)])))
        SealedIdentity.objects.filter(pk__in=[each.pk for each in rows]).delete()
        record("tip.restored", by="operator", on=tip, chain=unit_chain(tip.responsible_unit_id))
    return len(tips)


def keys_of_content() -> set[uuid.UUID]:
    """Of epochs, to which words are sealed that may be given back."""
    rows = SealedIdentity.objects.filter(kind=SealedIdentity.Kind.CONTENT)
    found = (key_id_of(bytes(row.ciphertext)) for row in rows)
    return {key_id for key_id in found if key_id}


def _key_of(row: SealedIdentity) -> uuid.UUID:
    return key_id_of(bytes(row.ciphertext)) or row.unit_id


def _restore_words(tip: Tip, words: dict[str, Any]) -> None:
    theirs = tip.messages.filter(author=DialogueMessage.Author.REPORTER, text="")
    for message, text in zip(theirs.order_by("id"), words["messages"], strict=False):
        message.text = text
        message.save(update_fields=["text"])
    tip.text, tip.place_detail = words["text"], words.get("place", "")
    # The worker looks at it anew: what it had noted was blanked with the words.
    tip.examined_at = None
    tip.save(update_fields=["text", "place_detail", "examined_at"])


@work()
def destroy_expired_content() -> int:
    """Destroy what was sealed more than a week ago and not objected to; returns of how many tips.

    A job of the worker.
    """
    sealed = SealedIdentity.objects.filter(kind=SealedIdentity.Kind.CONTENT, tip_ref=OuterRef("pk"))
    ended = Tip.objects.filter(
        Exists(sealed),
        ~Exists(LegalHold.objects.in_force().filter(tip=OuterRef("pk"))),
        kind=Tip.Kind.OUT_OF_SCOPE,
        closed_at__lt=times.now() - OBJECTION_WITHIN,
    )
    # Held until the end: who objects in the last second is heard, or finds the week over. A tip
    # that somebody else holds has its turn the next time.
    tip_ids = list(lock_available(ended.order_by("id")).values_list("pk", flat=True))
    if not tip_ids:
        return 0
    Inbound.objects.filter(tip_ref__in=tip_ids).update(
        text="", latitude=None, longitude=None, raw_sealed=b""
    )
    waiting = InboundMedia.objects.filter(inbound__tip_ref__in=tip_ids, fetched_at=None)
    waiting.update(lost_at=times.now(), url_sealed=b"")
    files = Attachment.objects.filter(tip__in=tip_ids)
    removed = files.exclude(original_path__in=held.held_paths())
    store.discard_files(list(removed.values_list("original_path", flat=True)))
    viewing_copies.forget_waiting_pictures(files)
    removed.update(original_path="", viewing_path="", no_copy="")
    TakenDown.objects.filter(tip__in=tip_ids).update(refusal_words="")
    SealedIdentity.objects.filter(tip_ref__in=tip_ids).delete()
    TransferIdentity.objects.filter(transfer__tip__in=tip_ids).delete()
    record(
        "tips.content_destroyed",
        by="worker",
        on=None,
        chain="intake:worker",
        detail={"tips": [str(tip_id) for tip_id in tip_ids]},
    )
    return len(tip_ids)
