"""The form by which data protection proposes a period."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from keng.kit.forms import Form
from keng.language.category_names import category_choices
from keng.language.taxonomy import categories
from keng.places.models import Unit
from keng.retention.models import FEWEST_MONTHS, MOST_MONTHS, ClosedAs


class PeriodForm(Form):
    """For which tips, how long, and by which sentence of law, if one says so."""

    unit = forms.ModelChoiceField(
        label=_("For the desks of"), queryset=Unit.objects.none(), empty_label=None
    )
    category = forms.ChoiceField(label=_("Category"), required=False)
    closed_as = forms.ChoiceField(
        label=_("How the tip ended"),
        choices=ClosedAs.choices,
        error_messages={"required": _("Choose how the tip ended.")},
    )
    months = forms.IntegerField(
        label=_("Months after the day on which it was closed"),
        min_value=FEWEST_MONTHS,
        max_value=MOST_MONTHS,
        help_text=_("Four months at least: closed tips are searched for three."),
        error_messages={
            "required": _("Say how many months."),
            "invalid": _("Say how many months."),
            "min_value": _("Four months at least: closed tips are searched for three."),
            "max_value": _("Fifty years at most."),
        },
    )
    law_words = forms.CharField(
        label=_("The sentence of law that says so"),
        help_text=_("Word for word. Left empty, the period is shown as a house rule."),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    law_source = forms.CharField(
        label=_("Where it stands"),
        help_text=_("Law, article, clause."),
        required=False,
        max_length=160,
    )

    def __init__(self, *args: Any, units: list[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ids = [unit.pk for unit in units]
        self.fields["unit"].queryset = Unit.objects.filter(pk__in=ids)  # type: ignore[attr-defined]
        self.fields["category"].choices = [  # type: ignore[attr-defined]
            ("", _("Every category without a period of its own")),
            *category_choices(categories()),
        ]

    def clean(self) -> dict[str, Any]:
        """A sentence of law without its place proves nothing, nor a place without the sentence."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if bool(given.get("law_words")) != bool(given.get("law_source")):
            self.add_error(
                "law_source", _("Quote the sentence and say where it stands, or neither.")
            )
        return given
