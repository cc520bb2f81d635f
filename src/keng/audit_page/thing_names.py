"""Which one it was: the present name of what an act was done to, where that is no word of a tip.

An entry keeps an id. A name is looked up when it is read, so that the record holds none.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import Model

from keng.accounts.models import Partner
from keng.audit.models import Entry
from keng.claims.models import Claim, Revision
from keng.kit.ids import read_id
from keng.lessons.models import Campaign, Collection, Edition, Film
from keng.network.models import Establishment, Group, Lead
from keng.places.models import Unit
from keng.surveys.models import Survey
from keng.warnings.models import Pattern, Version

# By the name of a model in small letters, as entries name it: the model and where its name stands.
_NAMED: dict[str, tuple[type[Model], str]] = {
    "group": (Group, "name"),
    "lead": (Lead, "name"),
    "establishment": (Establishment, "name"),
    "unit": (Unit, "name"),
    "partner": (Partner, "name"),
    "version": (Version, "verify_code__code"),
    "pattern": (Pattern, "texts__title"),
    "survey": (Survey, "content__vi__title"),
    "edition": (Edition, "texts__vi__title"),
    "collection": (Collection, "texts__vi__title"),
    "campaign": (Campaign, "texts__vi__title"),
    "film": (Film, "title"),
    "claim": (Claim, "number"),
    "revision": (Revision, "texts__vi__question"),
}


def thing_names(rows: Iterable[Entry]) -> dict[tuple[str, str], str]:
    """The names of what these entries are about, by kind and id; one question for each kind."""
    wanted: defaultdict[str, set[Any]] = defaultdict(set)
    found: dict[tuple[str, str], str] = {}
    for row in rows:
        key = read_id(row.object_id)
        if row.object_kind in _NAMED and key is not None:
            wanted[row.object_kind].add(key)
        elif row.object_kind == "snapshot" and "span" in (row.detail or {}):
            found[row.object_kind, row.object_id] = str(row.detail["span"])
    for kind, ids in wanted.items():
        model, name = _NAMED[kind]
        named = model._default_manager.filter(pk__in=ids).values_list("pk", name)  # noqa: SLF001
        found |= {(kind, str(pk)): str(text) for pk, text in named if text}
    return found
