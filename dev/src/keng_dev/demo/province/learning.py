"""Lessons of the demo, written by one officer of the province and published by another."""

import datetime

from keng.accounts.models import Officer, PartnerMember
from keng.kit import times
from keng.lessons import first_hour
from keng.lessons.actions import finish_count, first_hour_acts, pledge_acts, releasing, writing
from keng.lessons.lesson_form import initial_of_edition
from keng.lessons.models import Campaign, Collection, Edition, FirstHour, Lesson
from keng.lessons.schools import schools_of
from keng.partners.actions import manuscripts
from keng.partners.models import Manuscript
from keng.places.models import Unit
from keng_dev.demo.province import filming
from keng_dev.demo.province.lesson_words import COLLECTIONS, HOTLINES, LESSONS, PLEDGE

_WRITER, _SECOND = "mai", "quan"
# Written by the Youth Union itself.
_OF_PARTNER = "youth"
_FINISHED = (212, 87, 41, 133, 64)


def load(unit: Unit, *, whole: bool) -> None:
    """Lessons, a campaign and the page of the first hour."""
    teach(whole=whole)
    pledge(unit, whole=whole)
    keep_first_hour(whole=whole)


def teach(*, whole: bool) -> list[Lesson]:
    """A collection with three lessons and what was finished; the small demo has two of them.

    For the caller's transaction; officers and the province's unit are there already.
    """
    writer = Officer.objects.get(username=_WRITER)
    second = Officer.objects.get(username=_SECOND)
    collections: dict[str, Collection] = {}
    made = []
    ours = [lesson for lesson in LESSONS if lesson[0] != _OF_PARTNER]
    for number, (name, texts, right) in enumerate(ours if whole else ours[:2]):
        if name not in collections:
            collections[name] = _collection(name, writer)
        # The first lesson begins with the film; the small demo has none to prepare.
        film = filming.film(writer) if whole and number == 0 else None
        edition = writing.write_lesson(
            texts, right, collection=collections[name], film=film, by=writer
        )
        releasing.publish_text(Edition, edition.pk, seen=edition.digest_now, by=second)
        if whole:
            _finish(edition.lesson, _FINISHED[number])
        made.append(edition.lesson)
    return made


def teach_as(members: list[PartnerMember]) -> None:
    """The lessons of a partner: one of its people writes them, another one publishes them."""
    author, second = members[:2]
    said = COLLECTIONS[_OF_PARTNER]
    collection = None
    for name, texts, right in LESSONS:
        if name != _OF_PARTNER:
            continue
        opens = None if collection else said["texts"]
        made = manuscripts.begin_manuscript(
            kind=Manuscript.Kind.LESSON,
            purpose=said["purpose"],
            collection=collection,
            opens=opens,
            by=author,
        )
        made = manuscripts.write_manuscript(
            made.pk,
            typed=initial_of_edition(texts, right),
            title=texts["vi"]["title"],
            purpose=said["purpose"],
            content={"texts": texts, "right": right},
            by=author,
        )
        seen = manuscripts.submit_manuscript(made.pk, checked=True, by=author).digest_now
        made = manuscripts.publish_manuscript(made.pk, seen=seen, checked=True, by=second)
        collection = made.collection
        if made.lesson is not None:
            _finish(made.lesson, _FINISHED[-1])


def _collection(name: str, writer: Officer) -> Collection:
    said = COLLECTIONS[name]
    return writing.open_collection(said["texts"], purpose=said["purpose"], by=writer)


def _finish(lesson: Lesson, often: int) -> None:
    finish_count.count_finished(lesson, pupils=often // 2)
    lesson.finished.update(times=often)


def pledge(unit: Unit, *, whole: bool) -> Campaign:
    """One campaign, counted by most classes; in the small demo by all but one."""
    writer = Officer.objects.get(username=_WRITER)
    second = Officer.objects.get(username=_SECOND)
    today = times.local_date(times.now())
    made = pledge_acts.open_campaign(
        PLEDGE,
        purpose="children",
        days=(today - datetime.timedelta(days=6), today + datetime.timedelta(days=24)),
        schools=[school.key for school in schools_of(unit)],
        by=writer,
    )
    releasing.publish_text(Campaign, made.pk, seen=made.digest_now, by=second)
    for number, one in enumerate(made.classes.select_related("group").order_by("group__name")):
        if number % (5 if whole else 3) != 2:
            pupils = min(one.group.member_count, 60)
            pledge_acts.count_pledges(one, pupils=pupils, pledged=pupils - number % 4)
    return made


def keep_first_hour(*, whole: bool) -> None:
    """The five steps, with banks that do not exist; the small demo has those that come along."""
    if whole:
        writer = Officer.objects.get(username=_WRITER)
        second = Officer.objects.get(username=_SECOND)
        made = first_hour_acts.write_first_hour(
            first_hour.default_first_hour_texts(), HOTLINES, by=writer
        )
        releasing.publish_text(FirstHour, made.pk, seen=made.digest_now, by=second)
