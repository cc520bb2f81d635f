"""What the pages of surveys promise. Each sentence is tied to a test in docs/promises.csv."""

from django.utils.translation import gettext_lazy as _

PROMISES = {
    "survey_draft": _(
        "While you answer, your answers are encrypted with a key that only your browser has. "
        "After 24 hours in which nothing is written they are deleted."
    ),
    "survey_no_name": _("We ask for no name, and keep no network address with an answer."),
    "survey_apart": _(
        "Your answers are kept without day and hour, apart from the slip and apart from your own "
        "words: nobody here can put them together again."
    ),
    "survey_cells": _(
        "Groups of fewer than five people are not published, so that nobody can guess who answered."
    ),
}
