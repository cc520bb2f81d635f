"""What the home page counts: never a single commune, where a count of one could name somebody."""

import datetime
import time
from dataclasses import dataclass

from django.db.models import Count, Q

from keng.community.models import Question
from keng.kit import times
from keng.tips import receipt_codes
from keng.tips.models import Tip

# A month with fewer is not worth a sentence, and could say too much.
FEWEST_TIPS = 10
_KEPT_SECONDS = 300.0
_HELPED = (Tip.Outcome.SOLVED, Tip.Outcome.PREVENTED, Tip.Outcome.WARNED)
_kept_accounts: dict[datetime.date, tuple[float, "MonthAccount | None"]] = {}


@dataclass(frozen=True, slots=True)
class MonthAccount:
    """A month that is over: how many tips came in, were answered, and helped."""

    first: datetime.date
    received: int
    answered: int
    helped: int

    @property
    def all_answered(self) -> bool:
        """Whether nobody was left without an answer."""
        return self.answered == self.received


def last_month_account() -> MonthAccount | None:
    """The account of the last full month; None when there is too little to tell."""
    first = _month_before(times.local_date(times.now()))
    until, kept = _kept_accounts.get(first, (0.0, None))
    if until < time.monotonic():
        kept = _month_account(first)
        _kept_accounts[first] = (time.monotonic() + _KEPT_SECONDS, kept)
    return kept


def forget_accounts() -> None:
    """Have the account of the last month counted by the next page."""
    _kept_accounts.clear()


def _month_account(first: datetime.date) -> MonthAccount | None:
    end = (first + datetime.timedelta(days=31)).replace(day=1)
    counts = Tip.objects.filter(
        received_at__gte=times.start_of(first), received_at__lt=times.start_of(end)
    ).aggregate(
        received=Count("pk"),
        answered=Count("pk", filter=Q(first_answered_at__isnull=False)),
        helped=Count("pk", filter=Q(outcome__in=_HELPED)),
    )
    return MonthAccount(first, **counts) if counts["received"] >= FEWEST_TIPS else None


def _month_before(day: datetime.date) -> datetime.date:
    return (day.replace(day=1) - datetime.timedelta(days=1)).replace(day=1)


def has_question(code: str) -> bool:
    """Whether a cleaned code is that of a question."""
    return Question.objects.filter(code_hash=receipt_codes.code_hash(code)).exists()


def question_became_report(code_hashes: list[bytes]) -> bool:
    """Whether a question with one of these codes was made a report, which the code opens since."""
    moved = Question.objects.filter(state=Question.State.MOVED)
    return moved.filter(code_hash__in=code_hashes).exists()
