"""Forms of the list: what to look for, why for a person, and a name for a search."""

import uuid
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keng.accounts.models import Officer
from keng.inbox.search.search_query import TipSearch
from keng.kit import times
from keng.kit.forms import Form
from keng.kit.sql_names import alphabetically
from keng.language.category_names import category_choices
from keng.language.taxonomy import categories
from keng.places.models import Place
from keng.tips.origins import channel_name, ways_in

# What stands for a place: tips of none of the officer's communes, of none of a commune's hamlets.
ELSEWHERE, NO_HAMLET = "elsewhere", "none"


class SearchForm(Form):
    """All of it optional; a search for nothing finds nothing."""

    q = forms.CharField(
        label=gettext_lazy("Words, a number or a link"),
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "data-key": "/", "autocomplete": "off"}),
    )
    place = forms.ChoiceField(label=gettext_lazy("Place"), required=False)
    hamlet = forms.ChoiceField(label=gettext_lazy("Hamlet or neighbourhood"), required=False)
    category = forms.ChoiceField(label=gettext_lazy("Category"), required=False)
    channel = forms.ChoiceField(label=gettext_lazy("Came by"), required=False)
    days = forms.ChoiceField(label=gettext_lazy("Received in"), required=False)
    only_open = forms.BooleanField(label=gettext_lazy("Open tips only"), required=False)

    def __init__(self, *args: Any, officer: Officer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        if not self.is_bound:
            # Whoever comes here types; over results J and K should walk the list instead.
            fields["q"].widget.attrs["autofocus"] = True
        places = communes_seen_by(officer)
        fields["place"].choices = [("", _("All places"))] + [
            (str(place.pk), place.name) for place in places
        ]
        fields["place"].choices += [(ELSEWHERE, _("Elsewhere, or not known"))]
        fields["category"].choices = [
            ("", _("All categories")),
            *category_choices(categories()),
        ]
        fields["channel"].choices = [("", _("All ways"))] + [
            (code, channel_name(code)) for code in ways_in()
        ]
        fields["days"].choices = [
            ("", _("Open ones and 90 days")),
            ("1", _("In the last 24 hours")),
            ("7", _("In the last 7 days")),
            ("30", _("In the last 30 days")),
        ]
        self._communes = places
        self._commune: Place | None = None
        if len(places) < 2 and self.data.get("place") != ELSEWHERE:
            del self.fields["place"]
        self._offer_hamlets(places)

    def _offer_hamlets(self, places: list[Place]) -> None:
        """Those of the one commune that is meant: a province has too many for one list."""
        chosen = self.data.get("place", "")
        is_elsewhere = chosen == ELSEWHERE
        meant = [
            place
            for place in places
            if str(place.pk) == chosen or (len(places) == 1 and not is_elsewhere)
        ]
        hamlets = hamlets_of_commune(meant[0]) if meant else []
        fields: dict[str, Any] = self.fields
        if not hamlets:
            del self.fields["hamlet"]
            return
        fields["hamlet"].choices = [("", _("All of %(place)s") % {"place": meant[0]})] + [
            (str(each.pk), each.full_name) for each in hamlets
        ]
        fields["hamlet"].choices += [(NO_HAMLET, _("No hamlet named"))]
        self._commune = meant[0]
        if self.data.get("hamlet", "") not in dict(fields["hamlet"].choices):
            # Another commune was chosen than the one whose hamlet stands there.
            self.data = {**self.data, "hamlet": ""}

    def search(self) -> TipSearch:
        """What is asked for; a field with a mistake asks for nothing."""
        given = self.cleaned_data if self.is_bound and self.is_valid() else {}
        place, days = given.get("place") or "", given.get("days") or ""
        hamlet = given.get("hamlet") or ""
        return TipSearch(
            q=given.get("q", ""),
            place=uuid.UUID(place) if place and place != ELSEWHERE else None,
            hamlet=uuid.UUID(hamlet) if hamlet and hamlet != NO_HAMLET else None,
            outside=tuple(each.pk for each in self._communes) if place == ELSEWHERE else (),
            no_hamlet_of=self._commune.pk if self._commune and hamlet == NO_HAMLET else None,
            category=given.get("category", ""),
            channel=given.get("channel", ""),
            days=int(days) if days else None,
            only_open=given.get("only_open", False),
        )

    def as_query(self) -> dict[str, str]:
        """The filled fields, as they stand in an address and in a saved search."""
        given = self.cleaned_data if self.is_bound and self.is_valid() else {}
        return {
            name: "1" if value is True else str(value) for name, value in given.items() if value
        }


class NameReasonForm(Form):
    """Why a person's name is searched for. A choice, so that no name gets into the record."""

    reason = forms.ChoiceField(
        label=gettext_lazy("Why do you look for a name?"),
        widget=forms.RadioSelect,
        choices=[
            ("reporter_asks", gettext_lazy("The reporter is here or calls, and gave the name")),
            ("in_a_tip", gettext_lazy("The name stands in a tip that I am working on")),
            ("in_danger", gettext_lazy("Somebody is in danger or missing")),
            ("court_or_prosecutor", gettext_lazy("A prosecutor or a court asks in writing")),
            ("no_name", gettext_lazy("It is no person's name, it only looks like one")),
        ],
        error_messages={"required": gettext_lazy("Choose the reason.")},
    )


class SaveSearchForm(Form):
    """What a search is called in the list of folders."""

    name = forms.CharField(
        label=gettext_lazy("Keep this search as"),
        max_length=40,
        error_messages={"required": gettext_lazy("Give it a name.")},
    )


def communes_seen_by(officer: Officer) -> list[Place]:
    """The communes whose desks the officer sees, by name."""
    today = times.local_date(times.now())
    in_force = Q(jurisdictions__valid_to__isnull=True) | Q(jurisdictions__valid_to__gte=today)
    served = Place.objects.filter(in_force, jurisdictions__unit__in=officer.unit_ids)
    return list(served.exclude(kind=Place.Kind.PROVINCE).distinct().order_by(alphabetically()))


def hamlets_of_commune(commune: Place) -> list[Place]:
    """The hamlets and neighbourhoods of today in a commune, by name."""
    inside = Place.objects.filter(parent=commune, kind=Place.Kind.HAMLET, valid_to__isnull=True)
    return list(inside.order_by(alphabetically()))
