"""Closing an account: one administrator alone may, for it only takes power away.

All but the last auditor's, who would see it.
"""

import datetime
import uuid
from collections.abc import Callable

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from keng.accounts import acts, notices
from keng.accounts.actions import lock_managed_officer
from keng.accounts.models import Notice, Officer, OfficerRequest, Post, Shift
from keng.accounts.queries import manageable_officers
from keng.accounts.requesting import EMPTIED_COLUMNS
from keng.accounts.sessions import end_sessions
from keng.accounts.watching import (
    LastAuditor,
    check_auditor_stays,
    lock_remaining_watchers,
    people_told_of_end,
    remaining_watchers,
    would_leave_none,
)
from keng.accounts.who import ADMINISTERING, BEING_AUDITOR
from keng.acts.act import act
from keng.acts.errors import NotAllowed, Refused
from keng.acts.locks import lock
from keng.acts.work import permit_anywhere
from keng.audit.actions import record, unit_chain
from keng.kit import times
from keng.places.models import Unit

__all__ = [
    "ENDS_WITH_ACCOUNT",
    "LastAdministrator",
    "LastAuditor",
    "check_closable",
    "close_account",
]

# Called with whoever's account is closed; areas above put in what they keep of an officer.
ENDS_WITH_ACCOUNT: list[Callable[[Officer], None]] = []


class LastAdministrator(Refused):
    """Nobody else would be left who looks after one of the desks."""

    sentence = _("Nobody else looks after this desk: this account cannot be closed.")


@act(acts.CLOSE_ACCOUNT)
def check_closable(officer_id: uuid.UUID, *, by: Officer) -> None:
    """What close_account will refuse is refused before a code is used up. Raises as it does."""
    permit_anywhere()
    officer = manageable_officers(by).filter(pk=officer_id, is_active=True).first()
    if officer is None:
        raise NotAllowed
    _check_not_last(officer, remaining_watchers(officer_id))


@act(acts.CLOSE_ACCOUNT)
def close_account(officer_id: uuid.UUID, *, by: Officer) -> Officer:
    """The officer signs in no more: sessions, posts, shifts and pagers end with it.

    What they asked for, agreed to or were to set up lapses. To open it again takes two people
    (requesting.ask_for_renewal). Raises NotAllowed, LastAdministrator, LastAuditor.
    """
    permit_anywhere()
    others = lock_remaining_watchers(officer_id)
    officer = lock_managed_officer(officer_id, by)
    if not officer.is_active:
        raise NotAllowed
    # Before posts end: one that is being agreed to at this moment is there by then.
    lapsing = _lock_lapsing(officer)
    _check_not_last(officer, others)
    units = _units_of(officer)
    told = people_told_of_end(officer, units)
    end_account(officer, lapsing)
    notices.tell_officers(told, Notice.Act.CLOSED, about=officer, by=by)
    chain = unit_chain(units[0].pk if units else by.home_unit_id)
    record(
        "officer.account_closed",
        by=by,
        on=officer,
        chain=chain,
        detail={"requests": len(lapsing)},
    )
    return officer


def end_account(officer: Officer, lapsing: list[OfficerRequest] | None = None) -> int:
    """A step of closing it, for a locked officer; how many requests lapse."""
    lapsing = _lock_lapsing(officer) if lapsing is None else lapsing
    officer.is_active = False
    # Nothing is left that a password or a code could fit.
    officer.set_unusable_password()
    officer.totp_box = b""
    officer.save(update_fields=["is_active", "password", "totp_box"])
    end_sessions(officer)
    _end_posts(officer)
    for ends in ENDS_WITH_ACCOUNT:
        ends(officer)
    OfficerRequest.objects.filter(pk__in=[each.pk for each in lapsing]).update(
        state=OfficerRequest.State.LAPSED, **EMPTIED_COLUMNS
    )
    return len(lapsing)


def _lock_lapsing(officer: Officer) -> list[OfficerRequest]:
    """What they asked for, agreed to or were to set up."""
    open_ones = OfficerRequest.objects.filter(
        Q(officer=officer.pk) | Q(asked_by=officer.pk) | Q(decided_by=officer.pk),
        state__in=OfficerRequest.OPEN,
    )
    return list(lock(open_ones))


def _end_posts(officer: Officer) -> None:
    now = times.now()
    yesterday = times.local_date(now) - datetime.timedelta(days=1)
    still = Q(valid_to=None) | Q(valid_to__gt=yesterday)
    Post.objects.filter(still, officer=officer).update(valid_to=yesterday)
    Shift.objects.filter(officer=officer, removed_at=None, ends_at__gt=now).update(removed_at=now)


def _units_of(officer: Officer) -> list[Unit]:
    """The desks where the officer is, else where they were last."""
    posts = Post.objects.filter(officer=officer).select_related("unit")
    present = list(posts.current().order_by("id"))
    found = present or list(posts.order_by("-valid_from", "-id")[:1])
    return list({post.unit_id: post.unit for post in found}.values())


def _check_not_last(officer: Officer, others: list[Officer]) -> None:
    if would_leave_none(ADMINISTERING, ADMINISTERING.own_units(officer), others):
        raise LastAdministrator
    check_auditor_stays(officer, BEING_AUDITOR.own_units(officer), others)
