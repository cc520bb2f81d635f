"""The second person's panel, the same under every kind of text."""

import functools
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from keng.accounts.who import PROVINCE_WORKING
from keng.acts.errors import NotAllowed
from keng.lessons import queries, rights
from keng.lessons.actions import releasing
from keng.lessons.lesson_text import LessonText
from keng.releases.desk import SecondPersonPanel, decide_release, decided_meanwhile
from keng.releases.errors import NothingWaits


def decide_text(
    request: HttpRequest, text: LessonText
) -> SecondPersonPanel[LessonText] | HttpResponse:
    """Carry a posted decision out: the panel to show, or where to go from here."""
    publish = functools.partial(releasing.publish_text, type(text), text.pk)
    try:
        panel, published = decide_release(request, text, which=PROVINCE_WORKING, let_out=publish)
    except NothingWaits:
        return decided_meanwhile(request, request.path)
    if published is not None:
        messages.success(request, _("Published: everybody can read it now."))
        return redirect(request.path)
    if request.POST.get("do") == "end":
        return _end_posted(request, text)
    return panel


def decision_context(request: HttpRequest, panel: SecondPersonPanel[LessonText]) -> dict[str, Any]:
    """What the page shows beside the text."""
    text = panel.text
    return {
        "panel": panel,
        "standing": queries.standing_of_text(text),
        "can_end": text.ended_at is None and rights.may_end_text(request.officer, text),
    }


def _end_posted(request: HttpRequest, text: LessonText) -> HttpResponse:
    try:
        releasing.end_text(type(text), text.pk, by=request.officer)
    except NotAllowed:
        messages.error(request, _("This is not yours to take away."))
    else:
        messages.success(request, _("Taken away: nobody reads it any more."))
    return redirect(request.path)
