"""One delivery's way over the wire, from a leased row to what came of it.

It is prepared, and talked about with its provider. If the provider wants other tokens, the account
gets them and the talk begins anew; if it names another address, so it does with that one.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Generator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import psycopg
from django.db import Error as OrmError
from django.utils import translation
from django.utils.translation import gettext as _

from keng.channels.base import (
    Address,
    Outcome,
    OutgoingMessage,
    Reply,
    begin_steps,
    continue_steps,
    outcome_of_transport_failure,
)
from keng.delivery import letter_tokens
from keng.delivery.call_links import with_call_link
from keng.delivery.models import Delivery
from keng.delivery.sender import orm_threads
from keng.delivery.sender.accounts import SendingAccount
from keng.delivery.sender.http import ConnectionBroken, UnsendableRequest
from keng.delivery.sender.ledger import SenderLedger
from keng.delivery.sender.rows import LeasedDelivery
from keng.delivery.sender.texts import LoadedText
from keng.delivery.sender.tokens import TokenRenewals
from keng.delivery.sender.transports import PreparedDelivery, Wire
from keng.kit import times
from keng.lookup import chat_answers
from keng.network.models import LeadWay, Subscription
from keng.network.secret_links import lead_way_stop_url, lead_way_url, stop_url
from keng.vault import opening
from keng.vault.hybrid import SealedKind

if TYPE_CHECKING:
    import uuid

logger = logging.getLogger(__name__)
# Who gets what many get; to a reporter, a pager and the emergency room it is said alone.
_MANY = (
    Delivery.RecipientKind.GROUP,
    Delivery.RecipientKind.SUBSCRIPTION,
    Delivery.RecipientKind.LEAD,
)
# The provider is not to blame, so its account goes on with everything else.
_NOT_ANSWERED = Outcome("retry", after_seconds=5, reason="look-up not answered")
# Until its post has an id nothing can be changed there.
_EARLIER_UNDER_WAY = Outcome("retry", after_seconds=2, reason="the earlier post is under way")
_UNSENDABLE = Outcome("config", reason="the account's address cannot be asked", code="unsendable")


class SendResult(NamedTuple):
    """What came of sending one row; the outcome says everything."""

    outcome: Outcome
    http_status: int | None = None
    """Of the last reply."""


class DeliverySending:
    """Sends prepared rows, any number side by side."""

    def __init__(self, ledger: SenderLedger, wire: Wire, renewals: TokenRenewals) -> None:
        self._ledger = ledger
        self._wire = wire
        self._renewals = renewals
        self._uploading: dict[tuple[uuid.UUID, str], asyncio.Lock] = {}

    async def send(
        self, row: LeasedDelivery, account: SendingAccount, text: LoadedText
    ) -> SendResult:
        """Raises nothing of ours, so that one row does not stop the others."""
        if row.is_earlier_leased:
            return SendResult(_EARLIER_UNDER_WAY)
        try:
            delivery = await _prepare(row, account, text)
        except OrmError:
            return SendResult(_NOT_ANSWERED)
        except Exception as error:  # noqa: BLE001 -- nothing has gone out
            return SendResult(_unbuildable(row, error))
        result = await self._send_with_live_tokens(delivery)
        if result.outcome.kind == "moved":
            delivery = await self._move(delivery, result.outcome.new_address)
            result = await self._send_with_live_tokens(delivery)
        return result

    async def _send_with_live_tokens(self, delivery: PreparedDelivery) -> SendResult:
        used = delivery.account.tokens_version
        result = await self._send_with_picture(delivery)
        if result.outcome.kind != "refresh_auth":
            return result
        if refused := await self._renewals.renew(delivery.account, used):
            return SendResult(refused, result.http_status)
        result = await self._send_with_picture(delivery)
        if result.outcome.kind != "refresh_auth":
            return result
        refused = Outcome("config", code=result.outcome.code, reason="refused after new tokens")
        return SendResult(refused, result.http_status)

    async def _send_with_picture(self, delivery: PreparedDelivery) -> SendResult:
        """One of them puts the picture into the provider's store; the others use what it got."""
        if delivery.message.image is None or delivery.account.channel.transport != "http":
            return await self._talk(delivery)
        async with self._turn_to_upload(delivery):
            delivery = _with_known_picture(delivery)
            if not delivery.message.image_ref:
                return await self._talk(delivery)
        return await self._talk(delivery)

    @contextlib.asynccontextmanager
    async def _turn_to_upload(self, delivery: PreparedDelivery) -> AsyncIterator[None]:
        account, path = delivery.account, delivery.text.image_path
        if account.state.images.get(path):
            yield
            return
        async with self._uploading.setdefault((account.id, path), asyncio.Lock()):
            yield

    async def _move(self, delivery: PreparedDelivery, new_address: str) -> PreparedDelivery:
        """The same delivery to where the recipient is now, which is kept for the next ones."""
        row = delivery.row
        await self._ledger.move_address(row.recipient_kind, row.recipient_ref, new_address)
        return replace(delivery, address=Address(new_address, delivery.address.kind))

    async def _talk(self, delivery: PreparedDelivery) -> SendResult:
        """The channel's steps, each carried and answered, until they end in an outcome."""
        account = delivery.account
        steps: Generator[Any, Any, Outcome] = account.channel.steps(
            delivery.message, delivery.address, account.credentials, times.now()
        )
        status = None
        try:
            wire = begin_steps(steps)
        except Exception as error:  # noqa: BLE001 -- nothing has gone out; the others go on
            return SendResult(_unbuildable(delivery.row, error))
        while not isinstance(wire, Outcome):
            try:
                answer = await self._wire.carry(wire, delivery)
            except (ConnectionBroken, psycopg.Error) as broken:
                steps.close()
                written = getattr(broken, "written", True)
                outcome = outcome_of_transport_failure(
                    written,
                    delivers=getattr(wire, "delivers", True),
                    is_repeatable=getattr(wire, "is_repeatable", False),
                    certificate=getattr(broken, "certificate", ""),
                )
                return SendResult(outcome, status)
            except UnsendableRequest:
                steps.close()
                return SendResult(_UNSENDABLE, status)
            if isinstance(answer, Reply):
                status = answer.status
            wire = continue_steps(steps, answer)
        if reference := wire.learned.get("image_ref"):
            account.state.images[delivery.text.image_path] = reference
        return SendResult(wire, status)


async def _prepare(
    row: LeasedDelivery, account: SendingAccount, text: LoadedText
) -> PreparedDelivery:
    message = OutgoingMessage(
        text=_with_way_out(await _words_of(row, text), row, account, text.language),
        short=text.short,
        image=text.image,
        image_mime=text.image_mime,
        kind="group" if row.recipient_kind == Delivery.RecipientKind.GROUP else "consultation",
        is_bulk=row.recipient_kind in _MANY,
        subject=text.subject,
        reference=str(row.id),
        unsubscribe_url=_stop_link(row),
        **_letter_tokens(row, account),
        own_page=lead_way_url(_lead_way(row)) if _is_to_lead(row) else "",
        begun=row.begun,
        earlier_post=row.earlier_post,
        deletes_post=row.deletes_post,
        heard_at=row.heard_at,
    )
    return PreparedDelivery(row, account, text, message, _address_of(row))


async def _words_of(row: LeasedDelivery, text: LoadedText) -> str:
    """What it says; who looked something up reads what is known of it at this moment."""
    if row.text_sealed is None:
        is_call = row.recipient_kind == Delivery.RecipientKind.PAGER
        return with_call_link(text.text, row.id) if is_call else text.text
    words = opening.open_as_sender(row.text_sealed, kind=SealedKind.TEXT, ref=row.id).decode()
    if row.recipient_kind != Delivery.RecipientKind.ASKER:
        return words
    return await orm_threads.in_answering_thread(chat_answers.message_for_asker, words)


def _with_way_out(words: str, row: LeasedDelivery, account: SendingAccount, language: str) -> str:
    """In a chat the link by which a subscriber or a lead stops stands below the words.

    A letter and a notification have a place of their own for it.
    """
    link = _stop_link(row)
    if not link or account.channel.facts.subscribing is None:
        return words
    with translation.override(language):
        way_out = _("To receive nothing more: %(link)s") % {"link": link}
    return f"{words}\n\n{way_out}"


def _address_of(row: LeasedDelivery) -> Address:
    if row.address_sealed is not None:
        return Address(opening.open_as_sender(row.address_sealed, kind=SealedKind.ADDRESS).decode())
    return Address(
        row.address, "group" if row.recipient_kind == Delivery.RecipientKind.GROUP else "person"
    )


def _stop_link(row: LeasedDelivery) -> str:
    """The link by which a subscriber or a lead stops; nobody else has one."""
    if _is_to_lead(row):
        return lead_way_stop_url(_lead_way(row))
    if row.recipient_kind != Delivery.RecipientKind.SUBSCRIPTION:
        return ""
    return stop_url(_subscription(row))


def _letter_tokens(row: LeasedDelivery, account: SendingAccount) -> dict[str, str]:
    """By which a letter that comes back, or one that asks to stop, finds its row."""
    if account.channel.transport != "smtp":
        return {}
    tokens = {"return_token": letter_tokens.return_token(row.id)}
    if row.recipient_kind == Delivery.RecipientKind.SUBSCRIPTION:
        tokens["stop_token"] = letter_tokens.stop_token(_subscription(row))
    return tokens


def _subscription(row: LeasedDelivery) -> Subscription:
    """As much of it as its links are derived from."""
    return Subscription(pk=row.recipient_ref, link_secret=row.link_secret or b"")


def _is_to_lead(row: LeasedDelivery) -> bool:
    return row.recipient_kind == Delivery.RecipientKind.LEAD


def _lead_way(row: LeasedDelivery) -> LeadWay:
    """As much of it as its links are derived from."""
    return LeadWay(lead_id=row.recipient_ref, link_secret=row.link_secret or b"")


def _with_known_picture(delivery: PreparedDelivery) -> PreparedDelivery:
    reference = delivery.account.state.images.get(delivery.text.image_path, "")
    return replace(delivery, message=replace(delivery.message, image_ref=reference))


def _unbuildable(row: LeasedDelivery, error: Exception) -> Outcome:
    logger.warning("delivery %s cannot be built: %s", row.id, type(error).__name__)
    return Outcome("reject", reason="cannot be built", code=type(error).__name__)
