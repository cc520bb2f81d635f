"""What the forms of groups and of houses have in common."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keng.accounts.models import Officer
from keng.kit.forms import day_field
from keng.kit.list_filter import ListFilter
from keng.network.queries.places import places_of
from keng.places.models import Place


class NetworkFilter(ListFilter):
    """By words, place, kind and state."""

    place = forms.ModelChoiceField(
        Place.objects.none(), required=False, label=gettext_lazy("Place")
    )
    kind = forms.ChoiceField(required=False, label=gettext_lazy("Kind"))
    state = forms.ChoiceField(required=False, label=gettext_lazy("State"))

    kinds: list[tuple[str, Any]]
    states: Callable[..., list[tuple[str, str]]]
    """A method: the choices of the state, in the reader's language."""

    def __init__(self, *args: Any, officer: Officer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["place"].queryset = places_of(officer.unit_ids)
        fields["place"].empty_label = _("All places")
        fields["kind"].choices = [("", _("All kinds")), *self.kinds]
        fields["state"].choices = self.states()

    def arguments(self) -> dict[str, Any]:
        """What was chosen, for the query of the list."""
        chosen = self.chosen
        place = chosen.get("place")
        return {
            "words": chosen.get("q", ""),
            "place": place.pk if place else None,
            "kind": chosen.get("kind", ""),
            "state": chosen.get("state", ""),
        }


ROWS_OF_SHEETS = gettext_lazy("Excel (.xlsx) or CSV, up to 2 MB and 2,000 rows.")


def sheet_field(label: Any, help_text: Any = ROWS_OF_SHEETS) -> forms.FileField:
    """A file with rows to take over."""
    return forms.FileField(
        label=label,
        help_text=help_text,
        error_messages={
            "required": gettext_lazy("Choose a file"),
            "empty": gettext_lazy("The file is empty"),
        },
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,.txt"}),
    )


def name_field(label: Any, longest: int = 160, **kwargs: Any) -> forms.CharField:
    """What something is called; never empty."""
    missing = {"required": gettext_lazy("Write a name")}
    return forms.CharField(max_length=longest, label=label, error_messages=missing, **kwargs)


def place_field() -> Any:
    """One place of the unit; the form fills in which there are."""
    return forms.ModelChoiceField(
        Place.objects.none(),
        label=gettext_lazy("Place"),
        empty_label=None,
        error_messages={"required": gettext_lazy("Choose a place")},
    )


def agreed_field(missing: Any = "") -> forms.DateField:
    """The day on which somebody agreed; `missing` is said where it may not stay empty."""
    return day_field(
        gettext_lazy("Agreed on"),
        {"invalid": gettext_lazy("Write the day like 2026-11-24"), "required": missing},
        required=bool(missing),
        help_text=gettext_lazy("The day on which they agreed to take part."),
    )
