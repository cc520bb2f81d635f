"""A person reads each free text before anybody else does."""

import uuid
from typing import TYPE_CHECKING

from django.db import transaction

from keng.audit.actions import record, unit_chain
from keng.surveys import rights
from keng.surveys.actions.errors import NotYours, WrongState
from keng.surveys.models import FreeText, Survey

if TYPE_CHECKING:
    from keng.accounts.models import Officer


@transaction.atomic
def decide_free_text(text_id: uuid.UUID, *, words: str, by: "Officer") -> FreeText:
    """Publish these words with the result, or nothing of it. What was written first is gone then.

    Raises FreeText.DoesNotExist, NotYours, WrongState.
    """
    visible = Survey.objects.visible_to(by)
    text = FreeText.objects.select_for_update(no_key=True).get(pk=text_id, survey__in=visible)
    survey = Survey.objects.select_related("unit").get(pk=text.survey_id)
    if not rights.may_write(by, survey):
        raise NotYours
    if text.state != FreeText.State.WAITING or survey.state != Survey.State.CLOSED:
        raise WrongState
    text.state = FreeText.State.SHOWN if words else FreeText.State.LEFT_OUT
    text.words, text.read_by = words, by
    text.save(update_fields=["state", "words", "read_by"])
    record(
        "survey.text_read",
        by=by,
        on=survey,
        chain=unit_chain(survey.unit_id),
        detail={"text": str(text.pk), "shown": bool(words)},
    )
    return text
