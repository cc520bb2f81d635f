"""Lessons of the demo, written by one officer of the province and published by another."""

import datetime

from keng.accounts.models import Officer, Partner
from keng.demo.province import filming
from keng.demo.province.lesson_words import COLLECTIONS, HOTLINES, LESSONS, PLEDGE
from keng.kit import times
from keng.lessons import first_hour
from keng.lessons.actions import counting, keeping, pledging, releasing, writing
from keng.lessons.models import Campaign, Collection, Edition, FirstHour, Lesson
from keng.lessons.schools import schools_of
from keng.places.models import Unit

_WRITER, _SECOND = "mai", "quan"
_PARTNER = "Đoàn Thanh niên tỉnh (bản thử)"
_FINISHED = (212, 87, 41, 133, 64)


def load(unit: Unit, *, whole: bool) -> None:
    """Lessons, a campaign and the page of the first hour."""
    teach(unit, whole=whole)
    pledge(unit, whole=whole)
    keep_first_hour(whole=whole)


def teach(unit: Unit, *, whole: bool) -> list[Lesson]:
    """Two collections with five lessons and what was finished; the small demo has two of them.

    For the caller's transaction; officers and the province's unit are there already.
    """
    writer = Officer.objects.get(username=_WRITER)
    second = Officer.objects.get(username=_SECOND)
    collections: dict[str, Collection] = {}
    made = []
    for number, (name, texts, right) in enumerate(LESSONS if whole else LESSONS[:2]):
        if name not in collections:
            collections[name] = _collection(name, unit, writer)
        # The first lesson begins with the film; the small demo has none to prepare.
        film = filming.film(writer) if whole and number == 0 else None
        edition = writing.write(texts, right, collection=collections[name], film=film, by=writer)
        releasing.publish(Edition, edition.pk, seen=bytes(edition.hash), by=second)
        if whole:
            _finish(edition.lesson, _FINISHED[number])
        made.append(edition.lesson)
    return made


def _collection(name: str, unit: Unit, writer: Officer) -> Collection:
    said = COLLECTIONS[name]
    partner = None
    if name == "youth":
        partner = (
            Partner.objects.active()
            .filter(kind=Partner.Kind.YOUTH_UNION, purposes__contains=[said["purpose"]])
            .first()
        ) or Partner.objects.create(
            name=_PARTNER, kind=Partner.Kind.YOUTH_UNION, purposes=[said["purpose"]],
            invited_by_unit=unit,
        )  # fmt: skip
    return writing.open_collection(
        said["texts"], purpose=said["purpose"], partner=partner, by=writer
    )


def _finish(lesson: Lesson, often: int) -> None:
    counting.count_finished(lesson, pupils=often // 2)
    lesson.finished.update(times=often)


def pledge(unit: Unit, *, whole: bool) -> Campaign:
    """One campaign, counted by most classes; in the small demo by all but one."""
    writer = Officer.objects.get(username=_WRITER)
    second = Officer.objects.get(username=_SECOND)
    today = times.local_date(times.now())
    made = pledging.open_campaign(
        PLEDGE, purpose="children",
        days=(today - datetime.timedelta(days=6), today + datetime.timedelta(days=24)),
        schools=[school.key for school in schools_of(unit)], by=writer,
    )  # fmt: skip
    releasing.publish(Campaign, made.pk, seen=bytes(made.hash), by=second)
    for number, one in enumerate(made.classes.select_related("group").order_by("group__name")):
        if number % (5 if whole else 3) != 2:
            pupils = min(one.group.member_count, 60)
            pledging.count(one, pupils=pupils, pledged=pupils - number % 4)
    return made


def keep_first_hour(*, whole: bool) -> None:
    """The five steps, with banks that do not exist; the small demo has those that come along."""
    if whole:
        writer = Officer.objects.get(username=_WRITER)
        second = Officer.objects.get(username=_SECOND)
        made = keeping.write_first_hour(first_hour.default_texts(), HOTLINES, by=writer)
        releasing.publish(FirstHour, made.pk, seen=bytes(made.hash), by=second)
