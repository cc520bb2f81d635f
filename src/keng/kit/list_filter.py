"""The row above a list of the desk: words to look for and what else an area lets one choose."""

import re
from typing import Any, TypeVar

from django import forms
from django.db.models import BooleanField, F, Func, Q, QuerySet, Value
from django.utils.translation import gettext_lazy

from keng.kit.forms import Form
from keng.kit.sql_fold import sql_folded

_Rows = TypeVar("_Rows", bound=QuerySet[Any])
_LONGEST = 120
# What LIKE takes for more than itself.
_LIKE, _ESCAPED = re.compile(r"[\\%_]"), r"\\\g<0>"


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
    # Folded once a row, however many words and columns: folding is what takes the time.
    whole = sql_folded(Func(Value("\n"), *map(_expression, texts), function="concat_ws"))
    patterns = [sql_folded(Value(f"%{_LIKE.sub(_ESCAPED, word)}%")) for word in wanted]
    every = Func(*patterns, template="(ARRAY[%(expressions)s])")
    fits = Q(
        Func(
            whole,
            every,
            template="%(expressions)s",
            arg_joiner=" LIKE ALL ",
            output_field=BooleanField(),
        )
    )
    return rows.filter(fits | or_else if or_else else fits)


def _expression(text: Any) -> Any:
    return F(text) if isinstance(text, str) else text
