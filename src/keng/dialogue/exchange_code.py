"""A code on paper that an officer has seen becomes one that its holder alone has seen.

Whoever comes first exchanges it. If that was not the reporter, the reporter learns it from the
paper, which opens nothing any more and says since when; the desk above reads the same hour.
"""

import datetime

from django.utils.translation import gettext

from keng.acts.act import act
from keng.acts.errors import Refused
from keng.acts.locks import lock
from keng.audit.actions import record, unit_chain
from keng.dialogue import acts, shown_codes
from keng.kit import times
from keng.kit.secrets import keyed_hash
from keng.kit.time_words import moment_words
from keng.places.models import Unit
from keng.tips import receipt_codes
from keng.tips.models import HandedCode, Receipt


class AlreadyExchanged(Refused):
    """Somebody exchanged it before: when, and the unit that has the report.

    The sentence says since when the paper opens nothing, and whom to tell if somebody else did it.
    """

    def __init__(self, at: datetime.datetime, unit: Unit) -> None:
        super().__init__(at)
        words = gettext(
            "This code was exchanged for another one at %(at)s. If that was not you, somebody who "
            "saw this code reads your report: tell %(unit)s, which has it, or send a new report"
        )
        whom = ", ".join(part for part in (unit.name, unit.desk_phone) if part)
        self.sentence = words % {"at": moment_words(at), "unit": whom}


def must_be_exchanged(code: str) -> bool:
    """Whether this is the code of a paper, to be exchanged. Raises AlreadyExchanged."""
    handed = HandedCode.objects.filter(hash=receipt_codes.code_hash(code))
    row = handed.select_related("tip__responsible_unit").first()
    if row is not None and row.exchanged_at:
        raise AlreadyExchanged(row.exchanged_at, row.tip.responsible_unit)
    return row is not None


@act(acts.EXCHANGE_CODE)
def exchange_code(code: str, *, sheet: str) -> str | None:
    """Exchange it; returns the token of the new code, None for what is no code of a paper.

    The same page (`sheet` is what it alone held) may press again while the code is shown to it.
    Raises AlreadyExchanged.
    """
    handed = HandedCode.objects.filter(hash=receipt_codes.code_hash(code))
    row = lock(handed.select_related("tip__responsible_unit")).first()
    if row is None:
        return None
    token = keyed_hash("token for a code on paper", f"{code} {sheet}").hex()
    if row.exchanged_at:
        if shown_codes.code_shown_until(token) is None:
            raise AlreadyExchanged(row.exchanged_at, row.tip.responsible_unit)
        return token
    row.exchanged_at = times.now()
    row.save(update_fields=["exchanged_at"])
    own = receipt_codes.code_hash(receipt_codes.code_from_token(token))
    Receipt.objects.create(hash=own, tip_id=row.tip_id)
    shown_codes.show_code_for_a_while(token)
    record(
        "receipt.exchanged",
        by="holder",
        on=row.tip,
        chain=unit_chain(row.tip.responsible_unit_id),
    )
    return token
