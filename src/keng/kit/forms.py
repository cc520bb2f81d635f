"""Form parts shared by all areas: the base form and choices that explain themselves."""

from collections.abc import Mapping
from typing import Any

from django import forms


class Form(forms.Form):
    """Checked by the server only: no browser bubbles, no colon after labels."""

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)


class HintedChoice(forms.ChoiceField):
    """One of a few, as radio rows; `hints` maps a value to the sentence under its label."""

    widget = forms.RadioSelect

    def __init__(self, *, hints: Mapping[Any, Any] | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.hints = dict(hints or {})


class HintedChoices(forms.MultipleChoiceField):
    """Several of a few, as checkbox rows; `hints` as for HintedChoice."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, *, hints: Mapping[Any, Any] | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.hints = dict(hints or {})


class ManyFilesInput(forms.ClearableFileInput):
    """The browser's own file box, several at once: hidden ones show nothing without script."""

    allow_multiple_selected = True


class ManyFiles(forms.FileField):
    """Zero or more files, as a list."""

    widget = ManyFilesInput

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """Clean each file on its own; an empty box is an empty list."""
        sent = [item for item in (data if isinstance(data, list | tuple) else [data]) if item]
        if not sent:
            super().clean(None, initial)
            return []
        return [super(ManyFiles, self).clean(item, initial) for item in sent]
