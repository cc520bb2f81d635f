"""The form in which the desk keeps the page of the first hour."""

from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keng.kit.forms import Form

# Five: so many things every page that leads there promises.
FIRST_HOUR_STEPS = range(1, 6)
_MOST_HOTLINES = 40
_PARTS = 3
_EMPTY = {"required": gettext_lazy("Write this part")}


class FirstHourForm(Form):
    """Five steps in both languages, and the numbers of banks with where they are from."""

    hotlines = forms.CharField(
        label=gettext_lazy("Numbers of banks"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=gettext_lazy(
            "One bank a line: bank | number | where the number is from. Take it from the bank’s "
            "own site or card. Without any, the page says: the number on the back of your card."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for n in FIRST_HOUR_STEPS:
            for code in ("vi", "en"):
                self.fields[f"{code}_title_{n}"] = forms.CharField(
                    label=gettext_lazy("Step"), max_length=80, error_messages=_EMPTY
                )
                self.fields[f"{code}_text_{n}"] = forms.CharField(
                    label=gettext_lazy("What to do and say"),
                    max_length=400,
                    error_messages=_EMPTY,
                    widget=forms.Textarea(attrs={"rows": 3}),
                )

    def steps(self) -> list[list[BoundField]]:
        """The fields as the page shows them: a step in both languages."""
        names = ("vi_title", "vi_text", "en_title", "en_text")
        return [[self[f"{name}_{n}"] for name in names] for n in FIRST_HOUR_STEPS]

    def clean_hotlines(self) -> list[dict[str, str]]:
        """Bank, number and source of each line."""
        found = []
        for line in self.cleaned_data["hotlines"].splitlines():
            if line.strip():
                parts = [part.strip() for part in line.split("|")]
                if len(parts) != _PARTS or not all(parts):
                    raise forms.ValidationError(
                        _("Write bank | number | where the number is from: “%(line)s”")
                        % {"line": line.strip()[:60]}
                    )
                found.append(dict(zip(("bank", "number", "source"), parts, strict=True)))
        return found[:_MOST_HOTLINES]

    def texts(self) -> dict[str, Any]:
        """By language."""
        given = self.cleaned_data
        return {
            code: {
                "steps": [
                    {"title": given[f"{code}_title_{n}"], "text": given[f"{code}_text_{n}"]}
                    for n in FIRST_HOUR_STEPS
                ]
            }
            for code in ("vi", "en")
        }


def initial_of_first_hour(texts: dict[str, Any], hotlines: list[dict[str, str]]) -> dict[str, str]:
    """A text as the form shows it."""
    found = {
        "hotlines": "\n".join(f"{h['bank']} | {h['number']} | {h['source']}" for h in hotlines)
    }
    for code, text in texts.items():
        for n, step in enumerate(text["steps"], 1):
            found[f"{code}_title_{n}"] = step["title"]
            found[f"{code}_text_{n}"] = step["text"]
    return found
