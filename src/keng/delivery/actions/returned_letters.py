"""Letters that came back: what each of them changes, once; and how far their mailbox was read.

Nothing of a letter is kept but a status code and a keyed hash, by which it is known if it is read
again. Why there is a mailbox: docs/decisions/0050-what-comes-back-by-e-mail.md.
"""

import uuid
from datetime import timedelta
from enum import Enum

from django.db import connection
from django.db.models.functions import Coalesce

from keng.acts.locks import wait_for_turn
from keng.acts.work import work
from keng.channels.email import Email
from keng.channels.email.returned import DeliveryReport, ReturnedLetter
from keng.channels.outcomes import Outcome
from keng.delivery import letter_tokens
from keng.delivery.actions.addresses import end_address
from keng.delivery.actions.subscribing import stop_subscription
from keng.delivery.models import DedupeKey, Delivery, ReturnMailbox
from keng.kit import times
from keng.kit.advisory_locks import TurnLock
from keng.kit.secrets import keyed_hash
from keng.network.models import Subscription

_State = Delivery.State
# What nobody has heard of since: a row that waits, or has ended otherwise, stays as it is.
_GONE_OUT = (_State.SENT, _State.UNKNOWN, _State.DELIVERED)
_STATES = {"gone": _State.GONE, "reject": _State.REJECTED}
_NOTE = "INSERT INTO delivery_attempt (delivery_ref, outcome, code) VALUES (%s, %s, %s)"
# Nobody answered: soon. The server refuses us: tried too often, it may lock the account.
_SOON, _LATER = timedelta(minutes=5), timedelta(minutes=30)


class TakenLetter(Enum):
    """What became of a letter in the return mailbox."""

    DONE = "what it says is done"
    LEFT = "no letter of ours, or a person's words"
    EARLY = "of a letter of ours that the sender still works on"


def take_returned_letter(account_id: uuid.UUID, letter: ReturnedLetter) -> TakenLetter:
    """Do what it says. Read again, it changes nothing."""
    taken = {_take(account_id, token, letter) for token in letter.tokens}
    for each in (TakenLetter.EARLY, TakenLetter.DONE):
        if each in taken:
            return each
    return TakenLetter.LEFT


# For each token alone: of two, the second one's rows come after the record of the first.
@work()
def _take(account_id: uuid.UUID, token: str, letter: ReturnedLetter) -> TakenLetter:
    wait_for_turn(TurnLock.RETURNED_LETTERS, account_id)
    unproven = letter_tokens.read_token(token)
    if unproven is None:
        return TakenLetter.LEFT
    if unproven.is_stop:
        return _take_wish_to_stop(token, unproven.row_id, letter)
    if not letter_tokens.is_return_token(token, unproven.row_id):
        return TakenLetter.LEFT
    if letter.report is not None:
        if _is_being_sent(unproven.row_id):
            return TakenLetter.EARLY
        if _is_new(token, letter):
            _take_report(unproven.row_id, letter.report)
    # Somebody's words to an address that only machines use are left to whoever reads the mailbox.
    return TakenLetter.DONE if letter.is_automatic else TakenLetter.LEFT


def _take_wish_to_stop(
    token: str, subscription_id: uuid.UUID, letter: ReturnedLetter
) -> TakenLetter:
    """The same as the post of a mail service (RFC 8058); what a machine answers there is none."""
    subscription = Subscription.objects.defer("address_sealed").filter(pk=subscription_id).first()
    if subscription is None or not letter_tokens.is_stop_token(token, subscription):
        return TakenLetter.LEFT
    if not letter.is_automatic and subscription.stopped_at is None and _is_new(token, letter):
        stop_subscription(subscription)
    return TakenLetter.DONE


def _is_being_sent(delivery_id: uuid.UUID) -> bool:
    """Whether the sender has not noted yet that the letter went out."""
    return Delivery.objects.filter(pk=delivery_id, state=_State.LEASED).exists()


def _take_report(delivery_id: uuid.UUID, report: DeliveryReport) -> None:
    row = Delivery.objects.filter(pk=delivery_id, channel=Email.code, state__in=_GONE_OUT).first()
    if row is None:
        return
    outcome = report.outcome
    if outcome.kind == "gone":
        # First, as locks are taken everywhere: people before deliveries.
        kind, ref = row.recipient_kind, row.recipient_ref
        end_address(kind, ref, outcome.code, by="worker", written_to=row)
    if state := _STATES.get(outcome.kind):
        Delivery.objects.filter(pk=row.pk, state__in=_GONE_OUT).update(
            state=state, code=outcome.code[:40]
        )
    _note(row, outcome)


def _note(row: Delivery, outcome: Outcome) -> None:
    # The worker may read no attempt, so nothing of the new row is asked back.
    with connection.cursor() as cursor:
        cursor.execute(_NOTE, [row.pk, outcome.kind, outcome.code[:40]])


def _is_new(token: str, letter: ReturnedLetter) -> bool:
    """Whether this letter said nothing to this row before; from now on it has."""
    key = keyed_hash("returned letter", token, letter.message_id)
    if DedupeKey.objects.filter(key=key).exists():
        return False
    DedupeKey.objects.bulk_create([DedupeKey(key=key)])
    return True


@work()
def mailbox_to_read(account_id: uuid.UUID) -> ReturnMailbox | None:
    """How far it was read; None where it is not due yet."""
    ReturnMailbox.objects.bulk_create([ReturnMailbox(account_id=account_id)], ignore_conflicts=True)
    mailbox = ReturnMailbox.objects.get(account_id=account_id)
    return None if mailbox.again_at and mailbox.again_at > times.now() else mailbox


@work()
def note_read_up_to(account_id: uuid.UUID, numbering: int, number: int) -> None:
    ReturnMailbox.objects.filter(account_id=account_id).update(
        numbering=numbering, read_up_to=number
    )


@work()
def note_read(account_id: uuid.UUID) -> None:
    """The mailbox was read to its end, or as far as one round goes."""
    ReturnMailbox.objects.filter(account_id=account_id).update(
        read_at=times.now(), fault="", fault_since=None, again_at=None
    )


@work()
def note_fault(account_id: uuid.UUID, words: str, *, is_refusal: bool) -> None:
    """It cannot be read, and is tried again later."""
    now = times.now()
    ReturnMailbox.objects.filter(account_id=account_id).update(
        fault=words[:80],
        fault_since=Coalesce("fault_since", now),
        again_at=now + (_LATER if is_refusal else _SOON),
    )


def forget_mailbox(account_id: uuid.UUID) -> None:
    """A step of giving an account other secrets, perhaps another mailbox, perhaps none.

    It is read from the beginning, which changes nothing.
    """
    ReturnMailbox.objects.filter(account_id=account_id).delete()
