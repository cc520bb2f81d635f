"""Forms of a lead's standing page."""

import datetime
import uuid
from collections.abc import Collection
from typing import Any

from django import forms
from django.utils.functional import lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from keng.delivery.models import RelayTask
from keng.kit import times
from keng.kit.forms import Form
from keng.kit.time_words import moment_words
from keng.network.models import GroupKind


class ConfirmForm(Form):
    """ "I have passed it on": where, how, and to about how many."""

    tasks = forms.TypedMultipleChoiceField(
        coerce=uuid.UUID,
        label=_("Where did you post it?"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one group")},
    )
    via = forms.ChoiceField(
        choices=RelayTask.Via.choices,
        label=_("How did you pass it on?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how you passed it on")},
    )
    reached_count = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=100_000,
        label=_("About how many people?"),
        help_text=_("A number only. No names, no room numbers."),
        error_messages={
            "invalid": _("Write digits only"),
            "min_value": _("Write 0 or more, or leave it empty"),
            "max_value": _("Write at most 100,000, or leave it empty"),
        },
    )

    def __init__(self, *args: Any, tasks: Collection[RelayTask], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["tasks"].choices = [(str(t.pk), t.group.name if t.group else "") for t in tasks]
        if not any(t.group and t.group.kind == GroupKind.SCHOOL for t in tasks):
            # Only a school has a contact book.
            fields["via"].choices = [
                choice
                for choice in fields["via"].choices
                if choice[0] != RelayTask.Via.CONTACT_BOOK
            ]


class CannotForm(Form):
    """Why not, or not yet."""

    tasks = forms.TypedMultipleChoiceField(coerce=uuid.UUID)
    reason = forms.ChoiceField(
        choices=[
            ("later", _("I will do it later")),
            ("never_posted", _("I never posted the earlier warning")),
            ("not_mine", _("I no longer look after this group")),
            ("no_more", _("I do not want to receive these any more")),
        ],
        widget=forms.RadioSelect,
        label=_("Why not?"),
        error_messages={"required": _("Choose a reason")},
    )

    def __init__(
        self,
        *args: Any,
        tasks: Collection[RelayTask],
        later_at: datetime.datetime,
        is_reminded: bool,
        corrects: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["tasks"].choices = [(str(task.pk), "") for task in tasks]
        fields["reason"].choices = [
            ("later", _later_words(later_at, is_reminded=is_reminded)),
            *fields["reason"].choices[1:],
        ]
        if not corrects:
            fields["reason"].choices = [
                choice for choice in fields["reason"].choices if choice[0] != "never_posted"
            ]


def _later_in_words(at: datetime.datetime, *, is_reminded: bool) -> str:
    """When; and that a reminder comes, where one does."""
    is_today = times.local_date(at) == times.local_date(times.now())
    when = moment_words(at, "clock" if is_today else "short")
    if is_reminded:
        return gettext("I will do it later, remind me at %(when)s") % {"when": when}
    return gettext("I will do it later, at about %(when)s") % {"when": when}


# In the language of whoever reads the form, wherever it was made.
_later_words = lazy(_later_in_words, str)
