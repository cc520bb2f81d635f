"""Through whose eyes a report is counted: the unit's, never one officer's.

A report of a unit counts the tips of that unit, of a province with all desks below, and leaves out
every tip that concerns the unit itself or the one above it. So two signers of one unit always get
the same figures, and no figure holds a tip that a reader of the report may not see.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, TypeVar, cast

from django.db.models import Q, QuerySet

from keng.accounts.models import Officer
from keng.accounts.who import COUNTING, SIGNING
from keng.kit.among import Ids
from keng.kit.sql_names import alphabetically
from keng.places.models import Unit
from keng.reports.periodic.spans import Span
from keng.reports.periodic.tip_states import ENDING_DECISION, DecisionKind, TipStates
from keng.tips.models import Tip

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ReportScope:
    """What a report of one unit may count; stands where `visible_to` asks for an onlooker."""

    unit: Unit
    unit_ids: Ids
    own_unit_ids: frozenset[uuid.UUID]
    pk: None = None

    @property
    def named_unit_ids(self) -> Ids:
        """Matters for named officers count like any other; a report has no word of one."""
        return self.unit_ids


@dataclass(frozen=True)
class ReportAsk:
    """One report's question: whose tips, and when. Made anew for each look: it remembers."""

    scope: ReportScope
    span: Span

    @property
    def since(self) -> datetime:
        """Where the span begins."""
        return self.span.since

    @property
    def until(self) -> datetime:
        """Where the span ends."""
        return self.span.until

    @cached_property
    def _kept(self) -> dict[Any, Any]:
        return {}

    def once(self, count: Callable[["ReportAsk"], T]) -> T:
        """What a function counts for this question, which several lines read."""
        if count not in self._kept:
            self._kept[count] = count(self)
        return cast("T", self._kept[count])

    @cached_property
    def seen(self) -> QuerySet[Tip]:
        """Every tip the report may know of."""
        return Tip.objects.visible_to(self.scope)

    @cached_property
    def has_tips(self) -> bool:
        """Whether any of them had come in when the span ended: a desk has a first day."""
        return self.seen.filter(received_at__lt=self.until).exists()

    @cached_property
    def at_start(self) -> TipStates:
        """How the tips stood when the span began."""
        return TipStates(self.scope, self.since)

    @cached_property
    def at_end(self) -> TipStates:
        """How the tips stood when it ended."""
        return TipStates(self.scope, self.until)

    @cached_property
    def owed_at_end(self) -> TipStates:
        """The same for what the report has to account for alone."""
        return self.at_end.narrowed_to(self.owed)

    @cached_property
    def fresh_at_end(self) -> TipStates:
        """The same for what came in within the span."""
        came = self.seen.filter(received_at__gte=self.since, received_at__lt=self.until)
        return self.at_end.narrowed_to(Ids(came.values_list("pk", flat=True)))

    @cached_property
    def turned_at_end(self) -> TipStates:
        """The same for what a decision of the span ended or began again."""
        turns = self.at_end.decisions_since(self.since).filter(
            ENDING_DECISION | Q(kind=DecisionKind.REOPENED)
        )
        return self.at_end.narrowed_to(Ids(turns.values_list("tip", flat=True)))

    @cached_property
    def over_before(self) -> Ids:
        """What was over when the span began, of the tips that anything of it could begin again."""
        return self.at_start.narrowed_to(Ids(self._begun_again | self.objected)).over

    @cached_property
    def _begun_again(self) -> Ids:
        """Tips begun again by a decision of the span."""
        begun = self.turned_at_end.begun_again(self.since)
        return Ids(begun.values_list("tip", flat=True))

    @cached_property
    def objected(self) -> Ids:
        """Tips whose reporters objected in it."""
        return self.at_start.objected_until(self.until)

    @cached_property
    def owed(self) -> Ids:
        """Every tip the report has to account for, asked at once."""
        carried = Ids(self.at_start.not_over | self._begun_again | self.objected)
        tips = self.seen.filter(received_at__lt=self.until)
        tips = tips.filter(Q(received_at__gte=self.since) | Q(pk__among=carried))
        return Ids(tips.values_list("pk", flat=True))

    @cached_property
    def single(self) -> Ids:
        """Neither told again nor somebody else's: what a rating speaks of."""
        end = self.owed_at_end
        return Ids(self.owed - end.told_again - end.outside - end.withdrawn)

    @cached_property
    def ours(self) -> Ids:
        """What the desk has to finish."""
        end = self.owed_at_end
        return Ids(self.owed - (end.outside - end.told_again) - end.withdrawn)

    @cached_property
    def single_at_end(self) -> TipStates:
        """How these stood when the span ended."""
        return self.at_end.narrowed_to(self.single)

    @cached_property
    def ours_at_end(self) -> TipStates:
        """The same for what the desk has to finish."""
        return self.at_end.narrowed_to(self.ours)

    @cached_property
    def told_first_at_end(self) -> TipStates:
        """The same for what nobody had told before."""
        return self.at_end.narrowed_to(Ids(self.owed - self.owed_at_end.told_again))

    @property
    def onlooker(self) -> Officer:
        """The scope, for definitions that know officers: they ask for nothing but its units."""
        return cast("Officer", self.scope)


def scope_of_unit(unit: Unit) -> ReportScope:
    """The eyes of a unit. Ask `may_read_report` first."""
    below = Unit.objects.filter(parent=unit).values_list("pk", flat=True)
    units = {unit.pk, *(below if unit.kind == Unit.Kind.PROVINCE else ())}
    above = {unit.parent_id} if unit.parent_id else set()
    return ReportScope(unit, Ids(units), frozenset({unit.pk} | above))


def may_read_report(officer: Officer, unit: Unit) -> bool:
    """Whether the unit's figures are the officer's to see.

    Decided by posts alone, never by what the tips say: a refusal must not tell that somebody
    reported an officer. Whoever also belongs to another unit could meet, in the sum of the
    province, a tip about that unit; so they read only reports of units all of whose secrets from
    them are left out anyway.
    """
    hidden_from_it = {unit.pk, unit.parent_id}
    return COUNTING.may_act_for(officer, unit) and officer.own_unit_ids <= hidden_from_it


def may_sign_report(officer: Officer, unit: Unit) -> bool:
    """The commander of a commune's desk; at the province its coordinator or commander."""
    return SIGNING.may_act_for(officer, unit) and may_read_report(officer, unit)


def signing_role(officer: Officer, unit: Unit) -> str:
    """The role in which the officer signs for the unit."""
    return next(post.role for post in SIGNING.posts_of(officer) if post.unit_id == unit.pk)


def readable_units(officer: Officer) -> list[Unit]:
    """The units whose reports the officer may read, the province first."""
    units = COUNTING.units(officer).order_by("-kind", alphabetically())
    return [unit for unit in units if may_read_report(officer, unit)]
