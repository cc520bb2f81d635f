"""First question: the desk where it happened, or straight to the province. No reason is asked."""

from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from keng.community.report.recipient import COMMUNE, PROVINCE
from keng.community.report.steps import ReportJourney, report_step
from keng.kit.forms import Form


class WhoGetsForm(Form):
    """One of two buttons."""

    desk = forms.ChoiceField(
        choices=[(COMMUNE, COMMUNE), (PROVINCE, PROVINCE)],
        error_messages={"required": _("Choose who should get your report")},
    )
    # Asked only of whoever came from the page of a team.
    as_team = forms.BooleanField(
        required=False, label=_("Say that it comes from a self-management team")
    )


@report_step("who-gets", WhoGetsForm)
def report_who_gets(report: ReportJourney, form: WhoGetsForm) -> HttpResponse:
    """Ask who should get the report."""
    if form.is_bound and form.is_valid():
        return report.keep_answers(form.cleaned_data)
    return report.question_page(form)
