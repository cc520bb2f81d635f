"""Taking a report back: the reporter's own decision, by receipt.

Before anybody acted on it, it ends and nothing of it stays but the counted row. Once an officer
acts, or somebody is in danger, the law has the desk finish, and it keeps the words; it only writes
no more. Taking a report down is an act, too: that officer has seen its code, and could destroy
what somebody told about a colleague. The reporter sees the same page either way: a suspect could
report too, and probe.
"""

import datetime
import uuid
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from keng.acts.act import act
from keng.acts.locks import lock, lock_available
from keng.acts.work import work
from keng.audit.actions import record, unit_chain
from keng.decisions import legal_hold
from keng.delivery.actions import replies
from keng.delivery.models import Inbound, InboundMedia
from keng.dialogue import acts
from keng.files import held, store
from keng.kit import times
from keng.kit.compiled_queries import CompiledQuery
from keng.kit.urgency import Happening, Urgency
from keng.lookup.actions import indicators
from keng.tips import chats, deadlines, viewing_copies
from keng.tips.errors import AlreadyClosed
from keng.tips.gravity import has_unread_danger
from keng.tips.models import Attachment, DialogueMessage, Sighting, Suggestion, TakenDown, Tip
from keng.vault.models import SealedIdentity

# Whatever still comes to a report that was taken back (a file arrives) comes within this time; what
# is left after it is looked for now and then.
COMES_WITHIN = datetime.timedelta(days=2)
_PORTION = 200


@act(acts.WITHDRAW_TIP)
def withdraw_tip(tip_id: uuid.UUID) -> None:
    """Take the report back. Raises AlreadyClosed."""
    tip = lock(Tip.objects.filter(pk=tip_id)).get()
    if not tip.is_open or tip.withdrawn_at:
        raise AlreadyClosed
    _withdraw(tip, is_kept=_is_acted_on(tip))


@work()
def withdraw_again(tip_id: uuid.UUID, *, is_kept: bool) -> None:
    """In a restored database: it was taken back after the backup was made, and so it is again."""
    _withdraw(lock(Tip.objects.filter(pk=tip_id)).get(), is_kept=is_kept)


def _withdraw(tip: Tip, *, is_kept: bool) -> None:
    tip.withdrawn_at, tip.waiting_since, tip.do_not_contact = times.now(), None, True
    if not is_kept:
        tip.messages.filter(author=DialogueMessage.Author.REPORTER).update(text="")
        tip.text, tip.place_detail, tip.search, tip.feared_at = "", "", None, None
        tip.outcome, tip.state = Tip.Outcome.WITHDRAWN, Tip.State.CLOSED
        tip.closed_at = tip.withdrawn_at
        deadlines.set_due_at(tip)
    # Whoever writes from the same chat begins another report.
    chats.forget_conversation(tip)
    tip.save(
        update_fields=[
            "withdrawn_at",
            "waiting_since",
            "do_not_contact",
            "text",
            "place_detail",
            "search",
            "feared_at",
            "outcome",
            "state",
            "closed_at",
            "due_at",
        ]
    )
    replies.call_off_replies(tip.pk)
    record(
        "tip.reporter_withdraw",
        by="reporter",
        on=tip,
        chain=unit_chain(tip.responsible_unit_id),
        detail={"words": "kept" if is_kept else "destroyed"},
    )


def destroy_withdrawn() -> int:
    """Destroy what else there was: files, numbers, names, the message as it came; of how many tips.

    Of those taken back lately. A job of the worker: the public site may neither delete nor change
    any of it.
    """
    since = times.now() - COMES_WITHIN
    if not _ANY_WITHDRAWN.fetch_rows(since=since):
        return 0
    return _destroy(Tip.objects.filter(withdrawn_at__gt=since))


def _any_withdrawn_query(*, since: datetime.datetime) -> QuerySet[Tip, Any]:
    # Both conditions of the index on it.
    taken_back = Tip.objects.filter(outcome=Tip.Outcome.WITHDRAWN, withdrawn_at__gt=since)
    return taken_back.values_list("pk")[:1]


# Asked every five seconds, also while nobody takes anything back.
_ANY_WITHDRAWN = CompiledQuery(_any_withdrawn_query)


def destroy_all_withdrawn() -> int:
    """The same for every report that was ever taken back; of how many."""
    return _destroy(Tip.objects.all())


@work()
def _destroy(among: QuerySet[Tip]) -> int:
    left = _not_empty_yet(among).order_by("id")
    tips = list(lock_available(left)[:_PORTION])
    if not tips:
        return 0
    ids = [tip.pk for tip in tips]
    attached = Attachment.objects.filter(tip__in=ids)
    removed = attached.exclude(original_path__in=held.held_paths())
    store.discard_files(
        path
        for three in removed.values_list("original_path", "viewing_path", "covered_path")
        for path in three
    )
    viewing_copies.forget_waiting_pictures(attached)
    removed.update(original_path="", viewing_path="", covered_path="", no_copy="")
    sightings = Sighting.objects.filter(tip__in=ids)
    named = set(sightings.values_list("indicator_id", flat=True))
    sightings.delete()
    indicators.remove_unused_among(named)
    Suggestion.objects.filter(tip__in=ids).update(categories=[], urgency_reasons=[], places=[])
    SealedIdentity.objects.filter(tip_ref__in=ids).delete()
    Inbound.objects.filter(tip_ref__in=ids).update(
        text="", latitude=None, longitude=None, raw_sealed=b""
    )
    media = InboundMedia.objects.filter(inbound__tip_ref__in=ids)
    media.filter(fetched_at=None, lost_at=None).update(lost_at=times.now())
    media.update(url_sealed=b"")
    TakenDown.objects.filter(tip__in=ids).update(refusal_words="")
    Tip.objects.filter(pk__in=ids).update(identity_holds=[])
    record(
        "tips.content_destroyed",
        by="worker",
        on=None,
        chain="intake:worker",
        detail={"tips": sorted(str(tip_id) for tip_id in ids)},
    )
    return len(ids)


def _is_acted_on(tip: Tip) -> bool:
    """Whether the desk has to finish: an officer decided something, or somebody is in danger.

    A tip that leads an incident counts: others are joined to it, who must not vanish with it.
    """
    return (
        tip.state != Tip.State.RECEIVED
        or tip.channel in TakenDown.Manner.values
        or tip.incident_id is not None
        or tip.urgency == Urgency.P0
        or tip.happening == Happening.NOW
        or has_unread_danger(tip)
        or legal_hold.is_held(tip)
        or any(
            "taken_back" not in step.detail and step.kind not in legal_hold.KINDS
            for step in tip.decisions.all()
        )
    )


def _not_empty_yet(among: QuerySet[Tip]) -> QuerySet[Tip]:
    here, ref = {"tip": OuterRef("pk")}, {"tip_ref": OuterRef("pk")}
    came = Inbound.objects.filter(**ref)
    media = InboundMedia.objects.filter(inbound__tip_ref=OuterRef("pk"))
    noted = Suggestion.objects.filter(**here)
    return among.filter(
        Exists(
            Attachment.objects.filter(**here)
            .exclude(original_path="")
            .exclude(original_path__in=held.held_paths())
        )
        | Exists(Sighting.objects.filter(**here))
        | Exists(noted.exclude(categories=[], places=[], urgency_reasons=[]))
        | Exists(SealedIdentity.objects.filter(**ref))
        | Exists(came.filter(~Q(text="") | ~Q(raw_sealed=b"") | Q(latitude__isnull=False)))
        | Exists(media.exclude(url_sealed=b"")),
        outcome=Tip.Outcome.WITHDRAWN,
    )
