"""Whether pagers ring: each one that a test called, and what became of the test of a shift.

At the beginning of a shift the worker calls its officer by each of their pagers. What is not heard
HEARD_WITHIN is told to the officer, and to whoever leads the desk. Without a shift nobody is
called.
"""

import datetime
import uuid

from django.conf import settings
from django.db import IntegrityError
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from keng.accounts.models import Officer, Post, Shift
from keng.acts.locks import lock, lock_available
from keng.acts.work import work
from keng.audit.actions import record, unit_chain
from keng.delivery.models import Delivery, Dispatch, PagerTest, PagerTestWay
from keng.duty import page_officers, rota
from keng.kit import times

TEST_SOURCE = "pager_test"
HEARD_WITHIN = datetime.timedelta(minutes=10)
# A worker that stood still calls nobody in the middle of the night for a shift of the evening.
_BEGUN_WITHIN = datetime.timedelta(minutes=30)
_TOLD_WITHIN = datetime.timedelta(hours=2)
_AT_ONCE = 50


def call_for_test(made: PagerTest, officer: Officer, unit_id: uuid.UUID) -> int:
    """Call the officer's pagers and keep the test with them, in the caller's transaction; how many.

    Nothing is kept of a test of one's own that reached no pager.
    """
    called = page_officers.call_officers(
        [officer], _test_words(made), unit_id=unit_id, source_kind=TEST_SOURCE, source_ref=made.pk
    )
    count = called.ways[officer.pk]
    if count == 0 and not made.is_of_shift:
        return 0
    made.dispatch = called.dispatch
    made.save(force_insert=True)
    PagerTestWay.objects.bulk_create(
        PagerTestWay(test=made, way_id=way) for way in _ways_called(called.dispatch)
    )
    return count


def hear_ways(made: PagerTest, way_id: uuid.UUID | None = None) -> int:
    """Note that they rang, all of them or this one; how many were not heard before.

    The caller holds the test, and puts it on record.
    """
    now = times.now()
    ways = PagerTestWay.objects.filter(test=made, heard_at__isnull=True)
    heard = (ways.filter(way=way_id) if way_id else ways).update(heard_at=now)
    if made.confirmed_at is None and (heard or way_id is None):
        made.confirmed_at = now
        made.save(update_fields=["confirmed_at"])
    return heard


@work()
def hear_from_pager(test_id: uuid.UUID, way_id: uuid.UUID) -> None:
    """The officer answered a test from the pager itself: by the key, or in the chat."""
    made = lock(PagerTest.objects.filter(pk=test_id)).first()
    if made is None or not hear_ways(made, way_id):
        return
    way = PagerTestWay.objects.select_related("way").get(test=made, way=way_id).way
    record(
        "pager.answered",
        by="worker",
        on=Officer(pk=made.officer_id),
        chain=unit_chain(_unit_of(made)),
        detail={"test": str(made.pk), "kind": way.kind},
    )


def test_pagers_of_shifts() -> int:
    """Call whoever's shift has begun just now, once for each shift; how many."""
    now = times.now()
    tested = PagerTest.objects.filter(shift=OuterRef("pk")).exclude(
        is_of_shift=False, confirmed_at__isnull=True
    )
    posts = Post.objects.current().filter(
        officer=OuterRef("officer"), unit=OuterRef("unit"), role__in=rota.WATCHING_ROLES
    )
    begun = Shift.objects.at(now).filter(starts_at__gt=now - _BEGUN_WITHIN)
    due = begun.filter(~Exists(tested), Exists(posts), officer__is_active=True).order_by("id")
    found = list(due.values_list("pk", flat=True)[:_AT_ONCE])
    return sum(map(_test_unless_done, found))


test_pagers_of_shifts.__test__ = False  # type: ignore[attr-defined]


def _test_unless_done(shift_id: uuid.UUID) -> int:
    try:
        return _test_shift(shift_id)
    except IntegrityError:
        # Another worker was quicker: a shift is tested once.
        return 0


@work()
def _test_shift(shift_id: uuid.UUID) -> int:
    shift = Shift.objects.get(pk=shift_id)
    officer = Officer.objects.only(*rota.COLUMNS_FOR_CALLS).get(pk=shift.officer_id)
    made = PagerTest(officer_id=officer.pk, shift=shift, is_of_shift=True)
    count = call_for_test(made, officer, shift.unit_id)
    record(
        "pager.shift_tested",
        by="worker",
        on=officer,
        chain=unit_chain(shift.unit_id),
        detail={"shift": str(shift.pk), "pagers": count},
    )
    return 1


def tell_what_was_not_heard() -> int:
    """Tell officer and commanders, once for each test of a shift; how many tests."""
    now = times.now()
    due = PagerTest.objects.filter(
        is_of_shift=True,
        unheard_told_at__isnull=True,
        at__lte=now - HEARD_WITHIN,
        at__gt=now - _TOLD_WITHIN,
    )
    return sum(map(_tell_unheard, due.order_by("id").values_list("pk", flat=True)[:_AT_ONCE]))


@work()
def _tell_unheard(test_id: uuid.UUID) -> int:
    made = lock_available(
        PagerTest.objects.filter(pk=test_id, unheard_told_at__isnull=True)
    ).first()
    if made is None:
        return 0
    made.unheard_told_at = times.now()
    made.save(update_fields=["unheard_told_at"])
    shift = Shift.objects.filter(pk__in=[made.shift_id], removed_at__isnull=True).first()
    ways = list(PagerTestWay.objects.filter(test=made).values_list("heard_at", flat=True))
    unheard = sum(heard_at is None for heard_at in ways)
    if shift is None or (ways and not unheard):
        return 1
    officer = Officer.objects.only(*rota.COLUMNS_FOR_CALLS).get(pk=shift.officer_id)
    leading = rota.watchers(shift.unit_id, rota.LEADING_ROLES)
    told = 0
    for people, words in (
        ([officer], _own_unheard_words(unheard)),
        ([one for one in leading if one.pk != officer.pk], _unheard_words()),
    ):
        called = page_officers.call_officers(
            people,
            words,
            unit_id=shift.unit_id,
            source_kind="pager_unheard",
            source_ref=made.pk,
            is_quiet=True,
        )
        told += sum(called.ways.values())
    record(
        "pager.shift_unheard",
        by="worker",
        on=officer,
        chain=unit_chain(shift.unit_id),
        detail={"shift": str(shift.pk), "pagers": len(ways), "unheard": unheard, "told": told},
    )
    return 1


def _ways_called(dispatch: Dispatch) -> list[uuid.UUID]:
    rows = Delivery.objects.filter(
        dispatch=dispatch, recipient_kind=Delivery.RecipientKind.PAGER
    ).order_by("id")
    return list(rows.values_list("recipient_ref", flat=True))


def _unit_of(made: PagerTest) -> uuid.UUID:
    unit_id: uuid.UUID = Dispatch.objects.values_list("unit", flat=True).get(pk=made.dispatch_id)
    return unit_id


def _test_words(made: PagerTest) -> list[page_officers.CallWords]:
    link = settings.DESK_URL + reverse("pager-test", "keng.site.desk_urls", kwargs={"pk": made.pk})
    found = []
    for language in page_officers.CALL_LANGUAGES:
        with translation.override(language):
            found.append(
                page_officers.CallWords(
                    language,
                    _("Kẻng: a test of your pager"),
                    _("This is only a test. Open this page and say that it rang: %(link)s")
                    % {"link": link},
                    answer=_("If it rang, press or send 1."),
                )
            )
    return found


def _own_unheard_words(unheard: int) -> list[page_officers.CallWords]:
    """To the officer; shown on locked screens as any call."""
    found = []
    for language in page_officers.CALL_LANGUAGES:
        with translation.override(language):
            subject = (
                _("Kẻng: pagers that you did not confirm in this shift: %(n)d") % {"n": unheard}
                if unheard
                else _("Kẻng: nothing can call you in this shift")
            )
            text = _("Look at them now: %(link)s") % {"link": _link("pagers")}
        found.append(page_officers.CallWords(language, subject, f"{subject}\n{text}"))
    return found


def _unheard_words() -> list[page_officers.CallWords]:
    """To whoever leads the desk; the rota says whose pager it was."""
    found = []
    for language in page_officers.CALL_LANGUAGES:
        with translation.override(language):
            subject = _("Kẻng: a pager of this shift was not confirmed")
            text = _("The rota says whose: %(link)s") % {"link": _link("rota")}
        found.append(page_officers.CallWords(language, subject, f"{subject}\n{text}"))
    return found


def _link(page: str) -> str:
    return settings.DESK_URL + reverse(page, "keng.site.desk_urls")
