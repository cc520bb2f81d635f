"""What a campaign came to, commune by commune: every commune of it stands there, also with none."""

from dataclasses import dataclass

from django.db.models import Sum

from keng.kit.small_counts import FEWEST_SHOWN
from keng.lessons.small_cells import PupilCell, merge_small_cells
from keng.partners.campaign_parts import CampaignReading
from keng.partners.models import CampaignDay, Manuscript


@dataclass(frozen=True, slots=True)
class CommuneCoverage:
    """A commune of a campaign. What residents say of themselves is no number where it is small."""

    name: str
    pledged: int
    finished: int
    groups: int

    @property
    def is_silent(self) -> bool:
        """Nobody took part and nobody passed it on."""
        return not (self.pledged or self.finished or self.groups)

    @property
    def pledged_shown(self) -> int | None:
        """None where too few did; no total is given from which it could be found."""
        return _unless_small(self.pledged)

    @property
    def finished_shown(self) -> int | None:
        """As above."""
        return _unless_small(self.finished)


def _unless_small(count: int) -> int | None:
    return None if 0 < count < FEWEST_SHOWN else count


def coverage_by_commune(campaign: Manuscript, reading: CampaignReading) -> list[CommuneCoverage]:
    """Over the whole time of the campaign, in the order of the communes' names."""
    totals = CampaignDay.objects.filter(campaign=campaign).values("place")
    sums = totals.annotate(pledges=Sum("pledged"), ends=Sum("finished"), posts=Sum("groups"))
    counted = {row["place"]: (row["pledges"], row["ends"], row["posts"]) for row in sums}
    return [
        CommuneCoverage(place.full_name, *counted.get(place.pk, (0, 0, 0)))
        for place in reading.places
    ]


def pledges_for_everybody(coverage: list[CommuneCoverage]) -> list[PupilCell]:
    """How many took the pledge, in cells of five and more."""
    return merge_small_cells([(row.name, row.pledged) for row in coverage if row.pledged])
