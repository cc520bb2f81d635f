"""Second question: what it is about, one tap on one of eight tiles."""

from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from keng.community.report.steps import ReportJourney, report_step
from keng.kit.forms import Form
from keng.tips.topics import TOPIC_NAMES, TOPICS


class WhatForm(Form):
    """One of eight buttons."""

    topic = forms.ChoiceField(
        choices=list(TOPIC_NAMES.items()),
        error_messages={"required": _("Tap one of the eight; “Something else” is fine too")},
    )


@report_step("what", WhatForm)
def report_what(report: ReportJourney, form: WhatForm) -> HttpResponse:
    """Ask what it is about."""
    if form.is_bound and form.is_valid():
        return report.keep_answers(form.cleaned_data)
    return report.question_page(form, topics=TOPICS)
