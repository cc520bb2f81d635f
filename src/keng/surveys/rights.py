"""Who writes surveys and who lets them open. A commune's small desk has none until switched on."""

import uuid
from typing import TYPE_CHECKING

from keng.accounts.releasing import may_release_for
from keng.accounts.vouching import tied_to
from keng.accounts.who import SURVEYING
from keng.places.models import Unit
from keng.surveys.models import FreeText, Survey

if TYPE_CHECKING:
    from keng.accounts.models import Officer


def has_surveys(officer: "Officer") -> bool:
    """Whether the desk shows surveys to this officer at all."""
    return SURVEYING.includes(officer)


def units_to_write_for(officer: "Officer") -> list[Unit]:
    """In whose name the officer may ask: the own unit; from a province also those below."""
    own = SURVEYING.own_units(officer)
    above = [unit.pk for unit in own if unit.kind == Unit.Kind.PROVINCE]
    below = Unit.objects.filter(parent__in=above).order_by("name") if above else ()
    return list({unit.pk: unit for unit in [*own, *below]}.values())


def may_write(officer: "Officer", survey: Survey) -> bool:
    """Whether the officer may change it, open it, close it, read its texts."""
    return SURVEYING.may_act_for(officer, survey.unit)


def may_approve(officer: "Officer", survey: Survey) -> bool:
    """The unit's commander or whoever is in charge at the province, with no hand in it so far."""
    return not survey.has_hand_of(officer) and may_release_for(officer, survey.unit)


def hands_in_result(survey: Survey) -> list[uuid.UUID]:
    """Everybody who handed in words of it since it was last let out, or whose it will show.

    The short texts are shown as somebody of the desk left them, names covered: that is a hand, too.
    """
    hands = [*survey.result_hands]
    if survey.proposed_by_id is not None:
        hands.append(survey.proposed_by_id)
    if survey.state == Survey.State.CLOSED:
        shown = survey.free_texts.filter(state=FreeText.State.SHOWN, read_by__isnull=False)
        hands += shown.order_by("read_by").values_list("read_by", flat=True).distinct()
    return list(dict.fromkeys(hands))


def may_release_result(officer: "Officer", survey: Survey) -> bool:
    """A second person for the words of a result, with no hand in any since it was last let out."""
    return (
        survey.proposed_by_id is not None
        and may_release_for(officer, survey.unit)
        and tied_to(officer).isdisjoint(hands_in_result(survey))
    )
