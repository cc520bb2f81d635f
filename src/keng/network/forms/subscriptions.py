"""The form with which a person subscribes to warnings by e-mail."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy

from keng.kit.forms import Form, HintedChoices
from keng.network.models import GroupKind
from keng.places.models import Place


class SubscribeForm(Form):
    """What a person fills in to receive warnings by e-mail: a place is searched, then ticked."""

    q = forms.CharField(max_length=120, required=False)
    # The words that the boxes on the page were found with: other words mean another search.
    searched = forms.CharField(max_length=120, required=False)
    places = forms.ModelMultipleChoiceField(
        Place.objects.none(),
        label=gettext_lazy("Warnings for which places?"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": gettext_lazy("Choose at least one place"),
            "invalid_choice": gettext_lazy("Choose at least one place"),
            "invalid_pk_value": gettext_lazy("Choose at least one place"),
        },
    )
    email = forms.EmailField(
        max_length=254,
        label=gettext_lazy("Your e-mail address"),
        help_text=gettext_lazy(
            "We send one letter first. Only after you confirm it do warnings come."
        ),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={
            "required": gettext_lazy("Write your e-mail address"),
            "invalid": gettext_lazy("This does not look like an e-mail address"),
        },
    )
    kinds = HintedChoices(
        choices=GroupKind.choices,
        required=False,
        label=gettext_lazy("Only what concerns"),
        help_text=gettext_lazy("Choose nothing to receive all warnings of these places."),
    )
    language = forms.ChoiceField(
        choices=[("vi", "Tiếng Việt"), ("en", "English")],
        label=gettext_lazy("Language"),
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, offered: QuerySet[Place], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["places"].queryset = offered

    @property
    def asks_to_search(self) -> bool:
        """Whether this press of a button is about the place alone, not about the whole form."""
        said = self.data
        words = said.get("q", "").strip()
        return "find" in said or bool(words and words != said.get("searched", ""))
