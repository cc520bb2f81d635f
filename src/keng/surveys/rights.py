"""Who writes surveys and who lets them open. A commune's small desk has none until switched on."""

from typing import TYPE_CHECKING

from keng.accounts.who import RELEASING, SURVEYING
from keng.kit.sql_names import alphabetically
from keng.places.models import Unit
from keng.surveys.models import Survey, SurveyResult

if TYPE_CHECKING:
    from keng.accounts.models import Officer


def has_surveys(officer: "Officer") -> bool:
    """Whether the desk shows surveys to this officer at all."""
    return SURVEYING.includes(officer)


def units_to_write_for(officer: "Officer") -> list[Unit]:
    """In whose name the officer may ask: the own unit; from a province also those below."""
    own = SURVEYING.own_units(officer)
    above = [unit.pk for unit in own if unit.kind == Unit.Kind.PROVINCE]
    below = Unit.objects.filter(parent__in=above).order_by(alphabetically()) if above else ()
    return list({unit.pk: unit for unit in [*own, *below]}.values())


def may_write(officer: "Officer", survey: Survey) -> bool:
    """Whether the officer may change it, open it, close it, read its texts."""
    return SURVEYING.may_act_for(officer, survey.unit)


def may_approve(officer: "Officer", text: Survey | SurveyResult) -> bool:
    """The unit's commander or whoever is in charge at the province, with no hand in it so far."""
    return RELEASING.may_act_for(officer, text.release_unit) and not text.has_hand_of(officer)
