"""Second question: what it is about, one tap on one of eight tiles."""

from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from keng.community.report.steps import ReportJourney, report_step
from keng.kit.forms import Form

# Code of the topic (also the name of its drawing), what the tile says, and what belongs to it.
TOPICS = (
    ("scam", _("Scam"), _("Calls, messages, money transfers")),
    ("theft", _("Theft, robbery"), _("Stolen vehicle, break-in, snatching")),
    ("violence", _("Violence, threats"), _("Fights, disorder, violence at home")),
    ("child", _("Children, missing people"), _("Abuse, luring, somebody lost")),
    ("drugs", _("Drugs, gambling"), _("Dealing, gatherings, prostitution")),
    ("loan", _("Loan sharks"), _("Extreme interest, threats over debts")),
    ("fire", _("Fire, weapons, traffic"), _("Fireworks, blades, racing, accidents")),
    ("other", _("Something else"), _("Lodgings, fake goods, dumped poison")),
)
TOPIC_NAMES = {code: name for code, name, _hint in TOPICS}
# Where the question about money makes sense.
MONEY_TOPICS = ("scam", "loan")


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
