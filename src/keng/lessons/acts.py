"""What is done with lessons, films, pledges and the first hour: who may, and what is on record."""

from django.utils.translation import gettext_lazy as _

from keng.accounts.who import HOLDER, PROVINCE_WORKING
from keng.acts.act import Act, name_records

OPEN_COLLECTION = Act(PROVINCE_WORKING, {"collection.opened": _("Opened a collection of lessons")})
WRITE_LESSON = Act(PROVINCE_WORKING)
REWRITE_LESSON = Act(PROVINCE_WORKING)
PUBLISH_TEXT = Act(
    PROVINCE_WORKING,
    {
        "lesson.published": _("Published a lesson"),
        "pledge.published": _("Published a pledge campaign"),
        "first_hour.published": _("Published the page of the first hour"),
    },
)
END_TEXT = Act(
    PROVINCE_WORKING,
    {
        "lesson.ended": _("Took a lesson away"),
        "pledge.ended": _("Took a pledge campaign away"),
        "first_hour.ended": _("Took a text of the first hour away"),
    },
)
# That somebody finished a lesson is a number a day: no entry tells the moment.
COUNT_FINISHED = Act(HOLDER)

TAKE_IN_FILM = Act(PROVINCE_WORKING, {"film.uploaded": _("Uploaded a film")})
DISCARD_FILM = Act(PROVINCE_WORKING, {"film.discarded": _("Threw a film away")})

WRITE_FIRST_HOUR = Act(
    PROVINCE_WORKING, {"first_hour.written": _("Wrote the page of the first hour")}
)

OPEN_CAMPAIGN = Act(PROVINCE_WORKING, {"pledge.opened": _("Wrote a pledge campaign")})
RENEW_CLASS_LINK = Act(
    PROVINCE_WORKING, {"pledge.link_renewed": _("Gave a class teacher another link")}
)
COUNT_PLEDGES = Act(
    HOLDER,
    {
        "pledge.counted": _("A class teacher counted who pledged"),
        "pledge.corrected": _("A class teacher corrected a count"),
    },
)

name_records(
    {
        # A new lesson, or the next edition of one.
        "lesson.written": _("Wrote a lesson"),
        # The worker's.
        "film.prepared": _("Prepared a film"),
        "film.refused": _("Could not prepare a film"),
    }
)
