"""The members of what a field may be, by the name that Python code calls them: Tip.State.CLOSED."""

import sys
from enum import Enum
from functools import cache

from django.apps import apps


@cache
def choice_member(name: str) -> Enum:
    """The member of a model ("Tip.State.CLOSED") or of its module ("Urgency.P0").

    Raises LookupError for one that there is not: a mistake of whoever wrote it.
    """
    *owner, choices, member = name.split(".")
    for model in apps.get_models():
        if not model.__module__.startswith("keng"):
            continue
        if owner == [model.__name__]:
            found = getattr(model, choices, None)
        elif not owner:
            found = getattr(sys.modules[model.__module__], choices, None)
        else:
            continue
        if isinstance(found, type) and issubclass(found, Enum) and member in found.__members__:
            return found[member]
    raise LookupError(name)
