"""Who goes on the shifts of a copied rota."""

import datetime
import uuid
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keng.accounts.models import Officer
from keng.kit import times
from keng.kit.forms import Form, day_field
from keng.model_offers.errors import NobodyChosen
from keng.model_offers.rota_shape import ShapeLine

MOST_WEEKS = 8


class CopiedRotaForm(Form):
    """A choice of officer for each shift of the week; what is left empty stays off the rota."""

    first_day = day_field(gettext_lazy("From which day on"))
    weeks = forms.IntegerField(
        label=gettext_lazy("For how many weeks"),
        initial=1,
        min_value=1,
        max_value=MOST_WEEKS,
        error_messages={
            "required": gettext_lazy("One to eight weeks."),
            "invalid": gettext_lazy("One to eight weeks."),
            "min_value": gettext_lazy("One to eight weeks."),
            "max_value": gettext_lazy("One to eight weeks."),
        },
    )

    def __init__(
        self, *args: Any, lines: Sequence[ShapeLine], people: Sequence[Officer], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _("Nobody")), *((str(one.pk), str(one)) for one in people)]
        self.lines = lines
        for name, line in self._places():
            self.fields[name] = forms.ChoiceField(
                label=f"{line.begins}–{line.ends}" + (f", {line.role_label}" if line.role else ""),
                choices=choices,
                required=False,
            )

    def _places(self) -> list[tuple[str, ShapeLine]]:
        """One for each officer that a line needs."""
        return [
            (f"line_{number}_{place}", line)
            for number, line in enumerate(self.lines)
            for place in range(line.people)
        ]

    @property
    def days(self) -> list[tuple[str, list[Any]]]:
        """By weekday the fields of its shifts; the lines stand in that order."""
        fields: dict[str, list[Any]] = defaultdict(list)
        for name, line in self._places():
            fields[line.weekday_label].append(self[name])
        return list(fields.items())

    def clean_first_day(self) -> datetime.date:
        day: datetime.date = self.cleaned_data["first_day"]
        if day < times.local_date(times.now()):
            raise forms.ValidationError(_("This day is past"))
        return day

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not self.errors and not any(self.officers().values()):
            raise forms.ValidationError(NobodyChosen.sentence)
        return given

    def officers(self) -> dict[int, list[uuid.UUID]]:
        """Who was chosen, by the number of the line."""
        chosen: dict[int, list[uuid.UUID]] = {}
        for number, line in enumerate(self.lines):
            keys = [self.cleaned_data.get(f"line_{number}_{at}", "") for at in range(line.people)]
            chosen[number] = [uuid.UUID(key) for key in keys if key]
        return chosen
