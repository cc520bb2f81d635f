"""What a partner is introduced with to everybody: its name, and a sentence about it."""

from django.utils.translation import gettext as _

from keng.language.police_name import police_words
from keng.places.models import Unit
from keng.warnings.recall_words import forbidden_in_recall


def forbidden_in_introduction(*, name: str, about: str, unit: Unit) -> dict[str, list[str]]:
    """The sentences of what may not be said, by the box; as strict as why a warning is taken back.

    Nobody who reads whom a text is by has to open anything or to call a number.
    """
    found = {"name": forbidden_in_recall(name, unit), "about": forbidden_in_recall(about, unit)}
    if quote := police_words(name):
        told = _("“%(quote)s” reads as the police. A partner stands under a name of its own.")
        found["name"].insert(0, told % {"quote": quote})
    return {box: sentences for box, sentences in found.items() if sentences}
