"""What dispatches say, with their pictures: read once, kept while they are being sent."""

import logging
import uuid
from collections import OrderedDict
from dataclasses import dataclass, field

from keng.delivery.sender.ledger import SenderLedger
from keng.kit.database import data_folder

logger = logging.getLogger(__name__)
# Pictures are up to a megabyte each.
_MOST = 32


class NoText(LookupError):
    """The row names a text that is not there."""


@dataclass(frozen=True, slots=True)
class LoadedText:
    """What a dispatch says in one language, with its picture."""

    text: str = field(repr=False)
    subject: str = field(default="", repr=False)
    language: str = "vi"
    image_path: str = ""
    short: str = field(default="", repr=False)
    image: bytes | None = field(default=None, repr=False)
    image_mime: str = "image/png"


class TextCache:
    """A small cache; texts never change once a dispatch has them."""

    def __init__(self, ledger: SenderLedger) -> None:
        self._ledger = ledger
        self._cached: OrderedDict[uuid.UUID, LoadedText] = OrderedDict()

    def cached(self, text_id: uuid.UUID | None) -> LoadedText | None:
        """Without looking into the database."""
        return LoadedText("") if text_id is None else self._cached.get(text_id)

    async def read(self, text_id: uuid.UUID | None) -> LoadedText:
        """Raises NoText."""
        found = await self._ledger.read_text(text_id)
        if found is None:
            raise NoText
        text = with_picture(*found)
        if text_id is not None:
            self._cached[text_id] = text
        while len(self._cached) > _MOST:
            self._cached.popitem(last=False)
        return text


def with_picture(
    text: str, subject: str, language: str, image_path: str, short: str = ""
) -> LoadedText:
    """A row of the texts with its picture from the data folder.

    A warning is whole without its picture, so a lost one does not keep it back.
    """
    if not image_path:
        return LoadedText(text, subject, language, short=short)
    folder = data_folder().resolve()
    path = (folder / image_path).resolve()
    if not path.is_relative_to(folder) or not path.is_file():
        logger.warning("a picture is missing in the data folder; the text goes without it")
        return LoadedText(text, subject, language, short=short)
    image = path.read_bytes()
    mime = "image/jpeg" if image.startswith(b"\xff\xd8\xff") else "image/png"
    return LoadedText(text, subject, language, image_path, short, image, mime)
