"""The filter row above the desk's list of what is out: words, what became of it, category, desk."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keng.accounts.models import Officer
from keng.kit.ids import read_id
from keng.kit.list_filter import ListFilter
from keng.kit.sql_names import alphabetically
from keng.language.category_names import category_choices
from keng.language.taxonomy import warning_categories
from keng.places.models import Unit
from keng.warnings.queries import PUBLISHED_STATES


class PublishedFilter(ListFilter):
    """By words or the code, by what became of it, by category, by desk."""

    words_label = gettext_lazy("Title or code")

    state = forms.ChoiceField(label=gettext_lazy("State"), required=False)
    category = forms.ChoiceField(label=gettext_lazy("Category"), required=False)
    unit = forms.ChoiceField(label=gettext_lazy("Unit"), required=False)

    def __init__(self, *args: Any, officer: Officer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        names = {
            "current": _("In force"),
            "expired": _("Expired"),
            "corrected": _("Corrected"),
            "recalled": _("Taken back"),
        }
        fields["state"].choices = [
            ("", _("All")),
            *((code, names[code]) for code in PUBLISHED_STATES),
        ]
        fields["category"].choices = [
            ("", _("All")),
            *category_choices(warning_categories()),
        ]
        units = Unit.objects.filter(pk__in=officer.unit_ids).order_by("-kind", alphabetically())
        if len(officer.unit_ids) > 1:
            fields["unit"].choices = [("", _("All")), *((str(u.pk), u.name) for u in units)]
        else:
            del self.fields["unit"]

    def arguments(self) -> dict[str, Any]:
        """For keng.warnings.queries.published_warnings."""
        found = self.chosen
        return {
            "words": self.words,
            "state": found.get("state", ""),
            "category": found.get("category", ""),
            "unit": read_id(found.get("unit", "")),
        }
