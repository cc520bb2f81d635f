"""Asking that one record be opened, and what a second person answers. Nothing is opened here."""

import datetime
import uuid
from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from keng.accounts import notices
from keng.accounts.models import Notice, Officer
from keng.acts.act import act
from keng.acts.errors import AlreadyDone, Incomplete, Refused
from keng.acts.locks import lock
from keng.acts.work import permit_anywhere
from keng.audit.actions import record, unit_chain
from keng.duty import page_officers
from keng.kit import times
from keng.kit.urgency import Urgency
from keng.language.masking import without_people
from keng.openings import acts
from keng.openings.holder_keys import HoldsNoKey, current_key_of
from keng.openings.records import (
    RecordGone,
    SealedRecord,
    key_of_record,
    records_to_send_on,
    refuse_if_taken_back,
    sealed_record,
    transfer_with_key,
)
from keng.openings.second_person import (
    can_be_second,
    has_share_of,
    seconds_for,
    standing_requests,
    stands_until,
)
from keng.tips.concerns import officers_kept_from
from keng.tips.errors import NotYours
from keng.tips.lock import lock_tip
from keng.tips.models import Tip
from keng.tips.safe_hours import is_safe_to_call
from keng.vault.models import OpeningRequest

CALL_SOURCE = "opening"
# Whoever asks in turns and takes back makes no pager ring sooner; a call is put off so far at most.
CALLED_ONCE_IN = datetime.timedelta(minutes=5)
# As long as the columns are.
_LONGEST_TEXT, _LONGEST_REASON = 2000, 500


class NothingSealed(Incomplete):
    """It is no record of this tip, or is there no more."""

    sentence = _("Not asked: choose what is to be opened.")


class NobodyToAgree(Refused):
    """Nobody else who may has a share of the record's key."""

    sentence = _(
        "Not asked: no colleague who may agree holds a share of the key that this was sealed with. "
        "Ask a commander of your desk or an officer of the province to make a key for opening; it "
        "opens what comes in from then on. What came in before needs its key split anew first."
    )


class HoldsNoShare(Refused):
    """Their key is younger than the record's."""

    sentence = _(
        "Not done: this was sealed before you had a key for opening, so you hold no share of its "
        "key. A colleague who held a key then can do it, or the key is split anew first."
    )


class AgainstTheWish(Incomplete):
    """The reporter asked not to be contacted, and nobody said why that is overridden."""

    sentence = _(
        "Not asked: the reporter asks not to be contacted. Say why this does not hold here, or "
        "write on the page of the report instead."
    )


class WishCameSince(Refused):
    """It came between the asking and the yes: who asked knew nothing of it."""

    sentence = _(
        "Not done: since this was asked for, the reporter asks not to be contacted. Your colleague "
        "asks again, and says why this does not hold here."
    )


class NotToBeCalled(Incomplete):
    """No call is safe for the reporter, and nobody said why that is overridden."""

    sentence = _(
        "Not asked: the reporter asks not to be called. Say why this does not hold here, or write "
        "on the page of the report instead."
    )


class OutsideSafeHours(Incomplete):
    """A call is safe for the reporter at other hours, and nobody said why it cannot wait."""

    sentence = _(
        "Not asked: a call is not safe for the reporter at this hour. Say why it cannot wait until "
        "then, or write on the page of the report instead."
    )


class CannotSendOn(Refused):
    """It is not there, or its desk has told no key that is still good."""

    sentence = _(
        "Not done: the tip is not with that desk any more, or that desk has told no key that two "
        "of its officers hold. Such a key comes with its next file."
    )


class NoEmergency(Refused):
    """The fast way is for the telephone number of a critical tip."""

    sentence = _("Not asked: the fast way is only for a phone number of a critical tip.")


class AskedAlready(AlreadyDone):
    """The same officer's request for the same thing still stands."""

    sentence = _("You have asked for this already; it waits for a second person.")

    def __init__(self, standing: uuid.UUID) -> None:
        super().__init__(standing)
        self.standing = standing


class AnsweredAlready(AlreadyDone):
    """A colleague was faster, or it was opened or taken back, or its day is over."""

    sentence = _("Not done: this opening was answered or taken back already, or its day is over.")


class NotWithdrawn(AlreadyDone):
    """It was opened, refused or taken back before, or its day is over."""

    sentence = _("Not taken back: this request has ended already.")


class NotTheSecond(Refused):
    """Who asked, or whoever's hands count as theirs."""

    sentence = _(
        "Not done: the second person is somebody else than who asked, and neither made the other's "
        "account lately."
    )


class NotToldWhy(Incomplete):
    """The reporter is told unless there is a reason."""

    sentence = _("Not done: say why the reporter is not told.")


class WhyRefused(Incomplete):
    """Whoever asked reads why."""

    sentence = _("Not done: say why you refuse.")


@dataclass(frozen=True, slots=True)
class OpeningWish:
    """What somebody asks for, and why."""

    record: str
    """`SealedRecord.value`."""
    reason: str
    legal_basis: str
    text: str
    override_reason: str = ""
    is_emergency: bool = False
    transfer_id: uuid.UUID | None = None
    """With which it goes along, resealed to the desk there; None where it is opened and shown."""


@act(acts.ASK_OPENING)
def ask_opening(tip_id: uuid.UUID, wish: OpeningWish, *, by: Officer) -> OpeningRequest:
    """Ask that one record of a tip be opened; in an emergency those who can agree are called.

    Whoever was called for this tip just before is called again when CALLED_ONCE_IN is over.

    Raises NotYours, TakenBack, NothingSealed, HoldsNoKey, HoldsNoShare, AgainstTheWish,
    NotToBeCalled, OutsideSafeHours, NoEmergency, AskedAlready, NobodyToAgree, CannotSendOn.
    """
    tip = lock_tip(tip_id, by=by, closed_too=True)
    refuse_if_taken_back(tip)
    wanted = _checked_wish(tip, wish, by)
    try:
        unit_key = key_of_record(wanted.what, wanted.ref)
    except RecordGone as error:
        raise NothingSealed from error
    if not has_share_of(by.pk, unit_key):
        raise HoldsNoShare
    seconds = seconds_for(tip, by, unit_key)
    if not seconds:
        raise NobodyToAgree
    # Nobody is called by what goes along: the desk there reads that nobody calls.
    is_wish_asked = wish.transfer_id is None and wish_stands_against(tip)
    asked = OpeningRequest.objects.create(
        tip_ref=tip.pk,
        what=wanted.what,
        record_ref=wanted.ref,
        unit_key_ref=unit_key,
        reason=OpeningRequest.Reason(wish.reason),
        legal_basis=wish.legal_basis.strip(),
        text=without_people(wish.text, most=_LONGEST_TEXT),
        override_reason=_reason_to_keep(wish.override_reason) if is_wish_asked else "",
        is_emergency=wish.is_emergency,
        transfer_ref=wish.transfer_id,
        asked_by_ref=by.pk,
    )
    _record(asked, tip, "asked", by, reason=asked.reason, overrides=bool(asked.override_reason))
    if wish.is_emergency:
        _call_seconds(asked, tip, seconds)
    return asked


@act(acts.APPROVE_OPENING)
def approve_opening(
    opening_id: uuid.UUID, *, tells_reporter: bool, why_not_told: str, by: Officer
) -> OpeningRequest:
    """Be the second person. The page has asked for a fresh second factor before.

    Raises NotYours, TakenBack, WishCameSince, CannotSendOn, HoldsNoKey, HoldsNoShare,
    AnsweredAlready, NotTheSecond, NotToldWhy.
    """
    if not tells_reporter and not why_not_told.strip():
        permit_anywhere()
        raise NotToldWhy
    asked, tip = _locked_request(opening_id, by)
    refuse_if_taken_back(tip)
    if asked.transfer_ref is not None:
        if transfer_with_key(tip, asked.transfer_ref) is None:
            raise CannotSendOn
    elif is_against_wish(tip, asked.what, asked.override_reason):
        raise WishCameSince
    if current_key_of(by) is None:
        raise HoldsNoKey
    if not has_share_of(by.pk, asked.unit_key_ref):
        raise HoldsNoShare
    asker = _asker_for_second(asked, tip, by)
    asked.approved_by_ref, asked.approved_at = by.pk, times.now()
    asked.is_reporter_told = tells_reporter
    asked.why_not_told = "" if tells_reporter else _reason_to_keep(why_not_told)
    asked.save(update_fields=["approved_by_ref", "approved_at", "is_reporter_told", "why_not_told"])
    _record(asked, tip, "approved", by, told=tells_reporter)
    if asked.is_emergency:
        page_officers.cancel_calls(CALL_SOURCE, asked.pk)
        told = notices.overseers_of(
            tip.responsible_unit, but=by.pk, kept_from=officers_kept_from(tip)
        )
        notices.tell_officers(told, Notice.Act.CALLED, about=asker, by=by)
    return asked


@act(acts.REFUSE_OPENING)
def refuse_opening(opening_id: uuid.UUID, *, reason: str, by: Officer) -> OpeningRequest:
    """Say no, and why. Raises NotYours, AnsweredAlready, NotTheSecond, WhyRefused."""
    if not reason.strip():
        permit_anywhere()
        raise WhyRefused
    asked, tip = _locked_request(opening_id, by)
    _asker_for_second(asked, tip, by)
    asked.refused_by_ref, asked.refused_at = by.pk, times.now()
    asked.refused_reason = _reason_to_keep(reason)
    asked.save(update_fields=["refused_by_ref", "refused_at", "refused_reason"])
    _record(asked, tip, "refused", by)
    if asked.is_emergency:
        page_officers.cancel_calls(CALL_SOURCE, asked.pk)
    return asked


@act(acts.WITHDRAW_OPENING)
def withdraw_opening(opening_id: uuid.UUID, *, by: Officer) -> OpeningRequest:
    """Take one's own request back, agreed to or not. Raises NotYours, NotWithdrawn."""
    asked, tip = _locked_pair(opening_id, by)
    if asked.asked_by_ref != by.pk:
        raise NotYours
    if not _can_go_on(asked):
        raise NotWithdrawn
    asked.lapsed_at = times.now()
    asked.save(update_fields=["lapsed_at"])
    _record(asked, tip, "withdrawn", by)
    if asked.is_emergency:
        page_officers.cancel_calls(CALL_SOURCE, asked.pk)
    return asked


def still_stands(asked: OpeningRequest) -> bool:
    """Whether its day is not over."""
    return stands_until(asked) > times.now()


def wish_stands_against(tip: Tip) -> bool:
    """Whether the reporter asks not to be contacted, not to be called, or not at this hour."""
    return tip.do_not_contact or not is_safe_to_call(tip)


def is_against_wish(tip: Tip, what: str, override_reason: str) -> bool:
    """Whether the reporter's wish forbids it now, and nobody said why that is overridden."""
    is_contact = what == OpeningRequest.What.CONTACT
    return is_contact and wish_stands_against(tip) and not override_reason.strip()


def _checked_wish(tip: Tip, wish: OpeningWish, by: Officer) -> SealedRecord:
    wanted = _wanted_record(tip, wish)
    if wanted is None or not (wish.legal_basis.strip() and wish.text.strip()):
        raise NothingSealed
    if current_key_of(by) is None:
        raise HoldsNoKey
    is_shown = wish.transfer_id is None
    if is_shown and is_against_wish(tip, wanted.what, wish.override_reason):
        raise _refusal_by_wish(tip)
    is_contact = wanted.what == OpeningRequest.What.CONTACT
    if wish.is_emergency and not (is_shown and is_contact and tip.urgency == Urgency.P0):
        raise NoEmergency
    same = standing_requests().filter(
        asked_by_ref=by.pk, record_ref=wanted.ref, transfer_ref=wish.transfer_id
    )
    if wish.is_emergency:
        # Nobody was called for what was asked for in calm.
        same = same.filter(is_emergency=True)
    if standing := same.first():
        raise AskedAlready(standing.pk)
    return wanted


def _wanted_record(tip: Tip, wish: OpeningWish) -> SealedRecord | None:
    """Raises CannotSendOn."""
    if wish.transfer_id is None:
        return sealed_record(tip, wish.record)
    transfer = transfer_with_key(tip, wish.transfer_id)
    if transfer is None:
        raise CannotSendOn
    found = records_to_send_on(tip, transfer)
    return next((each for each in found if each.value == wish.record), None)


def _refusal_by_wish(tip: Tip) -> type[Incomplete]:
    if tip.do_not_contact:
        return AgainstTheWish
    return NotToBeCalled if tip.do_not_call else OutsideSafeHours


def _reason_to_keep(reason: str) -> str:
    return without_people(reason, most=_LONGEST_REASON)


def _locked_request(opening_id: uuid.UUID, by: Officer) -> tuple[OpeningRequest, Tip]:
    """A request that waits for an answer, and its tip, both locked."""
    asked, tip = _locked_pair(opening_id, by)
    if asked.approved_at or not _can_go_on(asked):
        raise AnsweredAlready
    return asked, tip


def _locked_pair(opening_id: uuid.UUID, by: Officer) -> tuple[OpeningRequest, Tip]:
    found = OpeningRequest.objects.filter(pk=opening_id).first()
    if found is None:
        permit_anywhere()
        raise NotYours
    tip = lock_tip(found.tip_ref, by=by, closed_too=True)
    asked = lock(OpeningRequest.objects.all()).get(pk=opening_id)
    return asked, tip


def _can_go_on(asked: OpeningRequest) -> bool:
    """Whether anything can still be opened with it."""
    has_ended = asked.refused_at or asked.opened_at or asked.lapsed_at
    return has_ended is None and still_stands(asked)


def _asker_for_second(asked: OpeningRequest, tip: Tip, by: Officer) -> Officer:
    """Who asked, for whoever may say yes or no to them. Raises NotTheSecond."""
    asker = Officer.objects.get(pk=asked.asked_by_ref)
    if not can_be_second(by, tip, asker, asked.unit_key_ref):
        raise NotTheSecond
    return asker


def _record(asked: OpeningRequest, tip: Tip, step: str, by: Officer, **detail: object) -> None:
    record(
        f"opening.{step}",
        by=by,
        on=asked,
        chain=unit_chain(tip.responsible_unit_id),
        detail={
            "tip": str(tip.pk),
            "what": asked.what,
            "emergency": asked.is_emergency,
            **({"transfer": str(asked.transfer_ref)} if asked.transfer_ref else {}),
            **detail,
        },
    )


def _call_seconds(asked: OpeningRequest, tip: Tip, seconds: list[Officer]) -> None:
    """Call everybody who can agree: one minute is not enough to call them one after the other."""
    address = reverse("opening", args=[asked.pk], urlconf="keng.site.desk_urls")
    link = f"{settings.DESK_URL}{address}"
    words = []
    for language in page_officers.CALL_LANGUAGES:
        with translation.override(language):
            subject = gettext("URGENT: a colleague waits for your yes to a phone number")
            text = gettext("Open the desk now: %(link)s") % {"link": link}
        words.append(page_officers.CallWords(language, subject, f"{subject}\n{text}"))
    of_tip = OpeningRequest.objects.filter(tip_ref=tip.pk, is_emergency=True)
    called = page_officers.last_called(CALL_SOURCE, of_tip.values_list("pk", flat=True))
    page_officers.call_officers(
        seconds,
        words,
        unit_id=tip.responsible_unit_id,
        source_kind=CALL_SOURCE,
        source_ref=asked.pk,
        earliest={who: max(at + CALLED_ONCE_IN, times.now()) for who, at in called.items()},
    )
