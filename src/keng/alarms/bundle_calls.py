"""Many reports of danger from one line ring as one: what the worker makes of a bundle.

`alarms.line_bundles` says which tips are of one bundle. Each of them stands in the list as
critical, with its clock, and in the bar. As long as one of them calls people, the others do not:
the calls say how many there are, and go out once more when there are so many as in
SIZES_THAT_CALL_AGAIN. When nobody is called any more and some are nobody's yet, the next of them
calls after a pause.

What an officer rated always rings by itself, and so does danger in a later message of a bundled tip
while its bundle has had few calls.

However many others one line sends, nobody of it is called for later than BUNDLE_PAUSE after they
wrote. Whatever waits as long as LONGEST_WAIT rings from then on until somebody takes it, but with
the others: who was called for one of a bundle within ONE_CALL_WITHIN is not called for another of
it, and that call was for all of them. So forty false reports call nobody more often than a single
one that nobody takes.
"""

import datetime
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import F, Q, QuerySet

from keng.kit import times
from keng.kit.compiled_queries import CompiledQuery
from keng.tips.models import Alarm, AlarmCall, BundledCall, Tip

SIZES_THAT_CALL_AGAIN = (3, 10, 30)
# One who has come for one of them looks first at the others, which say the same.
BUNDLE_PAUSE = datetime.timedelta(minutes=5)
# Those that say something else wait less: a minute for each that somebody has come for already.
JOINT_CALL_PAUSE = datetime.timedelta(minutes=1)
# Nobody is called twice for one bundle within this time, but for what rings by itself.
ONE_CALL_WITHIN = datetime.timedelta(minutes=2)
# Then only ONE_CALL_WITHIN is waited for, and both together are BUNDLE_PAUSE.
LONGEST_WAIT = BUNDLE_PAUSE - ONE_CALL_WITHIN
# So often later danger rings by itself before it waits with the others of its bundle.
OWN_CALLS_FOR_LATER_DANGER = 3
# Then nothing says any more that these tips have one sender, and each rings for itself.
BUNDLE_LASTS = datetime.timedelta(hours=1)
_MOST = 200


@dataclass(slots=True)
class _Bundle:
    """One bundle: its rows in the order in which they came, and what was called for it."""

    rows: list[BundledCall] = field(default_factory=list)
    alarms: list[Alarm] = field(default_factory=list)

    @property
    def grown(self) -> list[BundledCall]:
        """Those with which the bundle reached such a size; the first of all has no row."""
        return [
            self.rows[count - 2] for count in SIZES_THAT_CALL_AGAIN if count - 2 < len(self.rows)
        ]

    def calling(self, unit_id: uuid.UUID) -> Alarm | None:
        """What calls people to this desk for one of them now; of another desk nothing counts."""
        return next((one for one in self._of_desk(unit_id) if one.ended_at is None), None)

    def count_calls(self, unit_id: uuid.UUID) -> int:
        """For how many of them people of this desk were called."""
        return len(self._of_desk(unit_id))

    def was_taken_just_now(self, unit_id: uuid.UUID) -> bool:
        """Only by somebody: who takes a report back must not make those of others quiet."""
        taken = [one.ended_at for one in self._of_desk(unit_id) if one.taken_by_id and one.ended_at]
        return bool(taken) and max(taken) > times.now() - self._pause(len(taken))

    def grown_and_waiting(self, unit_id: uuid.UUID) -> uuid.UUID | None:
        """The tip with which the bundle reached such a size, while nobody was called for it."""
        had = {alarm.tip_id for alarm in self.alarms}
        waiting = (row.tip for row in self.grown if row.tip.rings and row.tip_id not in had)
        return next((tip.pk for tip in waiting if tip.responsible_unit_id == unit_id), None)

    def _pause(self, taken: int) -> datetime.timedelta:
        is_joint = any(row.is_joint for row in self.rows)
        return min(BUNDLE_PAUSE, taken * JOINT_CALL_PAUSE) if is_joint else BUNDLE_PAUSE

    def _of_desk(self, unit_id: uuid.UUID) -> list[Alarm]:
        return [one for one in self.alarms if one.unit_id == unit_id]


def bundled_tips_that_ring() -> list[uuid.UUID]:
    """Of the bundled ones, those that call people now by themselves."""
    if not _ANY_BUNDLED.fetch_rows():
        return []
    waiting = _bundled_that_ring()
    rated = waiting.filter(tip__urgency_is_rated=True).order_by("tip")
    ringing = list(rated.values_list("tip", flat=True)[:_MOST])
    waiting = waiting.filter(tip__urgency_is_rated=False)
    overdue = waiting.filter(at__lte=times.now() - LONGEST_WAIT).order_by("tip")
    ringing += overdue.values_list("tip", flat=True)[:_MOST]
    # What came calm, and is of the bundle for its later words, has said already what is new in it.
    came_bundled = waiting.filter(at=F("tip__received_at"))
    later_danger = _oldest_of_each(came_bundled.filter(tip__danger_unheard=True))
    oldest = _oldest_of_each(waiting)
    bundles = _bundles({row.first_ref for row in [*later_danger, *oldest]})
    ringing += [
        row.tip_id
        for row in later_danger
        if bundles[row.first_ref].count_calls(row.tip.responsible_unit_id)
        < OWN_CALLS_FOR_LATER_DANGER
    ]
    for row in oldest:
        bundle, unit_id = bundles[row.first_ref], row.tip.responsible_unit_id
        if bundle.calling(unit_id):
            continue
        grown = bundle.grown_and_waiting(unit_id)
        if grown is not None:
            ringing.append(grown)
        elif not bundle.was_taken_just_now(unit_id):
            ringing.append(row.tip_id)
    return list(dict.fromkeys(ringing))


def alarms_of_bundle(alarm: Alarm) -> QuerySet[Alarm]:
    """Those of the same bundle at the same desk; none for a tip that is in no bundle."""
    own = BundledCall.objects.filter(tip=alarm.tip_id).first()
    first = own.first_ref if own else alarm.tip_id
    others = BundledCall.objects.filter(first_ref=first).values("tip")
    of_bundle = Alarm.objects.filter(Q(tip=first) | Q(tip__in=others), unit=alarm.unit_id)
    return of_bundle.exclude(pk=alarm.pk)


def calls_just_made(alarm: Alarm, tip: Tip) -> dict[uuid.UUID | None, AlarmCall]:
    """Who was called within ONE_CALL_WITHIN for others of its bundle, with their last call.

    None stands for the emergency room. Nobody where the tip has a call of its own now.
    """
    if tip.urgency_is_rated or (alarm.rounds == 0 and not _waits_long(tip)):
        return {}
    calls = AlarmCall.objects.filter(
        alarm__in=alarms_of_bundle(alarm),
        is_stand_down=False,
        # Not those that were counted for it in turn: somebody was called, then.
        is_joint=False,
        at__gt=times.now() - ONE_CALL_WITHIN,
    )
    return {call.officer_id: call for call in calls.select_related("alarm").order_by("at")}


def is_call_for(call: AlarmCall, tip: Tip) -> bool:
    """Whether a call for another of its bundle was one for this tip, and nobody came for it yet."""
    return call.alarm.ended_at is None and call.at >= (tip.danger_at or tip.received_at)


def _waits_long(tip: Tip) -> bool:
    return BundledCall.objects.filter(tip=tip, at__lte=times.now() - LONGEST_WAIT).exists()


def call_for_grown_bundles() -> int:
    """Bring forward the next call of what rings for a bundle that has grown; how many."""
    count = 0
    fresh = {first_ref for (first_ref,) in _FRESH.fetch_rows()}
    for bundle in _bundles(fresh).values() if fresh else ():
        grown = [row for row in bundle.grown if not row.is_called]
        if not grown:
            continue
        units = {row.tip.responsible_unit_id for row in grown}
        alarms = [alarm for alarm in map(bundle.calling, units) if alarm is not None]
        ids = [alarm.pk for alarm in alarms if alarm.rounds]
        count += Alarm.objects.filter(pk__in=ids, ended_at__isnull=True).update(
            next_call_at=times.now()
        )
        BundledCall.objects.filter(pk__in=[row.pk for row in grown]).update(is_called=True)
    return count


def _bundled_that_ring() -> QuerySet[BundledCall]:
    return BundledCall.objects.filter(tip__in=Tip.objects.ringing(), tip__alarm__isnull=True)


# Asked every two seconds, also while nothing rings.
_ANY_BUNDLED = CompiledQuery(lambda: _bundled_that_ring().values_list("pk")[:1])
_FRESH = CompiledQuery(lambda: BundledCall.objects.filter(is_called=False).values_list("first_ref"))


def forget_bundles() -> int:
    """Delete what says that two tips had one sender; 0, since all is done in one go."""
    over = times.now() - BUNDLE_LASTS
    BundledCall.objects.filter(at__lt=over).delete()
    joint = AlarmCall.objects.filter(is_joint=True, dispatch__isnull=False, at__lt=over)
    joint.update(dispatch=None)
    return 0


def _oldest_of_each(rows: QuerySet[BundledCall]) -> list[BundledCall]:
    """The oldest of each bundle at each desk: however many one sender adds, it is one row."""
    desk = ("first_ref", "tip__responsible_unit")
    return list(rows.order_by(*desk, "tip").distinct(*desk).select_related("tip")[:_MOST])


def _bundles(firsts: Iterable[uuid.UUID]) -> dict[uuid.UUID, _Bundle]:
    found = {first: _Bundle() for first in firsts}
    of_tip = {first: first for first in found}
    rows = BundledCall.objects.filter(first_ref__in=found).select_related("tip")
    # By when they joined: later danger brings older tips, and each counts once.
    rows = rows.order_by("at", "tip")
    for row in rows:
        found[row.first_ref].rows.append(row)
        of_tip[row.tip_id] = row.first_ref
    for alarm in Alarm.objects.filter(tip__in=of_tip):
        found[of_tip[alarm.tip_id]].alarms.append(alarm)
    return found
