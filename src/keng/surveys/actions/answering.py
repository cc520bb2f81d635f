"""Taking an answer. The slip, the choices and the free texts become rows that do not know another.

No audit entry: a resident's answer is no decision, and an entry would carry its moment.
"""

import datetime
from collections.abc import Callable, Mapping
from typing import Any

from keng.acts.act import act
from keng.kit import times
from keng.surveys import acts, codes, drafts
from keng.surveys.actions.errors import NotOpen, SlipUnknown, SlipUsed
from keng.surveys.content import SurveyContent, drop_unasked_answers
from keng.surveys.models import Answer, FreeText, Survey, Token
from keng.surveys.queries import survey_to_answer, takes_answers


@act(acts.SEND_DRAFT)
def send_draft(
    secret: str,
    survey: Survey,
    content: SurveyContent,
    *,
    again: bool,
    is_crowded: Callable[[], bool],
) -> None:
    """Count an unfinished answer as it is, once: whoever sends it again changes nothing.

    `is_crowded` is asked only where it counts. Raises NotOpen, SlipUnknown, SlipUsed.
    """
    mine = drafts.load_draft(secret, survey.code, to_send=True)
    if mine is None:
        # Sent by another tap a moment ago.
        return
    take_answer(survey, content, mine.said, slip=mine.slip, again=again, crowded=is_crowded())
    drafts.drop_draft(secret)


def take_answer(
    survey: Survey,
    content: SurveyContent,
    said: Mapping[str, Any],
    *,
    slip: str = "",
    origin: str = Answer.Origin.WEB,
    again: bool = False,
    crowded: bool = False,
) -> None:
    """Count one filled-in form, inside an act or a turn of a chat.

    Raises NotOpen, SlipUnknown, SlipUsed.
    """
    try:
        survey = survey_to_answer(survey.pk)
    except Survey.DoesNotExist:
        # Its partner was closed meanwhile.
        raise NotOpen from None
    # Sheets of paper may be typed in after the last day, until somebody closes the survey.
    on_paper = origin == Answer.Origin.PAPER and survey.state == Survey.State.OPEN
    if not (on_paper or takes_answers(survey)):
        raise NotOpen
    if survey.reach == Survey.Reach.ONCE:
        _use_slip(survey, slip)
    kept = drop_unasked_answers(content, said)
    texts = {key: words for key, words in kept.items() if isinstance(words, str)}
    choices = {key: words for key, words in kept.items() if key not in texts}
    Answer.objects.bulk_create(
        [
            Answer(
                survey=survey,
                week=_monday(),
                origin=origin,
                again=again,
                crowded=crowded,
                said=choices,
                mixed=False,
            )
        ]
    )
    FreeText.objects.bulk_create(
        FreeText(survey=survey, question=key, words=words, mixed=False)
        for key, words in texts.items()
        if words
    )


def check_slip(survey: Survey, slip: str) -> None:
    """Raises SlipUnknown, SlipUsed."""
    found = Token.objects.filter(survey=survey, hash=codes.slip_hash(survey.code, slip))
    used = found.values_list("used", flat=True).first()
    if used is None:
        raise SlipUnknown
    if used:
        raise SlipUsed


def _use_slip(survey: Survey, slip: str) -> None:
    """In one statement: of two that come at once, the second finds it used."""
    mine = Token.objects.filter(survey=survey, hash=codes.slip_hash(survey.code, slip), used=False)
    if mine.update(used=True) == 0:
        check_slip(survey, slip)
        raise SlipUsed


def _monday() -> datetime.date:
    today = times.local_date(times.now())
    return today - datetime.timedelta(days=today.weekday())
