"""A town of leads for tests of the forecast: another process than the one the forecast assumes.

Nobody here has a logarithm: a lead looks at the phone at random moments, more often by day, passes
something on after a few minutes, and is slower on a day on which all are busy. Some never do.
"""

import datetime
import math
import random
import uuid
from dataclasses import dataclass, field

from keng.delivery.forecast import GroupByHand, PastTask
from keng.kit import times

KINDS = ("residents", "landlords", "school")
# How often a lead looks, by the hour: not the table of the forecast.
_LOOKS = (
    *(0.2, 0.05, 0.05, 0.05, 0.05, 0.3),
    *(0.7, 1.1, 1.1, 1.1, 1.1, 0.85),
    *(0.85, 0.85, 1.0, 1.0, 1.0, 1.0),
    *(1.15, 1.15, 1.15, 1.0, 0.8, 0.5),
)
_HORIZON = 48 * 60
_STEP = 4


@dataclass
class Lead:
    """One group by hand, and who has it."""

    group: GroupByHand
    minutes_between_looks: float
    is_silent: bool = False


@dataclass
class Town:
    """Leads drawn from a seed, and what they did so far."""

    drawn: random.Random
    leads: list[Lead] = field(default_factory=list)

    @classmethod
    def of_seed(cls, seed: int, *, groups: int = 60) -> "Town":
        drawn = random.Random(seed)
        made = cls(drawn)
        for _ in range(groups):
            kind = drawn.choice(KINDS)
            between = drawn.gammavariate(3, 25 if kind == "landlords" else 15)
            group = GroupByHand(made.new_id(), kind, drawn.randint(20, 60), has_lead=True)
            made.leads.append(Lead(group, between, is_silent=drawn.random() < 0.03))
        return made

    def new_id(self) -> uuid.UUID:
        return uuid.UUID(int=self.drawn.getrandbits(128))

    @property
    def groups(self) -> list[GroupByHand]:
        return [lead.group for lead in self.leads]

    def passed_on_after(
        self, lead: Lead, start: datetime.datetime, *, busy: float, pace: float = 1.0
    ) -> float | None:
        """Minutes until the lead confirmed; None if not within two days."""
        if lead.is_silent:
            return None
        needed, minute = self.drawn.expovariate(1.0), 0
        local = start.astimezone(times.VIETNAM)
        at = local.hour * 60 + local.minute
        while needed > 0:
            looks = pace * _LOOKS[(at + minute) // 60 % 24] / lead.minutes_between_looks / busy
            needed -= looks * _STEP
            minute += _STEP
            if minute > _HORIZON:
                return None
        return minute + self.drawn.gammavariate(2, 4)

    def one_dispatch(self, start: datetime.datetime, *, pace: float = 1.0) -> list[PastTask]:
        """What came of it, group by group."""
        key, busy = self.new_id(), math.exp(self.drawn.gauss(0, 0.25))
        return [
            PastTask(
                lead.group.id,
                lead.group.kind,
                key,
                start,
                self.passed_on_after(lead, start, busy=busy, pace=pace),
            )
            for lead in self.leads
        ]

    def when_reached(self, tasks: list[PastTask], share: float) -> float:
        """After how many minutes this share of all people had it."""
        weight = {lead.group.id: lead.group.weight for lead in self.leads}
        wanted, reached = share * sum(weight.values()), 0.0
        came = sorted((t.minutes, weight[t.group]) for t in tasks if t.minutes is not None)
        for minutes, people in came:
            reached += people
            if reached >= wanted:
                return minutes
        return math.inf
