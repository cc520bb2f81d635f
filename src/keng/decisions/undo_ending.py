"""Endings that can be taken back: as long as the answer to the reporter is held, and no longer."""

import datetime
import json
import secrets
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet
from nacl.exceptions import CryptoError

from keng.acts.locks import lock, lock_available
from keng.acts.work import work
from keng.alarms import unheard_danger
from keng.decisions import incident_effect, incident_lead, out_of_scope, suspension
from keng.decisions.on_record import tip_snapshot
from keng.files import store
from keng.kit import times
from keng.kit.compiled_queries import CompiledQuery
from keng.kit.secrets import holders_box
from keng.tips import chats, deadlines, messages
from keng.tips.errors import NotYours, TooLate
from keng.tips.models import Decision, DialogueMessage, HeldEnding, Tip, TipConcern
from keng.tips.search_words import return_to_index
from keng.vault.models import SealedIdentity

_PORTION = 200
_BOX = "held ending"
_MOMENTS = ("waiting_since", "first_answered_at")


@dataclass(frozen=True, slots=True)
class BegunEnding:
    """What stood before an end that also says value and outcome, and the steps that say them."""

    tip: dict[str, Any]
    incident: dict[str, Any]
    steps: list[Decision] = field(default_factory=list)


def begin_ending(tip: Tip) -> BegunEnding:
    """To be asked before value and outcome are said; `include_first_steps` takes it."""
    stood = {name: getattr(tip, name) for name in ("value", "outcome", "outcome_note")}
    return BegunEnding(stood, incident_effect.outcome_of_own_incident(tip))


def include_first_steps(was: dict[str, Any], begun: BegunEnding) -> None:
    """Let the undoing of the end, prepared in `was`, take back what it said first as well."""
    was["before"] |= begun.tip
    was["first_steps"] = [str(step.pk) for step in begun.steps]
    if stood := was["effect"].get("was"):
        was["effect"] = {**was["effect"], "was": stood | begun.incident}


def snapshot_before_ending(tip: Tip) -> dict[str, Any]:
    """How the tip stands before it ends: to be asked first, and given to `hold_ending` at last."""
    moments = {name: getattr(tip, name) for name in _MOMENTS}
    return {
        "before": tip_snapshot(tip),
        "moments": {name: at and at.isoformat() for name, at in moments.items()},
        "talks": chats.conversations_of_tip(tip),
    }


def hold_ending(
    decision: Decision,
    was: dict[str, Any],
    *,
    message: DialogueMessage | None,
    viewing_copies: Iterable[str] = (),
) -> None:
    """Keep for a few seconds what the ending took away; the key goes out with the decision.

    For the actions of this area, inside their transaction.
    """
    decision.secret = secrets.token_urlsafe(32)
    plain = json.dumps(was | {"message": str(message.pk) if message else None}, ensure_ascii=False)
    HeldEnding.objects.create(
        decision=decision,
        box=bytes(holders_box(_BOX, decision.secret).encrypt(plain.encode())),
        files=list(viewing_copies),
        until=message.visible_at if message else times.now() + messages.ANSWER_HELD_FOR,
    )


def restore_ended_tip(decision: Decision, tip: Tip, *, secret: str) -> uuid.UUID | None:
    """Undo an ending: the tip is as it was, and nobody will read the answer.

    For `undo.take_back_decision`, inside its transaction and lock. Returns what carries the answer,
    for `messages.call_off_dispatch`. Raises NotYours, TooLate, IncidentChanged.
    """
    holding = HeldEnding.objects.filter(decision=decision, until__gt=times.now())
    held = holding.first()
    ended_here = decision.detail.get("as_kind") != Decision.DeclinedAs.OFFICIAL
    if held is None or (ended_here and tip.state != Tip.State.CLOSED):
        raise TooLate
    was = _opened_ending(held, secret)
    incident_effect.restore_effect(was.get("effect", {}))
    _mark_first_steps_taken_back(tip, was.get("first_steps", []))
    chats.restore_conversations(was["talks"])
    carried = messages.remove_unsent_message(was["message"]) if was["message"] else None
    held = lock(holding).first()
    if held is None:
        raise TooLate  # The worker has just let it go.
    _restore_tip(tip, was)
    if concern := was.get("concern"):
        TipConcern.objects.filter(pk=concern).delete()
    TipConcern.objects.filter(pk__in=was.get("guessed", [])).update(is_guess=True)
    # The row stays until the worker has removed what was sealed for the unit above.
    held.box, held.files, held.until = b"", [], times.now()
    held.save(update_fields=["box", "files", "until"])
    return carried


def tips_locked_for_ending(decision: Decision, *, secret: str) -> set[str]:
    """The other tips that `restore_ended_tip` locks; none when it would refuse."""
    held = HeldEnding.objects.filter(decision=decision, until__gt=times.now()).first()
    try:
        was = _opened_ending(held, secret) if held else {}
    except NotYours:
        return set()
    return incident_lead.tips_locked_for_incident_place(was.get("before", {}), was.get("left", {}))


def forget_held_endings() -> int:
    """Forget what can be taken back no longer, with the files; how many. A job of the worker."""
    return _forget_portion() if _ANY_OVER.fetch_rows(until=times.now()) else 0


def _any_over_query(*, until: datetime.datetime) -> QuerySet[HeldEnding, Any]:
    return HeldEnding.objects.filter(until__lte=until).values_list("pk")[:1]


# Asked every five seconds, also while nothing ends.
_ANY_OVER = CompiledQuery(_any_over_query)


@work()
def _forget_portion() -> int:
    over = HeldEnding.objects.filter(until__lte=times.now()).select_related("decision")
    rows = list(lock_available(over, to_delete=True)[:_PORTION])
    store.discard_files(path for row in rows for path in row.files)
    # Who has words on the desk again has none to be objected about.
    # In one statement: between two, it could be declined anew and what that sealed be lost.
    told = Tip.objects.filter(pk__in=[row.decision.tip_id for row in rows]).exclude(text="")
    sealed = SealedIdentity.objects.filter(kind=SealedIdentity.Kind.CONTENT)
    sealed.filter(tip_ref__in=told.values("pk")).delete()
    HeldEnding.objects.filter(pk__in=[row.pk for row in rows]).delete()
    opened = (row.decision.detail.get("opened_incident") for row in rows)
    incident_effect.remove_empty_incidents(pk for pk in opened if pk)
    return len(rows)


def _mark_first_steps_taken_back(tip: Tip, step_ids: list[str]) -> None:
    """The steps by which the same end said value and outcome."""
    for step in tip.decisions.filter(pk__in=step_ids).order_by("id"):
        step.detail["taken_back"] = True
        step.save(update_fields=["detail"])


def _restore_tip(tip: Tip, was: dict[str, Any]) -> None:
    stood = was["before"]
    unheard_danger.keep_newer_danger(tip, stood)
    unheard_danger.restore_danger_moment(tip, stood)
    deadlines.restore_clocks(tip, stood.pop("running"))
    unheard_danger.keep_danger_clock(tip)
    for name, value in stood.items():
        setattr(tip, name, value)
    tip.closed_at = None
    # What the reporter wrote meanwhile waits, whatever there was before.
    waited, answered = (_moment_of(was["moments"][name]) for name in _MOMENTS)
    tip.waiting_since, tip.first_answered_at = tip.waiting_since or waited, answered
    deadlines.set_due_at(tip)
    tip.save(update_fields=[*stood, *_MOMENTS, "closed_at", "due_at"])
    suspension.restore_suspension(tip, was)
    incident_lead.restore_incident_place(tip, was.get("left", {}))
    if taken := was.get("content"):
        out_of_scope.restore_content(tip, taken)
    return_to_index(tip)


def _opened_ending(held: HeldEnding, secret: str) -> dict[str, Any]:
    try:
        said: dict[str, Any] = json.loads(holders_box(_BOX, secret).decrypt(bytes(held.box)))
    except CryptoError as error:
        raise NotYours from error
    return said


def _moment_of(text: str | None) -> datetime.datetime | None:
    return datetime.datetime.fromisoformat(text) if text else None
