"""Asking about one's data: by the receipt of a report, or by the form of whoever has none.

The form looks for nobody: no row is read by what its asker writes, so answer and time are the same
whether or not anything is kept about them.
"""

import json
import uuid
from typing import Any

from django.db import IntegrityError

from keng.acts.act import act
from keng.acts.locks import lock
from keng.acts.work import savepoint
from keng.audit.actions import record, unit_chain
from keng.channels.text import clean_text
from keng.data_requests import acts
from keng.data_requests.due_dates import decision_due, reply_due
from keng.data_requests.errors import AskedAlready, NobodyAnswers
from keng.data_requests.models import DataRequest
from keng.kit import times
from keng.kit.codes import derived_code, new_token, token_for_answers
from keng.language import reporters_own
from keng.places.serving import first_province_unit, unit_above
from keng.tips.models import Tip
from keng.vault import seal
from keng.vault.hybrid import SealedKind
from keng.vault.keeping import keep_sealed
from keng.vault.models import SealedIdentity, class_of_tip

LONGEST_WORDS = 3000
_NUMBER_LENGTH = 8


@act(acts.ASK_BY_RECEIPT)
def ask_by_receipt(tip_id: uuid.UUID, *, kind: str, words: str) -> DataRequest:
    """Ask about the data of one's own report.

    What names the reporter is cut from the words and sealed with the report. Raises AskedAlready,
    NobodyAnswers, errors.CannotSeal.
    """
    tip = lock(Tip.objects.select_related("responsible_unit").filter(pk=tip_id)).get()
    unit_id = unit_above(tip.responsible_unit).pk
    if tip.concerns.filter(unit=unit_id).exists():
        raise NobodyAnswers
    if DataRequest.objects.open().filter(tip=tip, kind=kind).exists():
        raise AskedAlready
    shown, pieces = reporters_own.cut_reporters_own(clean_text(words[:LONGEST_WORDS]))
    if pieces:
        _seal_with_tip(tip, pieces)
    request = _keep_request(
        unit_id, kind=kind, words=shown, number=_number_of(new_token()), tip=tip
    )
    _note_asked("data_request.by_receipt", "reporter", request)
    return request


@act(acts.ASK_BY_FORM)
def ask_by_form(*, kind: str, words: str, about_number: str, token: str) -> DataRequest:
    """Ask without a receipt; the same form sent twice is one request, with other words it is two.

    Names and numbers of people are covered before anything is kept.
    """
    number = _number_of(token_for_answers(token, kind, words, about_number))
    earlier = DataRequest.objects.filter(number=number).only("number", "decide_by")
    if found := earlier.first():
        return found
    try:
        with savepoint():
            request = _keep_request(
                first_province_unit().pk,
                kind=kind,
                words=reporters_own.mask_everybody(clean_text(words[:LONGEST_WORDS])).text,
                number=number,
                about_number=about_number,
            )
    except IntegrityError:
        # The same form at the same moment.
        return earlier.get()
    _note_asked("data_request.by_form", "resident", request)
    return request


def _keep_request(unit_id: uuid.UUID, *, kind: str, **fields: Any) -> DataRequest:
    now = times.rounded_down(times.now(), times.COARSE)
    return DataRequest.objects.create(
        unit_id=unit_id,
        kind=DataRequest.Kind(kind),
        asked_at=now,
        reply_by=reply_due(now),
        decide_by=decision_due(kind, now),
        **fields,
    )


def _number_of(token: str) -> str:
    return derived_code("data request", token)[:_NUMBER_LENGTH]


def _seal_with_tip(tip: Tip, pieces: list[str]) -> None:
    sealed = seal.seal_for_unit(
        tip.responsible_unit_id,
        json.dumps(pieces, ensure_ascii=False),
        kind=SealedKind.IN_TEXT,
        ref=tip.pk,
        key_class=class_of_tip(concerns=tip.concerns.exists(), is_for_named=tip.is_for_named),
    )
    holds = reporters_own.kinds_of_pieces(pieces)
    keep_sealed(
        tip.pk,
        unit_id=tip.responsible_unit_id,
        kind=SealedIdentity.Kind.IN_TEXT,
        holds=holds,
        ciphertext=sealed,
    )
    tip.identity_holds = sorted({*tip.identity_holds, *holds})
    tip.save(update_fields=["identity_holds"])


def _note_asked(action: str, by: str, request: DataRequest) -> None:
    record(
        action,
        by=by,
        on=request,
        chain=unit_chain(request.unit_id),
        detail={"kind": str(request.kind)},
    )
