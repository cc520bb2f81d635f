"""The usual level and how unlikely a number is under it. Pure arithmetic, stated in decisions 0007.

Counts of the eight weeks before are taken as Poisson, or, where they vary more than that (people
report in bursts), as negative binomial with the same mean and the variance that was seen.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

# The window looked at is at most a week; two days before it are left out (as in EARS), so that a
# wave that began slowly does not raise its own measure.
WEEK_DAYS, GUARD_DAYS, BASELINE_WEEKS = 7, 2, 8
OLDEST_DAYS = WEEK_DAYS + GUARD_DAYS + BASELINE_WEEKS * WEEK_DAYS
# With less of a history nobody can say what is usual.
LEAST_HISTORY_DAYS = 14
_SMALL = 1e-18
# Nearer to Poisson than this, the other formula loses its digits.
_AS_POISSON = 1.01


@dataclass(frozen=True, slots=True)
class UsualLevel:
    """What is to be expected of one day, and how much more than by chance it varies."""

    a_day: float
    spread: float = 1.0

    def expected(self, days: float) -> float:
        """How many in so many days."""
        return self.a_day * days

    def chance(self, count: int, days: float) -> float:
        """How likely so many or more are in so many days, if nothing has changed."""
        return tail_probability(count, self.expected(days), self.spread)


def usual_level_of(weeks: Sequence[int], *, days: int = BASELINE_WEEKS * WEEK_DAYS) -> UsualLevel:
    """The level of the weeks before, newest first, of which `days` days are known.

    Never below one tip in the whole time: what was never seen may still come once by chance.
    """
    total = sum(weeks)
    known = list(weeks[: max(1, days // WEEK_DAYS)])
    mean = sum(known) / len(known)
    spread = 1.0
    if mean > 0 and len(known) > 1:
        variance = sum((count - mean) ** 2 for count in known) / (len(known) - 1)
        spread = max(1.0, variance / mean)
    return UsualLevel(max(total, 1) / max(days, LEAST_HISTORY_DAYS), spread)


def tail_probability(count: int, mean: float, spread: float = 1.0) -> float:
    """P(X ≥ count), exact: Poisson, or negative binomial where the variance is spread × mean.

    1 for whatever is not above the mean: that is no rise.
    """
    if count <= mean:
        return 1.0
    if mean <= 0:
        return 0.0
    if spread <= _AS_POISSON:
        term = math.exp(count * math.log(mean) - mean - math.lgamma(count + 1))
        shape, ratio = 0.0, mean
    else:
        shape, ratio = mean / (spread - 1), 1 - 1 / spread
        term = math.exp(
            math.lgamma(count + shape)
            - math.lgamma(count + 1)
            - math.lgamma(shape)
            + count * math.log(ratio)
            - shape * math.log(spread)
        )
    total, at = 0.0, count
    while term > _SMALL and at < count + 100_000:
        total += term
        term *= ratio * ((at + shape) if shape else 1) / (at + 1)
        at += 1
    return min(total, 1.0)
