"""Who writes and who publishes: two officers of the province's desk."""

from typing import TYPE_CHECKING

from keng.accounts.who import PROVINCE_WORKING
from keng.acts.work import permit_anywhere

if TYPE_CHECKING:
    from keng.accounts.models import Officer
    from keng.lessons.lesson_text import LessonText
    from keng.places.models import Unit


def unit_to_write_for(officer: "Officer") -> "Unit | None":
    """The province's desk in whose name the officer writes: lessons are off at a commune."""
    return next(iter(PROVINCE_WORKING.own_units(officer)), None)


def permitted_unit(by: "Officer") -> "Unit":
    """The same, inside an act that begins something. Raises NotAllowed."""
    permit_anywhere()
    return PROVINCE_WORKING.own_units(by)[0]


def may_end_text(officer: "Officer", text: "LessonText") -> bool:
    """Taking something away needs no second person: what is wrong must not wait."""
    return PROVINCE_WORKING.may_act_for(officer, text.unit)
