"""How many rows of each sort of data there are: numbers alone, and none of them exact.

A breach reaches every row, also a report about the own unit; an exact number beside the other
counts of the desk would tell that such a report exists.
"""

from collections.abc import Collection

from django.apps import apps

from keng.breaches.data_classes import BY_CODE

_STEP = 10


def rows_by_class(codes: Collection[str]) -> dict[str, int]:
    """By the code of a sort of data: how many rows at most, to the next ten."""
    found = {}
    tables = {model._meta.db_table: model for model in apps.get_models()}  # noqa: SLF001 -- public
    for code in codes:
        model = tables.get(BY_CODE[code].counted)
        if model is not None:
            found[code] = to_next_ten(model._base_manager.count())  # noqa: SLF001 -- public
    return found


def to_next_ten(count: int) -> int:
    """No number of less than ten, and none that tells of one row more."""
    return -(-count // _STEP) * _STEP
