"""The decisions on a tip and its deadlines, in plain words."""

import datetime
from dataclasses import dataclass

from django.utils.translation import gettext as _

from keng.kit.compiled_queries import CompiledModelQuery
from keng.tips.models import Clock, ClockRule, Decision, Tip

_FIRST_MINUTE = datetime.timedelta(minutes=1)
_DECISIONS: CompiledModelQuery[Decision] = CompiledModelQuery(
    lambda *, tip: Decision.objects.filter(tip=tip).select_related("by").order_by("id")
)
_CLOCKS: CompiledModelQuery[Clock] = CompiledModelQuery(
    lambda *, tip: Clock.objects.filter(tip=tip).order_by("due_at")
)
_RULES: CompiledModelQuery[ClockRule] = CompiledModelQuery(
    lambda: ClockRule.objects.order_by("valid_from")
)


@dataclass(frozen=True, slots=True)
class Deadline:
    """One clock of a tip, with what it rests on."""

    name: str
    basis: str
    is_house_rule: bool
    due_at: datetime.datetime
    starts_at: datetime.datetime
    stopped_at: datetime.datetime | None

    @property
    def was_late(self) -> bool:
        """Whether it was stopped only after it had run out.

        What is due the moment it starts has its first minute: nobody is late before it is saved.
        """
        over = max(self.due_at, self.starts_at + _FIRST_MINUTE)
        return self.stopped_at is not None and self.stopped_at > over


def decisions_of_tip(tip: Tip) -> list[Decision]:
    """All decisions on the tip, oldest first."""
    return _DECISIONS.fetch(tip=tip.pk)


def deadlines_of_tip(tip: Tip) -> list[Deadline]:
    """Running clocks first, by when they run out; then those that were stopped."""
    clocks = _CLOCKS.fetch(tip=tip.pk)
    rules = {rule.code: rule for rule in _RULES.fetch()}
    found = [_deadline(clock, rules.get(clock.rule_code)) for clock in clocks]
    return sorted(found, key=lambda each: (each.stopped_at is not None, each.due_at))


def _deadline(clock: Clock, rule: ClockRule | None) -> Deadline:
    # Names and bases are rows, translated like any other sentence.
    name = _(rule.name) if rule else clock.rule_code
    basis = _(rule.basis) if rule and rule.basis else ""
    return Deadline(
        name,
        basis,
        rule.is_house_rule if rule else False,
        clock.due_at,
        clock.starts_at,
        clock.stopped_at,
    )
