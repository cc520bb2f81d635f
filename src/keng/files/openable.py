"""Whether an officer could open a file that somebody sends: told before it is kept."""

from django.utils.translation import gettext as _

from keng.files.clean_media import PLAYABLE
from keng.files.copies import has_copies
from keng.files.pictures import LONGEST_MAGIC, mime_of
from keng.kit.uploads import DamagedUpload, SealedUpload


def why_not_openable(upload: SealedUpload) -> str:
    """Why nobody could open this file, in words; "" when somebody can.

    Nothing is decoded: by its length and its first bytes.
    """
    if not upload.size:
        words = _("%(name)s is empty: 0 bytes arrived. Choose it again, or send a screenshot.")
        return words % {"name": upload.name}
    kind = mime_of(_first_bytes(upload))
    if kind in PLAYABLE or has_copies(kind):
        return ""
    words = _(
        "%(name)s was not kept: officers cannot open this kind of file. They can open pictures, "
        "videos, sound recordings and PDF. Send a screenshot of it, or copy its words into the "
        "text."
    )
    return words % {"name": upload.name}


def _first_bytes(upload: SealedUpload) -> bytes:
    start = b""
    try:
        for piece in upload.chunks():
            start += piece
            if len(start) >= LONGEST_MAGIC:
                break
    except (DamagedUpload, FileNotFoundError):
        # Whoever reads the whole file says so.
        return b""
    return start
