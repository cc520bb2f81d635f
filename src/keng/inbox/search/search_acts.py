"""What is put on record about searches, and searches kept under a name."""

import uuid

from keng.accounts.models import Officer
from keng.acts.act import act
from keng.acts.errors import NotAllowed
from keng.acts.locks import lock
from keng.acts.work import permit_anywhere
from keng.audit.actions import record, unit_chain
from keng.inbox import acts
from keng.language.names import looks_like_a_name
from keng.tips.errors import NamesAPerson, TooManyChosen
from keng.tips.models import SavedSearch

# More than this nobody looks through.
MOST_SAVED_SEARCHES = 20


@act(acts.RECORD_NAME_SEARCH)
def record_name_search(*, reason: str, found: int, by: Officer) -> None:
    """Somebody looked for a person: who, why and with how many results. Raises NotAllowed.

    The name is not written down, nor a keyed hash of it: the key lies on the same disk, names are
    few enough to be tried one after the other, and an entry is never removed.
    """
    permit_anywhere()
    detail = {"reason": reason, "found": found}
    record("tips.name_searched", by=by, on=by, chain=unit_chain(by.home_unit_id), detail=detail)


@act(acts.SAVE_SEARCH)
def save_search(name: str, query: dict[str, str], *, by: Officer) -> SavedSearch:
    """Keep a search, in place of one with the same name.

    Raises NotAllowed, NamesAPerson, TooManyChosen.
    """
    permit_anywhere()
    called = " ".join(name.split())
    if looks_like_a_name(query.get("q", "")) or looks_like_a_name(called):
        raise NamesAPerson
    # One officer in two windows: the row of the officer is the lock.
    lock(Officer.objects.filter(pk=by.pk)).get()
    own = SavedSearch.objects.filter(officer=by)
    if own.exclude(name=called).count() >= MOST_SAVED_SEARCHES:
        raise TooManyChosen
    return own.update_or_create(officer=by, name=called, defaults={"query": query})[0]


@act(acts.REMOVE_SEARCH)
def remove_search(saved_id: uuid.UUID, *, by: Officer) -> SavedSearch:
    """Forget a search of one's own. Raises NotAllowed."""
    permit_anywhere()
    found = SavedSearch.objects.filter(pk=saved_id, officer=by).first()
    if found is None:
        raise NotAllowed
    SavedSearch.objects.filter(pk=found.pk).delete()
    return found
