"""What an act changed, as the record keeps it: before and after, field by field."""

from collections.abc import Mapping
from typing import Any

Value = str | int


def changed_values(
    before: Mapping[str, Any], after: Mapping[str, Any], *, hidden: frozenset[str] = frozenset()
) -> dict[str, list[Value]]:
    """Each field that is not as it was: [before, after].

    Of a hidden one an empty list: what is about a person changed, and the record keeps no identity.
    """
    return {
        name: [] if name in hidden else [_plain(before[name]), _plain(after[name])]
        for name in after
        if before[name] != after[name]
    }


def _plain(value: Any) -> Value:
    if value is None:
        return ""
    return value if isinstance(value, int) else str(value)
