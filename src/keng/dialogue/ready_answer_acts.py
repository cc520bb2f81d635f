"""Keeping the ready answers of a unit: its commander writes, retires and takes back."""

import datetime
import uuid

from django.utils.translation import gettext_lazy as _

from keng.accounts.models import Officer
from keng.accounts.who import LEADING
from keng.acts.act import act
from keng.acts.errors import ChangedMeanwhile, NotAllowed
from keng.acts.locks import lock
from keng.acts.work import permit_over
from keng.audit.actions import record, unit_chain
from keng.dialogue import acts
from keng.dialogue.ready_answers import standard_answers
from keng.kit import times
from keng.kit.ids import new_id
from keng.tips.models import AnswerTemplate


class ReadyAnswerChanged(ChangedMeanwhile):
    """Somebody put other words into it after this officer had read them."""

    sentence = _("Not saved: somebody changed this answer meanwhile. Open it anew and compare.")


def may_keep_ready_answers(officer: Officer) -> bool:
    """Whether the officer may change the ready answers of the home unit."""
    return officer.home_unit_id in LEADING.own_unit_ids(officer)


@act(acts.WRITE_READY_ANSWER)
def write_ready_answer(
    code: str, *, words: dict[str, str], by: Officer, seen: datetime.datetime | None
) -> AnswerTemplate:
    """Add an answer (without a code) or put words into one. Raises NotAllowed, ReadyAnswerChanged.

    `seen` is when the words that the officer started from were changed last.
    """
    unit_id = _unit_of_keeper(by)
    row = _locked_answer(unit_id, code) if code else None
    if code and row is None and code not in standard_answers():
        raise NotAllowed
    if row is not None and row.changed_at != seen:
        raise ReadyAnswerChanged
    row = row or AnswerTemplate(unit_id=unit_id, code=code or f"own-{new_id().hex}")
    for name in ("topic", "title_vi", "title_en", "text_vi", "text_en"):
        setattr(row, name, words[name].strip())
    return _save_answer(row, "tips.answer_written", by)


@act(acts.SET_READY_ANSWER_REMOVED)
def set_ready_answer_removed(code: str, *, is_removed: bool, by: Officer) -> AnswerTemplate:
    """Take an answer out of use, or into use again. Raises NotAllowed."""
    unit_id = _unit_of_keeper(by)
    row = _locked_answer(unit_id, code) or _copy_of_standard(unit_id, code)
    row.is_removed = is_removed
    return _save_answer(row, "tips.answer_retired" if is_removed else "tips.answer_used_again", by)


def _unit_of_keeper(by: Officer) -> uuid.UUID:
    """The unit whose answers the officer keeps. Raises NotAllowed."""
    if by.home_unit_id is None:
        raise NotAllowed
    permit_over(by.home_unit_id)
    return by.home_unit_id


def _locked_answer(unit_id: uuid.UUID, code: str) -> AnswerTemplate | None:
    return lock(AnswerTemplate.objects.filter(unit=unit_id, code=code)).first()


def _copy_of_standard(unit_id: uuid.UUID, code: str) -> AnswerTemplate:
    if code not in standard_answers():
        raise NotAllowed
    words = standard_answers()[code]
    return AnswerTemplate(
        unit_id=unit_id,
        code=code,
        topic=words.topic,
        title_vi=words.title_vi,
        title_en=words.title_en,
        text_vi=words.text_vi,
        text_en=words.text_en,
    )


def _save_answer(row: AnswerTemplate, action: str, by: Officer) -> AnswerTemplate:
    row.changed_by, row.changed_at = by, times.now()
    row.save()
    record(action, by=by, on=row, chain=unit_chain(row.unit_id), detail={"code": row.code})
    return row
