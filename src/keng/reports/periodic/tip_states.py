"""What decisions make of tips at a moment: the sets that the terms of the report are made of.

A decision that was taken back never counts. Times compare by the moment of the decision, so a
report of a past period comes out the same whenever it is made. Each set is asked for once and
handed on as ids: nested any deeper, the database would walk every decision for every tip.

Building a question costs as much as asking it, so what several of them begin with is built once.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, cached_property

from django.db.models import (
    BooleanField,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    UUIDField,
    Value,
)
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from keng.audit.models import Entry
from keng.kit.among import Ids
from keng.tips.models import Clock, Decision, Tip
from keng.tips.models.tip import TipViewer

DecisionKind = Decision.Kind
OUTSIDE_OUTCOMES = (Tip.Outcome.OUT_OF_COMPETENCE, Tip.Outcome.NOT_A_TIP)
OUTSIDE_KINDS = (
    Decision.DeclinedAs.PROCEDURE,
    Decision.DeclinedAs.CIVIL,
    Decision.DeclinedAs.MUNICIPAL,
    Decision.DeclinedAs.SPAM,
    Decision.DeclinedAs.OUT_OF_SCOPE,
)
# For so long after a tip has ended its decisions are asked whether it is over: one that was lost is
# found by every report of a year. What ended before that was accounted for in those reports.
ASKED_AGAIN = timedelta(days=400)
# In words of the index that has the open ones alone.
_IS_NOT_CLOSED = ~Q(state=Tip.State.CLOSED)
# What takes a tip out of the incident that it was joined to.
_LEAVES = Q(kind__in=(DecisionKind.SEPARATED, DecisionKind.ROUTED)) | Q(
    kind=DecisionKind.DECLINED,
    detail__as_kind__in=(Decision.DeclinedAs.OFFICIAL, Decision.DeclinedAs.OUT_OF_SCOPE),
)
# A complaint about an officer moves up; it does not end there.
ENDING_DECISION = Q(kind=DecisionKind.CLOSED) | (
    Q(kind=DecisionKind.DECLINED) & ~Q(detail__as_kind=Decision.DeclinedAs.OFFICIAL)
)
_SAYS_OUTSIDE = Q(kind=DecisionKind.OUTCOME, detail__outcome__in=OUTSIDE_OUTCOMES) | Q(
    kind=DecisionKind.DECLINED, detail__as_kind__in=OUTSIDE_KINDS
)
# That it is nobody's matter here, or nothing at all, says what it is, too.
SORTING_DECISION = (
    (Q(kind=DecisionKind.SORTED) & ~Q(detail__category=""))
    | Q(kind__in=(DecisionKind.DUPLICATE, DecisionKind.DECLINED))
    | Q(kind=DecisionKind.OUTCOME, detail__outcome__in=(*OUTSIDE_OUTCOMES, Tip.Outcome.UNFOUNDED))
)


@dataclass(frozen=True)
class TipStates:
    """How the tips of an onlooker stood at a moment.

    Of all tips, or `among` those that a question is about anyway, which the onlooker sees: the
    answer is then the same for them, and the database need not walk what was decided of all others.
    """

    onlooker: TipViewer
    until: datetime
    among: Ids | None = None
    of_all: "TipStates | None" = None
    """The same of all tips, which knows already who objected when."""

    def narrowed_to(self, tips: Ids) -> "TipStates":
        """The same among tips that the onlooker sees."""
        return TipStates(self.onlooker, self.until, tips, self)

    def tips(self) -> QuerySet[Tip]:
        """All that had come in."""
        return self._seen.filter(received_at__lt=self.until)

    def decisions(self) -> QuerySet[Decision]:
        """On tips that may be seen; none that was taken back."""
        return self._decisions

    def decisions_since(self, since: datetime) -> QuerySet[Decision]:
        """The same, of those that were taken from this moment on."""
        of_span = _valid().filter(at__gte=since, at__lt=self.until)
        return of_span.filter(is_of_one_of(self._seen))

    @cached_property
    def _decisions(self) -> QuerySet[Decision]:
        if self.among is not None:
            return _valid().filter(tip__among=self.among)
        return _valid().filter(tip__in=self._seen)

    @cached_property
    def _seen(self) -> QuerySet[Tip]:
        if self.among is not None:
            return Tip.objects.filter(pk__among=self.among)
        return Tip.objects.visible_to(self.onlooker)

    @cached_property
    def withdrawn(self) -> Ids:
        """Taken back by the reporter before anybody acted on it."""
        gone = self.tips().filter(outcome=Tip.Outcome.WITHDRAWN, withdrawn_at__lt=self.until)
        return _ids(gone, "pk")

    @cached_property
    def over(self) -> Ids:
        """Ended by decisions, or by the reporter."""
        return Ids(_ids(self.endings(), "tip") | self.withdrawn)

    @cached_property
    def not_over(self) -> Ids:
        """The opposite of `over`. Of all tips it is a few, and `over` all the others.

        Not asked of each that ended more than a year before: it would be every tip there ever was.
        """
        ended = self._end(_on_the_same_tip("pk"))
        lately = Q(state=Tip.State.CLOSED, closed_at__gte=self.until - ASKED_AGAIN)
        asked = self.tips().filter(lately | _IS_NOT_CLOSED)
        return Ids(_ids(asked.filter(~Exists(ended)), "pk") - self.withdrawn)

    @cached_property
    def open(self) -> Ids:
        """Tips that say themselves that they were open: not the opposite of `over`.

        Open now and not begun again since; or ended since, and not begun again before that.
        """
        # Not what was decided of all that came in later.
        since = self.decisions().filter(at__gte=self.until, tip__received_at__lt=self.until)
        begun_before = _on_the_same_tip().filter(
            kind=DecisionKind.REOPENED, at__gte=self.until, at__lt=OuterRef("at")
        )
        ended = _ids(since.filter(ENDING_DECISION).filter(~Exists(begun_before)), "tip")
        begun = _ids(since.filter(kind=DecisionKind.REOPENED), "tip") | self.objected_until(None)
        now = _ids(self.tips().filter(_IS_NOT_CLOSED, closed_at__isnull=True), "pk")
        gone = _ids(
            self.tips().filter(outcome=Tip.Outcome.WITHDRAWN, withdrawn_at__gte=self.until), "pk"
        )
        return Ids((now - begun) | ended | gone)

    @cached_property
    def told_again(self) -> Ids:
        """Told again, by a decision; or standing so with no decision that says it.

        The latter is what a lost decision leaves behind. A tip that led and ended stands behind
        its heir, whose own decision says that they tell the same.
        """
        said = _ids(self.decisions().filter(kind=DecisionKind.DUPLICATE), "tip")
        behind = self.tips().filter(duplicate_of__isnull=False).values_list("pk", "duplicate_of")
        unsaid = {pk for pk, first in behind if pk not in said and first not in said}
        return Ids(_ids(self.joins(), "tip") | unsaid)

    @cached_property
    def outside(self) -> Ids:
        """Not ours, by a decision; or standing so with no decision that says it."""
        said = _ids(self.decisions().filter(_SAYS_OUTSIDE), "tip")
        stands = _ids(self.tips().filter(outcome__in=OUTSIDE_OUTCOMES), "pk")
        return Ids(_ids(self.outsides(), "tip") | (stands - said))

    @cached_property
    def unrated(self) -> Ids:
        """Tips that say themselves that nobody had rated them: not the opposite of `ratings`."""
        rated = self.decisions().filter(kind=DecisionKind.RATED)
        later = _ids(rated.filter(at__gte=self.until), "tip")
        before = _ids(rated.filter(at__lt=self.until), "tip")
        never = _ids(self.tips().filter(value=Tip.Value.UNRATED), "pk") - later
        undone = _ids(self.ratings(Tip.Value.UNRATED), "tip")
        return Ids(never | (later - before) | undone)

    @cached_property
    def unsorted(self) -> Ids:
        """Tips of which nothing said what they are: not the opposite of `sortings`."""
        sorted_ = self.decisions().filter(SORTING_DECISION)
        later = _ids(sorted_.filter(at__gte=self.until), "tip")
        before = _ids(sorted_.filter(at__lt=self.until), "tip")
        bare = self.tips().filter(category="", duplicate_of__isnull=True)
        bare = bare.exclude(outcome__in=(*OUTSIDE_OUTCOMES, Tip.Outcome.UNFOUNDED))
        return Ids((later - before) | (_ids(bare, "pk") - later - before))

    @cached_property
    def suspended(self) -> Ids:
        """Tips that say themselves that they were suspended: not the opposite of `suspensions`.

        Suspended now and not since; or the first such step since took it up again.
        """
        now = _ids(self.tips().filter(suspended_at__isnull=False), "pk")
        since = self.decisions().filter(
            at__gte=self.until, kind__in=(DecisionKind.SUSPENDED, DecisionKind.RESUMED)
        )
        changed: dict[uuid.UUID, str] = {}
        for tip, kind in since.order_by("at", "id").values_list("tip", "kind"):
            changed.setdefault(tip, kind)
        resumed = {tip for tip, kind in changed.items() if kind == DecisionKind.RESUMED}
        return Ids((now - changed.keys()) | resumed)

    def suspensions(self) -> QuerySet[Decision]:
        """Decisions by which a tip was suspended."""
        return (
            self.decisions()
            .filter(kind=DecisionKind.SUSPENDED, at__lt=self.until)
            .filter(~Exists(self._later().filter(kind=DecisionKind.RESUMED)))
        )

    def endings(self) -> QuerySet[Decision]:
        """Decisions by which a tip was over."""
        return self._endings

    @cached_property
    def _endings(self) -> QuerySet[Decision]:
        return self._end(self.decisions())

    def _end(self, decisions: QuerySet[Decision]) -> QuerySet[Decision]:
        """Those of them that ended their tip for good, as far as was known by then."""
        return (
            decisions.filter(ENDING_DECISION, at__lt=self.until)
            .filter(~Exists(self._later().filter(kind=DecisionKind.REOPENED)))
            .exclude(self._answered_by_objecting())
        )

    def joins(self) -> QuerySet[Decision]:
        """Decisions by which a tip tells again what another had told.

        If the tip it was joined to has left since, one of those left behind leads, and tells it
        first.
        """
        first_left = _valid().filter(
            _LEAVES, tip=OuterRef("first"), at__gt=OuterRef("at"), at__lt=self.until
        )
        return (
            self.decisions()
            .filter(kind=DecisionKind.DUPLICATE, at__lt=self.until)
            .annotate(first=Cast(KeyTextTransform("of", "detail"), UUIDField()))
            .filter(~Exists(self._later().filter(_LEAVES | Q(kind=DecisionKind.DUPLICATE))))
            .filter(Q(tip__duplicate_of__isnull=False) | ~Exists(first_left))
        )

    def outsides(self) -> QuerySet[Decision]:
        """Decisions by which a tip was outside the competence, or no tip."""
        declined = Q(kind=DecisionKind.DECLINED) & ~Q(detail__as_kind=Decision.DeclinedAs.OFFICIAL)
        again = self._later().filter(
            Q(kind__in=(DecisionKind.REOPENED, DecisionKind.OUTCOME)) | declined
        )
        return (
            self.decisions()
            .filter(_SAYS_OUTSIDE, at__lt=self.until)
            .filter(~Exists(again))
            .exclude(self._answered_by_objecting())
        )

    def ratings(self, value: str) -> QuerySet[Decision]:
        """The last ratings, of one value."""
        return (
            self.decisions()
            .filter(kind=DecisionKind.RATED, detail__value=value, at__lt=self.until)
            .filter(~Exists(self._later().filter(kind=DecisionKind.RATED)))
        )

    def sortings(self) -> QuerySet[Decision]:
        """The first decisions that say what a tip is."""
        earlier = _on_the_same_tip().filter(SORTING_DECISION, at__lt=OuterRef("at"))
        return self.decisions().filter(SORTING_DECISION, at__lt=self.until).filter(~Exists(earlier))

    def begun_again(self, since: datetime) -> QuerySet[Decision]:
        """The first reopenings of tips since a moment."""
        earlier = _on_the_same_tip().filter(
            kind=DecisionKind.REOPENED, at__gte=since, at__lt=OuterRef("at")
        )
        begun = self.decisions().filter(
            kind=DecisionKind.REOPENED, at__gte=since, at__lt=self.until
        )
        return begun.filter(~Exists(earlier))

    def objected_until(self, until: datetime | None) -> Ids:
        """Tips whose reporters objected since this moment: the record alone knows when."""
        said = _objections().filter(at__gte=self.until)
        if until is not None:
            said = said.filter(at__lt=until)
        seen = Tip.objects.visible_to(self.onlooker)
        return _ids(seen.filter(pk__among=_subjects(said)), "pk")

    def _later(self) -> QuerySet[Decision]:
        """On the same tip, after the outer decision and before the moment."""
        return _on_the_same_tip().filter(at__gt=OuterRef("at"), at__lt=self.until)

    def _answered_by_objecting(self) -> Q:
        """Out of scope, said before the reporter objected: the tip began again."""
        found = Q(pk__in=[])
        for tip, at in self.last_objections.items():
            found |= Q(tip=tip, detail__as_kind=Decision.DeclinedAs.OUT_OF_SCOPE, at__lt=at)
        return found

    @cached_property
    def last_objections(self) -> dict[uuid.UUID, datetime]:
        """When the reporter objected last, of the tips that the question is about."""
        if self.of_all is not None and self.among is not None:
            known = self.of_all.last_objections
            return {tip: at for tip, at in known.items() if tip in self.among}
        said = _objections().filter(at__lt=self.until).values_list("object_id", "at")
        last = {uuid.UUID(subject): at for subject, at in said}
        seen = self._seen.filter(pk__among=last)
        return {tip: last[tip] for tip in seen.values_list("pk", flat=True)}


def is_of_one_of(tips: QuerySet[Tip]) -> Subquery:
    """Of rows of one tip each, those of a span: whether it is one of these tips.

    Asked of each row by itself: for a join the database would read every tip there ever was.
    """
    one = tips.filter(pk=OuterRef("tip")).order_by().annotate(is_one=Value(True))
    return Subquery(one.values("is_one"), output_field=BooleanField())


def is_of_tip_received(since: datetime, when: Q) -> Subquery:
    """Of decisions on tips that are seen: whether theirs came in since then, and when it says."""
    return is_of_one_of(Tip.objects.filter(when, received_at__gte=since))


def overdue_clock() -> Exists:
    """Whether a deadline of the outer decision's tip had run out when it was taken."""
    late = Q(stopped_at__isnull=True) | Q(stopped_at__gt=F("due_at"))
    return Exists(Clock.objects.filter(late, tip=OuterRef("tip"), due_at__lt=OuterRef("at")))


@cache
def _valid() -> QuerySet[Decision]:
    """No decision that was taken back."""
    return Decision.objects.exclude(detail__has_key="taken_back")


@cache
def _on_the_same_tip(column: str = "tip") -> QuerySet[Decision]:
    """On the tip that the outer query's column names."""
    return _valid().filter(tip=OuterRef(column))


def _objections() -> QuerySet[Entry]:
    return Entry.objects.filter(object_kind="tip", action="tip.objected").order_by("at")


def _subjects(entries: QuerySet[Entry]) -> list[uuid.UUID]:
    return [uuid.UUID(subject) for subject in entries.values_list("object_id", flat=True)]


def _ids(rows: QuerySet[Tip] | QuerySet[Decision], column: str) -> Ids:
    return Ids(rows.order_by().values_list(column, flat=True))
