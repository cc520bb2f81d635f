"""Forms of pledge campaigns: an officer opens one, a class teacher counts."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from keng.accounts.models import SafetyPurpose
from keng.kit.forms import Form, HintedChoices, day_field, written_lines
from keng.lessons.forms import LONGEST_TITLE, MOST_PUPILS
from keng.lessons.schools import School

_EMPTY = {"required": gettext_lazy("Write this part")}


class CampaignForm(Form):
    """What pupils pledge, when, and in which schools."""

    title = forms.CharField(
        label=gettext_lazy("Name of the campaign"), max_length=LONGEST_TITLE, error_messages=_EMPTY
    )
    pledge = forms.CharField(
        label=gettext_lazy("What pupils pledge, one sentence a line"),
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages=_EMPTY,
    )
    en_title = forms.CharField(
        label=gettext_lazy("Title in English"), max_length=LONGEST_TITLE, required=False
    )
    en_pledge = forms.CharField(
        label=gettext_lazy("What pupils pledge, in English"),
        max_length=600,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    purpose = forms.ChoiceField(
        label=gettext_lazy("Purpose"),
        choices=SafetyPurpose.choices,
        widget=forms.RadioSelect,
        help_text=gettext_lazy("The list is closed: opinions are in none of them."),
        error_messages={"required": gettext_lazy("Choose a purpose")},
    )
    starts_on = day_field(gettext_lazy("From"))
    ends_on = day_field(gettext_lazy("Until"))
    schools = HintedChoices(
        label=gettext_lazy("Schools"),
        help_text=gettext_lazy("From the groups of classes whose teacher is a lead."),
        error_messages={"required": gettext_lazy("Choose at least one school")},
    )

    def __init__(self, *args: Any, schools: list[School], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["schools"]
        field.choices = [(school.key, school.label) for school in schools]
        field.hints = {
            school.key: ngettext(
                "%(place)s, %(n)s class", "%(place)s, %(n)s classes", len(school.classes)
            )
            % {"place": school.commune.full_name, "n": len(school.classes)}
            for school in schools
        }

    def clean(self) -> dict[str, Any]:
        """The end after the start; both English parts or none."""
        given: dict[str, Any] = super().clean() or {}
        starts, ends = given.get("starts_on"), given.get("ends_on")
        if starts and ends and ends < starts:
            self.add_error("ends_on", _("It ends before it begins"))
        if bool(given.get("en_title")) != bool(given.get("en_pledge")):
            self.add_error("en_title", _("Write both English parts, or neither."))
        return given

    def texts(self) -> dict[str, dict[str, Any]]:
        """By language; the pledge as its sentences."""
        given = self.cleaned_data
        found = {"vi": {"title": given["title"], "pledge": written_lines(given["pledge"])}}
        if given["en_title"]:
            found["en"] = {"title": given["en_title"], "pledge": written_lines(given["en_pledge"])}
        return found


class PledgeCountForm(Form):
    """Two numbers of a class."""

    pupils = forms.IntegerField(
        label=gettext_lazy("How many pupils the class has"),
        min_value=1,
        max_value=MOST_PUPILS,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    pledged = forms.IntegerField(
        label=gettext_lazy("How many of them pledged"),
        min_value=0,
        max_value=MOST_PUPILS,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            words = _("Write a number from 0 to 60")
            field.error_messages |= dict.fromkeys(("required", "invalid"), words)
            for check in field.validators:
                check.message = words  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """No more can pledge than there are."""
        given: dict[str, Any] = super().clean() or {}
        pupils, pledged = given.get("pupils"), given.get("pledged")
        if pupils is not None and pledged is not None and pledged > pupils:
            self.add_error("pledged", _("More than the class has"))
        return given
