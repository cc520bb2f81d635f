"""Forms of partners: inviting, writing, reading for others, passing on."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from keng.accounts.forms import username_field
from keng.accounts.models import Partner, SafetyPurpose
from keng.kit.forms import Form, HintedChoices, approval_field, own_code_field
from keng.lessons.film_forms import FilmForm
from keng.partners.errors import MarksUnchecked
from keng.partners.hints import TextHints
from keng.partners.introduction import forbidden_in_introduction
from keng.partners.reach import KINDS_NOTED_BY_DAY
from keng.places import serving
from keng.places.models import Place, Unit
from keng.releases.forms import ReleaseForm, SecondPersonForm
from keng.surveys.forms import serves_field


class MemberForm(Form):
    """Somebody who signs in for a partner."""

    member_name = forms.CharField(
        label=_("Who signs in for it"),
        max_length=120,
        error_messages={"required": _("Enter the full name.")},
    )
    username = username_field()


class InviteForm(MemberForm):
    """A partner with its first member."""

    name = forms.CharField(
        label=_("Name of the partner"),
        max_length=120,
        help_text=_("Everything it publishes stands under this name."),
        error_messages={"required": _("Enter the name of the partner.")},
    )
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=Partner.Kind.choices,
        error_messages={"required": _("Choose a kind.")},
    )
    place = forms.ModelChoiceField(
        label=_("Place"),
        queryset=Place.objects.none(),
        required=False,
        empty_label=_("The whole province"),
        error_messages={"invalid_choice": _("Choose a place.")},
    )
    about = forms.CharField(
        label=_("About it, in a sentence"),
        max_length=400,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    purposes = HintedChoices(
        label=_("What it publishes about"),
        choices=SafetyPurpose.choices,
        error_messages={"required": _("Choose at least one purpose.")},
    )
    code = own_code_field()
    field_order = ("name", "kind", "place", "about", "purposes", "member_name", "username", "code")

    def __init__(self, *args: Any, places: Any, unit: Unit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["place"].queryset = places  # type: ignore[attr-defined]
        self._unit = unit

    def clean(self) -> dict[str, Any]:
        return _checked_introduction(self, super().clean() or {}, self._unit)


class MemberAgreeForm(Form):
    """The second officer's own code, and what they read (queries.agreement_digest)."""

    seen = forms.RegexField(r"^[0-9a-f]{64}$", widget=forms.HiddenInput)
    code = own_code_field()


class KitAcceptForm(Form):
    """Somebody of good standing becomes a partner."""

    username = username_field()
    code = own_code_field()


class ArticleForm(Form):
    """An open post."""

    purpose = forms.ChoiceField(
        label=_("What it is about"), error_messages={"required": _("Choose what it is about")}
    )
    title = forms.CharField(
        label=_("Name of the article"),
        max_length=120,
        error_messages={"required": _("Write the name of the article")},
    )
    text = forms.CharField(
        label=_("Text"),
        max_length=6000,
        help_text=_("About safety. No opinion, nobody accused by name, no number of a resident."),
        error_messages={"required": _("Write the text")},
        widget=forms.Textarea(attrs={"rows": 12}),
    )

    def __init__(self, *args: Any, partner: Partner, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = dict(SafetyPurpose.choices)
        may = [(one, known[one]) for one in partner.purposes if one in known]
        # The first of several would be published as chosen by somebody who never looked at it.
        unchosen = [] if len(may) == 1 else [("", _("Choose what it is about"))]
        self.fields["purpose"].choices = [*unchosen, *may]  # type: ignore[attr-defined]


class LettersForm(Form):
    """Where letters about warnings that were passed on go."""

    email = forms.EmailField(
        max_length=254,
        label=_("Your e-mail address"),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={
            "required": _("Write your e-mail address"),
            "invalid": _("This does not look like an e-mail address"),
        },
    )


class KitShareForm(Form):
    """In how many groups a warning was passed on, and of which commune if it is one."""

    place = forms.ChoiceField(
        required=False,
        error_messages={"invalid_choice": _("You do not work in this commune")},
    )
    groups = forms.IntegerField(
        label=_("In how many groups?"),
        min_value=1,
        max_value=500,
        error_messages={
            "required": _("Write a number"),
            "invalid": _("Write a number"),
            "min_value": _("Write a number from 1 to 500"),
            "max_value": _("Write a number from 1 to 500"),
        },
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )

    def __init__(self, *args: Any, places: list[Place], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places = {one.code: one for one in places}
        offered: Any = self.fields["place"]
        offered.choices = [("", ""), *((one.code, one.full_name) for one in places)]

    def chosen_place(self) -> Place | None:
        """A partner of one commune passes on there and is not asked."""
        if len(self.places) == 1:
            return next(iter(self.places.values()))
        return self.places.get(self.cleaned_data["place"])


class PassedOnForm(KitShareForm):
    """In how many groups lessons or surveys were passed on today.

    And of which commune if it is one.
    """

    kind = forms.ChoiceField(
        label=_("What did you pass on?"),
        choices=[(kind.value, kind.label) for kind in KINDS_NOTED_BY_DAY],
        error_messages={
            "required": _("Choose lessons or surveys"),
            "invalid_choice": _("Choose lessons or surveys"),
        },
    )
    field_order = ("kind", "place", "groups")

    def __init__(self, *args: Any, places: list[Place], **kwargs: Any) -> None:
        super().__init__(*args, places=places, **kwargs)
        offered: Any = self.fields["place"]
        offered.label = _("Groups of which commune?")
        offered.choices = [("", _("No single commune")), *offered.choices[1:]]
        if len(places) == 1:
            del self.fields["place"]


class KitRequestForm(Form):
    """Somebody of good standing asks to be a partner."""

    name = forms.CharField(
        label=_("Your name, as people know you"),
        max_length=120,
        help_text=_(
            "It is public once you are a partner. Until then only the coordinator sees it."
        ),
        error_messages={"required": _("Write your name")},
    )
    about = forms.CharField(
        label=_("What people know you for"),
        max_length=400,
        help_text=_("For instance: village elder, retired teacher, head of the market."),
        error_messages={"required": _("Write what people know you for")},
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    agrees = forms.BooleanField(
        label=_("I agree that my name stands here as a partner, in public"),
        error_messages={"required": _("A partner is shown by name: tick this to go on")},
    )
    token = forms.RegexField(r"^[\w-]{22}$", widget=forms.HiddenInput())

    def __init__(self, *args: Any, place: Place, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._place = place

    def clean(self) -> dict[str, Any]:
        """Raises Unit.DoesNotExist where nobody would read it."""
        unit = serving.unit_above(serving.unit_for(self._place))
        return _checked_introduction(self, super().clean() or {}, unit)


def _checked_introduction(form: Form, said: dict[str, Any], unit: Unit) -> dict[str, Any]:
    """What a partner would be introduced with, or beside each box why it cannot be said."""
    name, about = said.get("name", ""), said.get("about", "")
    for box, sentences in forbidden_in_introduction(name=name, about=about, unit=unit).items():
        for sentence in sentences:
            form.add_error(box, sentence)
    return said


class HintsForm(SecondPersonForm):
    """Where something in a text is marked: the tick that it was looked at."""

    checked = forms.BooleanField(
        label=_("I have checked each of these"),
        error_messages={"required": MarksUnchecked.sentence},
    )

    def __init__(self, *args: Any, hints: TextHints, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.hints = hints
        if not hints:
            del self.fields["checked"]

    def given(self) -> dict[str, Any]:
        """What the act asks for beside the words that were read."""
        return super().given() | {"checked": self.cleaned_data.get("checked", False)}


class MemberSignedForm(SecondPersonForm):
    """The second person of a partner, who signs with a passkey, or with the sign-in alone where
    the operator lets approving do without.
    """

    code = approval_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if settings.APPROVE_WITH_CODE:
            del self.fields["code"]


class MemberReleaseForm(HintsForm, MemberSignedForm):
    """The same for what the partner writes, where numbers and names are marked."""


class OpenSurveyForm(MemberReleaseForm):
    """The same for the questions of a survey."""

    serves = serves_field()


class HintsReleaseForm(HintsForm, ReleaseForm):
    """The same for an officer, who signs with a code."""


class PartnerFilmForm(FilmForm):
    """A film of a partner, in its own list."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["title"].label = _("Title, for your own list")
