"""Forms about missing groups, and how many of them a province wants."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keng.kit.forms import Form
from keng.network.models import GroupKind


class MissingGroupsFilter(Form):
    """One kind of group, or all of them."""

    kind = forms.ChoiceField(required=False, label=gettext_lazy("Kind"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["kind"].choices = [("", _("All kinds")), *GroupKind.choices]


class TargetsForm(Form):
    """How many groups of each kind; an empty field sets nothing."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        for kind, label in GroupKind.choices:
            fields[kind] = forms.IntegerField(
                min_value=0,
                max_value=500,
                required=False,
                label=label,
                error_messages={"invalid": _("Write digits only")},
            )
            # The page says what an empty one means; nine times “optional” would say it worse.
            fields[kind].is_unmarked = True
