"""A new code for one that somebody else may have seen, and what either of the two can say then.

Nobody here can tell the reporter from whoever took the code: both hold one. So the one that was
replaced opens nothing, but can say "that was not me", as the new one can. Then neither opens a
word, and the desk is told, which answers in the way that was agreed before.
"""

import datetime
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Count

from keng.acts.act import act
from keng.acts.locks import lock
from keng.acts.work import work
from keng.audit.actions import record, unit_chain
from keng.dialogue import acts, shown_codes
from keng.kit import times
from keng.kit.secrets import keyed_hash
from keng.tips import receipt_codes
from keng.tips.models import Receipt, Tip


@dataclass(frozen=True, slots=True)
class ClosedCode:
    """What is left of a code that opens its report no more."""

    replaced_at: datetime.datetime | None
    disputed_at: datetime.datetime | None
    """Somebody said since that the replacing was not theirs: no code of the report opens it."""


def closed_code(code: str) -> ClosedCode | None:
    """Of a cleaned code that was replaced, or whose report no code opens any more; else None."""
    found = Receipt.objects.filter(hash=receipt_codes.code_hash(code))
    row = found.values_list("replaced_at", "tip__codes_disputed_at").first()
    return ClosedCode(*row) if row and any(row) else None


@act(acts.REPLACE_CODE)
def replace_code(tip_id: uuid.UUID, code: str, *, sheet: str) -> str | None:
    """Replace the code by another one; returns the token of that, which is shown for a while.

    The same page (`sheet` is what it alone held) may press again while the code is shown to it.
    None for a code that opens nothing any more, or is shown no longer.
    """
    tip = lock(Tip.objects.filter(pk=tip_id)).get()
    token = keyed_hash("token of a replacing code", f"{code} {sheet}").hex()
    row = Receipt.objects.filter(hash=receipt_codes.code_hash(code), tip=tip).first()
    if row is None or tip.codes_disputed_at:
        return None
    if row.replaced_at:
        return token if shown_codes.code_shown_until(token) else None
    row.replaced_at = times.now()
    row.save(update_fields=["replaced_at"])
    new = receipt_codes.code_from_token(token)
    Receipt.objects.create(hash=receipt_codes.code_hash(new), tip=tip)
    shown_codes.show_code_for_a_while(token)
    record("receipt.replaced", by="holder", on=tip, chain=unit_chain(tip.responsible_unit_id))
    return token


@act(acts.DISPUTE_CODE)
def dispute_code(code: str) -> bool:
    """From now on no code opens the report, and the desk is told; False where none was replaced.

    Whoever says it again changes nothing.
    """
    found = Receipt.objects.filter(hash=receipt_codes.code_hash(code))
    tip_id = found.values_list("tip_id", flat=True).first()
    if tip_id is None or receipt_codes.last_replaced_at(tip_id) is None:
        return False
    tip = lock(Tip.objects.filter(pk=tip_id)).get()
    if tip.codes_disputed_at:
        return True
    _close_codes(tip)
    record("receipt.disputed", by="holder", on=tip, chain=unit_chain(tip.responsible_unit_id))
    return True


def replacings_of_tips_since(since: datetime.datetime) -> Iterator[uuid.UUID]:
    """Every replacing of each report that had one since: by what the list of a restore knows it."""
    lately = Receipt.objects.filter(replaced_at__gte=since).values("tip_id")
    replaced = Receipt.objects.filter(tip_id__in=lately).values_list("tip_id")
    for tip_id, times_replaced in replaced.annotate(Count("replaced_at")):
        for number in range(1, times_replaced + 1):
            yield _replacing(tip_id, number)


def next_replacings() -> Iterator[tuple[uuid.UUID, uuid.UUID]]:
    """Of each report that codes open: the replacing that this database does not have, and it."""
    opened = Receipt.objects.filter(tip__codes_disputed_at=None).values_list("tip_id")
    for tip_id, times_replaced in opened.annotate(Count("replaced_at")).iterator():
        yield _replacing(tip_id, times_replaced + 1), tip_id


@work()
def dispute_again(replacing_or_tip: uuid.UUID) -> None:
    """In a restored database, of a report whose code was replaced or disputed after the backup.

    The new code is lost with what was lost, and the old one would open the report to whoever took
    it: so none does, and the desk is told.
    """
    tip_id = dict(next_replacings()).get(replacing_or_tip, replacing_or_tip)
    tip = lock(Tip.objects.filter(pk=tip_id)).get()
    if tip.codes_disputed_at:
        return
    _close_codes(tip)
    record("receipt.disputed", by="operator", on=tip, chain=unit_chain(tip.responsible_unit_id))


def _replacing(tip_id: uuid.UUID, number: int) -> uuid.UUID:
    return uuid.uuid5(tip_id, f"replacing {number}")


def _close_codes(tip: Tip) -> None:
    tip.codes_disputed_at = times.now()
    if tip.is_open:
        tip.waiting_since = tip.waiting_since or tip.codes_disputed_at
    tip.save(update_fields=["codes_disputed_at", "waiting_since"])
