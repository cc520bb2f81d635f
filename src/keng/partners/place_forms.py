"""The boxes of an introduction: a partner's people say who they are at one place."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keng.accounts.models import Partner
from keng.kit.forms import Form
from keng.partners.introduction import forbidden_in_introduction
from keng.partners.place_introductions import places_of_partner
from keng.partners.writing_forms import WritingForms


class PlaceIntroductionForm(Form):
    """Where, and who they are there."""

    place = forms.ChoiceField(
        label=gettext_lazy("Place"),
        error_messages={
            "required": gettext_lazy("Choose a place."),
            "invalid_choice": gettext_lazy("Choose a place."),
        },
    )
    about = forms.CharField(
        label=gettext_lazy("Who you are at this place, and what you do there"),
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": gettext_lazy("Write who you are at this place")},
    )

    def __init__(self, *args: Any, partner: Partner, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._unit = partner.invited_by_unit
        self.places = {place.code: place for place in places_of_partner(partner)}
        offered: Any = self.fields["place"]
        named = [(code, place.full_name) for code, place in self.places.items()]
        offered.choices = named if len(named) == 1 else [("", _("Choose")), *named]

    def clean_about(self) -> str:
        """As strict as the sentence under a partner's name."""
        about: str = self.cleaned_data["about"]
        found = forbidden_in_introduction(name="", about=about, unit=self._unit)
        if sentences := found.get("about"):
            raise forms.ValidationError(sentences)
        return about


class PlaceWritingForms(WritingForms):
    """The boxes of an introduction; it is called after its place."""

    heading = "place"

    def __init__(
        self, data: Mapping[str, str] | None, typed: Mapping[str, str], *, partner: Partner
    ) -> None:
        super().__init__(data)
        self.introduction = PlaceIntroductionForm(data, initial=dict(typed), partner=partner)
        self.forms = [self.introduction]

    @property
    def title(self) -> str:
        """For the partner's own list: the name of the place."""
        place = self.introduction.places.get(self.typed.get("place", ""))
        return place.full_name if place else ""

    @property
    def content(self) -> dict[str, Any]:
        """As a manuscript keeps it; the words where hints look for numbers and names."""
        given = self.introduction.cleaned_data
        place = self.introduction.places[given["place"]]
        return {"texts": {"vi": {"about": given["about"]}}, "place": str(place.pk)}
