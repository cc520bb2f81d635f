"""The worker's part: mixing, counting after closing, forgetting.

Rows that were written one after another could be joined by their place in the table: the third slip
used, the third answer, the third text; and rows that were written in one transaction by its number,
which stands in each of them. So answers and texts are written anew in a random order, never fewer
than five at a time while a survey is open. Once it is closed, all of its answers are, then all of
its texts, then all of its slips, each in a transaction of their own: of the last few, too, nothing
tells any more what was one form. Nobody but the worker can read what was answered.
"""

import datetime
import random
import uuid
from typing import Any

from django.db.models import Q, QuerySet

from keng.acts.locks import lock
from keng.acts.work import work
from keng.kit import times
from keng.kit.small_counts import FEWEST_SHOWN
from keng.surveys import figures
from keng.surveys.models import Answer, ChatAnswered, FreeText, Survey, Token
from keng.surveys.queries import content_of

ANSWERS_KEPT = datetime.timedelta(days=90)
# An answer that was on its way when somebody closed the survey is counted, too.
SETTLING_TIME = datetime.timedelta(seconds=5)
_dice = random.SystemRandom()


def mix_answers() -> int:
    """Mix one open survey that has enough new answers; how many rows were written anew."""
    ready = (
        Survey.objects.filter(state=Survey.State.OPEN, answers__mixed=False)
        .order_by("id")
        .distinct()
        .values_list("pk", flat=True)
    )
    for key in ready:
        if Answer.objects.filter(survey=key, mixed=False).count() >= FEWEST_SHOWN:
            return mix_survey(key)
    return 0


@work()
def mix_survey(survey_id: uuid.UUID) -> int:
    """Write the new answers and texts of a survey anew, in an order that tells nothing."""
    new = {"survey": survey_id, "mixed": False}
    answers = list(lock(Answer.objects.filter(**new), to_delete=True))
    # Another worker may have mixed the others a moment ago.
    if len(answers) < FEWEST_SHOWN:
        return 0
    texts = list(lock(FreeText.objects.filter(**new), to_delete=True))
    return _write_anew(Answer, answers) + _write_anew(FreeText, texts)


def count_closed_survey() -> int:
    """Count one survey that was closed; 1 when there was one.

    Each step is whole by itself, and the figures come last: a worker that ends in between begins
    once more, and nothing is lost or doubled.
    """
    closed = _to_count().order_by("closed_at").first()
    if closed is None:
        return 0
    models: tuple[Any, ...] = (Answer, FreeText, Token)
    for model in models:
        if not _write_closed_anew(model, closed.pk):
            return 0
    return _count_survey(closed.pk)


@work()
def _write_closed_anew(model: Any, survey_id: uuid.UUID) -> bool:
    """All rows of one kind; False when another worker has counted the survey meanwhile."""
    if not _lock_to_count(survey_id):
        return False
    _write_anew(model, list(lock(model.objects.filter(survey=survey_id), to_delete=True)))
    return True


def _to_count() -> QuerySet[Survey]:
    return Survey.objects.filter(
        state=Survey.State.CLOSED, figures__isnull=True, closed_at__lte=times.now() - SETTLING_TIME
    )


def _lock_to_count(survey_id: uuid.UUID) -> Survey | None:
    """None when another worker has counted it meanwhile."""
    return lock(_to_count()).filter(pk=survey_id).first()


def _write_anew(model: Any, rows: list[Any]) -> int:
    """The same rows in an order that tells nothing; new ids, but of slips: their codes are out."""
    model.objects.filter(pk__in=[row.pk for row in rows]).delete()
    for row in rows:
        if model is not Token:
            row.pk, row.mixed = uuid.uuid4(), True
    _dice.shuffle(rows)
    model.objects.bulk_create(rows)
    return len(rows)


@work()
def _count_survey(survey_id: uuid.UUID) -> int:
    survey = _lock_to_count(survey_id)
    if survey is None:
        return 0
    slips = survey.tokens.count()
    answers = list(survey.answers.order_by("id"))
    survey.figures = figures.count_answers(content_of(survey, "vi"), answers, slips=slips)
    survey.save(update_fields=["figures"])
    ChatAnswered.objects.filter(survey=survey).delete()
    return 1


def forget_answers() -> int:
    """Ninety days after a result was published only what was published stays.

    Of a partner's survey ninety days after it closed, once it is counted: a partner can take its
    result back, and nobody publishes anything of a partner that was closed.
    """
    before = times.now() - ANSWERS_KEPT
    old = Survey.objects.filter(
        Q(state=Survey.State.PUBLISHED, published_at__lt=before)
        | Q(partner__isnull=False, figures__isnull=False, closed_at__lt=before)
    ).values("pk")
    done = Answer.objects.filter(survey__in=old).delete()[0]
    return done + FreeText.objects.filter(survey__in=old).delete()[0]
