"""The person concerned sets up: both halves and a password of their own, then a first code.

Nobody else sees the password or the secret. Until the first code was right, what an officer signed
in with before goes on working. Nobody is signed in here: the two halves are the permission.
"""

import datetime
import uuid

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from keng.accounts import acts, notices, second_factor
from keng.accounts.actions import UsernameTaken, check_desk_has_role
from keng.accounts.models import (
    Notice,
    Officer,
    OfficerPasskey,
    OfficerRequest,
    OfficerRequestQuerySet,
    Post,
)
from keng.accounts.requesting import (
    EMPTIED_COLUMNS,
    SET_UP_WITHIN,
    end_request,
    first_day_of_post,
    hash_of_half,
    may_still_ask,
    new_half,
)
from keng.accounts.sessions import end_sessions
from keng.accounts.who import VOUCHING
from keng.acts.act import act
from keng.acts.errors import ChangedMeanwhile, Incomplete, TooLate
from keng.acts.locks import lock
from keng.acts.work import savepoint, work
from keng.audit.actions import record, unit_chain
from keng.kit import times
from keng.kit.secrets import keyed_hash, same_secret

OPERATOR = "operator"
# One right half with wrong others, or wrong codes: then the request is over.
SET_UP_TRIES = 10


class WrongHalves(Incomplete):
    """No request that is open has these two halves."""

    sentence = _(
        "No set-up that is open has these two halves. They are good for 24 hours; "
        "after that somebody asks for it anew."
    )


class WrongFirstCode(Incomplete):
    """The first code was not right."""

    sentence = _("These digits do not fit. Wait for the next ones.")


class SetUpOver(TooLate):
    """The time ran out, or the request was withdrawn meanwhile."""


class SetUpBegunAgain(ChangedMeanwhile):
    """Both halves were typed once more since: password and secret are no longer this person's."""


def begin_set_up(first: str, second: str, *, password: str) -> OfficerRequest:
    """Both halves, in any order, and the password that is to be the officer's. Raises WrongHalves.

    Begun again it offers another secret: whoever looked before has nothing.
    """
    request = try_halves(first, second, password=password)
    if request is None:
        raise WrongHalves
    return request


@act(acts.BEGIN_SET_UP)
def try_halves(first: str, second: str, *, password: str) -> OfficerRequest | None:
    """The request with these halves, begun; none is an answer, since a wrong try stays counted."""
    one, other = hash_of_half(first), hash_of_half(second)
    request = _request_with_halves(one, other)
    if request is None:
        _count_a_right_half(one, other)
        return None
    # Only now: it takes much work, which a stranger is not to have done for them.
    request.chosen_password = make_password(password)
    request.offered_totp_box = second_factor.boxed_secret(second_factor.new_totp_secret())
    request.save(update_fields=["chosen_password", "offered_totp_box"])
    return request


def mark_of_set_up(request: OfficerRequest) -> str:
    """What tells this beginning from each other one of the request; it opens nothing."""
    return keyed_hash("officer set-up begun", bytes(request.offered_totp_box)).hex()


def begun_set_up(request_id: uuid.UUID, mark: str) -> OfficerRequest | None:
    """The request whose person is on the second page, while its time runs.

    Raises SetUpBegunAgain.
    """
    found = _to_set_up().filter(pk=request_id).exclude(chosen_password="")
    request = found.select_related("unit", "officer").first()
    if request is not None and not same_secret(mark, mark_of_set_up(request)):
        raise SetUpBegunAgain
    return request


def finish_set_up(request_id: uuid.UUID, mark: str, *, code: str) -> Officer:
    """The first code of the new secret: from now on the officer signs in with it.

    Only who began last, which `mark` shows. Raises WrongFirstCode, SetUpBegunAgain, SetUpOver,
    UsernameTaken.
    """
    officer = try_first_code(request_id, mark, code=code)
    if officer is None:
        raise WrongFirstCode
    return officer


@act(acts.FINISH_SET_UP)
def try_first_code(request_id: uuid.UUID, mark: str, *, code: str) -> Officer | None:
    """The officer, set up; none is an answer, since a wrong code stays counted.

    Raises SetUpBegunAgain, SetUpOver, UsernameTaken.
    """
    officer = _lock_officer_of(request_id)
    request = _locked_request(request_id)
    if request is None or not request.chosen_password:
        raise SetUpOver
    asker, second = request.asked_by, request.decided_by
    if asker is not None and not may_still_ask(request, asker):
        raise SetUpOver
    if second is not None and not VOUCHING.may_act_for(second, request.unit):
        raise SetUpOver
    if not same_secret(mark, mark_of_set_up(request)):
        raise SetUpBegunAgain
    step = second_factor.matching_step(bytes(request.offered_totp_box), code)
    if step is None:
        _count_failure(request)
        return None
    return _complete_set_up(request, officer, step)


@work()
def open_set_up_by_operator(
    *,
    officer: Officer | None,
    unit_id: uuid.UUID,
    role: str = "",
    username: str = "",
    name: str = "",
    rank: str = "",
    although_two_could: bool = False,
) -> tuple[OfficerRequest, str, str]:
    """The operator at the machine opens a set-up: a first officer, or a lost last administrator.

    Both halves are the answer; all commanders are told. Raises RoleOfTheProvince, UsernameTaken.
    """
    called = username.strip().lower()
    kind = OfficerRequest.Kind.RENEWAL
    earlier = OfficerRequest.objects.filter(state__in=OfficerRequest.OPEN)
    if officer is None:
        kind = OfficerRequest.Kind.NEW
        check_desk_has_role(unit_id, role)
        if Officer.objects.filter(username=called).exists():
            raise UsernameTaken
        earlier = earlier.filter(kind=kind, username=called)
    else:
        earlier = earlier.filter(kind=kind, officer=officer)
    earlier.update(state=OfficerRequest.State.LAPSED, **EMPTIED_COLUMNS)
    halves = new_half(), new_half()
    request = OfficerRequest.objects.create(
        kind=kind,
        state=OfficerRequest.State.AGREED,
        unit_id=unit_id,
        officer=officer,
        username=called,
        name=name.strip(),
        rank=rank.strip(),
        role=role,
        valid_from=times.local_date(times.now()) if officer is None else None,
        expires_at=times.now() + SET_UP_WITHIN,
        asker_half=hash_of_half(halves[0]),
        agreer_half=hash_of_half(halves[1]),
    )
    people = [*notices.all_commanders(), *([officer] if officer and officer.is_active else [])]
    notices.tell_officers(people, Notice.Act.OPERATOR, request=request, about=officer)
    detail: dict[str, object] = {"kind": kind, "role": role}
    if officer is not None:
        detail["officer"] = str(officer.pk)
    if although_two_could:
        detail["although_two_could"] = True
    record(
        "officer.opened_by_operator",
        by=OPERATOR,
        on=request,
        chain=unit_chain(unit_id),
        detail=detail,
    )
    return request, *halves


def _lock_officer_of(request_id: uuid.UUID) -> Officer | None:
    """Whose new sign-in it is, locked before the request; none for somebody new."""
    concerned = OfficerRequest.objects.filter(pk=request_id).values("officer")
    return lock(Officer.objects.filter(pk__in=concerned)).first()


def _locked_request(request_id: uuid.UUID) -> OfficerRequest | None:
    """The request, locked, if it can be set up."""
    return lock(_to_set_up()).filter(pk=request_id).first()


def _request_with_halves(one: bytes, other: bytes) -> OfficerRequest | None:
    fits = Q(asker_half=one, agreer_half=other) | Q(asker_half=other, agreer_half=one)
    return lock(_to_set_up().filter(fits)).first()


def _to_set_up() -> OfficerRequestQuerySet:
    return OfficerRequest.objects.open().filter(state=OfficerRequest.State.AGREED)


def _count_a_right_half(one: bytes, other: bytes) -> None:
    """Somebody has one half and guesses the other one."""
    right = Q(asker_half__in=[one, other]) | Q(agreer_half__in=[one, other])
    for request in lock(_to_set_up().filter(right)):
        _count_failure(request)


def _count_failure(request: OfficerRequest) -> None:
    """One more wrong try; the tenth ends the request, and that is on record."""
    OfficerRequest.objects.filter(pk=request.pk).update(failed_tries=F("failed_tries") + 1)
    request.failed_tries += 1
    if request.failed_tries >= SET_UP_TRIES:
        end_request(request, OfficerRequest.State.LAPSED)
        record(
            "officer.set_up_failed",
            by=None,
            on=request,
            chain=unit_chain(request.unit_id),
            detail={"kind": request.kind},
        )


def _complete_set_up(request: OfficerRequest, officer: Officer | None, step: int) -> Officer:
    now = times.now()
    if officer is None:
        officer = Officer(username=request.username, name=request.name, rank=request.rank)
    _set_credentials(officer, request, step, now)
    try:
        with savepoint():
            officer.save()
    except IntegrityError as error:
        raise UsernameTaken from error
    is_new = request.officer_id is None
    end_sessions(officer)
    # What was lost may have held one of them.
    OfficerPasskey.objects.filter(holder=officer).delete()
    detail = {"request": str(request.pk), "role": request.role}
    if is_new:
        post = Post.objects.create(
            officer=officer,
            unit_id=request.unit_id,
            role=request.role,
            valid_from=first_day_of_post(request.valid_from),
        )
        detail["valid_from"] = post.valid_from.isoformat()
        request.officer = officer
    end_request(request, OfficerRequest.State.DONE)
    people = [each for each in (request.asked_by, request.decided_by) if each is not None]
    people += notices.commanders_of(request.unit, but=officer.pk)
    if request.asked_by_id is None:
        people += notices.all_commanders()
    notices.tell_officers(people, Notice.Act.DONE, request=request, about=officer, by=officer)
    record(
        "officer.added" if is_new else "officer.credentials_renewed",
        by=officer,
        on=officer,
        chain=unit_chain(request.unit_id),
        detail=detail,
    )
    return officer


def _set_credentials(
    officer: Officer, request: OfficerRequest, step: int, now: datetime.datetime
) -> None:
    """What the officer signs in with from now on; another password ends every older session."""
    officer.password = request.chosen_password
    officer.totp_box = bytes(request.offered_totp_box)
    officer.totp_last_step = step
    officer.failed_presence, officer.presence_locked_until = 0, None
    officer.pin = ""
    officer.is_active = True
    officer.set_up_asked_by = request.asked_by
    officer.set_up_agreed_by = request.decided_by
    officer.set_up_at = now
    officer.last_login = now
