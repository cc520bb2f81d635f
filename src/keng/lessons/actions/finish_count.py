"""Counting who finished: a number a day, and nothing of anybody."""

from django.db import connection

from keng.acts.act import act
from keng.kit import times
from keng.lessons import acts
from keng.lessons.models import Lesson


@act(acts.COUNT_FINISHED)
def count_finished(lesson: Lesson, *, pupils: int = 0) -> None:
    """One more finished it; or a teacher says how many pupils of a class did."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO lessons_finished (lesson_id, day, times, pupils)"
            " VALUES (%s, %s, %s, %s) ON CONFLICT (lesson_id, day) DO UPDATE"
            " SET times = lessons_finished.times + excluded.times,"
            " pupils = least(lessons_finished.pupils + excluded.pupils, 1000000)",
            [lesson.pk, times.local_date(times.now()), 0 if pupils else 1, pupils],
        )
