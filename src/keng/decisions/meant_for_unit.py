"""A report that seemed to be about officers is meant for their desk: the reporter says so.

Until then that unit does not see it, and the desk above it does. What the reporter says is noted
where they say it; the worker hands the report down.
"""

import datetime
import uuid
from typing import Any

from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from keng.acts.act import act
from keng.acts.locks import lock, lock_available
from keng.acts.work import work
from keng.alarms import ringing
from keng.audit.actions import record, unit_chain
from keng.decisions import acts
from keng.decisions.moving_units import move_to_unit
from keng.kit import times
from keng.kit.compiled_queries import CompiledQuery
from keng.places.models import Unit
from keng.tips import messages
from keng.tips.concerns import guessed_concerned_unit
from keng.tips.errors import AlreadyClosed
from keng.tips.models import DialogueMessage, Tip, TipConcern

_AT_ONCE = datetime.timedelta(0)
PORTION = 20


@act(acts.SAY_MEANT_FOR_UNIT)
def say_meant_for_unit(tip_id: uuid.UUID) -> None:
    """The reporter says on the page of the report that it is meant for that unit.

    Raises AlreadyClosed.
    """
    tip = lock(Tip.objects.filter(pk=tip_id)).get()
    if not tip.is_open or tip.withdrawn_at:
        raise AlreadyClosed
    unit = guessed_concerned_unit(tip)
    if unit is None:
        return
    DialogueMessage.objects.create(
        tip=tip,
        author=DialogueMessage.Author.REPORTER,
        text=_("It is meant for %(unit)s.") % {"unit": unit.name},
        channel="web",
        at=times.now(),
        visible_at=times.now(),
    )
    note_meant_for_unit(tip)


def note_meant_for_unit(tip: Tip) -> None:
    """Keep that the reporter has said so; in the caller's transaction, the tip locked."""
    tip.meant_for_unit_at = times.now()
    tip.save(update_fields=["meant_for_unit_at"])
    record(
        "tip.reporter_meant_unit",
        by="reporter",
        on=tip,
        chain=unit_chain(tip.responsible_unit_id),
    )


def hand_down_tips() -> int:
    """Give such tips to their units, and tell the reporters; how many. A job of the worker.

    What an officer above is working on stays there: the unit may only be told of it from now on.
    """
    ids = [pk for (pk,) in _TO_HAND_DOWN.fetch_rows()]
    return _hand_down_portion(ids) if ids else 0


def _to_hand_down_query() -> QuerySet[Tip, Any]:
    wanted = Tip.objects.filter(meant_for_unit_at__isnull=False, concerns__is_guess=True)
    return wanted.order_by("pk").values_list("pk")[:PORTION]


# Asked every two seconds, also while nobody says so.
_TO_HAND_DOWN = CompiledQuery(_to_hand_down_query)


@work()
def _hand_down_portion(ids: list[uuid.UUID]) -> int:
    tips = Tip.objects.filter(pk__in=ids).order_by("pk")
    done = list(lock_available(tips))
    for tip in done:
        _hand_down(tip)
    return len(done)


def _hand_down(tip: Tip) -> None:
    guess = TipConcern.objects.filter(tip=tip, is_guess=True).select_related("unit").first()
    if guess is None:
        return
    above, unit = tip.responsible_unit, guess.unit
    guess.delete()
    is_untouched = (
        tip.state == Tip.State.RECEIVED and tip.assigned_to_id is None and tip.incident_id is None
    )
    if is_untouched:
        move_to_unit(tip, unit)
        ringing.settle_alarm(tip, by="worker")
    if tip.is_open and not tip.withdrawn_at:
        _tell_reporter(tip, unit, above, is_moved=is_untouched)
    record(
        "tip.handed_down",
        by="worker",
        on=tip,
        chain=unit_chain(tip.responsible_unit_id),
        detail={"unit": str(unit.pk), "moved": is_untouched},
    )


def _tell_reporter(tip: Tip, unit: Unit, above: Unit, *, is_moved: bool) -> None:
    with translation.override(tip.language):
        if is_moved:
            text = _("Your report is with %(unit)s now.") % {"unit": unit.name}
        else:
            text = _(
                "%(above)s is dealing with your report already. It may now pass it to %(unit)s."
            ) % {"above": above.name, "unit": unit.name}
        messages.add_message(tip, text, by=None, hold=_AT_ONCE)
