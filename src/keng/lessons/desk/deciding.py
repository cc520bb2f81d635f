"""The second person's panel, the same under every kind of text."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from keng.accounts.hands import hand_refusal, name_hands
from keng.accounts.presence import is_present
from keng.accounts.who import PROVINCE_WORKING
from keng.acts.errors import NotAllowed
from keng.lessons import queries, rights
from keng.lessons.actions import releasing
from keng.lessons.errors import TextChanged
from keng.lessons.forms import PublishTextForm
from keng.lessons.four_eyes import FourEyes


def decide_text(
    request: HttpRequest, text: FourEyes
) -> tuple[PublishTextForm, HttpResponse | None]:
    """Carry a posted decision out: the form to show, or where to go from here."""
    if request.method == "POST" and request.POST.get("do") == "end":
        return PublishTextForm(), _end_posted(request, text)
    form = PublishTextForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        if not rights.may_publish_text(request.officer, text):
            messages.error(request, _refusal_words(request, text))
            return form, redirect(request.path)
        if is_present(request.officer, form):
            return form, _publish_posted(request, text, form)
    return form, None


def decision_panel(request: HttpRequest, text: FourEyes, form: PublishTextForm) -> dict[str, Any]:
    """What the panel shows."""
    officer = request.officer
    name_hands([text])
    return {
        "text": text,
        "form": form,
        "hash": bytes(text.hash).hex(),
        "standing": queries.standing_of_text(text),
        "refusal": _refusal_words(request, text) if text.is_waiting else "",
        "can_publish": text.is_waiting and rights.may_publish_text(officer, text),
        "can_end": text.ended_at is None and rights.may_end_text(officer, text),
    }


def _refusal_words(request: HttpRequest, text: FourEyes) -> str:
    """What stands in the way of somebody who could publish it, had they no hand in it."""
    if not rights.may_end_text(request.officer, text):
        return _("This is not yours to publish.")
    if text.has_hand_of(request.officer):
        return hand_refusal(PROVINCE_WORKING, text.unit, text.all_hands)
    return ""


def _publish_posted(request: HttpRequest, text: FourEyes, form: PublishTextForm) -> HttpResponse:
    try:
        seen = bytes.fromhex(form.cleaned_data["hash"])
        releasing.publish_text(type(text), text.pk, seen=seen, by=request.officer)
    except (NotAllowed, TextChanged):
        messages.error(request, TextChanged.sentence)
    else:
        messages.success(request, _("Published: everybody can read it now."))
    return redirect(request.path)


def _end_posted(request: HttpRequest, text: FourEyes) -> HttpResponse:
    try:
        releasing.end_text(type(text), text.pk, by=request.officer)
    except NotAllowed:
        messages.error(request, _("This is not yours to take away."))
    else:
        messages.success(request, _("Taken away: nobody reads it any more."))
    return redirect(request.path)
