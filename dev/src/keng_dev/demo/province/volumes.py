"""How much the demo holds, true to life, and the moment from which everything runs back."""

import datetime as dt
from dataclasses import dataclass

from keng.kit import times

BEGINNING = dt.date(2023, 1, 9)
SEED = 333


@dataclass(frozen=True, slots=True)
class Volumes:
    """How many of each; the defaults are the province's own."""

    now: dt.datetime
    tips: int = 6_800
    of_ward_monthly: int = 4
    """Tips a month of the demo's ward."""
    waves: int = 92
    """Past events that several people reported."""
    province_warnings: int = 26
    commune_warnings: int = 150
    pictures: int = 40
    """That reporters sent along."""
    seed: int = SEED

    @property
    def today(self) -> dt.date:
        """The day in Vietnam."""
        return times.local_date(self.now)

    @property
    def days(self) -> int:
        """From the first tip until today."""
        return (self.today - BEGINNING).days


def full(now: dt.datetime | None = None) -> Volumes:
    """What `keng demo` loads."""
    return Volumes(now or times.now())


def part(share: int, now: dt.datetime | None = None, *, seed: int = SEED) -> Volumes:
    """The same province with one tip of so many, for tests."""
    whole = full(now)
    return Volumes(
        whole.now,
        tips=whole.tips // share,
        of_ward_monthly=1,
        waves=max(2, whole.waves // share),
        province_warnings=max(3, whole.province_warnings // share),
        commune_warnings=max(6, whole.commune_warnings // share),
        pictures=max(6, whole.pictures // share),
        seed=seed,
    )
