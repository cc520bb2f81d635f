"""What is put on record about searches, and searches kept under a name."""

import uuid

from django.db import transaction

from keng.accounts.models import Officer
from keng.accounts.who import WORKING
from keng.audit.actions import record, unit_chain
from keng.language.names import looks_like_a_name
from keng.tips.errors import NamesAPerson, NotYours, TooManyChosen
from keng.tips.models import SavedSearch

# More than this nobody looks through.
MOST_SAVED_SEARCHES = 20


@transaction.atomic
def record_name_search(*, reason: str, found: int, by: Officer) -> None:
    """Somebody looked for a person: who, why and with how many results. Raises NotYours.

    The name is not written down, nor a keyed hash of it: the key lies on the same disk, names are
    few enough to be tried one after the other, and an entry is never removed.
    """
    if not WORKING.includes(by):
        raise NotYours
    detail = {"reason": reason, "found": found}
    record("tips.name_searched", by=by, on=by, chain=unit_chain(by.home_unit_id), detail=detail)


@transaction.atomic
def save_search(name: str, query: dict[str, str], *, by: Officer) -> SavedSearch:
    """Keep a search, in place of one with the same name.

    Raises NotYours, NamesAPerson, TooManyChosen.
    """
    if not WORKING.includes(by):
        raise NotYours
    called = " ".join(name.split())
    if looks_like_a_name(query.get("q", "")) or looks_like_a_name(called):
        raise NamesAPerson
    # One officer in two windows: the row of the officer is the lock.
    Officer.objects.select_for_update(no_key=True).get(pk=by.pk)
    own = SavedSearch.objects.filter(officer=by)
    if own.exclude(name=called).count() >= MOST_SAVED_SEARCHES:
        raise TooManyChosen
    return own.update_or_create(officer=by, name=called, defaults={"query": query})[0]


@transaction.atomic
def remove_search(saved_id: uuid.UUID, *, by: Officer) -> SavedSearch:
    """Forget a search of one's own. Raises NotYours."""
    found = SavedSearch.objects.filter(pk=saved_id, officer=by).first()
    if found is None or not WORKING.includes(by):
        raise NotYours
    SavedSearch.objects.filter(pk=found.pk).delete()
    return found
