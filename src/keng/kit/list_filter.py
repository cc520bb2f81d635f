"""The row above a list of the desk: words to look for and what else an area lets one choose."""

import functools
import operator
from typing import Any, TypeVar

from django import forms
from django.db.models import F, Q, QuerySet, Value
from django.utils.translation import gettext_lazy

from keng.kit.forms import Form
from keng.kit.sql_fold import sql_folded

_Rows = TypeVar("_Rows", bound=QuerySet[Any])
_LONGEST = 120


class ListFilter(Form):
    """Shown by `parts/list_filter.html`; an area adds further boxes in a class of its own.

    Nothing in it can be wrong: what nobody offers is taken for nothing, so that an old address
    still shows a list.
    """

    q = forms.CharField(
        max_length=_LONGEST,
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )

    words_label: Any = gettext_lazy("Words of the title")

    def __init__(self, *args: Any, words_label: Any = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["q"].label = words_label or self.words_label

    @property
    def chosen(self) -> dict[str, Any]:
        """What was chosen, by box."""
        self.is_valid()
        return self.cleaned_data

    @property
    def words(self) -> str:
        return str(self.chosen.get("q", ""))

    @property
    def is_filtered(self) -> bool:
        return any(self.chosen.values())


def rows_with_words(rows: _Rows, words: str, *texts: Any, or_else: Q | None = None) -> _Rows:
    """The rows that have each of the words in one of their texts, accents or not.

    `texts` are names of columns or expressions; a row that fits `or_else` is found as well. Every
    row is read: for lists of one desk.
    """
    wanted = words.split()
    if not wanted:
        return rows
    names = []
    for number, text in enumerate(texts):
        names.append(f"searched_{number}")
        rows = rows.alias(**{names[-1]: sql_folded(F(text) if isinstance(text, str) else text)})
    fits = Q()
    for word in wanted:
        holds = [Q(**{f"{name}__contains": sql_folded(Value(word))}) for name in names]
        fits &= functools.reduce(operator.or_, holds)
    return rows.filter(fits | or_else if or_else else fits)
