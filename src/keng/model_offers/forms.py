"""Where a copy goes, and who goes on the shifts of a copied rota."""

import datetime
import uuid
from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keng.accounts.models import Officer
from keng.kit import times
from keng.kit.forms import Form, day_field
from keng.lessons.models import Collection
from keng.model_offers.rota_shape import ShapeLine

if TYPE_CHECKING:
    from keng.places.models import Unit

MOST_WEEKS = 8
_WEEKS_WANTED = gettext_lazy("One to eight weeks.")
_DESK_WANTED = gettext_lazy("Choose the desk")


class PlaceOfCopyForm(Form):
    """For which desk a model is taken over, and into which collection a lesson."""

    def __init__(
        self,
        *args: Any,
        desks: "Sequence[Unit]",
        collections: QuerySet[Collection] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._desks = desks
        if len(desks) > 1:
            self.fields["unit"] = forms.ChoiceField(
                label=gettext_lazy("For which desk"),
                choices=[("", "–"), *((str(unit.pk), unit.name) for unit in desks)],
                error_messages=dict.fromkeys(("required", "invalid_choice"), _DESK_WANTED),
            )
        if collections is not None:
            self.fields["collection"] = forms.ModelChoiceField(
                label=gettext_lazy("Into which collection"),
                required=False,
                queryset=collections,
                empty_label=gettext_lazy("A new one, named as at the desk that offers it"),
            )

    def unit_id(self) -> uuid.UUID | None:
        """None for whoever may write such a thing at no desk that could take it over."""
        if len(self._desks) > 1:
            return uuid.UUID(self.cleaned_data["unit"])
        return self._desks[0].pk if self._desks else None


class CopiedRotaForm(Form):
    """A choice of officer for each shift of the week; what is left empty stays off the rota."""

    first_day = day_field(gettext_lazy("From which day on"))
    weeks = forms.IntegerField(
        label=gettext_lazy("For how many weeks"),
        initial=1,
        min_value=1,
        max_value=MOST_WEEKS,
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"), _WEEKS_WANTED
        ),
    )

    def __init__(
        self, *args: Any, lines: Sequence[ShapeLine], people: Sequence[Officer], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _("Nobody")), *((str(one.pk), str(one)) for one in people)]
        self.lines = lines
        for name, _number, line in self._places():
            self.fields[name] = forms.ChoiceField(
                label=f"{line.begins}–{line.ends}" + (f", {line.role_label}" if line.role else ""),
                choices=choices,
                required=False,
            )

    def _places(self) -> list[tuple[str, int, ShapeLine]]:
        """One for each officer that a line needs: its field, and the line with its number."""
        return [
            (f"line_{number}_{place}", number, line)
            for number, line in enumerate(self.lines)
            for place in range(line.people)
        ]

    @property
    def days(self) -> list[tuple[str, list[Any]]]:
        """By weekday the fields of its shifts; the lines stand in that order."""
        fields: dict[str, list[Any]] = defaultdict(list)
        for name, _number, line in self._places():
            fields[line.weekday_label].append(self[name])
        return list(fields.items())

    def clean_first_day(self) -> datetime.date:
        day: datetime.date = self.cleaned_data["first_day"]
        if day < times.local_date(times.now()):
            raise forms.ValidationError(_("This day is past"))
        return day

    def officers(self) -> dict[int, list[uuid.UUID]]:
        """Who was chosen, by the number of the line."""
        chosen: dict[int, list[uuid.UUID]] = defaultdict(list)
        for name, number, _line in self._places():
            if key := self.cleaned_data.get(name):
                chosen[number].append(uuid.UUID(key))
        return chosen
