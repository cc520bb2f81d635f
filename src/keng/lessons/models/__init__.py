"""The tables of this area."""

from keng.lessons.models.films import Film
from keng.lessons.models.first_hour import FirstHour
from keng.lessons.models.lessons import Collection, Edition, Finished, Lesson
from keng.lessons.models.pledges import Campaign, SchoolClass

__all__ = [
    "Campaign",
    "Collection",
    "Edition",
    "Film",
    "Finished",
    "FirstHour",
    "Lesson",
    "SchoolClass",
]
