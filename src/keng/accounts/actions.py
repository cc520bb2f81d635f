"""What changes an officer's account and is done by one person: settings, password, small posts.

What makes an officer or gives power is asked for by one and agreed to by another: requesting.
"""

import datetime
import uuid

from django.utils.translation import gettext_lazy as _

from keng.accounts import acts, notices, watching
from keng.accounts.models import Notice, Officer, Post
from keng.accounts.password_checks import WrongPassword, is_password_right
from keng.accounts.queries import manageable_officers, manageable_units
from keng.accounts.signing_in import chain_of_officer
from keng.accounts.vouching import takes_two_people
from keng.accounts.who import BEING_AUDITOR, desk_has_role
from keng.acts.act import act
from keng.acts.errors import AlreadyDone, Incomplete, NotAllowed, Refused
from keng.acts.locks import lock, lock_one
from keng.acts.work import permit_anywhere, permit_over
from keng.audit.actions import record, unit_chain
from keng.kit import times
from keng.kit.codes import passphrase_of_groups
from keng.places.models import Unit

# A first day further ahead is a slip of the hand, or a post that nobody remembers giving.
_FURTHEST_AHEAD = datetime.timedelta(days=365)
# No 0/O, 1/l: it is read from a screen and typed once.


class AccountClosed(Refused):
    """The officer signs in no more, so no post is given to them."""

    sentence = _("The account is closed. Ask for a new sign-in first.")


class UsernameTaken(Refused):
    """Another officer signs in with this name, or it is asked for."""

    sentence = _("Somebody signs in with this name already, or will.")


class RoleOfTheProvince(Incomplete):
    """A commune's desk has no such role."""

    sentence = _("Only a province's desk has a coordinator.")


class OwnPost(Refused):
    """Nobody gives themselves a post."""

    sentence = _("Another administrator must give you a post.")


class OwnAdministration(OwnPost):
    """Nobody ends the post that makes them an administrator."""

    sentence = _("Another administrator must end this post of yours.")


class OwnCredentials(Refused):
    """Another administrator asks for a new sign-in of an administrator's."""

    sentence = _("Another administrator must ask for a new sign-in for you.")


class NeedsTwoPeople(Refused):
    """A post of weight, or of somebody who audits or administers, is asked for and agreed to."""

    sentence = _("Not done: two people give this post. Ask for it, and a second person decides.")


class DayOutOfReach(Incomplete):
    """A post begins today or within a year: nobody held it before it was given."""

    sentence = _("Not done: a post begins today or within a year. Choose another day.")


class PostOver(AlreadyDone):
    """The post has ended already."""

    sentence = _("This post has ended already.")


@act(acts.CHANGE_SETTINGS)
def change_settings(
    *, language: str, theme: str, single_keys: bool, full_desk: bool, by: Officer
) -> None:
    """The officer's own choices; nobody else can make them, so no audit entry.

    Raises NotAllowed.
    """
    permit_anywhere()
    by.language, by.theme = language, theme
    by.single_keys, by.full_desk = single_keys, full_desk
    by.save(update_fields=["language", "theme", "single_keys", "full_desk"])


@act(acts.CHANGE_PASSWORD)
def change_password(*, present: str, new: str, by: Officer) -> None:
    """A new password for oneself. Other sessions of the officer end.

    Called within count_own_password. Raises NotAllowed, WrongPassword, SignInBusy.
    """
    permit_anywhere()
    locked = lock(Officer.objects.all()).get(pk=by.pk)
    if not is_password_right(present, locked.password):
        raise WrongPassword
    locked.set_password(new)
    locked.save(update_fields=["password"])
    by.password = locked.password
    record("officer.password_changed", by=by, on=by, chain=chain_of_officer(by))


@act(acts.ADD_POST)
def add_post(
    officer_id: uuid.UUID, *, unit_id: uuid.UUID, role: str, valid_from: datetime.date, by: Officer
) -> Post:
    """One more post of an officer, of a kind that one person gives.

    Raises NotAllowed, RoleOfTheProvince, OwnPost, NeedsTwoPeople (accounts.requesting),
    AccountClosed, DayOutOfReach.
    """
    permit_over(unit_id)
    if officer_id == by.pk:
        raise OwnPost
    officer = lock_managed_officer(officer_id, by)
    unit = check_desk_has_role(unit_id, role)
    if takes_two_people(officer, unit, role):
        raise NeedsTwoPeople
    if not officer.is_active:
        raise AccountClosed
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


@act(acts.END_POST)
def end_post(post_id: uuid.UUID, *, by: Officer) -> Post:
    """End a post at once: yesterday was its last day.

    Raises NotAllowed, OwnAdministration, LastAuditor, PostOver.
    """
    permit_anywhere()
    posts = Post.objects.filter(pk=post_id, unit__in=manageable_units(by))
    is_auditors = posts.current().filter(role__in=BEING_AUDITOR.roles)
    # Officers before posts, as closing an account locks them.
    for officer_id in is_auditors.values_list("officer", flat=True):
        others = watching.lock_remaining_watchers(officer_id)
        ending = is_auditors.select_related("officer", "unit").first()
        if ending is not None:
            watching.check_auditor_stays(ending.officer, [ending.unit], others)
    post = lock_one(posts, post_id)
    if post.officer_id == by.pk and post.role == Post.Role.ADMINISTRATOR:
        raise OwnAdministration
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


def check_desk_has_role(unit_id: uuid.UUID, role: str) -> Unit:
    """The unit. Raises RoleOfTheProvince where desks of its kind have no such role."""
    unit = Unit.objects.get(pk=unit_id)
    if not desk_has_role(unit, role):
        raise RoleOfTheProvince
    return unit


def lock_managed_officer(officer_id: uuid.UUID, administrator: Officer) -> Officer:
    """An officer whom the administrator looks after, locked: a step of acts. Raises NotAllowed.

    An officer is no unit's: who looks after them says queries.manageable_officers.
    """
    permit_anywhere()
    visible = manageable_officers(administrator).values("pk")
    officer = lock(Officer.objects.filter(pk__in=visible)).filter(pk=officer_id).first()
    if officer is None:
        raise NotAllowed
    return officer


def one_time_password() -> str:
    """Four groups of four letters and digits, about 79 bits; for one sign-in."""
    return passphrase_of_groups(4)
