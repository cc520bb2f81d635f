"""Surveys of the demo ward: one open, one with slips, one whose result is published.

Written and approved by the officers' own actions; the answers come by the handful, and nobody gave
them. For the caller's transaction; officers, the ward and its hamlets are there already.
"""

import datetime as dt
import uuid
from random import Random
from typing import Any

from keng.accounts.models import Officer
from keng.kit import times
from keng.places.models import Unit
from keng.surveys.actions import counting, free_texts, opening, results, writing
from keng.surveys.content import PLACE_KEY
from keng.surveys.models import Answer, FreeText, Survey, Token
from keng.surveys.queries import place_names_below
from keng_dev.demo.province.survey_words import (
    AT_THE_DESK,
    BY_PLACE,
    FEELINGS,
    FIRE,
    NIGHT,
    OUTCOME,
    SHOWN,
    Asked,
)

_WRITER, _SECOND = "mai", "quan"
_SLIPS, _USED, _ON_PAPER, _AGAIN = 240, 97, 36, 21
_SEED = 412


def ask(ward: Unit, *, whole: bool) -> list[Survey]:
    """All three; the small demo has the open one and the published one, with fewer answers."""
    dice = Random(_SEED)  # noqa: S311 -- a play, no secret
    today = times.local_date(times.now())
    made = [_open(ward, AT_THE_DESK, today, begun=9, lasts=21)]
    _answers(
        made[0], [{"q1": dice.choice([0, 1, 1, 2]), "q2": dice.randrange(5)} for _ in range(23)]
    )
    if whole:
        made.append(_with_slips(ward, today, dice))
    made.append(_published(ward, today, dice))
    return made


def _open(ward: Unit, asked: Asked, today: dt.date, *, begun: int, lasts: int) -> Survey:
    """Written, approved by somebody else, and opened some days ago."""
    writer, second = (Officer.objects.get(username=name) for name in (_WRITER, _SECOND))
    content = {
        **asked.words,
        "closes_on": (today + dt.timedelta(days=lasts - begun)).isoformat(),
        "results_on": (today + dt.timedelta(days=lasts - begun + 10)).isoformat(),
        "places": place_names_below(ward) if asked.by_place else [],
    }
    survey = writing.make_survey(
        unit_id=ward.pk, purpose=asked.purpose, reach=asked.reach, content=content, by=writer
    )
    for question in asked.questions:
        writing.put_question(survey.pk, question, by=writer)
    survey = writing.submit_survey(survey.pk, by=writer)
    opening.approve_survey(survey.pk, seen=survey.digest_now, by=second)
    if asked.reach == Survey.Reach.ONCE:
        opening.make_slips(survey.pk, _SLIPS, by=writer)
    opening.open_survey(survey.pk, by=writer, now=times.now() - dt.timedelta(days=begun))
    return Survey.objects.get(pk=survey.pk)


def _with_slips(ward: Unit, today: dt.date, dice: Random) -> Survey:
    survey = _open(ward, FIRE, today, begun=5, lasts=14)
    said = [
        {"q1": dice.choice([0, 0, 1, 2]), "q2": sorted(dice.sample(range(4), dice.randint(1, 3)))}
        for _ in range(_USED)
    ]
    _answers(survey, said)
    used = Token.objects.filter(survey=survey).order_by("hash").values("pk")[:_USED]
    Token.objects.filter(pk__in=list(used.values_list("pk", flat=True))).update(used=True)
    return survey


def _published(ward: Unit, today: dt.date, dice: Random) -> Survey:
    """Four hundred and twelve answers, one hamlet with four of them, and what is done about it."""
    survey = _open(ward, NIGHT, today, begun=30, lasts=24)
    _answers(survey, _nights(survey, dice), on_paper=_ON_PAPER, again=_AGAIN)
    FreeText.objects.bulk_create(
        FreeText(survey=survey, question="q4", words=words, state="waiting", mixed=True)
        for words in SHOWN
    )
    writer = Officer.objects.get(username=_WRITER)
    opening.close_survey(survey.pk, by=writer)
    _back(survey.pk, closed_at=times.now() - dt.timedelta(days=6))
    counting.count_closed_survey()
    for text in FreeText.objects.filter(survey=survey):
        free_texts.decide_free_text(text.pk, words=text.words, by=writer)
    result = results.submit_result(survey.pk, OUTCOME, by=writer)
    second = Officer.objects.get(username=_SECOND)
    results.publish_result(survey.pk, seen=result.digest_now, by=second)
    published = times.now() - dt.timedelta(days=2)
    _back(survey.pk, published_at=published)
    survey.results.update(submitted_at=published, released_at=published)
    return Survey.objects.get(pk=survey.pk)


def _nights(survey: Survey, dice: Random) -> list[dict[str, Any]]:
    feelings = [at for at, count in enumerate(FEELINGS) for _ in range(count)]
    names = survey.content["places"]
    homes = [
        next(at for at, name in enumerate(names) if name.endswith(place))
        for place, count in BY_PLACE.items()
        for _ in range(count)
    ]
    dice.shuffle(feelings)
    found = []
    for feeling, home in zip(feelings, homes, strict=True):
        said: dict[str, Any] = {
            "q1": feeling,
            PLACE_KEY: home,
            "q3": dice.choice([0, 1, 1, 2, 2, 3, 4]),
        }
        if feeling in {2, 3}:
            said["q2"] = sorted(dice.sample(range(4), dice.choice([1, 1, 2])))
        found.append(said)
    return found


def _answers(
    survey: Survey, said: list[dict[str, Any]], *, on_paper: int = 0, again: int = 0
) -> None:
    today = times.local_date(times.now())
    monday = today - dt.timedelta(days=today.weekday() + 7)
    Answer.objects.bulk_create(
        Answer(
            survey=survey,
            week=monday,
            said=one,
            mixed=True,
            again=on_paper <= n < on_paper + again,
            origin=Answer.Origin.PAPER if n < on_paper else Answer.Origin.WEB,
        )
        for n, one in enumerate(said)
    )


def _back(key: uuid.UUID, **moments: dt.datetime) -> None:
    Survey.objects.filter(pk=key).update(**moments)
