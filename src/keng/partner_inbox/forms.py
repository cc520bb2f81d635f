"""Forms of the inboxes of partners."""

from django import forms
from django.utils.translation import gettext_lazy as _

from keng.kit.forms import Form, HintedChoice
from keng.partner_inbox.models import FEWEST_MONTHS, MOST_MONTHS

LONGEST_WORDS = 2000
_WORDS = {"required": _("Write what it is about"), "max_length": _("At most 2,000 characters")}


class AskPartnerForm(Form):
    """Something for a partner about safety or services; no name, no account."""

    text = forms.CharField(
        label=_("What you want to say or ask"),
        max_length=LONGEST_WORDS,
        help_text=_("About safety and services. You need not write who you are."),
        error_messages=_WORDS,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    about_them = HintedChoice(
        label=_("Is it about this body or somebody who works there?"),
        choices=[("no", _("No")), ("yes", _("Yes"))],
        hints={"yes": _("Then nobody there reads it: the next page says who does.")},
        error_messages={"required": _("Choose whether it is about them")},
    )
    token = forms.RegexField(r"^[\w-]{22}$", widget=forms.HiddenInput())


class MatterWordsForm(Form):
    """More words in a matter, by whoever asked or by the partner."""

    text = forms.CharField(
        label=_("Your message"),
        max_length=LONGEST_WORDS,
        error_messages=_WORDS | {"required": _("Write your message")},
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class ConsentForm(Form):
    """Who the police may know, for whoever agrees."""

    name = forms.CharField(
        label=_("Your name, if the police may know it"), max_length=120, required=False
    )
    phone = forms.CharField(
        label=_("Your phone number, if the police may call you"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )


class InboxPhraseForm(Form):
    """The phrase of a member's key."""

    phrase = forms.CharField(
        label=_("Your phrase for the inbox"),
        max_length=100,
        help_text=_("Six groups of four letters and digits, from your paper."),
        error_messages={"required": _("Type your phrase")},
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )


class InboxSettingsForm(Form):
    """How long, and whether something new is taken."""

    keep_months = forms.IntegerField(
        label=_("Keep a matter for how many months after its end?"),
        min_value=FEWEST_MONTHS,
        max_value=MOST_MONTHS,
        help_text=_("Then words and keys are destroyed."),
        error_messages={
            "required": _("Write a number from 1 to 24"),
            "invalid": _("Write a number from 1 to 24"),
            "min_value": _("Write a number from 1 to 24"),
            "max_value": _("Write a number from 1 to 24"),
        },
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    is_open = forms.BooleanField(label=_("Anybody may write to us"), required=False)


class EndKeyForm(Form):
    """The last key of an inbox."""

    leaves_unread = forms.BooleanField(
        label=_("Nobody is to read what was written so far"), required=False
    )
