"""What a campaign came to, commune by commune: every commune of it stands there, also with none.

What residents say of themselves is the same for everybody, the partner too, and is shown once, when
it cannot change any more: from two readings of a page that counts, a small number could be found.
It is told in steps of five: who sent four of their own cannot subtract them.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Sum

from keng.kit.small_counts import FEWEST_SHOWN
from keng.partners.campaign_parts import CampaignReading
from keng.partners.models import CampaignDay, Manuscript


@dataclass(frozen=True, slots=True)
class ShownCounts:
    """One count of residents by commune. Fewer than five are no number, and none is one of them."""

    at_least: dict[uuid.UUID, int]
    """By commune, those with five and more; rounded down to fives."""
    others: int
    """In how many communes there were fewer than five."""
    others_at_least: int | None
    """Of these together; None where a sum would say that there was somebody in each of them."""


def shown_counts(counted: dict[uuid.UUID, int]) -> ShownCounts:
    """Of all communes of a campaign, also those with none."""
    small = [count for count in counted.values() if count < FEWEST_SHOWN]
    together = sum(small)
    # Whichever of them one thinks of could be the one with none.
    is_open = FEWEST_SHOWN <= together <= (FEWEST_SHOWN - 1) * (len(small) - 1)
    return ShownCounts(
        {key: _in_fives(count) for key, count in counted.items() if count >= FEWEST_SHOWN},
        len(small),
        _in_fives(together) if is_open else None,
    )


def _in_fives(count: int) -> int:
    return count - count % FEWEST_SHOWN


@dataclass(frozen=True, slots=True)
class CommuneCoverage:
    """A commune of a campaign. None of a count of residents: fewer than five."""

    name: str
    pledged: int | None
    finished: int | None
    groups: int
    """As the partner's own people say."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """A campaign that is over or not; `pledged` and `finished` are None until it is."""

    communes: list[CommuneCoverage]
    pledged: ShownCounts | None
    finished: ShownCounts | None

    @property
    def is_final(self) -> bool:
        """Whether nobody can take part any more."""
        return self.pledged is not None

    @property
    def not_passed_on(self) -> list[str]:
        """Where the partner has passed it on in no group yet."""
        return [row.name for row in self.communes if not row.groups]

    @property
    def pledged_communes(self) -> list[CommuneCoverage]:
        """Those with a number that everybody reads."""
        return [row for row in self.communes if row.pledged is not None]


def coverage_of(campaign: Manuscript, reading: CampaignReading) -> Coverage:
    """Over the whole time of the campaign, in the order of the communes' names."""
    totals = CampaignDay.objects.filter(campaign=campaign).values("place")
    sums = totals.annotate(pledges=Sum("pledged"), ends=Sum("finished"), posts=Sum("groups"))
    by_place = {row["place"]: (row["pledges"], row["ends"], row["posts"]) for row in sums}
    counted = [by_place.get(place.pk, (0, 0, 0)) for place in reading.places]
    is_final = reading.content.is_over or campaign.ended_at is not None
    pledged, finished = (
        _shown_by_place(reading, [row[which] for row in counted]) if is_final else None
        for which in (0, 1)
    )
    communes = [
        CommuneCoverage(
            place.full_name,
            pledged.at_least.get(place.pk) if pledged else None,
            finished.at_least.get(place.pk) if finished else None,
            groups,
        )
        for place, (_pledged, _finished, groups) in zip(reading.places, counted, strict=True)
    ]
    return Coverage(communes, pledged, finished)


def _shown_by_place(reading: CampaignReading, counts: Sequence[int]) -> ShownCounts:
    keys = [place.pk for place in reading.places]
    return shown_counts(dict(zip(keys, counts, strict=True)))
