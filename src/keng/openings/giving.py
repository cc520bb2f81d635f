"""The two shares of one opening on their way to the opener, and what it opens, shown once.

A share is unlocked in its holder's browser, and leaves it sealed to the opener's one-time key: what
passes here the desk cannot read.
"""

import contextlib
import datetime
import json
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy as _

from keng.accounts.models import Officer
from keng.acts.act import act
from keng.acts.errors import Refused
from keng.acts.work import permit_over
from keng.audit.actions import record, unit_chain
from keng.audit.models import Entry
from keng.files.storage.opener_copies import copied_for_opener
from keng.kit import times
from keng.openings import acts
from keng.openings.asking import is_against_wish
from keng.openings.holder_keys import HoldsNoKey, current_key_of
from keng.openings.records import (
    RecordGone,
    key_of_record,
    refuse_if_taken_back,
    transfer_with_key,
)
from keng.openings.second_person import seconds_for
from keng.public_log.standing import wait_for_witness
from keng.tips.errors import ContentIsSealed, NotYours
from keng.tips.models import Attachment, Tip
from keng.vault import opener_client
from keng.vault.models import HolderKey, OpeningRequest

# A share of a key of 64 bytes, sealed, is a few hundred bytes.
LONGEST_SHARE = 4_000


class NotOpened(Refused):
    """The opener did not do it; why stands in its sentence."""


class OpenerIsAway(NotOpened):
    sentence = _(
        "The opener does not answer, so nothing was opened. Try again in a minute; if it stays "
        "away, tell the operator. Shares that were given before are given again."
    )


class ShareLapsed(NotOpened):
    sentence = _(
        "Not opened: 15 minutes have passed since a share was given. Give yours again, and ask "
        "your colleague to give theirs again."
    )


class ShareMissing(NotOpened):
    sentence = _(
        "Not opened yet: one of the two shares is not there. Give yours, and ask your colleague to "
        "open this page and give theirs again."
    )


class OpenedBefore(NotOpened):
    sentence = _(
        "This was opened and shown already, which happens once. If it is needed again, ask for it "
        "again."
    )


class OpenerFindsNoRequest(NotOpened):
    sentence = _(
        "Not opened: the opener does not find this request approved in the record, or you hold no "
        "share of the key that this was sealed with. A colleague who held a key then can open it."
    )


class SealedBeforeHolders(NotOpened):
    sentence = _(
        "Not opened: this came in before two officers of the desk held keys. Only the operator's "
        "file opens it: ask the operator with your request's number."
    )


class WishBeforeShowing(NotOpened):
    """It came after the yes, or the safe hours are over since."""

    sentence = _(
        "Not opened: since this was asked for, a call is not safe for the reporter any more, now "
        "or at all. Ask for it again, and say why this does not hold here."
    )


class SentOnBefore(NotOpened):
    sentence = _(
        "This was sealed to the desk of the other province already, which happens once; or it "
        "changed since. It goes with the next file."
    )


class NoKeyThere(NotOpened):
    sentence = _(
        "Not done: the tip is not with that desk any more, or the key that it told is not signed "
        "by its installation. Nothing was sealed."
    )


class SecondIsNoneNow(NotOpened):
    """Since the yes: recused, not named, in no post there, an account closed, a key given up."""

    sentence = _(
        "Not opened: the colleague who agreed could not agree to this any more. Ask for it again."
    )


_SENTENCES: dict[type[opener_client.CannotOpen], type[NotOpened]] = {
    opener_client.OpenerAway: OpenerIsAway,
    opener_client.Lapsed: ShareLapsed,
    opener_client.SharesMissing: ShareMissing,
    opener_client.AlreadyOpened: OpenedBefore,
    opener_client.NotInRecord: OpenerFindsNoRequest,
    opener_client.KeptByOperator: SealedBeforeHolders,
    opener_client.NoDeskKey: NoKeyThere,
}


@contextlib.contextmanager
def _in_the_officers_words() -> Iterator[None]:
    """What the opener says, as the Refused that pages show."""
    try:
        yield
    except opener_client.CannotOpen as error:
        raise _SENTENCES[type(error)] from error


@dataclass(frozen=True)
class ShareToGive:
    """What a browser needs to hand one officer's share to the opener."""

    share: bytes = field(repr=False)
    share_info: bytes
    one_time_key: bytes
    given_info: bytes

    def for_script(self) -> dict[str, str]:
        """As base64url."""
        return {
            name: urlsafe_b64encode(getattr(self, name)).rstrip(b"=").decode()
            for name in ("share", "share_info", "one_time_key", "given_info")
        }


def share_to_give(opening_id: uuid.UUID, *, officer: Officer) -> ShareToGive:
    """For one of the two. Raises NotYours, HoldsNoKey, NotOpened."""
    asked, _tip, key = _party(opening_id, officer)
    unit_key = unit_key_of(asked)
    info_for = (
        opener_client.given_info if asked.transfer_ref is None else opener_client.sent_on_info
    )
    with _in_the_officers_words():
        one_time = opener_client.begin(asked.pk)
        share = opener_client.share_for(asked.pk, key.pk)
    return ShareToGive(
        share,
        opener_client.share_info(unit_key, key.pk),
        one_time,
        info_for(asked.pk, asked.record_ref, unit_key),
    )


@act(acts.GIVE_SHARE)
def note_share_given(opening_id: uuid.UUID, *, by: Officer) -> HolderKey:
    """Put on record that one of the two gives their share; then it is handed over.

    Raises NotYours, HoldsNoKey.
    """
    asked, tip, key = _party(opening_id, by)
    permit_over(tip.responsible_unit_id)
    record(
        "opening.share_given",
        by=by,
        on=asked,
        chain=unit_chain(tip.responsible_unit_id),
        detail={"tip": str(tip.pk)},
    )
    return key


def give_share(opening_id: uuid.UUID, sealed: bytes, *, officer: Officer) -> None:
    """Hand a sealed share to the opener. Raises NotYours, HoldsNoKey, NotOpened."""
    if len(sealed) > LONGEST_SHARE:
        raise ShareMissing
    key = note_share_given(opening_id, by=officer)
    with _in_the_officers_words():
        opener_client.give_share(opening_id, key.pk, sealed)


def share_given_at(asked: OpeningRequest, officer: Officer) -> datetime.datetime | None:
    """When this officer last gave their share, if it is still good."""
    given = Entry.objects.filter(
        action="opening.share_given",
        actor_id=str(officer.pk),
        object_kind="openingrequest",
        object_id=str(asked.pk),
        at__gt=times.now() - opener_client.SHARES_STAY,
    )
    return given.order_by("-at").values_list("at", flat=True).first()


def is_approval_witnessed(opening_id: uuid.UUID) -> bool:
    """Whether a witness has cosigned that a second person agreed; waits for it a little."""
    approved = Entry.objects.filter(
        action=opener_client.APPROVED_ENTRY,
        object_kind="openingrequest",
        object_id=str(opening_id),
    ).first()
    return approved is not None and wait_for_witness(approved)


@act(acts.SHOW_OPENED)
def note_shown(opening_id: uuid.UUID, *, is_witnessed: bool, by: Officer) -> OpeningRequest:
    """Put on record that what is opened will be shown to who asked, and whether a witness knew.

    Raises NotYours, NotOpened.
    """
    asked, tip = _agreed_to(opening_id, by)
    if asked.transfer_ref is not None:
        raise NotYours
    if asked.opened_at is not None:
        raise OpenedBefore
    if is_against_wish(tip, asked.what, asked.override_reason):
        raise WishBeforeShowing
    record(
        "opening.shown",
        by=by,
        on=asked,
        chain=unit_chain(tip.responsible_unit_id),
        detail={"tip": str(tip.pk), "what": asked.what, "witnessed": is_witnessed},
    )
    return asked


@act(acts.SEND_IDENTITY_ON)
def note_sent_on(opening_id: uuid.UUID, *, is_witnessed: bool, by: Officer) -> OpeningRequest:
    """Put on record that the record will be sealed to the desk of another province.

    Raises NotYours, NotOpened.
    """
    asked, tip = _agreed_to(opening_id, by)
    if asked.transfer_ref is None:
        raise NotYours
    if asked.opened_at is not None:
        raise SentOnBefore
    if transfer_with_key(tip, asked.transfer_ref) is None:
        raise NoKeyThere
    record(
        "opening.sent_on",
        by=by,
        on=asked,
        chain=unit_chain(tip.responsible_unit_id),
        detail={
            "tip": str(tip.pk),
            "what": asked.what,
            "transfer": str(asked.transfer_ref),
            "witnessed": is_witnessed,
        },
    )
    return asked


def _agreed_to(opening_id: uuid.UUID, by: Officer) -> tuple[OpeningRequest, Tip]:
    """For whoever asked, with a second person who could agree today. Raises NotYours, NotOpened."""
    asked, tip, _key = _party(opening_id, by)
    permit_over(tip.responsible_unit_id)
    if asked.asked_by_ref != by.pk or asked.approved_at is None:
        raise NotYours
    seconds = seconds_for(tip, by, asked.unit_key_ref)
    if asked.opened_at is None and asked.approved_by_ref not in {each.pk for each in seconds}:
        raise SecondIsNoneNow
    return asked, tip


def send_on(opening_id: uuid.UUID, *, officer: Officer) -> OpeningRequest:
    """Have it sealed to the desk there, this once; nobody here reads it.

    Raises NotYours, HoldsNoKey, NotOpened.
    """
    _party(opening_id, officer)
    is_witnessed = is_approval_witnessed(opening_id)
    asked = note_sent_on(opening_id, is_witnessed=is_witnessed, by=officer)
    try:
        with _in_the_officers_words():
            opener_client.send_on(asked.pk)
    except OpenedBefore as error:
        raise SentOnBefore from error
    return asked


@dataclass(frozen=True)
class OpenedThing:
    """What was opened, as a page shows it."""

    parts: dict[str, str] = field(repr=False)
    """By name, such as "phone"; of what is no list of names one part, ""."""
    file: bytes = field(repr=False)
    is_witnessed: bool


def open_once(opening_id: uuid.UUID, *, officer: Officer) -> OpenedThing:
    """Open it and give it back, this once. Raises NotYours, HoldsNoKey, NotOpened."""
    _party(opening_id, officer)
    # Outside of the transaction: nobody else waits meanwhile.
    is_witnessed = is_approval_witnessed(opening_id)
    asked = note_shown(opening_id, is_witnessed=is_witnessed, by=officer)
    with copied_for_opener(_original_of(asked)), _in_the_officers_words():
        opened = opener_client.open_record(asked.pk)
    if asked.what == OpeningRequest.What.FILE:
        return OpenedThing({}, opened.content, is_witnessed)
    return OpenedThing(_parts(opened.content), b"", is_witnessed)


def _original_of(asked: OpeningRequest) -> list[str]:
    """Its path, where it is a file."""
    if asked.what != OpeningRequest.What.FILE:
        return []
    files = Attachment.objects.filter(pk=asked.record_ref).exclude(original_path="")
    return list(files.values_list("original_path", flat=True))


def unit_key_of(asked: OpeningRequest) -> uuid.UUID:
    """To which key the record was sealed. Raises NotYours, SealedBeforeHolders."""
    try:
        key = key_of_record(asked.what, asked.record_ref)
    except RecordGone as error:
        raise NotYours from error
    if key is None:
        raise SealedBeforeHolders
    return key


def _parts(content: bytes) -> dict[str, str]:
    text = content.decode(errors="replace")
    try:
        read = json.loads(text)
    except ValueError:
        return {"": text}
    if not isinstance(read, dict):
        return {"": text}
    return {str(name): str(value) for name, value in read.items()}


def _party(opening_id: uuid.UUID, officer: Officer) -> tuple[OpeningRequest, Tip, HolderKey]:
    """The request, if the officer is one of its two and may see its tip today.

    Raises NotYours, TakenBack, ContentIsSealed, HoldsNoKey.
    """
    asked = OpeningRequest.objects.filter(pk=opening_id).first()
    if asked is None or officer.pk not in {asked.asked_by_ref, asked.approved_by_ref}:
        raise NotYours
    tip = Tip.objects.visible_to(officer).filter(pk=asked.tip_ref).first()
    if tip is None or asked.refused_at is not None or asked.lapsed_at is not None:
        raise NotYours
    refuse_if_taken_back(tip)
    if tip.kind == Tip.Kind.OUT_OF_SCOPE:
        raise ContentIsSealed
    key = current_key_of(officer)
    if key is None:
        raise HoldsNoKey
    return asked, tip, key
