"""Which schools there are: from the groups of classes and the leads above their teachers."""

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from keng.kit.sql_names import alphabetically
from keng.language.alphabet import alphabetical
from keng.network.models import Group, GroupKind, Lead
from keng.places.models import Place

if TYPE_CHECKING:
    from keng.places.models import Unit

_HEAD = re.compile(r"^hiệu trưởng\s*", re.IGNORECASE)
_TEACHER = "chủ nhiệm"


@dataclass(slots=True)
class School:
    """A school with the classes whose teacher is a lead."""

    key: str
    label: str
    commune: Place
    classes: list[tuple[Group, Lead]] = field(default_factory=list)


def schools_of(unit: "Unit") -> list[School]:
    """Those of the unit and of the communes below it, by commune and name."""
    below = Group.objects.filter(kind=GroupKind.SCHOOL, is_active=True)
    groups = (
        (below.filter(unit=unit) | below.filter(unit__parent=unit))
        .select_related("place__parent")
        .prefetch_related("leads__above")
        .order_by(alphabetically())
    )
    found: dict[str, School] = {}
    for group in groups:
        teacher = next((lead for lead in group.leads.all() if _teaches(lead)), None)
        if teacher is not None:
            school = _school(group, teacher)
            found.setdefault(school.key, school).classes.append((group, teacher))
    return sorted(
        found.values(),
        key=lambda school: (alphabetical(school.commune.name), alphabetical(school.label)),
    )


def _teaches(lead: Lead) -> bool:
    if lead.stopped_at is not None:
        return False
    return lead.above_id is not None or lead.position.lower().startswith(_TEACHER)


def _school(group: Group, teacher: Lead) -> School:
    """The head teacher above makes a school of its classes; without one a class is its own."""
    place = group.place
    commune = place.parent if place.kind == Place.Kind.HAMLET and place.parent else place
    head = teacher.above
    if head is None:
        return School(str(group.pk), group.name, commune)
    label = _HEAD.sub("", head.position).strip()
    label = label[:1].upper() + label[1:] if label else _school_in(commune)
    return School(str(head.pk), label, commune)


def _school_in(commune: Place) -> str:
    return _("School in %(place)s") % {"place": commune.full_name}
