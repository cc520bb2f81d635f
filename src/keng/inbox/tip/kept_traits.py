"""What tells the events of tips apart, kept in this process from one page to the next.

An officer opens tip after tip of one desk, and the same open tips are compared with each of them.
Of words and numbers only hashes of this process are kept (Python salts them anew in each): what is
sealed or withdrawn leaves nothing here that could be read.
"""

import uuid
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from threading import Lock
from typing import Any

from keng.language.same_incident import IncidentTraits, incident_traits
from keng.language.similarity import shingles
from keng.places.commune_names import names_of_communes
from keng.tips.models import Tip

_MOST_KEPT = 4000
_kept: OrderedDict[Hashable, Any] = OrderedDict()
_lock = Lock()


def traits_of_tip(tip: Tip, communes: Sequence[str], categories: Sequence[str]) -> IncidentTraits:
    """For keng.language.same_incident.same_incident, with hashes instead of words and values."""

    def read() -> IncidentTraits:
        place_words = names_of_communes(communes)
        return _hashed(incident_traits(tip.text, communes=communes, place_words=place_words))

    traits: IncidentTraits = _kept_or_read((tip.pk, hash(tip.text), tuple(communes)), read)
    return traits._replace(categories=tuple(categories))


def hashed_shingles(text: str) -> frozenset[int]:
    """For keng.language.similarity.jaccard, hashes instead of words and word pairs."""
    return frozenset(map(hash, shingles(text)))


def shingles_of_tips(
    marks: Mapping[uuid.UUID, int], read_texts: Callable[[list[uuid.UUID]], Mapping[uuid.UUID, str]]
) -> dict[uuid.UUID, frozenset[int]]:
    """The hashed shingles of each tip.

    A mark of a tip is another one when its words are; only words that are new here are read.
    """
    with _lock:
        found = {
            pk: kept for pk, mark in marks.items() if (kept := _kept_at((pk, mark))) is not None
        }
    missing = [pk for pk in marks if pk not in found]
    texts = read_texts(missing) if missing else {}
    new = {pk: hashed_shingles(texts.get(pk, "")) for pk in missing}
    with _lock:
        for pk, kept in new.items():
            _keep((pk, marks[pk]), kept)
    return found | new


def _kept_or_read(key: Hashable, read: Callable[[], Any]) -> Any:
    with _lock:
        found = _kept_at(key)
    if found is None:
        found = read()
        with _lock:
            _keep(key, found)
    return found


def _kept_at(key: Hashable) -> Any:
    found = _kept.get(key)
    if found is not None:
        _kept.move_to_end(key)
    return found


def _keep(key: Hashable, found: Any) -> None:
    _kept[key] = found
    while len(_kept) > _MOST_KEPT:
        _kept.popitem(last=False)


def _hashed(traits: IncidentTraits) -> IncidentTraits:
    return traits._replace(
        words={str(hash(word)): worth for word, worth in traits.words.items()},
        indicators=frozenset((kind, str(hash(value))) for kind, value in traits.indicators),
        details=frozenset((kind, str(hash(value))) for kind, value in traits.details),
    )
