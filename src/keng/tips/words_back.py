"""The words of an answer that was taken back, on their way to the box from which they were sent.

They wait in the officer's session, which is sealed, until the page with that box opens.
"""

import uuid

from django.http import HttpRequest

_KEY = "words_back"


def keep_words_for(request: HttpRequest, box_of: uuid.UUID, words: str) -> None:
    """Put these into the next box of this tip or incident."""
    if words:
        request.session[_KEY] = {"of": str(box_of), "words": words}


def words_back_for(request: HttpRequest, box_of: uuid.UUID) -> str:
    """What was taken back there, once."""
    kept = request.session.get(_KEY)
    if not kept or kept["of"] != str(box_of):
        return ""
    del request.session[_KEY]
    return str(kept["words"])
