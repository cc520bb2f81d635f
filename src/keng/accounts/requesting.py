"""Two people make an officer: one asks, another agrees, and each has half of the set-up code."""

import datetime
import uuid
from collections.abc import Sequence

from django.db import IntegrityError
from django.utils.translation import gettext_lazy as _

from keng.accounts import acts, notices
from keng.accounts.actions import (
    AccountClosed,
    OwnCredentials,
    OwnPost,
    UsernameTaken,
    check_desk_has_role,
    check_first_day,
    lock_managed_officer,
)
from keng.accounts.models import Notice, Officer, OfficerRequest, Post
from keng.accounts.queries import manageable_officers
from keng.accounts.vouching import are_of_one_line, second_people
from keng.accounts.who import ADMINISTERING
from keng.acts.act import act
from keng.acts.errors import AlreadyDone, NotAllowed, Refused, TooLate
from keng.acts.locks import lock_one
from keng.acts.work import permit_anywhere, permit_over, savepoint
from keng.audit.actions import record, unit_chain
from keng.kit import codes, times
from keng.kit.secrets import keyed_hash

# So long a request waits for a second person, and so long the person concerned has to set up.
REQUEST_WAITS_FOR = datetime.timedelta(days=7)
SET_UP_WITHIN = datetime.timedelta(hours=24)
# 60 bits, since a stolen disk can be asked as often as one likes; at the desk tries are few.
HALF_LENGTH = 12
# What a request keeps no longer than it is open.
EMPTIED_COLUMNS = {
    "asker_half": None,
    "agreer_half": None,
    "chosen_password": "",
    "offered_totp_box": b"",
}

# What is written after it was asked; who asked for what stays as it was, also for the database.
CHANGING_COLUMNS = (
    "state",
    "officer",
    "decided_by",
    "decided_at",
    "refused_reason",
    "expires_at",
    "failed_tries",
    *EMPTIED_COLUMNS,
)


class AskedAlready(AlreadyDone):
    """The same is asked for and still open."""

    sentence = _("This is asked for already.")


class NotSecondPerson(Refused):
    """Asked for it, is concerned by it, or comes from the same hand; `why` says which."""

    sentence = _("It cannot be decided like this: read it again.")

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class RequestNotWaiting(TooLate):
    """It was decided, withdrawn or is over meanwhile."""

    sentence = _("It came to an end meanwhile.")


class HalfShownAlready(AlreadyDone):
    """This half was shown already, and is kept nowhere."""

    sentence = _("This half was shown already, or its time is over.")


@act(acts.ASK_FOR_OFFICER)
def ask_for_officer(
    *,
    username: str,
    name: str,
    rank: str,
    unit_id: uuid.UUID,
    role: str,
    valid_from: datetime.date,
    by: Officer,
) -> OfficerRequest:
    """A new officer with a first post.

    Raises NotAllowed, RoleOfTheProvince, UsernameTaken, DayOutOfReach.
    """
    permit_over(unit_id)
    unit = check_desk_has_role(unit_id, role)
    check_first_day(valid_from)
    called = username.strip().lower()
    _let_lapse(username=called)
    if Officer.objects.filter(username=called).exists():
        raise UsernameTaken
    request = OfficerRequest(
        kind=OfficerRequest.Kind.NEW,
        unit=unit,
        username=called,
        name=name.strip(),
        rank=rank.strip(),
        role=role,
        valid_from=valid_from,
        asked_by=by,
        expires_at=times.now() + REQUEST_WAITS_FOR,
    )
    return _keep_request(request, by, if_there=UsernameTaken)


@act(acts.ASK_FOR_POST)
def ask_for_post(
    officer_id: uuid.UUID, *, unit_id: uuid.UUID, role: str, valid_from: datetime.date, by: Officer
) -> OfficerRequest:
    """A post of weight for somebody who is there.

    One that is asked for already is asked for once: raises AskedAlready. Raises NotAllowed,
    RoleOfTheProvince, OwnPost, AccountClosed, DayOutOfReach.
    """
    permit_over(unit_id)
    if officer_id == by.pk:
        raise OwnPost
    officer = lock_managed_officer(officer_id, by)
    unit = check_desk_has_role(unit_id, role)
    if not officer.is_active:
        raise AccountClosed
    check_first_day(valid_from)
    same = OfficerRequest.objects.open().filter(
        kind=OfficerRequest.Kind.POST, officer=officer, unit=unit, role=role
    )
    if same.exists():
        raise AskedAlready
    request = OfficerRequest.objects.create(
        kind=OfficerRequest.Kind.POST,
        unit=unit,
        officer=officer,
        role=role,
        valid_from=valid_from,
        asked_by=by,
        expires_at=times.now() + REQUEST_WAITS_FOR,
    )
    return _tell_and_record(request, by)


@act(acts.ASK_FOR_RENEWAL)
def ask_for_renewal(officer_id: uuid.UUID, *, by: Officer) -> OfficerRequest:
    """A new sign-in for somebody who lost theirs, or whose account was closed.

    What they sign in with now goes on working until the new one is set up. Raises NotAllowed,
    OwnCredentials, AskedAlready.
    """
    permit_anywhere()
    if officer_id == by.pk:
        raise OwnCredentials
    officer = lock_managed_officer(officer_id, by)
    unit_id = _desk_of(officer, by)
    permit_over(unit_id)
    _let_lapse(officer_id=officer_id, kind=OfficerRequest.Kind.RENEWAL)
    request = OfficerRequest(
        kind=OfficerRequest.Kind.RENEWAL,
        unit_id=unit_id,
        officer=officer,
        asked_by=by,
        expires_at=times.now() + REQUEST_WAITS_FOR,
    )
    return _keep_request(request, by, if_there=AskedAlready)


@act(acts.WITHDRAW_REQUEST)
def withdraw_request(request_id: uuid.UUID, *, by: Officer) -> OfficerRequest:
    """Whoever asked does not ask any more; halves that were shown are worth nothing.

    Raises NotAllowed, RequestNotWaiting.
    """
    request = _locked_request(request_id, by)
    if request.asked_by_id != by.pk:
        raise NotAllowed
    if request.state not in OfficerRequest.OPEN:
        raise RequestNotWaiting
    end_request(request, OfficerRequest.State.WITHDRAWN)
    _record("officer.request_withdrawn", request, by)
    return request


@act(acts.AGREE_TO_REQUEST)
def agree_to_request(request_id: uuid.UUID, *, by: Officer) -> str:
    """The second person: it is right. The answer is their half of the set-up code, shown once.

    A post needs no code: it is there at once, and the answer is empty. Raises NotAllowed,
    RequestNotWaiting, NotSecondPerson.
    """
    request = _locked_to_decide(request_id, by)
    request.decided_by, request.decided_at = by, times.now()
    if request.kind == OfficerRequest.Kind.POST:
        return _give_post(request, by)
    half = new_half()
    request.state = OfficerRequest.State.AGREED
    request.expires_at = times.now() + SET_UP_WITHIN
    request.agreer_half = hash_of_half(half)
    request.save(update_fields=CHANGING_COLUMNS)
    _tell_concerned(request, Notice.Act.AGREED, by, also=notices.witnesses_of(request.unit))
    _record("officer.request_agreed", request, by)
    return half


@act(acts.REFUSE_REQUEST)
def refuse_request(request_id: uuid.UUID, *, reason: str, by: Officer) -> OfficerRequest:
    """The second person: no, and why. Raises NotAllowed, RequestNotWaiting, NotSecondPerson."""
    request = _locked_to_decide(request_id, by)
    request.decided_by, request.decided_at = by, times.now()
    request.refused_reason = reason.strip()[:300]
    end_request(request, OfficerRequest.State.REFUSED)
    _tell_concerned(request, Notice.Act.REFUSED, by)
    _record("officer.request_refused", request, by)
    return request


@act(acts.SHOW_HALF)
def show_half(request_id: uuid.UUID, *, by: Officer) -> str:
    """Whoever asked gets the other half, once.

    Raises NotAllowed, RequestNotWaiting, HalfShownAlready.
    """
    request = _locked_request(request_id, by)
    if request.asked_by_id != by.pk:
        raise NotAllowed
    if not request.is_set_up_open:
        raise RequestNotWaiting
    if request.asker_half is not None:
        raise HalfShownAlready
    half = new_half()
    request.asker_half = hash_of_half(half)
    request.save(update_fields=["asker_half"])
    _record("officer.half_shown", request, by)
    return half


def why_not_second_person(request: OfficerRequest, officer: Officer) -> str:
    """Why this officer is not the second person for it: a word, empty where they are."""
    asker = request.asked_by
    if asker is None or request.asked_by_id == officer.pk:
        return "asked"
    if request.officer_id == officer.pk:
        return "concerned"
    if not may_still_ask(request, asker):
        return "asker_gone"
    if are_of_one_line(asker, officer):
        return "one_line"
    return ""


def _locked_request(request_id: uuid.UUID, by: Officer) -> OfficerRequest:
    """The request, locked until the end of the transaction. Raises NotAllowed."""
    seen = OfficerRequest.objects.visible_to(by)
    return lock_one(seen.select_related("unit", "officer", "asked_by"), request_id)


def end_request(request: OfficerRequest, state: str) -> None:
    """It is over, and what it kept for the set-up is gone."""
    request.state = state
    for name, value in EMPTIED_COLUMNS.items():
        setattr(request, name, value)
    request.save(update_fields=CHANGING_COLUMNS)


def first_day_of_post(asked_for: datetime.date | None) -> datetime.date:
    """When a post begins that two people have given: not before it is given."""
    today = times.local_date(times.now())
    return max(asked_for or today, today)


def new_half() -> str:
    """Half of a set-up code."""
    return codes.random_code(HALF_LENGTH, codes.CODE_ALPHABET)


def hash_of_half(half: str) -> bytes:
    """The form in which a half is kept."""
    return keyed_hash("officer set-up half", half)


def _keep_request(
    request: OfficerRequest, by: Officer, *, if_there: type[Refused]
) -> OfficerRequest:
    try:
        with savepoint():
            request.save(force_insert=True)
    except IntegrityError as error:
        raise if_there from error
    return _tell_and_record(request, by)


def _tell_and_record(request: OfficerRequest, by: Officer) -> OfficerRequest:
    """Tell whom it concerns and whoever could be the second person, and put it on record."""
    deciding = [
        each for each in second_people(request.unit) if not why_not_second_person(request, each)
    ]
    notices.tell_officers(
        [*_concerned(request), *deciding],
        Notice.Act.ASKED,
        request=request,
        about=request.officer,
        by=by,
    )
    _record("officer.requested", request, by)
    return request


def _tell_concerned(
    request: OfficerRequest, what: str, by: Officer, *, also: Sequence[Officer] = ()
) -> None:
    notices.mark_request_seen(request, by)
    people = [*_concerned(request), *also]
    notices.tell_officers(people, what, request=request, about=request.officer, by=by)


def _concerned(request: OfficerRequest) -> list[Officer]:
    """The person, whoever asked, and the commanders of the desk."""
    people = [each for each in (request.officer, request.asked_by) if each and each.is_active]
    return [*people, *notices.commanders_of(request.unit, but=request.officer_id)]


def _locked_to_decide(request_id: uuid.UUID, by: Officer) -> OfficerRequest:
    request = _locked_request(request_id, by)
    if not request.is_waiting:
        raise RequestNotWaiting
    why = why_not_second_person(request, by)
    if why:
        raise NotSecondPerson(why)
    return request


def may_still_ask(request: OfficerRequest, asker: Officer) -> bool:
    """Whether who asked may still ask for it today."""
    if not asker.is_active or not ADMINISTERING.may_act_for(asker, request.unit):
        return False
    if request.officer_id is None:
        return True
    return manageable_officers(asker).filter(pk=request.officer_id).exists()


def _give_post(request: OfficerRequest, by: Officer) -> str:
    if request.officer is None or not request.officer.is_active or request.valid_from is None:
        raise RequestNotWaiting
    post = Post.objects.create(
        officer=request.officer,
        unit=request.unit,
        role=request.role,
        valid_from=first_day_of_post(request.valid_from),
    )
    end_request(request, OfficerRequest.State.DONE)
    _tell_concerned(request, Notice.Act.AGREED, by, also=notices.witnesses_of(request.unit))
    record(
        "officer.post_added",
        by=by,
        on=request.officer,
        chain=unit_chain(request.unit_id),
        detail={
            "role": request.role,
            "valid_from": post.valid_from.isoformat(),
            "asked_by": str(request.asked_by_id),
        },
    )
    return ""


def _let_lapse(**which: object) -> None:
    """Make room for a new request where an old one's time ran out."""
    OfficerRequest.objects.overdue().filter(**which).update(
        state=OfficerRequest.State.LAPSED, **EMPTIED_COLUMNS
    )


def _desk_of(officer: Officer, by: Officer) -> uuid.UUID:
    """The unit in whose name it is asked: where the officer is, else was, among the asker's."""
    units = ADMINISTERING.unit_ids(by)
    posts = Post.objects.filter(officer=officer, unit__in=units)
    found = posts.current().order_by("id").first() or posts.order_by("-valid_from", "-id").first()
    if found is None:
        raise NotAllowed
    return found.unit_id


def _record(action: str, request: OfficerRequest, by: Officer) -> None:
    detail = {"kind": request.kind, "role": request.role}
    if request.officer_id is not None:
        detail["officer"] = str(request.officer_id)
    if request.valid_from is not None:
        detail["valid_from"] = request.valid_from.isoformat()
    record(action, by=by, on=request, chain=unit_chain(request.unit_id), detail=detail)
