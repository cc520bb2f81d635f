"""Last question: anonymous, which is preselected, or with a name that is sealed."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from keng.community.report.steps import ReportJourney, report_step
from keng.kit.forms import Form
from keng.tips.safe_hours import HOUR_CHOICES, hours_fit

ANONYMOUS, SEALED = "anonymous", "sealed"
_FEWEST_DIGITS = 8
# Others may use the same phone: the browser should not offer them what was typed here.
_NOT_REMEMBERED = {"autocomplete": "off"}
_NOTHING_SAID = {"name": "", "phone": "", "do_not_call": False, "safe_from": "", "safe_until": ""}


class NameForm(Form):
    """Whether to say who one is."""

    wish = forms.ChoiceField(
        choices=[(ANONYMOUS, ANONYMOUS), (SEALED, SEALED)],
        initial=ANONYMOUS,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose whether to stay anonymous")},
    )
    name = forms.CharField(
        label=_("Your name"),
        help_text=_("One of the two is enough."),
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs=_NOT_REMEMBERED),
    )
    phone = forms.CharField(
        label=_("Phone number"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs=_NOT_REMEMBERED | {"inputmode": "tel"}),
    )

    do_not_call = forms.BooleanField(
        label=_("Do not call me: write on the page of the report"),
        help_text=_(
            "To open the number all the same, an officer has to say why, and a second one to agree."
        ),
        required=False,
    )
    safe_from = forms.ChoiceField(
        label=_("Call me only from"),
        choices=HOUR_CHOICES,
        help_text=_(
            "If others may hear your phone. To open the number at other hours, an officer has to "
            "say why, and a second one to agree."
        ),
        required=False,
    )
    safe_until = forms.ChoiceField(label=_("until"), choices=HOUR_CHOICES, required=False)

    def clean_phone(self) -> str:
        """A number that an officer can ring: nobody notices later what is sealed now."""
        phone: str = self.cleaned_data["phone"]
        is_sealed = self.cleaned_data.get("wish") == SEALED
        if is_sealed and phone and sum(map(str.isdigit, phone)) < _FEWEST_DIGITS:
            raise forms.ValidationError(_("Write the number in figures, for example 0912 345 678"))
        return phone

    def clean(self) -> dict[str, Any]:
        """Whoever stays anonymous leaves nothing behind, also if something was typed before."""
        said = super().clean() or {}
        if said.get("wish") == ANONYMOUS:
            return said | _NOTHING_SAID
        if said.get("wish") == SEALED and not (said.get("name") or said.get("phone")):
            self.add_error("name", _("Write a name or a phone number, or stay anonymous"))
        if said.get("do_not_call"):
            return said | {"safe_from": "", "safe_until": ""}
        if not hours_fit(said.get("safe_from", ""), said.get("safe_until", "")):
            self.add_error("safe_until", _("Choose two different hours, or none"))
        return said


@report_step("name", NameForm)
def report_name(report: ReportJourney, form: NameForm) -> HttpResponse:
    """Ask whether to say who one is."""
    if form.is_bound and form.is_valid():
        return report.keep_answers(form.cleaned_data)
    wish = form["wish"].value() or ANONYMOUS
    return report.question_page(form, wish=wish)
