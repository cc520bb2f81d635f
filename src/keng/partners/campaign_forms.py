"""Forms of campaigns: a partner's people write one and count groups; a resident takes part."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keng.accounts.models import Partner, SafetyPurpose
from keng.kit.forms import Form, HintedChoices, day_field, written_lines
from keng.language.category_names import category_choices
from keng.language.taxonomy import warning_categories
from keng.partners.campaign_content import PARTS, CampaignContent
from keng.partners.campaign_parts import communes_of_partner, offered_parts
from keng.partners.writing_forms import WritingForms
from keng.places.models import Place

_SEVERAL = ("places", *PARTS)
LONGEST_CAMPAIGN_DAYS = 366


class CampaignForm(Form):
    """What it is about, when and where, and what belongs to it."""

    purpose = forms.ChoiceField(
        label=gettext_lazy("Purpose"),
        help_text=gettext_lazy("The list is closed: opinions are in none of them."),
        error_messages={"required": gettext_lazy("Choose a purpose")},
    )
    category = forms.ChoiceField(
        label=gettext_lazy("Against which scam, crime or danger"),
        error_messages={"required": gettext_lazy("Choose what the campaign is against")},
    )
    title = forms.CharField(
        label=gettext_lazy("Name of the campaign"),
        max_length=80,
        error_messages={"required": gettext_lazy("Write the name of the campaign")},
    )
    about = forms.CharField(
        label=gettext_lazy("What people should know and do"),
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": gettext_lazy("Write what people should know and do")},
    )
    pledge = forms.CharField(
        label=gettext_lazy("What people pledge, one sentence a line"),
        max_length=600,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    starts_on = day_field(gettext_lazy("From"))
    ends_on = day_field(gettext_lazy("Until"))
    lessons = HintedChoices(label=gettext_lazy("Lessons and films"), required=False)
    pledges = HintedChoices(label=gettext_lazy("Pledges of school classes"), required=False)
    surveys = HintedChoices(label=gettext_lazy("Surveys"), required=False)
    warnings = HintedChoices(label=gettext_lazy("Warnings"), required=False)
    # Last: a province has a hundred of them.
    places = HintedChoices(
        label=gettext_lazy("In which communes"),
        error_messages={"required": gettext_lazy("Choose at least one commune")},
    )

    def __init__(self, *args: Any, partner: Partner, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._places = {place.code: place for place in communes_of_partner(partner)}
        known: dict[str, Any] = dict(SafetyPurpose.choices)
        purposes = [(each, known[each]) for each in partner.purposes if each in known]
        unchosen = [] if len(purposes) == 1 else [("", _("Choose a purpose"))]
        self._offer("purpose", [*unchosen, *purposes])
        categories = category_choices(warning_categories())
        self._offer("category", [("", _("Choose")), *categories])
        self._offer("places", [(code, place.full_name) for code, place in self._places.items()])
        for part, choices in offered_parts(partner).items():
            self._offer(part, choices)
            if not choices:
                del self.fields[part]

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field: Any = self.fields[name]
        field.choices = choices

    def clean(self) -> dict[str, Any]:
        """The end after the start, and something to do in it."""
        given: dict[str, Any] = super().clean() or {}
        starts, ends = given.get("starts_on"), given.get("ends_on")
        if starts and ends and ends < starts:
            self.add_error("ends_on", _("It ends before it begins"))
        elif starts and ends and (ends - starts).days >= LONGEST_CAMPAIGN_DAYS:
            self.add_error("ends_on", _("A campaign lasts a year at most"))
        if not self.errors and not any(given.get(name) for name in ("pledge", *PARTS)):
            self.add_error(
                "pledge", _("Nothing belongs to it yet: write a pledge, or choose a lesson below.")
            )
        return given

    def campaign(self) -> CampaignContent:
        """Of a form that is whole."""
        given = self.cleaned_data
        return CampaignContent(
            title=given["title"],
            about=given["about"],
            pledge=tuple(written_lines(given["pledge"])),
            category=given["category"],
            starts_on=given["starts_on"],
            ends_on=given["ends_on"],
            places=tuple(self._places[code].pk for code in given["places"]),
            parts={part: tuple(given.get(part, ())) for part in PARTS},
        )


class CampaignWritingForms(WritingForms):
    """The boxes of a campaign. Several choices of one box are kept as words with spaces."""

    heading = "title"

    def __init__(
        self, data: Mapping[str, str] | None, typed: Mapping[str, str], *, partner: Partner
    ) -> None:
        super().__init__(data)
        self._purposes = partner.purposes
        initial: dict[str, Any] = dict(typed)
        initial |= {name: typed[name].split() for name in _SEVERAL if name in typed}
        self.campaign = CampaignForm(data, initial=initial, partner=partner)
        self.forms = [self.campaign]

    @property
    def typed(self) -> dict[str, str]:
        """As it was typed, box by box."""
        found = super().typed
        chosen: Any = self.data or {}
        return found | {name: " ".join(chosen.getlist(name)) for name in _SEVERAL if name in found}

    @property
    def content(self) -> dict[str, Any]:
        """As a manuscript keeps it."""
        return self.campaign.campaign().as_json()

    @property
    def purpose(self) -> str:
        """ "" where none of the partner's own was chosen."""
        chosen = self.typed.get("purpose", "")
        return chosen if chosen in self._purposes else ""


class TakePartForm(Form):
    """A resident's own commune, and what of the campaign they did. Kept as numbers alone."""

    place = forms.ChoiceField(
        label=gettext_lazy("Where do you live?"),
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Choose your commune"),
            "invalid_choice": gettext_lazy("Choose your commune"),
        },
    )
    pledges = forms.BooleanField(label=gettext_lazy("I take the pledge"), required=False)
    lessons = HintedChoices(label=gettext_lazy("Lessons that I finished"), required=False)

    def __init__(
        self,
        *args: Any,
        places: list[Place],
        lessons: list[tuple[str, str]],
        has_pledge: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        offered: Any = self.fields
        offered["place"].choices = [(str(place.pk), place.full_name) for place in places]
        offered["lessons"].choices = lessons
        if not has_pledge:
            del offered["pledges"]
        if not lessons:
            del offered["lessons"]

    def clean(self) -> dict[str, Any]:
        """Something was done."""
        given: dict[str, Any] = super().clean() or {}
        if not given.get("pledges") and not given.get("lessons") and not self.errors:
            box = "pledges" if "pledges" in self.fields else "lessons"
            self.add_error(box, _("Tick at least one thing that you did."))
        return given


class CampaignShareForm(Form):
    """In how many groups of a commune the campaign was passed on today."""

    place = forms.ChoiceField(
        label=gettext_lazy("In which commune?"),
        error_messages={"required": gettext_lazy("Choose a commune")},
    )
    groups = forms.IntegerField(
        label=gettext_lazy("In how many groups today?"),
        min_value=1,
        max_value=500,
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"),
            gettext_lazy("Write a number from 1 to 500"),
        ),
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )

    def __init__(self, *args: Any, places: list[Place], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered: Any = self.fields["place"]
        offered.choices = [("", _("Choose")), *((str(one.pk), one.full_name) for one in places)]
