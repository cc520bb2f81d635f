"""What changes an officer's account and is done by one person: settings, password, small posts.

What makes an officer or gives power is asked for by one and agreed to by another: requesting.
"""

import datetime
import secrets
import uuid

from django.db import transaction

from keng.accounts import notices, watching
from keng.accounts.models import Notice, Officer, Post
from keng.accounts.password_checks import WrongPassword, is_own_password
from keng.accounts.queries import manageable_officers, manageable_units
from keng.accounts.signing_in import chain_of_officer
from keng.accounts.vouching import takes_two_people
from keng.accounts.who import BEING_AUDITOR, desk_has_role
from keng.audit.actions import record, unit_chain
from keng.kit import times
from keng.places.models import Unit

# A first day further ahead is a slip of the hand, or a post that nobody remembers giving.
_FURTHEST_AHEAD = datetime.timedelta(days=365)
# No 0/O, 1/l: it is read from a screen and typed once.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


class NotManaged(PermissionError):
    """The officer or unit is none of those this administrator looks after."""


class UsernameTaken(ValueError):
    """Another officer signs in with this name."""


class RoleOfTheProvince(ValueError):
    """A commune's desk has no such role."""


class OwnPost(ValueError):
    """Nobody gives themselves a post, or ends the one that makes them an administrator."""


class OwnCredentials(ValueError):
    """Another administrator asks for a new sign-in of an administrator's."""


class NeedsTwoPeople(PermissionError):
    """A post of weight, or of somebody who audits or administers, is asked for and agreed to."""


class DayOutOfReach(ValueError):
    """A post begins today or within a year: nobody held it before it was given."""


class PostOver(ValueError):
    """The post has ended already."""


@transaction.atomic
def change_settings(
    officer: Officer, *, language: str, theme: str, single_keys: bool, full_desk: bool
) -> None:
    """The officer's own choices; nobody else can make them, so no audit entry."""
    officer.language, officer.theme = language, theme
    officer.single_keys, officer.full_desk = single_keys, full_desk
    officer.save(update_fields=["language", "theme", "single_keys", "full_desk"])


@transaction.atomic
def change_password(officer: Officer, *, present: str, new: str) -> None:
    """A new password for oneself. Other sessions of the officer end.

    Raises WrongPassword, TooManyTries, SignInBusy.
    """
    locked = Officer.objects.select_for_update(no_key=True).get(pk=officer.pk)
    if not is_own_password(f"officer {locked.username}", present, locked.password):
        raise WrongPassword
    locked.set_password(new)
    locked.save(update_fields=["password"])
    officer.password = locked.password
    record("officer.password_changed", by=officer, on=officer, chain=chain_of_officer(officer))


@transaction.atomic
def add_post(
    officer_id: uuid.UUID, *, unit_id: uuid.UUID, role: str, valid_from: datetime.date, by: Officer
) -> Post:
    """One more post of an officer, of a kind that one person gives.

    Raises NotManaged, RoleOfTheProvince, OwnPost, NeedsTwoPeople (accounts.requesting),
    DayOutOfReach.
    """
    if officer_id == by.pk:
        raise OwnPost
    officer = lock_managed_officer(officer_id, by)
    check_unit_managed(unit_id, by)
    unit = check_desk_has_role(unit_id, role)
    if takes_two_people(officer, unit, role):
        raise NeedsTwoPeople
    if not officer.is_active:
        raise NotManaged
    check_first_day(valid_from)
    post = Post.objects.create(officer=officer, unit_id=unit_id, role=role, valid_from=valid_from)
    record(
        "officer.post_added",
        by=by,
        on=officer,
        chain=unit_chain(unit_id),
        detail={"role": role, "valid_from": valid_from.isoformat()},
    )
    told = [officer, *notices.commanders_of(unit, but=officer.pk)]
    notices.tell_officers(told, Notice.Act.POST_ADDED, about=officer, by=by)
    return post


@transaction.atomic
def end_post(post_id: uuid.UUID, *, by: Officer) -> Post:
    """End a post at once: yesterday was its last day.

    Raises NotManaged, OwnPost, LastAuditor, PostOver.
    """
    posts = Post.objects.filter(pk=post_id, unit__in=manageable_units(by))
    is_auditors = posts.current().filter(role__in=BEING_AUDITOR.roles)
    # Officers before posts, as closing an account locks them.
    for officer_id in is_auditors.values_list("officer", flat=True):
        others = watching.lock_remaining_watchers(officer_id)
        ending = is_auditors.select_related("officer", "unit").first()
        if ending is not None:
            watching.check_auditor_stays(ending.officer, [ending.unit], others)
    post = posts.select_for_update(no_key=True).first()
    if post is None:
        raise NotManaged
    if post.officer_id == by.pk and post.role == Post.Role.ADMINISTRATOR:
        raise OwnPost
    yesterday = times.local_date(times.now()) - datetime.timedelta(days=1)
    if post.valid_to is not None and post.valid_to <= yesterday:
        raise PostOver
    told = [post.officer, *watching.people_told_of_end(post.officer, [post.unit])]
    post.valid_to = yesterday
    post.save(update_fields=["valid_to"])
    record(
        "officer.post_ended",
        by=by,
        on=post.officer,
        chain=unit_chain(post.unit_id),
        detail={
            "role": post.role,
            "valid_from": post.valid_from.isoformat(),
            "valid_to": yesterday.isoformat(),
        },
    )
    notices.tell_officers(told, Notice.Act.POST_ENDED, about=post.officer, by=by)
    return post


def allowed_first_days() -> tuple[datetime.date, datetime.date]:
    """The earliest and the latest day on which a post may begin that is given now."""
    today = times.local_date(times.now())
    return today, today + _FURTHEST_AHEAD


def check_first_day(day: datetime.date) -> None:
    """Raises DayOutOfReach."""
    earliest, latest = allowed_first_days()
    if not earliest <= day <= latest:
        raise DayOutOfReach


def check_unit_managed(unit_id: uuid.UUID, administrator: Officer) -> None:
    """Raises NotManaged where the administrator does not look after the unit."""
    if unit_id not in {unit.pk for unit in manageable_units(administrator)}:
        raise NotManaged


def check_desk_has_role(unit_id: uuid.UUID, role: str) -> Unit:
    """The unit. Raises RoleOfTheProvince where desks of its kind have no such role."""
    unit = Unit.objects.get(pk=unit_id)
    if not desk_has_role(unit, role):
        raise RoleOfTheProvince
    return unit


def lock_managed_officer(officer_id: uuid.UUID, administrator: Officer) -> Officer:
    """An officer whom the administrator looks after, locked. Raises NotManaged."""
    visible = manageable_officers(administrator).values("pk")
    rows = Officer.objects.select_for_update(no_key=True).filter(pk__in=visible)
    officer = rows.filter(pk=officer_id).first()
    if officer is None:
        raise NotManaged
    return officer


def one_time_password() -> str:
    """Four groups of four letters and digits, about 79 bits; for one sign-in."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))
