"""The worker's part: mixing, counting after closing, forgetting.

Rows that were written one after another could be joined by their place in the table: the third slip
used, the third answer, the third text. So answers and texts are written anew in a random order,
never fewer than five at a time. Nobody but the worker can read what was answered.
"""

import datetime
import random
import uuid
from typing import Any

from django.db import transaction

from keng.kit import times
from keng.surveys import figures
from keng.surveys.models import Answer, ChatAnswered, FreeText, Survey
from keng.surveys.queries import content_of
from keng.surveys.suppress import FEWEST

KEPT = datetime.timedelta(days=90)
# An answer that was on its way when somebody closed the survey is counted, too.
SETTLES = datetime.timedelta(seconds=5)
_dice = random.SystemRandom()


def mix() -> int:
    """Mix one open survey that has enough new answers; how many rows were written anew."""
    ready = (
        Survey.objects.filter(state=Survey.State.OPEN, answers__mixed=False)
        .order_by("id")
        .distinct()
        .values_list("pk", flat=True)
    )
    for key in ready:
        if Answer.objects.filter(survey=key, mixed=False).count() >= FEWEST:
            return mix_one(key)
    return 0


@transaction.atomic
def mix_one(survey_id: uuid.UUID) -> int:
    """Write the new answers and texts of a survey anew, in an order that tells nothing."""
    done = 0
    models: tuple[Any, ...] = (Answer, FreeText)
    for model in models:
        rows = list(
            model.objects.select_for_update(no_key=True).filter(survey=survey_id, mixed=False)
        )
        model.objects.filter(pk__in=[row.pk for row in rows]).delete()
        for row in rows:
            row.pk, row.mixed = uuid.uuid4(), True
        _dice.shuffle(rows)
        model.objects.bulk_create(rows)
        done += len(rows)
    return done


@transaction.atomic
def count_closed() -> int:
    """Count one survey that was closed; 1 when there was one."""
    survey = (
        Survey.objects.select_for_update(no_key=True, skip_locked=True)
        .filter(
            state=Survey.State.CLOSED, figures__isnull=True, closed_at__lte=times.now() - SETTLES
        )
        .order_by("closed_at")
        .first()
    )
    if survey is None:
        return 0
    mix_one(survey.pk)
    slips = survey.tokens.count()
    answers = list(survey.answers.order_by("id"))
    survey.figures = figures.count(content_of(survey, "vi"), answers, slips=slips)
    survey.save(update_fields=["figures"])
    ChatAnswered.objects.filter(survey=survey).delete()
    return 1


def forget() -> int:
    """Ninety days after a result was published only what was published stays."""
    old = Survey.objects.filter(
        state=Survey.State.PUBLISHED, published_at__lt=times.now() - KEPT
    ).values("pk")
    done = Answer.objects.filter(survey__in=old).delete()[0]
    return done + FreeText.objects.filter(survey__in=old).delete()[0]
