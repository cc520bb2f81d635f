"""Participation in a campaign: for the desk by class, for the public in cells that are large."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db.models import Count, Q, QuerySet, Sum

from keng.kit.small_counts import FEWEST_SHOWN
from keng.kit.sql_names import alphabetically
from keng.lessons.class_links import class_url
from keng.lessons.models import Campaign, SchoolClass
from keng.lessons.small_cells import PupilCell, merge_small_cells

if TYPE_CHECKING:
    from keng.accounts.models import Officer


def public_campaigns() -> QuerySet[Campaign]:
    """Published ones, the newest first."""
    return Campaign.objects.released().select_related("unit").order_by("-released_at", "-id")


def desk_campaigns(officer: "Officer") -> QuerySet[Campaign]:
    """All that the officer sees, with how many classes counted and pledged."""
    counted = Q(classes__counted_at__isnull=False)
    return (
        Campaign.objects.visible_to(officer)
        .select_related("made_by")
        .annotate(
            all_classes=Count("classes"),
            counted=Count("classes", filter=counted),
            pledged=Sum("classes__pledged"),
        )
        .order_by("-id")
    )


@dataclass(slots=True)
class PledgeRow:
    """A school on the desk."""

    name: str
    commune: str
    classes: list[SchoolClass] = field(default_factory=list)

    @property
    def counted(self) -> int:
        return sum(1 for one in self.classes if one.counted_at)

    @property
    def pupils(self) -> int:
        return sum(one.pupils or 0 for one in self.classes)

    @property
    def pledged(self) -> int:
        return sum(one.pledged or 0 for one in self.classes)


def rows_by_school(campaign: Campaign) -> list[PledgeRow]:
    """By commune and school, each class with the link of its teacher."""
    rows: dict[tuple[str, str], PledgeRow] = {}
    for one in _classes_of(campaign):
        one.url = class_url(one)  # type: ignore[attr-defined]
        key = (one.commune.full_name, one.school)
        rows.setdefault(key, PledgeRow(one.school, one.commune.full_name)).classes.append(one)
    return list(rows.values())


def rows_by_commune(schools: list[PledgeRow]) -> list[PledgeRow]:
    """The same by commune."""
    rows: dict[str, PledgeRow] = {}
    for school in schools:
        row = rows.setdefault(school.commune, PledgeRow(school.commune, school.commune))
        row.classes += school.classes
    return list(rows.values())


@dataclass(frozen=True, slots=True)
class Participation:
    """What the public reads. Cells lie within communes, so that no difference tells a small one."""

    pledged: int
    communes: list[PupilCell]
    schools: dict[str, list[PupilCell]]

    @property
    def is_enough(self) -> bool:
        return self.pledged >= FEWEST_SHOWN

    @property
    def rows(self) -> list[tuple[PupilCell, list[PupilCell]]]:
        """Each cell of communes, with the schools of one that stands alone."""
        return [(cell, self.schools.get(cell.label, [])) for cell in self.communes]


def participation_in(campaign: Campaign) -> Participation:
    """Counts of those who pledged, by commune and school; no class, no share of a class."""
    by_commune: dict[str, dict[str, int]] = {}
    for one in _classes_of(campaign):
        if one.pledged is not None:
            schools = by_commune.setdefault(one.commune.full_name, {})
            schools[one.school] = schools.get(one.school, 0) + one.pledged
    totals = [(commune, sum(schools.values())) for commune, schools in by_commune.items()]
    return Participation(
        sum(count for _, count in totals),
        merge_small_cells(totals),
        {
            commune: merge_small_cells(list(schools.items()))
            for commune, schools in by_commune.items()
        },
    )


def _classes_of(campaign: Campaign) -> QuerySet[SchoolClass]:
    found = campaign.classes.select_related("group", "lead", "commune")
    return found.order_by(*map(alphabetically, ("commune__full_name", "school", "group__name")))
