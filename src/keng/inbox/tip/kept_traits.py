"""What tells the events of tips apart, kept in this process from one page to the next.

An officer opens tip after tip of one desk, and the same open tips are compared with each of them.
Of words and numbers only hashes of this process are kept (Python salts them anew in each): what is
sealed or withdrawn leaves nothing here that could be read.
"""

from collections import OrderedDict
from collections.abc import Hashable, Sequence
from threading import Lock

from keng.language.same_incident import IncidentTraits, incident_traits
from keng.places.commune_names import names_of_communes
from keng.tips.models import Tip

_MOST_KEPT = 2000
_kept: OrderedDict[Hashable, IncidentTraits] = OrderedDict()
_lock = Lock()


def traits_of_tip(tip: Tip, communes: Sequence[str], categories: Sequence[str]) -> IncidentTraits:
    """For keng.language.same_incident.same_incident, with hashes instead of words and values."""
    key = (tip.pk, hash(tip.text), tuple(communes))
    with _lock:
        traits = _kept.get(key)
        if traits is not None:
            _kept.move_to_end(key)
    if traits is None:
        place_words = names_of_communes(communes)
        read = incident_traits(tip.text, communes=communes, place_words=place_words)
        traits = _hashed(read)
        with _lock:
            _kept[key] = traits
            while len(_kept) > _MOST_KEPT:
                _kept.popitem(last=False)
    return traits._replace(categories=tuple(categories))


def _hashed(traits: IncidentTraits) -> IncidentTraits:
    return traits._replace(
        words={str(hash(word)): worth for word, worth in traits.words.items()},
        indicators=frozenset((kind, str(hash(value))) for kind, value in traits.indicators),
    )
