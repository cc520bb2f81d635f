"""Codes of the reports that are made of a matter: whoever has the matter's code has them.

No row leads from a matter to its reports. The first one's code follows from the matter's; that of a
report made for a later message follows from both, so that the asker's page finds it again.
"""

import uuid
from collections.abc import Sequence

from keng.kit.codes import token_for_answers
from keng.partner_inbox.models import InboxMessage
from keng.tips import receipt_codes


def report_code(code: str, message: InboxMessage | None = None) -> str:
    """The code of the report of a matter, or of the one that a later message made."""
    answers = ["report of a matter", *([str(message.pk)] if message else [])]
    return receipt_codes.code_from_token(token_for_answers(code, *answers))


def reports_of_asker(code: str, own: Sequence[InboxMessage]) -> dict[str, uuid.UUID]:
    """Reports that the matter's code leads to, by their own codes, in the order of their making.

    `own` are the asker's messages, in order.
    """
    codes = [report_code(code), *(report_code(code, message) for message in own)]
    found = ((one, receipt_codes.tip_id_of_code(one)) for one in codes)
    return {one: tip_id for one, tip_id in found if tip_id is not None}
