"""What the page of a country says: figures by province, warnings across them, and what is stale."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from keng.language.taxonomy import categories
from keng.national.gathered_folder import GatheredFolder, PullRecord, moment_of
from keng.national.province_instances import ProvinceInstance, province_names
from keng.national.summary_document import HIDDEN_FIGURE, MonthFigures, WarningNotice
from keng.national.summary_trouble import Trouble
from keng.national.verified_summaries import VerifiedSummary

SHOWN_FIGURES = ("received", "of_value", "published")
"""Of the lines of a monthly report those in the table; all of them are in the notes."""
MOST_MONTHS_OFFERED = 12


@dataclass(frozen=True, slots=True)
class ProvinceStanding:
    """One province: what was taken of it, and how asking goes."""

    instance: ProvinceInstance
    record: PullRecord
    summary: VerifiedSummary | None
    is_current: bool

    @property
    def name(self) -> str:
        """From our own table, whatever its installation calls itself."""
        return province_names()[self.instance.province]

    @property
    def trouble(self) -> Trouble | None:
        """Why the newest one was not taken; also while the one before still holds."""
        if self.record.trouble_code is None and self.summary and not self.is_current:
            return Trouble.ENDED
        return self.record.trouble_code

    @property
    def stale_since(self) -> dt.datetime | None:
        """Since when what is shown is no longer in force; None where it is, or there is nothing."""
        if self.is_current or self.summary is None:
            return None
        return self.summary.document.valid_until

    @property
    def taken_at(self) -> dt.datetime | None:
        """When its newest one was asked for and verified last."""
        return moment_of(self.record.taken_at) if self.record.taken_at else None

    def month(self, month: str) -> MonthFigures | None:
        """Its figures of a month, if it made it public."""
        months = self.summary.document.months if self.summary else ()
        return next((each for each in months if each.month == month), None)


@dataclass(frozen=True, slots=True)
class FigureTotal:
    """A sum of what is public: how many provinces say the figure, and how many leave it out."""

    key: str
    total: int
    stated: int
    hidden: int


@dataclass(frozen=True, slots=True)
class CategoryAcross:
    """Warnings of one category that hold, over the provinces."""

    category: str
    """Empty for what this version has no name for."""
    notices: tuple[tuple[ProvinceStanding, WarningNotice], ...]
    """The newest first."""

    @property
    def provinces(self) -> int:
        """How many provinces warn of it."""
        return len({standing.instance.province for standing, _notice in self.notices})

    @property
    def newest(self) -> dt.datetime:
        """When the last warning of it was published."""
        return self.notices[0][1].published_at


@dataclass(frozen=True, slots=True)
class NationalOverview:
    """Everything at one moment."""

    at: dt.datetime
    standings: tuple[ProvinceStanding, ...]

    @property
    def current(self) -> tuple[ProvinceStanding, ...]:
        """Those whose summary is in force."""
        return tuple(each for each in self.standings if each.is_current)

    @property
    def months(self) -> list[str]:
        """Months of which any province made figures public, the newest first."""
        found = {
            month.month
            for each in self.standings
            if each.summary
            for month in each.summary.document.months
        }
        return sorted(found, reverse=True)[:MOST_MONTHS_OFFERED]

    @property
    def listed(self) -> int:
        """How many confirmed entries the lists in force have; one in two lists counts twice."""
        references = [each.summary.document.listings for each in self.current if each.summary]
        return sum(each.count for each in references if each)

    def totals(self, month: str) -> list[FigureTotal]:
        """The sums of what is stated: a figure that was left out is in none of them."""
        found = [figures for each in self.standings if (figures := each.month(month))]
        return [_total_of(key, [each.lines.get(key) for each in found]) for key in SHOWN_FIGURES]

    def warnings(self) -> list[CategoryAcross]:
        """By category, those of most provinces first; only of summaries in force."""
        by_category: dict[str, list[tuple[ProvinceStanding, WarningNotice]]] = {}
        for standing in self.current:
            for notice in standing.summary.document.warnings if standing.summary else ():
                known = notice.category if notice.category in categories() else ""
                by_category.setdefault(known, []).append((standing, notice))
        across = [
            CategoryAcross(
                category, tuple(sorted(found, key=lambda one: one[1].published_at, reverse=True))
            )
            for category, found in by_category.items()
        ]
        return sorted(across, key=lambda one: (-one.provinces, -len(one.notices), one.category))


def overview_of(
    folder: GatheredFolder, instances: Mapping[str, ProvinceInstance], *, now: dt.datetime
) -> NationalOverview:
    """What is shown now, in the order of the provinces' codes."""
    return NationalOverview(
        now, tuple(_standing_of(folder, instances[key], now) for key in sorted(instances))
    )


def _standing_of(
    folder: GatheredFolder, instance: ProvinceInstance, now: dt.datetime
) -> ProvinceStanding:
    summary = folder.summary_of(instance)
    return ProvinceStanding(
        instance,
        folder.record_of(instance),
        summary,
        is_current=summary is not None and summary.is_in_force(now),
    )


def _total_of(key: str, figures: Iterable[int | str | None]) -> FigureTotal:
    every = list(figures)
    stated = [each for each in every if isinstance(each, int)]
    return FigureTotal(key, sum(stated), len(stated), every.count(HIDDEN_FIGURE))
