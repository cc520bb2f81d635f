"""What the pages of lessons promise. Each sentence is tied to a test in docs/promises.csv."""

from django.utils.translation import gettext_lazy as _

PROMISES = {
    "lesson_answers": _("Nobody’s answers are kept. Only how many finished is counted."),
    "lesson_paper": _("It has no names, and we keep nothing of it but the number."),
    "pledge_cells": _("Fewer than five pupils are counted together with others."),
    "pledge_no_list": _("No pupil is listed anywhere: a teacher tells us two numbers."),
}
