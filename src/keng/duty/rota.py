"""The rota: who is on duty for a unit and when. A commander keeps it; pages go by it."""

import datetime
import uuid
from collections.abc import Collection, Iterable

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from keng.accounts import who
from keng.accounts.models import Officer, Post, Shift
from keng.acts.act import act
from keng.acts.errors import Incomplete
from keng.acts.locks import lock_one
from keng.acts.work import permit_over
from keng.audit.actions import record, unit_chain
from keng.duty import acts
from keng.kit import times
from keng.kit.sql_names import by_given_name
from keng.language.alphabet import alphabetical
from keng.places.models import Unit

# Who takes a report on: those are called, and can stand on a rota.
WATCHING_ROLES = who.WORKING.roles
# What calling somebody needs: the worker may read no more of an officer.
COLUMNS_FOR_CALLS = ("id", "username", "name", "rank", "is_active", "language")
LEADING_ROLES = who.LEADING.roles


class NotOnThisRota(Incomplete):
    """The officer has no post in the unit that takes reports on."""

    sentence = _("Not done: this officer takes no reports on at this desk, or not any more.")


def kept_units(officer: Officer) -> list[Unit]:
    """The units whose rota the officer keeps: those they lead themselves."""
    return sorted(who.LEADING.own_units(officer), key=lambda unit: alphabetical(unit.name))


def watchers(unit_id: uuid.UUID, roles: Collection[str] = WATCHING_ROLES) -> list[Officer]:
    """The officers of a unit who can be on duty, by name."""
    posts = Post.objects.current().filter(unit=unit_id, role__in=roles)
    return list(
        Officer.objects.filter(pk__in=posts.values("officer"), is_active=True)
        .only(*COLUMNS_FOR_CALLS)
        .order_by(*by_given_name())
    )


def officers_on_duty(unit_id: uuid.UUID, at: datetime.datetime | None = None) -> list[Officer]:
    """Who is on duty for the unit at a moment (now by default), as the rota says."""
    running = Shift.objects.at(at or times.now()).filter(unit=unit_id)
    posts = Post.objects.current().filter(unit=unit_id, role__in=WATCHING_ROLES)
    return list(
        Officer.objects.filter(
            Q(pk__in=posts.values("officer")), pk__in=running.values("officer"), is_active=True
        ).only(*COLUMNS_FOR_CALLS)
    )


def coming_shifts(unit_ids: Iterable[uuid.UUID], *, days: int = 14) -> list[Shift]:
    """Running and coming shifts, in the order of time."""
    now = times.now()
    return list(
        Shift.objects.filter(
            Q(unit__in=list(unit_ids)),
            removed_at__isnull=True,
            ends_at__gt=now,
            starts_at__lt=now + datetime.timedelta(days=days),
        )
        .select_related("officer", "unit")
        .order_by("starts_at", "id")
    )


@act(acts.ADD_SHIFTS)
def add_shifts(
    unit_id: uuid.UUID,
    officer_id: uuid.UUID,
    *,
    starts_at: datetime.datetime,
    ends_at: datetime.datetime,
    every_days: int = 0,
    count: int = 1,
    by: Officer,
) -> list[Shift]:
    """Put an officer on the rota, once or again every so many days.

    Raises NotAllowed, NotOnThisRota.
    """
    permit_over(unit_id)
    if officer_id not in {officer.pk for officer in watchers(unit_id)}:
        raise NotOnThisRota
    apart = datetime.timedelta(days=every_days)
    made = Shift.objects.bulk_create(
        Shift(
            unit_id=unit_id,
            officer_id=officer_id,
            starts_at=starts_at + number * apart,
            ends_at=ends_at + number * apart,
            set_by=by,
        )
        for number in range(count)
    )
    record(
        "rota.added",
        by=by,
        on=made[0].officer,
        chain=unit_chain(unit_id),
        detail={"from": starts_at.isoformat(), "until": ends_at.isoformat(), "shifts": count},
    )
    return made


@act(acts.REMOVE_SHIFT)
def remove_shift(shift_id: uuid.UUID, *, by: Officer) -> Shift:
    """Take a shift off the rota; the row stays. Raises NotAllowed."""
    kept = Shift.objects.filter(unit__in=who.LEADING.unit_ids(by))
    shift = lock_one(kept.select_related("officer"), shift_id)
    if shift.removed_at is None:
        shift.removed_at = times.now()
        shift.save(update_fields=["removed_at"])
        record(
            "rota.removed",
            by=by,
            on=shift.officer,
            chain=unit_chain(shift.unit_id),
            detail={"shift": str(shift.pk), "from": shift.starts_at.isoformat()},
        )
    return shift
