"""Forms of the desk's pages about hamlets."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keng.accounts.models import Officer
from keng.kit.forms import Form
from keng.kit.list_filter import ListFilter
from keng.kit.sql_names import alphabetically, by_given_name
from keng.network.forms.parts import name_field, sheet_field
from keng.network.models import Group, Lead
from keng.network.queries.targets import communes_of
from keng.network.sheets import cells
from keng.network.sheets.plan_hamlets import (
    LONGEST_HAMLET_NAME,
    MOST_HOUSEHOLDS_OF_HAMLET,
    HamletDraft,
    parse_former_names,
    parse_hamlet_name,
)
from keng.places.hamlet_names import HAMLET_KINDS, split_hamlet_name
from keng.places.models import Place
from keng.places.serving import unit_for


class HamletFilter(ListFilter):
    """The row above the list of hamlets: by name of now or before, by commune."""

    words_label = gettext_lazy("Find a hamlet")
    place = forms.ModelChoiceField(
        Place.objects.none(), required=False, label=gettext_lazy("Commune")
    )

    def __init__(self, *args: Any, officer: Officer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        communes = communes_of(officer)
        if len(communes) == 1:
            del self.fields["place"]
            return
        fields["place"].queryset = _in_order(communes)
        fields["place"].empty_label = _("All communes")


class HamletSheetForm(Form):
    """A file with hamlets."""

    sheet = sheet_field(gettext_lazy("File with hamlets"))


class HamletForm(Form):
    """One hamlet. Its head is a lead who agreed, and its groups are those that stand there."""

    commune = forms.ModelChoiceField(
        Place.objects.none(),
        label=gettext_lazy("Commune"),
        empty_label=None,
        error_messages={"required": gettext_lazy("Choose a commune")},
    )
    kind = forms.ChoiceField(
        choices=[(kind, kind) for kind in sorted(HAMLET_KINDS)],
        initial="Thôn",
        label=gettext_lazy("Kind"),
    )
    name = name_field(
        gettext_lazy("Name of the hamlet"),
        LONGEST_HAMLET_NAME,
        help_text=gettext_lazy("Without its kind: “Đông”, “5”. A name that it had is kept."),
    )
    former = forms.CharField(
        max_length=400,
        required=False,
        label=gettext_lazy("Further former names"),
        help_text=gettext_lazy(
            "Several with a semicolon between. Searches find the hamlet by them too."
        ),
    )
    household_count = forms.IntegerField(
        min_value=0,
        max_value=MOST_HOUSEHOLDS_OF_HAMLET,
        required=False,
        label=gettext_lazy("Number of households"),
        help_text=gettext_lazy("A number, never a list of who lives there."),
        error_messages={"invalid": gettext_lazy("Write digits only")},
    )
    head = forms.ModelChoiceField(
        Lead.objects.none(),
        required=False,
        label=gettext_lazy("Head of the hamlet"),
        empty_label=gettext_lazy("None known yet"),
        help_text=gettext_lazy("A lead who agreed. Add them under Leads first."),
    )
    groups = forms.ModelMultipleChoiceField(
        Group.objects.none(),
        required=False,
        label=gettext_lazy("Groups that serve it alone"),
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("A group of several hamlets stays with the commune."),
    )

    def __init__(
        self, *args: Any, officer: Officer, hamlet: Place | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        self.hamlet = hamlet
        communes = communes_of(officer)
        if hamlet is not None:
            communes = [place for place in communes if place.pk == hamlet.parent_id]
        fields["commune"].queryset = _in_order(communes)
        fields["commune"].initial = communes[0].pk if communes else None
        fields["commune"].disabled = hamlet is not None
        leads = Lead.objects.visible_to(officer).filter(stopped_at__isnull=True)
        groups = Group.objects.visible_to(officer).filter(is_active=True)
        # A province has thousands of both: they are chosen once the commune is known.
        unit = unit_for(hamlet or communes[0]) if hamlet or len(communes) == 1 else None
        fields["head"].queryset = leads.filter(unit=unit).order_by(*by_given_name())
        inside = [hamlet.pk, hamlet.parent_id] if hamlet else [place.pk for place in communes]
        fields["groups"].queryset = groups.filter(unit=unit, place__in=inside).order_by(
            alphabetically()
        )
        if unit is None:
            del self.fields["head"], self.fields["groups"]

    def clean_name(self) -> str:
        words = " ".join(self.cleaned_data["name"].split())
        try:
            return parse_hamlet_name(words)
        except cells.WrongCell as error:
            raise forms.ValidationError(str(error)) from None

    def clean_former(self) -> tuple[str, ...]:
        try:
            return parse_former_names(self.cleaned_data["former"])
        except cells.WrongCell as error:
            raise forms.ValidationError(str(error)) from None

    def draft(self) -> HamletDraft:
        """What was written, for the action."""
        found = self.cleaned_data
        kind, name = split_hamlet_name(found["name"])
        head = found.get("head")
        return HamletDraft(
            commune_id=found["commune"].pk,
            unit_id=unit_for(found["commune"]).pk,
            kind=found["kind"],
            # "Thôn Đông" below the kind Thôn is "Đông".
            name=name if kind == found["kind"] else found["name"],
            former=found["former"],
            head_id=head.pk if head else None,
            groups=tuple(group.pk for group in found.get("groups", ())),
            household_count=found["household_count"],
        )

    def leaves(self) -> frozenset[Any]:
        """Groups that stood there and are no longer ticked."""
        if self.hamlet is None:
            return frozenset()
        fields: Any = self.fields
        before = fields["groups"].queryset.filter(place=self.hamlet).values_list("pk", flat=True)
        return frozenset(before) - {group.pk for group in self.cleaned_data["groups"]}


def _in_order(places: list[Place]) -> Any:
    keys = [place.pk for place in places]
    return Place.objects.filter(pk__in=keys).order_by(alphabetically(), "code")
