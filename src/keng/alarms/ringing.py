"""A critical tip rings until somebody takes it: commune, province and emergency room at once.

Here it is decided who is called next and after how long (CALL_EVERY), which is no setting.
"""

import datetime
import uuid
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from keng.accounts.models import NamedOfficer, Officer
from keng.acts.locks import lock, lock_available
from keng.acts.work import work
from keng.alarms import bundle_calls
from keng.alarms.bundle_queries import bundle_size_in_calls
from keng.audit.actions import record, unit_chain
from keng.delivery.call_links import CALL_LINK
from keng.duty import page_officers, rota
from keng.kit import times
from keng.kit.compiled_queries import CompiledQuery
from keng.places.models import Unit
from keng.tips.models import Alarm, AlarmCall, Tip, TipReader
from keng.tips.readers import READER_FORGOTTEN_AFTER
from keng.tips.safe_hours import safe_hours_words

# While nobody has taken the tip. The same everywhere: no operator can make it longer.
CALL_EVERY = datetime.timedelta(minutes=2)
# After half an hour the pagers have said what they can: others are phoned by then.
CALL_LATER_EVERY = datetime.timedelta(minutes=10)
_ROUNDS_OFTEN = 15
_NEVER_PUT_OFF_BY = datetime.timedelta(minutes=30)
# From this round on everybody is called who may see the tip.
_ROUNDS_UNTIL_ALL = 2
ALARM_SOURCE = "alarm"


def call_what_rings() -> int:
    """Raise new alarms and call again for those nobody has answered; how many rounds."""
    bundle_calls.call_for_grown_bundles()
    tips = [*_tips_to_ring(), *_tips_to_call_again()]
    rounds = sum(map(_call_if_due, tips))
    # After those: one of a bundle is called for as long as nothing else of it is.
    return rounds + sum(map(_call_if_due, bundle_calls.bundled_tips_that_ring()))


def _tips_to_ring() -> list[uuid.UUID]:
    return [pk for (pk,) in _TO_RING.fetch_rows()]


def _to_ring_query() -> QuerySet[Tip, Any]:
    ringing = Tip.objects.ringing().filter(alarm__isnull=True, bundled_call__isnull=True)
    return ringing.order_by("id").values_list("pk")[:20]


def _tips_to_call_again() -> list[uuid.UUID]:
    now = times.now()
    return [tip for (tip,) in _TO_CALL_AGAIN.fetch_rows(now=now, ahead=now + _NEVER_PUT_OFF_BY)]


def _to_call_again_query(
    *, now: datetime.datetime, ahead: datetime.datetime
) -> QuerySet[Alarm, Any]:
    is_due = Q(next_call_at__lte=now) | Q(next_call_at__gt=ahead)
    due = Alarm.objects.filter(is_due, ended_at__isnull=True)
    return due.order_by("next_call_at").values_list("tip")[:20]


# Asked every two seconds, also while nothing rings.
_TO_RING, _TO_CALL_AGAIN = CompiledQuery(_to_ring_query), CompiledQuery(_to_call_again_query)


def _is_due(alarm: Alarm) -> bool:
    """As above. What is further ahead than a call is ever put off was written by a clock that was
    set back since, or runs ahead on another machine: nobody waits until it has come that far.
    """
    now = times.now()
    return not now < alarm.next_call_at <= now + _NEVER_PUT_OFF_BY


@work()
def _call_if_due(tip_id: uuid.UUID) -> int:
    """One round, unless somebody else is at it. The tip is locked first, as decisions do."""
    tips = Tip.objects.select_related("responsible_unit__parent").filter(pk=tip_id)
    tip = lock_available(tips).first()
    if tip is None:
        return 0
    alarm, is_new = lock(Alarm.objects.all()).get_or_create(
        tip=tip, defaults={"unit": tip.responsible_unit, "next_call_at": times.now()}
    )
    if not tip.rings:
        _end_alarm(alarm, tip, by="worker")
        return 1
    if alarm.ended_at is None and (is_new or _is_due(alarm)):
        _make_round(alarm, tip)
        return 1
    return 0


def _make_round(alarm: Alarm, tip: Tip) -> None:
    first = _officer_on_it(tip) if alarm.rounds == 0 else None
    whom = [(first, tip.responsible_unit, False)] if first else _people_to_call(tip, alarm.rounds)
    room = "" if first else settings.EMERGENCY_EMAIL
    # Whoever was called just now for another one of its bundle was called for this one too.
    joint = bundle_calls.calls_just_made(alarm, tip)
    fresh = [officer for officer, _unit, _duty in whom if officer.pk not in joint]
    fresh_room = "" if None in joint else room
    called = None
    if fresh or fresh_room or not joint:
        called = page_officers.call_officers(
            fresh,
            _call_words(tip, alarm.rounds),
            unit_id=tip.responsible_unit_id,
            source_kind=ALARM_SOURCE,
            source_ref=alarm.pk,
            room=fresh_room,
            room_words=_room_words(tip),
        )
    # One moment for all of a round: by it the story knows who was called together.
    now = times.now()
    people = [*whom, *([(None, tip.responsible_unit, True)] if room else [])]
    noted = [
        _call_row(alarm, tip, officer, unit, called, joint, is_on_duty=duty, at=now)
        for officer, unit, duty in people
    ]
    calls = [call for call in noted if call is not None]
    AlarmCall.objects.bulk_create(calls)
    last = now if called else max(call.at for call in joint.values())
    # Where all were called just now, and for others alone, this one's turn comes after those.
    alarm.rounds += 1 if calls or called else 0
    alarm.next_call_at = last + (CALL_EVERY if alarm.rounds < _ROUNDS_OFTEN else CALL_LATER_EVERY)
    alarm.save(update_fields=["rounds", "next_call_at"])
    if not (calls or called):
        return
    record(
        "alarm.called",
        by="worker",
        on=tip,
        chain=unit_chain(tip.responsible_unit_id),
        detail={
            "round": alarm.rounds,
            "officers": len([call for call in calls if call.officer_id]),
            "pagers": sum(call.ways for call in calls if call.officer_id),
            "room": any(call.ways for call in calls if not call.officer_id),
        },
    )


def _call_row(
    alarm: Alarm,
    tip: Tip,
    officer: Officer | None,
    unit: Unit,
    called: page_officers.OfficerCall | None,
    joint: dict[uuid.UUID | None, AlarmCall],
    *,
    is_on_duty: bool,
    at: datetime.datetime,
) -> AlarmCall | None:
    """One row of a round; none for who was called for others alone.

    A joint call forgets its dispatch with the bundle (`bundle_calls.forget_bundles`).
    """
    earlier = joint.get(officer.pk if officer else None)
    if earlier is not None:
        if not bundle_calls.is_call_for(earlier, tip):
            return None
        ways, dispatch = earlier.ways, earlier.dispatch_id
    elif called is not None:
        ways = called.ways[officer.pk] if officer else int(called.room)
        dispatch = called.dispatch.pk
    else:
        return None
    return AlarmCall(
        alarm=alarm,
        round=alarm.rounds,
        officer=officer,
        unit=unit,
        is_on_duty=is_on_duty,
        ways=ways,
        is_joint=earlier is not None,
        dispatch_id=dispatch,
        at=at,
    )


def _officer_on_it(tip: Tip) -> Officer | None:
    """Who has the tip already and its page open now: called first, the others a round later."""
    if tip.assigned_to_id is None:
        return None
    now_open = TipReader.objects.filter(tip=tip, seen_at__gt=times.now() - READER_FORGOTTEN_AFTER)
    officers = Officer.objects.filter(pk=tip.assigned_to_id, is_active=True).only(
        *rota.COLUMNS_FOR_CALLS
    )
    found = officers.filter(pk__in=now_open.values("officer")).first()
    return found if found is not None and _may_read(found, tip) else None


def may_see(officer: Officer, tip: Tip) -> bool:
    """Whether it stands in their list, be it for named officers: nobody is left alone with it."""
    return Tip.objects.listed_for(officer).filter(pk=tip.pk).exists()


def _may_read(officer: Officer, tip: Tip) -> bool:
    return Tip.objects.visible_to(officer).filter(pk=tip.pk).exists()


def _named_at(tip: Tip, desk: Unit) -> list[Officer]:
    """Of a matter for named officers: those of the desk, whether or not they are on duty."""
    if not tip.is_for_named:
        return []
    named = NamedOfficer.objects.who_read([desk.pk]).get(desk.pk, set())
    return [officer for officer in rota.watchers(desk.pk) if officer.pk in named]


def _people_to_call(tip: Tip, round_: int) -> list[tuple[Officer, Unit, bool]]:
    """Whoever is on duty; from the second round on who leads as well, then everybody.

    Where nobody is on duty everybody is called at once. Never somebody who may not see the tip:
    who is kept out of it stands in for nobody either. A matter for named officers calls
    those of the desk first, in every round, and the others as it calls them to any tip.
    """
    unit = tip.responsible_unit
    found: dict[uuid.UUID, tuple[Officer, Unit, bool]] = {}
    for desk in [unit, *([unit.parent] if unit.parent else [])]:
        duty = [officer for officer in rota.officers_on_duty(desk.pk) if may_see(officer, tip)]
        others: list[Officer] = []
        if not duty or round_ >= _ROUNDS_UNTIL_ALL:
            others = rota.watchers(desk.pk)
        elif round_ == 1:
            others = rota.watchers(desk.pk, rota.LEADING_ROLES)
        for officer in [*_named_at(tip, desk), *duty, *others]:
            found.setdefault(officer.pk, (officer, desk, officer in duty))
    return [each for each in found.values() if may_see(each[0], tip)]


def _call_words(tip: Tip, round_: int) -> list[page_officers.CallWords]:
    # Not by name: the worker would have to load every page of the desk before it can call.
    link = f"{settings.DESK_URL}/tips/{tip.pk}/"
    size = bundle_size_in_calls(tip)
    found = []
    for language in page_officers.CALL_LANGUAGES:
        with translation.override(language):
            subject = _call_subject(tip)
            text = _("Urgent. Open the desk now: %(link)s") % {"link": link}
            again = _("Call number %(n)s.") % {"n": round_ + 1} if round_ else ""
            named = _named_words(tip)
            quiet, alike = _quiet_words(tip), _joint_words(size)
            answer = _("If you are coming, press or send 1.")
            take = _take_words(tip)
        said = "\n".join(filter(None, [subject, named, quiet, alike, text, again]))
        by_text = "\n".join(filter(None, [subject, named, quiet, take])) if take else ""
        found.append(
            page_officers.CallWords(language, subject, said, answer=answer, by_text=by_text)
        )
    return found


def _take_words(tip: Tip) -> str:
    """The link that takes it on; nothing where it could not: then a text says what a letter does.

    A matter for named officers is not taken by whoever of those called is not one of them.
    """
    if tip.is_for_named or not is_free_to_take(tip):
        return ""
    return _("Take it on: %(link)s") % {"link": CALL_LINK}


def is_free_to_take(tip: Tip) -> bool:
    """Whether it is nobody's: what calls for new danger may be somebody's, or closed."""
    return tip.is_open and tip.assigned_to_id is None


def _room_words(tip: Tip) -> page_officers.CallWords:
    with translation.override("vi"):
        subject = _call_subject(tip)
        phone = _desk_to_ring(tip).desk_phone
        text = _("Ring the desk of the unit: %(phone)s") % {"phone": phone or _("number not known")}
        alike = _joint_words(bundle_size_in_calls(tip))
        said = "\n".join(filter(None, [subject, _quiet_words(tip), alike, text]))
    return page_officers.CallWords("vi", subject, said)


def _call_subject(tip: Tip) -> str:
    if tip.danger_unheard:
        return _("URGENT: %(tip)s, danger in a new message") % {"tip": unit_and_reference(tip)}
    return _("URGENT: %(tip)s, nobody has taken it") % {"tip": unit_and_reference(tip)}


def _quiet_words(tip: Tip) -> str:
    """Who hides beside the person they fear must not be betrayed by a ringing telephone."""
    if tip.do_not_contact:
        return _("The reporter asks: do not call, do not write.")
    if tip.do_not_call:
        return _("The reporter asks: do not call.")
    hours = safe_hours_words(tip)
    return _("The reporter asks: call only %(hours)s.") % {"hours": hours} if hours else ""


def _named_words(tip: Tip) -> str:
    """Whoever is not named comes all the same: the page says who can be called."""
    return _("A matter for named officers.") if tip.is_for_named else ""


def _joint_words(size: int) -> str:
    """That this call is for many, and for how many."""
    if size == 1:
        return ""
    return _("Reports bundled within the hour: %(n)d. One call for all of them.") % {"n": size}


def _desk_to_ring(tip: Tip) -> Unit:
    """The desk that has it, or the one above when the tip is about that desk itself."""
    above, unit = tip.responsible_unit.parent, tip.responsible_unit
    return above if above and tip.concerns.filter(unit=unit).exists() else unit


def unit_and_reference(tip: Tip) -> str:
    """The unit, and the reference once there is one. Nothing else of a tip leaves the desk."""
    return " ".join(filter(None, [tip.responsible_unit.name, tip.reference]))


def settle_alarm(tip: Tip, *, by: Officer | str) -> None:
    """After any decision, in its transaction: stand down, ring again, or ring at another unit."""
    alarm = lock(Alarm.objects.filter(tip=tip)).first()
    if alarm is None:
        return
    if not tip.rings:
        _end_alarm(alarm, tip, by=by)
    elif alarm.ended_at is not None or alarm.unit_id != tip.responsible_unit_id:
        _restart_alarm(alarm, tip)


def ring_again(tip: Tip) -> None:
    """For what was told just now, in the caller's transaction: one that rings already goes on.

    After half an hour of calling in vain it is called often again.
    """
    alarm = lock(Alarm.objects.filter(tip=tip)).first()
    if alarm is None:
        return
    if alarm.ended_at is not None:
        _restart_alarm(alarm, tip)
    elif alarm.next_call_at > times.now() + CALL_EVERY and alarm.rounds < _ROUNDS_OFTEN:
        # Somebody answered that they are coming; what is told since, they have not heard.
        alarm.next_call_at = times.now()
        alarm.save(update_fields=["next_call_at"])
    elif alarm.rounds >= _ROUNDS_OFTEN:
        alarm.rounds, alarm.next_call_at = (
            _ROUNDS_UNTIL_ALL,
            alarm.next_call_at - CALL_LATER_EVERY + CALL_EVERY,
        )
        alarm.save(update_fields=["rounds", "next_call_at"])


def _restart_alarm(alarm: Alarm, tip: Tip) -> None:
    # What is still queued calls the unit that has it no more, or says that it is taken care of.
    page_officers.cancel_calls(ALARM_SOURCE, alarm.pk)
    alarm.unit_id, alarm.rounds, alarm.next_call_at = tip.responsible_unit_id, 0, times.now()
    alarm.ended_at = alarm.taken_by = alarm.taken_by_link_at = None
    changed = ("unit", "rounds", "next_call_at", "ended_at", "taken_by", "taken_by_link_at")
    alarm.save(update_fields=changed)


def _end_alarm(alarm: Alarm, tip: Tip, *, by: Officer | str) -> None:
    """Nobody else needs to come: calls under way are taken back, whoever was called is told."""
    if alarm.ended_at is not None:
        return
    alarm.ended_at, alarm.taken_by_id = times.now(), tip.assigned_to_id
    alarm.save(update_fields=["ended_at", "taken_by"])
    calls = alarm.calls.filter(ways__gt=0, is_stand_down=False)
    # Whoever is called for others of its bundle still has to come.
    ringing = bundle_calls.alarms_of_bundle(alarm).filter(ended_at__isnull=True)
    still = AlarmCall.objects.filter(alarm__in=ringing, is_stand_down=False)
    if not still.exists():
        page_officers.cancel_calls(ALARM_SOURCE, alarm.pk)
    people = calls.exclude(officer__in=still.filter(officer__isnull=False).values("officer"))
    others = Officer.objects.filter(pk__in=people.values("officer")).only(*rota.COLUMNS_FOR_CALLS)
    if tip.assigned_to_id:
        others = others.exclude(pk=tip.assigned_to_id)
    # It may have left the sight of those called first: for another unit, or it is about them.
    entitled = [one for one in others if may_see(one, tip)]
    is_room_free = calls.filter(officer=None).exists() and not still.filter(officer=None).exists()
    told = page_officers.call_officers(
        entitled,
        _stand_down_words(tip),
        unit_id=tip.responsible_unit_id,
        source_kind=ALARM_SOURCE,
        source_ref=alarm.pk,
        room=settings.EMERGENCY_EMAIL if is_room_free else "",
        room_words=_stand_down_words(tip)[0],
        is_quiet=True,
    )
    _note_stand_down(alarm, told, entitled)
    record(
        "alarm.ended",
        by=by,
        on=tip,
        chain=unit_chain(tip.responsible_unit_id),
        detail={
            "rounds": alarm.rounds,
            "taken": tip.assigned_to_id is not None,
            "stood_down": sum(told.ways.values()),
        },
    )


def _note_stand_down(
    alarm: Alarm, told: page_officers.OfficerCall, officers: list[Officer]
) -> None:
    """Who was told that nobody else needs to come, for the story of the tip."""
    units: dict[uuid.UUID | None, uuid.UUID] = dict(
        alarm.calls.order_by("id").values_list("officer", "unit")
    )
    rows = [
        AlarmCall(
            alarm=alarm,
            round=alarm.rounds,
            officer=officer,
            unit_id=units[officer.pk],
            is_on_duty=False,
            ways=told.ways[officer.pk],
            dispatch=told.dispatch,
            is_stand_down=True,
        )
        for officer in officers
    ]
    if told.room:
        rows.append(
            AlarmCall(
                alarm=alarm,
                round=alarm.rounds,
                unit_id=units[None],
                is_on_duty=False,
                ways=1,
                dispatch=told.dispatch,
                is_stand_down=True,
            )
        )
    AlarmCall.objects.bulk_create(rows)


def _stand_down_words(tip: Tip) -> list[page_officers.CallWords]:
    found = []
    for language in page_officers.CALL_LANGUAGES:
        with translation.override(language):
            subject = _("Stand down: %(tip)s is taken care of") % {"tip": unit_and_reference(tip)}
            text = _("Nothing more is needed from you.")
        found.append(page_officers.CallWords(language, subject, f"{subject}\n{text}"))
    return found
