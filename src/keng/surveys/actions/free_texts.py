"""A person reads each free text before anybody else does."""

import uuid
from typing import TYPE_CHECKING

from keng.acts.act import act
from keng.acts.locks import lock_one
from keng.audit.actions import record, unit_chain
from keng.surveys import acts
from keng.surveys.actions.errors import WrongState
from keng.surveys.models import FreeText, Survey

if TYPE_CHECKING:
    from keng.accounts.models import Officer


@act(acts.DECIDE_FREE_TEXT)
def decide_free_text(text_id: uuid.UUID, *, words: str, by: "Officer") -> FreeText:
    """Publish these words with the result, or nothing of it. What was written first is gone then.

    Raises NotAllowed, WrongState.
    """
    visible = FreeText.objects.filter(survey__in=Survey.objects.visible_to(by))
    text = lock_one(visible.select_related("survey"), text_id, owner="survey.unit_id")
    survey = text.survey
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
