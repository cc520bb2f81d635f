"""What is asked of the two people of an opening."""

import uuid
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from keng.kit.forms import Form, PasskeyField, ReasonForm
from keng.openings.asking import OpeningWish, wish_stands_against
from keng.openings.records import SealedRecord
from keng.tips.models import Tip
from keng.vault.models import OpeningRequest

# What stands there in an emergency until an officer writes the article that fits.
EMERGENCY_BASIS = _("Imminent danger to life (house rule)")


class AskForm(Form):
    """What, why, on which basis."""

    record = forms.ChoiceField(
        label=_("What is to be opened?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what is to be opened.")},
    )
    reason = forms.ChoiceField(
        label=_("Why?"),
        choices=OpeningRequest.Reason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose why.")},
    )
    legal_basis = forms.CharField(
        label=_("Legal basis"),
        help_text=_("Law and article, or number and day of the decision."),
        max_length=300,
        error_messages={"required": _("Name the law and article, or the decision.")},
    )
    text = forms.CharField(
        label=_("What is it needed for, and why is nothing less enough?"),
        help_text=_("Your colleague reads this, and it stays. Write no name of the reporter."),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say what it is needed for.")},
    )
    override_reason = forms.CharField(
        label=_("The reporter asks not to be contacted. Why does that not hold here?"),
        help_text=_("Whoever hides beside the person they fear is betrayed by a ringing phone."),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(
        self,
        *args: Any,
        records: Sequence[SealedRecord],
        tip: Tip,
        is_shown: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        if not is_shown:
            self.fields["record"].label = _("What is to go along?")
            self.fields["record"].error_messages["required"] = _("Choose what is to go along.")
        self.fields["record"].choices = [(each.value, each.label) for each in records]  # type: ignore[attr-defined]
        if len(records) == 1:
            self.initial.setdefault("record", records[0].value)
        # Where it is there, nothing is asked for without it.
        self.fields["override_reason"].is_unmarked = True  # type: ignore[attr-defined]
        if not is_shown or not wish_stands_against(tip):
            del self.fields["override_reason"]
        elif tip.do_not_call and not tip.do_not_contact:
            self.fields["override_reason"].label = _(
                "The reporter asks not to be called. Why does that not hold here?"
            )
        elif not tip.do_not_contact:
            self.fields["override_reason"].label = _(
                "A call is not safe for the reporter at this hour. Why can it not wait?"
            )

    def wish(
        self, *, is_emergency: bool = False, transfer_id: uuid.UUID | None = None
    ) -> OpeningWish:
        """What was asked for, once it is valid."""
        given = self.cleaned_data
        return OpeningWish(
            record=given["record"],
            reason=given["reason"],
            legal_basis=given["legal_basis"],
            text=given["text"],
            override_reason=given.get("override_reason", ""),
            is_emergency=is_emergency,
            transfer_id=transfer_id,
        )


class ApproveForm(Form):
    """The second person's yes."""

    code = PasskeyField()
    keeps_from_reporter = forms.BooleanField(
        label=_("Do not tell the reporter that it was opened"), required=False
    )
    why_not_told = forms.CharField(
        label=_("Why not?"),
        help_text=_("Only where telling would put somebody in danger or the law forbids it."),
        max_length=500,
        required=False,
    )

    def __init__(self, *args: Any, is_shown: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_shown:
            self.fields["keeps_from_reporter"].label = _(
                "Do not tell the reporter that it went along"
            )
        # Not optional where the reporter is not told.
        self.fields["why_not_told"].is_unmarked = True  # type: ignore[attr-defined]


class GiveForm(Form):
    """One's share. A passkey confirms it, whichever way the share is unlocked."""

    code = PasskeyField()


class RefuseForm(ReasonForm):
    """The second person's no."""
