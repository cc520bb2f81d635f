"""The inbox: open tips by deadline, in groups, page by page; and what came in since.

Critical ones stand before all others, the graver first; then money just sent that nobody has taken
on; those alike in that by deadline too.
"""

import datetime
import uuid
from collections.abc import Collection
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db.models import (
    Count,
    Exists,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)
from django.utils.translation import gettext as _

from keng.accounts.models import Officer
from keng.inbox.list.by_incident import (
    groups_by_incident,
    nearest_of_each_incident,
    with_incident_counts,
)
from keng.inbox.list.cursors import ListPosition, cursor_after, position_of_cursor, position_of_row
from keng.inbox.list.deadline_groups import (
    DeadlineBounds,
    deadline_bounds,
    deadline_ends,
    deadline_group_at,
    deadline_labels,
)
from keng.inbox.list.inbox_row import InboxRow, row_of_columns, with_row_columns
from keng.kit import times
from keng.kit.compiled_queries import CompiledQuery
from keng.kit.ids import first_coarse_id, first_id
from keng.kit.urgency import URGENT_LEVELS
from keng.tips.deadlines import CLOCK_OF_URGENCY
from keng.tips.gravity import MONEY_TO_STOP_ORDER, ORDER_AMONG_FIRST
from keng.tips.models import Clock, Decision, OpenTally, Recusal, Tip, TipConcern
from keng.tips.models.tip import (
    HAS_MONEY_TO_STOP,
    IS_CRITICAL,
    IS_UNTALLIED,
    STANDS_FIRST,
    TipQuerySet,
    TipViewer,
    sight_values,
)
from keng.tips.open_tally import IS_TALLIED, SLOT, slot_of

DeadlineEnds = list[datetime.datetime]
ROWS_A_PAGE = 50
# The folder of tips that were closed today; the only one without deadlines.
DONE_FOLDER = "done"
_FOLDERS = ("open", "mine", "unassigned", "overdue", "waiting", "asked", "aside")
# Above this many open tips the folders appear by themselves.
SMALL_DESK = 25
# The groups above the deadlines: critical and not ended; money just sent that is nobody's.
_FIRST_GROUPS = ("live", "money")
_FIRST, _LAST = (datetime.datetime(year, 1, 1, tzinfo=datetime.UTC) for year in (1970, 9000))
# Behind the last of the first ones.
_BEHIND_FIRST = 99
_NUMBER, _NUMBERS = IntegerField(), ArrayField(IntegerField())
# What a transaction that was under way may still bring with an id from before a page was made.
_LATE_COMMIT = datetime.timedelta(seconds=15)
# They stand in the address that asks for news, and an address of kilobytes is refused.
_MOST_KNOWN = 50
_LAST_ID = uuid.UUID(int=(1 << 128) - 1)


@dataclass(frozen=True, slots=True)
class DeadlineGroup:
    """The rows whose nearest deadline falls into one stretch of time."""

    code: str
    label: str
    count: int
    rows: list[InboxRow]


@dataclass(frozen=True, slots=True)
class InboxPage:
    """One page of the inbox, with the counts of every folder and group."""

    folder: str
    counts: dict[str, int]
    groups: list[DeadlineGroup] = field(default_factory=list)
    next_cursor: str = ""
    # The tips that came in just before `at`: they are no news afterwards.
    known: list[uuid.UUID] = field(default_factory=list)
    at: datetime.datetime = field(default_factory=times.now)
    # How many rows are left when tips of one incident stand together; None where they do not.
    grouped_total: int | None = None

    @property
    def total(self) -> int:
        """How many rows the folder has, on all pages."""
        return self.counts[self.folder]

    @property
    def is_small(self) -> bool:
        """A small desk has one list and no folders."""
        return self.counts["open"] <= SMALL_DESK


@dataclass(frozen=True, slots=True)
class _Asker:
    """Who asks and when: an officer now, or what stands in for them while a query is built."""

    pk: uuid.UUID
    unit_ids: Collection[uuid.UUID]
    own_unit_ids: Collection[uuid.UUID]
    named_unit_ids: Collection[uuid.UUID]
    now: datetime.datetime
    # When the day began.
    midnight: datetime.datetime

    @classmethod
    def of_officer(cls, officer: Officer) -> "_Asker":
        """The officer, at this moment."""
        now = times.now()
        midnight = times.start_of(times.local_date(now))
        return cls(now=now, midnight=midnight, **sight_values(officer))

    def query_values(self) -> dict[str, Any]:
        """What a prepared query is asked with."""
        return {name: getattr(self, name) for name in self.__slots__}


def _folders(asker: _Asker, *, are_open: bool = False) -> dict[str, Q]:
    """The folders of the inbox; each is a condition on the rows, or on rows that `are_open`."""
    now = asker.now
    open_rows = Q() if are_open else _is_open(asker)
    here = open_rows & _is_not_put_off(now)
    return {
        "open": here,
        "mine": here & Q(assigned_to=asker.pk),
        "unassigned": here & Q(assigned_to__isnull=True),
        "overdue": here & Q(due_at__lt=now),
        "waiting": here & Q(waiting_since__isnull=False),
        # We asked or answered, and it is the reporter's turn.
        "asked": here & Q(first_answered_at__isnull=False, waiting_since__isnull=True),
        "aside": open_rows & Q(set_aside_until__gt=now, due_at__gt=now),
        DONE_FOLDER: Q(state=Tip.State.CLOSED, closed_at__gte=asker.midnight),
    }


def open_rows_of(officer: Officer) -> TipQuerySet:
    """One row per open tip that nobody set aside.

    Tips joined to another stand behind that one, not beside it, until their reporter writes again.
    Behind one that the officer does not see they would stand in no list of their desk.
    """
    rows = _is_open(officer) & _is_not_put_off(times.now())
    return Tip.objects.listed_for(officer).filter(rows)


def _is_open(viewer: TipViewer) -> Q:
    alone = Q(state__in=[Tip.State.RECEIVED, Tip.State.ACCEPTED])
    return alone | _is_heard_from_again() | _is_behind_an_unseen_one(viewer)


def _is_behind_an_unseen_one(viewer: TipViewer) -> Q:
    """Joined by the province to a tip of another desk: here it is one of its own."""
    first = Tip.objects.visible_to(viewer).filter(pk=OuterRef("duplicate_of"))
    return Q(state=Tip.State.DUPLICATE) & ~Q(Exists(first))


def _is_heard_from_again() -> Q:
    """Joined to another tip, and then the reporter answered, or wrote of danger that goes on."""
    # Joining a tip stops these clocks, so a running one is newer.
    urgent = Clock.objects.filter(
        tip=OuterRef("pk"), rule_code__in=tuple(CLOCK_OF_URGENCY.values()), stopped_at__isnull=True
    )
    again = Q(first_answered_at__isnull=False) | Q(danger_at__isnull=False) | Q(Exists(urgent))
    return Q(state=Tip.State.DUPLICATE, waiting_since__isnull=False) & again


def _is_not_put_off(now: datetime.datetime) -> Q:
    """Not put off, or its time has come; a deadline that is over brings it back by itself."""
    return Q(set_aside_until__isnull=True) | Q(set_aside_until__lte=now) | Q(due_at__lte=now)


def inbox_page(officer: Officer, *, folder: str = "open", after: str = "") -> InboxPage:
    """A page of a folder, by deadline. `after` is the cursor of the page before."""
    asker = _Asker.of_officer(officer)
    folder = folder if folder in {*_FOLDERS, DONE_FOLDER} else "open"
    stretches = deadline_bounds(asker.now)
    counts, newest = _counts_and_newest(asker, folder, stretches)
    together = folder != DONE_FOLDER and groups_by_incident(officer)
    until = deadline_ends(stretches) if together else None
    first = sum(counts[f"group_{code}"] for code in _FIRST_GROUPS)
    rows = _page_rows(asker, folder, position_of_cursor(after), until, has_first=bool(first))
    grouped_total = (
        _count_grouped_rows(asker, folder, deadline_ends(stretches)) + first if together else None
    )
    more = len(rows) > ROWS_A_PAGE
    rows = rows[:ROWS_A_PAGE]
    groups = (
        [DeadlineGroup(DONE_FOLDER, _("Newest first"), counts[DONE_FOLDER], rows)]
        if folder == DONE_FOLDER and rows
        else []
    )
    groups += [
        DeadlineGroup(code, deadline_labels()[code], counts[f"group_{code}"], found)
        for code in (*_FIRST_GROUPS, *stretches)
        if folder != DONE_FOLDER
        and (found := [row for row in rows if _group_of_row(row, stretches) == code])
    ]
    cursor = cursor_after(rows[-1]) if more else ""
    return InboxPage(folder, counts, groups, cursor, newest, asker.now, grouped_total)


def next_tip_after(
    officer: Officer, position: ListPosition | None, folder: str = "open"
) -> Tip | None:
    """The row that stands now where this one stood in the folder, or else the folder's first."""
    asker = _Asker.of_officer(officer)
    folder = folder if folder in _FOLDERS else "open"
    first = _in_order(_folder_tips(asker, folder, among_first=True), among_first=True)
    others: QuerySet[Tip] = _folder_tips(asker, folder, among_first=False)
    if groups_by_incident(officer):
        others = nearest_of_each_incident(others, deadline_ends(deadline_bounds(asker.now)))
    others = _in_order(others, among_first=False)
    stretches = [first, others]
    if position is not None:
        first, others = first.exclude(pk=position.tip_id), others.exclude(pk=position.tip_id)
        below = _is_due_after(position.at, position.tip_id)
        after = [others.filter(below)]
        if position.order_among_first is not None:
            after = [first.filter(_is_below(position.order_among_first, below)), others]
        stretches = [*after, first, others]
    found = (rows.first() for rows in stretches)
    return next((tip for tip in found if tip is not None), None)


def own_row_of(officer: Officer, tip: Tip) -> InboxRow | None:
    """The row of one tip, wherever it stands by now; none if the officer sees it no more."""
    rows = Tip.objects.listed_for(officer).filter(pk=tip.pk)
    found = with_row_columns(rows, officer).first()
    return row_of_columns(found) if found else None


def open_tip_by_number(officer: Officer, number: str) -> Tip | None:
    """The open tip with this reference; its last digits are enough where they are unambiguous."""
    visible = Tip.objects.listed_for(officer).open()
    exact = visible.filter(reference__iexact=number).first()
    if exact is not None or not number.isdigit():
        return exact
    near = list(visible.filter(reference__endswith=f"-{number.zfill(4)}")[:2])
    return near[0] if len(near) == 1 else None


def neighbour_id(officer: Officer, position: ListPosition, *, later: bool) -> uuid.UUID | None:
    """The row that stands after a position in the list, or before it."""
    values, order = _Asker.of_officer(officer).query_values(), position.order_among_first
    found = _NEIGHBOUR.fetch_rows(later, order, **values, at=position.at, last=position.tip_id)
    if not found and position.is_among_first == later:
        # From the last of the first ones on to the first of the others, or back.
        edge = _FIRST if later else _LAST
        order = None if position.is_among_first else _BEHIND_FIRST
        found = _NEIGHBOUR.fetch_rows(later, order, **values, at=edge, last=position.tip_id)
    return found[0][0] if found else None


def group_code_at(position: ListPosition, stretches: DeadlineBounds) -> str:
    """The group in which a row of this position stands."""
    if position.order_among_first is None:
        return deadline_group_at(position.at, stretches)
    return "money" if position.order_among_first == MONEY_TO_STOP_ORDER else "live"


def _group_of_row(row: InboxRow, stretches: DeadlineBounds) -> str:
    position = position_of_row(row)
    return group_code_at(position, stretches) if position else ""


def news_begin(
    at: datetime.datetime, known: list[uuid.UUID]
) -> tuple[datetime.datetime, list[uuid.UUID]]:
    """From which moment on a page made at `at` asks for news, and which tips are none to it.

    In a flood it leaves out what was under way when it was made, for more comes in any case.
    """
    if len(known) <= _MOST_KNOWN:
        return at, known
    return at + _LATE_COMMIT, []


def count_news(
    officer: Officer, since: datetime.datetime, known: list[uuid.UUID]
) -> dict[str, int]:
    """How many tips came in or were passed here after a page was made, and how many urgent ones."""
    rows = open_rows_of(officer).filter(_came_after(since - _LATE_COMMIT)).exclude(pk__in=known)
    return rows.aggregate(new=Count("pk"), urgent=Count("pk", filter=Q(urgency__in=URGENT_LEVELS)))


def _came_after(moment: datetime.datetime) -> Q:
    return _newer_than(moment, first_coarse_id(moment), first_id(moment))


def _newer_than(moment: Any, first_tip: Any, first_step: Any) -> Q:
    """Ids tell the time, those of tips to five minutes: two short walks along primary keys."""
    # The far end says to a planner that does not know the values that there are few.
    came = Tip.objects.filter(id__gte=first_tip, id__lte=_LAST_ID, received_at__gt=moment)
    passed_on = Decision.objects.filter(
        kind=Decision.Kind.ROUTED, id__gt=first_step, id__lte=_LAST_ID
    )
    # As one list: of two, either may name a tip, and the database would look at every open one.
    return Q(id__in=came.values("pk").union(passed_on.values("tip"), all=True))


def _counts_and_newest(
    asker: _Asker, folder: str, stretches: DeadlineBounds
) -> tuple[dict[str, int], list[uuid.UUID]]:
    """Every number of the page from one query, so that they belong to one moment; what is new."""
    until = deadline_ends(stretches)
    late = asker.now - _LATE_COMMIT
    fresh: dict[str, Any] = {"late": late, "tip": first_coarse_id(late), "step": first_id(late)}
    names = (*_FOLDERS, *(f"group_{code}" for code in _FIRST_GROUPS))
    # Where a deadline group ends within a slot of the tally, its tips are counted one by one.
    cut = sorted({slot_of(end) for end in until} - set(until))
    slots = {"cut": cut, "cut_ends": [slot + SLOT for slot in cut]}
    found = _COUNTS.fetch_rows(folder, **asker.query_values(), ends=until, **slots, **fresh)
    # An officer without a post sees nothing.
    nothing = [0] * (len(names) + len(until))
    *parts, done, ringing, newest = found[0] if found else (nothing, 0, 0, None)
    numbers = [sum(each) for each in zip(*filter(None, parts), strict=True)]
    counts = dict(zip(names, numbers, strict=False)) | {DONE_FOLDER: done, "alarms": ringing}
    all_others = counts["open" if folder == DONE_FOLDER else folder]
    all_others -= sum(counts[f"group_{code}"] for code in _FIRST_GROUPS)
    before = [0, *numbers[len(names) :], all_others]
    groups = zip(stretches, pairwise(before), strict=True)
    counts |= {f"group_{code}": upto - since for code, (since, upto) in groups}
    return counts, newest or []


def _count_query(
    folder: str,
    *,
    ends: list[datetime.datetime],
    cut: list[datetime.datetime],
    cut_ends: list[datetime.datetime],
    late: Any,
    tip: Any,
    step: Any,
    **asker: Any,
) -> QuerySet[Tip, Any]:
    """Four arrays to be added up, then what was done today, how many ring, and what is new.

    Each array has the folders, then how many are due before each end. First those that are in no
    tally, one by one; then the tally's; then, one by one, those of its slots that an end cuts; and
    at last what the officer must not see of the tally, as less than nothing.
    """
    who = _Asker(**asker)
    visible = Tip.objects.listed_for(who).order_by()
    tallied = OpenTally.objects.filter(unit_ref__in=who.unit_ids).order_by()
    of_units = Tip.objects.filter(IS_TALLIED, responsible_unit__in=who.unit_ids).order_by()
    about_us = TipConcern.objects.filter(unit__in=who.own_unit_ids).values("tip")
    recused = Recusal.objects.in_force(who.pk).values("tip")
    tips_kept_back = Tip.objects.filter(
        IS_TALLIED,
        pk__in=about_us.union(recused, all=True),
        responsible_unit__filtered_in=who.unit_ids,
    ).order_by()
    in_cut = Q(pk__in=[])
    for slot, slot_end in zip(cut, cut_ends, strict=True):
        in_cut |= Q(due_at__gte=slot, due_at__lt=slot_end)
    every = Func(template="count(*)", output_field=_NUMBER)
    first = [IS_CRITICAL, HAS_MONEY_TO_STOP]
    of_tips = _counted_conditions(_folders(who, are_open=True), folder, first, "due_at", ends)
    first = [Q(is_critical=True), Q(has_money_to_stop=True)]
    of_tally = _counted_conditions(_folders_of_tally(who), folder, first, "due_slot", ends)
    came = Tip.objects.listed_for(who, are_few=True).filter(_newer_than(late, tip, step))
    came = came.filter(_folders(who)["open"]).order_by()
    return visible.filter(IS_UNTALLIED, _is_open(who)).values_list(
        _counts(of_tips, "count(*)"),
        Subquery(tallied.exclude(due_slot__in=cut).values_list(_counts(of_tally, "sum(tips)"))),
        Subquery(of_units.filter(in_cut).values_list(_counts(of_tips, "count(*)"))),
        Subquery(tips_kept_back.values_list(_counts(of_tips, "-count(*)"))),
        Subquery(visible.filter(_folders(who)[DONE_FOLDER]).values_list(every)),
        # One that ended rings too, when danger was told after it: so not among the open ones.
        Subquery(visible.ringing().values_list(every)),
        ArraySubquery(came.values("pk")),
    )


def _folders_of_tally(asker: _Asker) -> dict[str, Q]:
    """The folders as conditions on rows of the tally: none of its tips is set aside."""
    return {
        "open": Q(),
        "mine": Q(assigned_ref=asker.pk),
        "unassigned": Q(assigned_ref__isnull=True),
        "overdue": Q(due_slot__lt=asker.now),
        "waiting": Q(is_waiting=True),
        "asked": Q(is_answered=True, is_waiting=False),
        # No row counts none.
        "aside": Q(tips=0),
    }


def _counted_conditions(
    folders: dict[str, Q], folder: str, first: list[Q], due: str, ends: list[datetime.datetime]
) -> list[Q]:
    """Every folder; each of the first groups of this one; of its others what is due by each end."""
    chosen = folders["open" if folder == DONE_FOLDER else folder]
    others = chosen
    for group in first:
        others &= ~group
    before = [others & Q(**{f"{due}__lt": end}) for end in ends]
    return [*(folders[code] for code in _FOLDERS), *(chosen & group for group in first), *before]


def _counts(conditions: list[Q], counted: str) -> Func:
    """How many fit each of the conditions, as one array.

    Not Django's Count, which would group the rows beside the other columns.
    """
    each = [
        Func(
            condition,
            template=f"coalesce({counted} FILTER (WHERE %(expressions)s), 0)",
            output_field=_NUMBER,
        )
        if condition
        else Func(template=f"coalesce({counted}, 0)", output_field=_NUMBER)
        for condition in conditions
    ]
    return Func(*each, template="ARRAY[%(expressions)s]::int[]", output_field=_NUMBERS)


def _count_grouped_rows(asker: _Asker, folder: str, ends: list[datetime.datetime]) -> int:
    """How many rows are left when tips of one incident stand together."""
    return nearest_of_each_incident(_folder_tips(asker, folder, among_first=False), ends).count()


def _page_rows(
    asker: _Asker,
    folder: str,
    position: ListPosition | None,
    ends: DeadlineEnds | None,
    *,
    has_first: bool,
) -> list[InboxRow]:
    """A page, and one row more if there is one: the first ones, then by deadline."""
    if folder == DONE_FOLDER:
        return _fetch_rows(asker, folder, position, None)
    from_first = position is None or position.is_among_first
    asks_first = from_first and has_first
    first = _fetch_rows(asker, folder, position, None, among_first=True) if asks_first else []
    if len(first) > ROWS_A_PAGE:
        return first
    others = _fetch_rows(asker, folder, None if from_first else position, ends)
    return (first + others)[: ROWS_A_PAGE + 1]


def _fetch_rows(
    asker: _Asker,
    folder: str,
    position: ListPosition | None,
    ends: DeadlineEnds | None,
    *,
    among_first: bool = False,
) -> list[InboxRow]:
    """With `ends`, tips of one incident together."""
    values = asker.query_values()
    values |= {"ends": ends} if ends is not None else {}
    values |= {"at": position.at, "last": position.tip_id} if position is not None else {}
    order = position.order_among_first if position is not None and among_first else None
    return [row_of_columns(each) for each in _ROWS.fetch_rows(folder, among_first, order, **values)]


def _row_query(
    folder: str,
    among_first: bool,
    order: int | None,
    *,
    ends: Any = None,
    at: Any = None,
    last: Any = None,
    **asker: Any,
) -> QuerySet[Tip, Any]:
    """From a position on, never by counting rows: what was done meanwhile shifts nothing."""
    who = _Asker(**asker)
    all_of_them = _folder_tips(who, folder, among_first=among_first)
    tips: QuerySet[Tip] = all_of_them
    if ends is not None:
        tips = nearest_of_each_incident(tips, ends)
    if folder == DONE_FOLDER:
        tips = tips.order_by("-closed_at", "-id")
        later = Q(closed_at__lte=at) & (Q(closed_at__lt=at) | Q(id__lt=last))
    else:
        tips = _in_order(tips, among_first=among_first)
        later = _is_due_after(at, last)
        later = later if order is None else _is_below(order, later)
    tips = tips if at is None else tips.filter(later)
    if ends is None:
        return with_row_columns(tips, who)[: ROWS_A_PAGE + 1]
    counted = with_incident_counts(tips, all_of_them, who, ends)
    return with_row_columns(counted, who, "grouped", "incident_size", "group_flags")[
        : ROWS_A_PAGE + 1
    ]


def _folder_tips(who: _Asker, folder: str, *, among_first: bool) -> TipQuerySet:
    """The rows of a folder that stand first in it, or the others."""
    tips = Tip.objects.listed_for(who).filter(_folders(who)[folder])
    if folder == DONE_FOLDER:
        return tips
    return tips.filter(STANDS_FIRST) if among_first else tips.exclude(STANDS_FIRST)


def _neighbour_query(
    later: bool, order: int | None, *, at: Any, last: Any, **asker: Any
) -> QuerySet[Tip, Any]:
    """The one beside this position: among the first ones if it has an order there."""
    who = _Asker(**asker)
    among_first = order is not None
    unordered = _folder_tips(who, "open", among_first=among_first)
    tips = _in_order(unordered, among_first=among_first)
    if later:
        below = _is_due_after(at, last)
        below = below if order is None else _is_below(order, below)
        return tips.filter(below).values_list("pk")[:1]
    above = Q(due_at__lte=at) & (Q(due_at__lt=at) | Q(id__lt=last))
    if order is not None:
        above = Q(order_among_first__lt=order) | (Q(order_among_first=order) & above)
    return tips.filter(above).reverse().values_list("pk")[:1]


def _in_order(tips: QuerySet[Tip], *, among_first: bool) -> QuerySet[Tip]:
    """As the list has them."""
    if not among_first:
        return tips.order_by("due_at", "id")
    return tips.alias(order_among_first=ORDER_AMONG_FIRST).order_by(
        "order_among_first", "due_at", "id"
    )


def _is_below(order: int, is_due_after: Q) -> Q:
    """Among the first ones: less grave than a position of this order, or as grave and later."""
    return Q(order_among_first__gt=order) | (Q(order_among_first=order) & is_due_after)


def _is_due_after(at: datetime.datetime, last: uuid.UUID) -> Q:
    """Said so that the index is entered there: an either-or would walk it from its beginning."""
    return Q(due_at__gte=at) & (Q(due_at__gt=at) | Q(id__gt=last))


_COUNTS, _ROWS = CompiledQuery(_count_query), CompiledQuery(_row_query)
_NEIGHBOUR = CompiledQuery(_neighbour_query)
