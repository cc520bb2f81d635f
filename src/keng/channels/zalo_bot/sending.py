"""Sending one message: text in parts. A picture goes by address there, and we have none to give."""

from collections.abc import Generator, Mapping
from dataclasses import replace
from datetime import datetime

from keng.channels.outcomes import Outcome
from keng.channels.text import clean_text, split_text
from keng.channels.wire import Address, OutgoingMessage, Reply, Request
from keng.channels.zalo_bot.bot_api import outcome_of_zalo_bot_reply, zalo_bot_request

MAX_ZALO_BOT_TEXT = 2000


def zalo_bot_steps(
    message: OutgoingMessage, address: Address, credentials: Mapping[str, str], now: datetime
) -> Generator[Request, Reply, Outcome]:
    """Ends with the outcome of the last part, or with unknown when only some parts got through.

    Without a parse mode: nothing that somebody wrote is read as a mention or a link. The provider
    fetches pictures by address, and ours lie behind no public one: the words go without it.
    """
    text = clean_text(message.text).replace("[@", "(@")
    if not text:
        return Outcome("reject", reason="empty")
    parts = split_text(text, MAX_ZALO_BOT_TEXT)
    outcome = Outcome("reject", reason="empty")
    for accepted, part in enumerate(parts):
        body = {"chat_id": address.value, "text": part}
        outcome = outcome_of_zalo_bot_reply(
            (yield zalo_bot_request("sendMessage", body, credentials)), now
        )
        if outcome.kind == "sent":
            continue
        if not accepted:
            return outcome
        reason = f"part {accepted + 1} of {len(parts)}: {outcome.kind}, {outcome.reason}"
        return Outcome("unknown", reason=reason, code=outcome.code, parts_sent=accepted)
    return replace(outcome, parts_sent=len(parts))
