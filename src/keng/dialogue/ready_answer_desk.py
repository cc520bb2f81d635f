"""The ready answers of a unit: every officer reads them, the commander keeps them."""

import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keng.accounts.middleware import SignedInRequest
from keng.acts.errors import NotAllowed
from keng.dialogue import ready_answer_acts
from keng.dialogue.ready_answers import (
    PAPERS_TOPIC,
    URGENT_MONEY_TOPIC,
    URGENT_TOPIC,
    ReadyAnswer,
    answers_of_unit,
)
from keng.kit.forms import Form
from keng.tips.fill_ins import FILL_INS, unknown_fill_ins
from keng.tips.topics import TOPIC_NAMES

_REQUIRED = {"required": gettext_lazy("Both languages are needed: the reporter reads one of them.")}
_TOPICS = (
    ("", gettext_lazy("Fits every tip")),
    (URGENT_TOPIC, gettext_lazy("Critical tip: one tap sends it")),
    (URGENT_MONEY_TOPIC, gettext_lazy("Money just gone: one tap sends it")),
    *TOPIC_NAMES.items(),
    (PAPERS_TOPIC, gettext_lazy("A question on papers, registering, residence")),
)


def _title_field(label: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=40, error_messages=_REQUIRED)


def _text_field(label: Any, language: str) -> forms.CharField:
    box = forms.Textarea(attrs={"rows": 6, "lang": language})
    return forms.CharField(label=label, max_length=1500, widget=box, error_messages=_REQUIRED)


class ReadyAnswerForm(Form):
    """One answer in both languages. What it leaves open is one of a few known words."""

    topic = forms.ChoiceField(
        label=gettext_lazy("What is it for?"), choices=_TOPICS, required=False
    )
    title_vi = _title_field(gettext_lazy("Name of the button, in Vietnamese"))
    text_vi = _text_field(gettext_lazy("What the reporter reads, in Vietnamese"), "vi")
    title_en = _title_field(gettext_lazy("Name of the button, in English"))
    text_en = _text_field(gettext_lazy("What the reporter reads, in English"), "en")

    def clean(self) -> dict[str, Any]:
        """Words in braces that nothing fills would reach the reporter as they stand."""
        given: dict[str, Any] = super().clean() or {}
        for name in ("text_vi", "text_en"):
            wrong = unknown_fill_ins(given.get(name, ""))
            if wrong:
                words = {"gap": wrong[0], "known": ", ".join(f"{{{gap}}}" for gap in FILL_INS)}
                message = _("“%(gap)s” cannot be filled in. In braces only: %(known)s.") % words
                self.add_error(name, message)
        return given


@require_GET
def answers(request: SignedInRequest) -> HttpResponse:
    """All answers by topic, those out of use at the end."""
    found = answers_of_unit(request.officer.home_unit_id, request.officer)
    shown = [
        (label, [each for each in found if each.topic == code and not each.is_removed])
        for code, label in _TOPICS
    ]
    context = {
        "topics": [(label, rows) for label, rows in shown if rows],
        "removed": [each for each in found if each.is_removed],
        "may_keep": ready_answer_acts.may_keep_ready_answers(request.officer),
    }
    return render(request, "dialogue/desk/answers.html", context)


@require_http_methods(["GET", "POST"])
def answer_write(request: SignedInRequest) -> HttpResponse:
    """A new answer, or another wording of one."""
    if not ready_answer_acts.may_keep_ready_answers(request.officer):
        raise PermissionDenied
    known = _answer_named(request)
    form = ReadyAnswerForm(request.POST or None, initial=_answer_words(known) if known else {})
    if request.method == "POST" and form.is_valid() and _save_form(request, form):
        messages.success(request, _("Saved: the answer stands beside every reply from now on."))
        return redirect("answers")
    if form.errors:
        seen = request.POST.get("seen", "")
    else:
        seen = known.changed_at.isoformat() if known and known.changed_at else ""
    context = {
        "form": form,
        "code": known.code if known else "",
        "seen": seen,
        "gaps": _fill_in_choices(),
    }
    status = 422 if form.errors else 200
    return render(request, "dialogue/desk/answer_write.html", context, status=status)


@require_POST
def answer_retire(request: SignedInRequest) -> HttpResponse:
    """Out of use, or into use again."""
    is_removed = request.POST.get("again") != "1"
    try:
        ready_answer_acts.set_ready_answer_removed(
            request.POST.get("code", "")[:40], is_removed=is_removed, by=request.officer
        )
    except NotAllowed as error:
        raise Http404 from error
    messages.success(request, _("Out of use.") if is_removed else _("In use again."))
    return redirect("answers")


def _save_form(request: SignedInRequest, form: ReadyAnswerForm) -> bool:
    try:
        ready_answer_acts.write_ready_answer(
            request.POST.get("code", "")[:40],
            words=form.cleaned_data,
            by=request.officer,
            seen=_seen_moment(request),
        )
    except NotAllowed as error:
        raise Http404 from error
    except ready_answer_acts.ReadyAnswerChanged as error:
        form.add_error(None, str(error.sentence))
        return False
    return True


def _seen_moment(request: SignedInRequest) -> datetime.datetime | None:
    """When the words from which the officer started were changed; none where no page says so."""
    try:
        return parse_datetime(request.POST.get("seen", ""))
    except ValueError:
        return None


def _answer_named(request: SignedInRequest) -> ReadyAnswer | None:
    code = request.POST.get("code") or request.GET.get("code") or ""
    if not code:
        return None
    for each in answers_of_unit(request.officer.home_unit_id, request.officer):
        if each.code == code:
            return each
    raise Http404


def _answer_words(answer: ReadyAnswer) -> dict[str, str]:
    names = ("topic", "title_vi", "title_en", "text_vi", "text_en")
    return {name: getattr(answer, name) for name in names}


def _fill_in_choices() -> list[tuple[str, str]]:
    meanings = {
        "desk": _("the name of the desk"),
        "desk_phone": _("the telephone of the desk"),
        "place": _("the place the tip is about"),
        "deadline": _("when the tip must be finished, as a promise"),
        "receipt": _("the words “your receipt code”; never the code"),
    }
    return [(f"{{{gap}}}", meanings[gap]) for gap in FILL_INS]
