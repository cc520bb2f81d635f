"""Words compared without accents by the database: what `language.fold` does, in any locale."""

from typing import Any

from django.db.models import Func, TextField

_FOLDED = (
    "translate(lower(regexp_replace(normalize(%(expressions)s, NFD), "
    "'[\u0300-\u036f]', '', 'g')), 'đĐ', 'dd')"
)


def sql_folded(words: Any) -> Func:
    """A column or expression of text, in lower case and without marks."""
    return Func(words, template=_FOLDED, output_field=TextField())
