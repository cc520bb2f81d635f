"""Names sorted by the database as people sort them; `language.alphabet` says the same in Python.

Our PostgreSQL comes without ICU, so the order is a text that sorts by its code points: the letters
of each word, then its tone, and numbers by their size.
"""

from typing import Any

from django.db.models import F, Func, TextField

_LETTERS = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
# Level (none), falling, asking, tumbling, rising, heavy.
_TONES = "\u0300\u0309\u0303\u0301\u0323"
# A tone follows the letters of its word: behind a blank, before any figure or letter.
_TONE_KEYS = '!"#$&'
_LETTER_KEYS = "".join(chr(ord("A") + at) for at in range(len(_LETTERS)))
_ZEROS = "0" * 8


def alphabetically(name: Any = "name") -> Func:
    """What to order by: a column or an expression of names of places, groups or units."""
    return _NameKey(F(name) if isinstance(name, str) else name)


def by_given_name(name: str = "name") -> list[Func]:
    """What to order by for people: their given name, which stands last, then the whole name."""
    last = Func(
        F(name), template="substring(%(expressions)s from '(\\S+)\\s*$')", output_field=TextField()
    )
    return [_NameKey(last), alphabetically(name)]


class _NameKey(Func):
    output_field = TextField()

    def as_sql(  # type: ignore[override]
        self, compiler: Any, connection: Any, **_context: Any
    ) -> Any:
        """The steps from the inside out, without values: GROUP BY may repeat it."""
        sql, values = compiler.compile(self.source_expressions[0])
        for step in _STEPS:
            sql = step.replace("@", sql)
        return sql, values


_STEPS = (
    # Letters and marks apart, and the tone behind its word.
    "normalize(lower(@), NFD)",
    f"regexp_replace(@, '([{_TONES}])([^ ]*)', '\\2\\1', 'g')",
    f"translate(@, '{_TONES}', '{_TONE_KEYS}')",
    # Letters whole again, in the order of the alphabet.
    "normalize(@, NFC)",
    f"translate(@, '{_LETTERS}', '{_LETTER_KEYS}')",
    # Numbers of one length.
    f"regexp_replace(@, '([0-9]+)', '{_ZEROS}\\1', 'g')",
    f"regexp_replace(@, '0*([0-9]{{{len(_ZEROS)},}})(?![0-9])', '\\1', 'g')",
    '(@ COLLATE "C")',
)
