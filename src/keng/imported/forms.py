"""The form by which a sheet of earlier records is handed in."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from keng.imported.models import ImportKind
from keng.kit.forms import Form
from keng.kit.list_filter import ListFilter
from keng.network.forms.parts import sheet_field
from keng.places.models import Unit


class ImportForm(Form):
    """A file, what it holds, and for which province."""

    unit = forms.ModelChoiceField(
        label=_("For the desks of"), queryset=Unit.objects.none(), empty_label=None
    )
    kind = forms.ChoiceField(
        label=_("What the sheet holds"), choices=ImportKind.choices, initial=ImportKind.TIPS
    )
    sheet = sheet_field(
        _("File with earlier records"), _("Excel (.xlsx) or CSV, up to 2 MB and 10,000 rows.")
    )

    def __init__(self, *args: Any, units: list[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ids = [unit.pk for unit in units]
        self.fields["unit"].queryset = Unit.objects.filter(pk__in=ids)  # type: ignore[attr-defined]


class ImportedFilter(ListFilter):
    """By words."""
