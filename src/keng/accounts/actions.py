"""What changes an officer's account: settings, posts, and what they sign in with."""

import datetime
import secrets
import uuid
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from keng.accounts import second_factor
from keng.accounts.models import Officer, Post
from keng.accounts.queries import manageable_officers, manageable_units
from keng.accounts.signing_in import chain_of
from keng.accounts.who import has_role
from keng.audit.actions import record, unit_chain
from keng.kit import times
from keng.places.models import Unit

# No 0/O, 1/l: it is read from a screen and typed once.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
OPERATOR = "operator"


class NotManaged(PermissionError):
    """The officer or unit is none of those this administrator looks after."""


class UsernameTaken(ValueError):
    """Another officer signs in with this name."""


class RoleOfTheProvince(ValueError):
    """A commune's desk has no such role."""


class OwnPost(ValueError):
    """Nobody gives themselves a post, or ends the one that makes them an administrator."""


class OwnCredentials(ValueError):
    """Another administrator renews an administrator's."""


class WrongPassword(ValueError):
    """The present password was not right."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a new officer signs in with. Shown once, kept nowhere."""

    officer: Officer
    password: str
    totp_secret: str


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
    """A new password for oneself. Other sessions of the officer end. Raises WrongPassword."""
    locked = Officer.objects.select_for_update(no_key=True).get(pk=officer.pk)
    if not locked.check_password(present):
        raise WrongPassword
    locked.set_password(new)
    locked.must_choose_password = officer.must_choose_password = False
    locked.save(update_fields=["password", "must_choose_password"])
    officer.password = locked.password
    record("officer.password_changed", by=officer, on=officer, chain=chain_of(officer))


@transaction.atomic
def add_officer(
    *,
    username: str,
    name: str,
    rank: str,
    unit_id: uuid.UUID,
    role: str,
    valid_from: datetime.date,
    by: Officer | None,
) -> Credentials:
    """A new officer with a first post. Raises NotManaged, RoleOfTheProvince, UsernameTaken.

    `by=None` is the operator at the machine, who makes the first administrator.
    """
    if by is not None:
        _managed_unit(unit_id, by)
    _must_have(unit_id, role)
    officer = Officer(username=username.strip().lower(), name=name.strip(), rank=rank.strip())
    officer.set_unusable_password()
    try:
        with transaction.atomic():
            officer.save(force_insert=True)
    except IntegrityError as error:
        raise UsernameTaken from error
    Post.objects.create(officer=officer, unit_id=unit_id, role=role, valid_from=valid_from)
    made = _new_credentials(officer)
    record(
        "officer.added",
        by=by or OPERATOR,
        on=officer,
        chain=unit_chain(unit_id),
        detail={"role": role},
    )
    return made


@transaction.atomic
def renew_credentials(officer_id: uuid.UUID, *, by: Officer | None) -> Credentials:
    """A new password and a new secret for somebody who lost theirs; every session of theirs ends.

    `by=None` is the operator at the machine. Raises NotManaged, OwnCredentials.
    """
    if by is None:
        officer = Officer.objects.select_for_update(no_key=True).get(pk=officer_id)
    elif officer_id == by.pk:
        raise OwnCredentials
    else:
        officer = _managed_officer(officer_id, by)
    officer.failed_signins, officer.locked_until = 0, None
    officer.failed_presence, officer.presence_locked_until = 0, None
    officer.save(
        update_fields=["failed_signins", "locked_until", "failed_presence", "presence_locked_until"]
    )
    made = _new_credentials(officer)
    record("officer.credentials_renewed", by=by or OPERATOR, on=officer, chain=chain_of(officer))
    return made


@transaction.atomic
def add_post(
    officer_id: uuid.UUID, *, unit_id: uuid.UUID, role: str, valid_from: datetime.date, by: Officer
) -> Post:
    """One more post of an officer. Raises NotManaged, RoleOfTheProvince, OwnPost.

    Otherwise an administrator would become the second pair of eyes for what they wrote themselves.
    """
    if officer_id == by.pk:
        raise OwnPost
    officer = _managed_officer(officer_id, by)
    _managed_unit(unit_id, by)
    _must_have(unit_id, role)
    post = Post.objects.create(officer=officer, unit_id=unit_id, role=role, valid_from=valid_from)
    record(
        "officer.post_added", by=by, on=officer, chain=unit_chain(unit_id), detail={"role": role}
    )
    return post


@transaction.atomic
def end_post(post_id: uuid.UUID, *, by: Officer) -> Post:
    """End a post at once: yesterday was its last day. Raises NotManaged, OwnPost."""
    units = {unit.pk for unit in manageable_units(by)}
    post = Post.objects.select_for_update(no_key=True).filter(pk=post_id, unit_id__in=units).first()
    if post is None:
        raise NotManaged
    if post.officer_id == by.pk and post.role == Post.Role.ADMINISTRATOR:
        raise OwnPost
    post.valid_to = times.local_date(times.now()) - datetime.timedelta(days=1)
    post.save(update_fields=["valid_to"])
    record(
        "officer.post_ended",
        by=by,
        on=post.officer,
        chain=unit_chain(post.unit_id),
        detail={"role": post.role},
    )
    return post


def _managed_unit(unit_id: uuid.UUID, by: Officer) -> None:
    if unit_id not in {unit.pk for unit in manageable_units(by)}:
        raise NotManaged


def _must_have(unit_id: uuid.UUID, role: str) -> None:
    """Whether the desk has the role at all."""
    if not has_role(Unit.objects.get(pk=unit_id), role):
        raise RoleOfTheProvince


def _managed_officer(officer_id: uuid.UUID, by: Officer) -> Officer:
    visible = manageable_officers(by).values("pk")
    officer = (
        Officer.objects.select_for_update(no_key=True).filter(pk=officer_id, pk__in=visible).first()
    )
    if officer is None:
        raise NotManaged
    return officer


def one_time_password() -> str:
    """Four groups of four letters and digits, about 79 bits; for one sign-in."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))


def _new_credentials(officer: Officer) -> Credentials:
    password = one_time_password()
    officer.set_password(password)
    officer.must_choose_password = True
    officer.save(update_fields=["password", "must_choose_password"])
    return Credentials(officer, password, second_factor.set_secret(officer))
