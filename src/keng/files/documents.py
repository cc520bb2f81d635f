"""The copy to view of a document: its first pages as pictures, and how many it has."""

from collections.abc import Sequence

_MARK = b"KENG\0pages\n"
_NUMBER_BYTES = 4


def document_copy(pages: Sequence[bytes], *, total: int) -> bytes:
    """The pages as one file; `total` is how many the document has."""
    pieces = [_MARK, total.to_bytes(_NUMBER_BYTES)]
    for page in pages:
        pieces += [len(page).to_bytes(_NUMBER_BYTES), page]
    return b"".join(pieces)


def pages_of_copy(copy: bytes) -> tuple[list[bytes], int]:
    """The pages that `document_copy` put together, and how many the document has.

    Raises ValueError for anything else.
    """
    if not copy.startswith(_MARK):
        raise ValueError("no copy of a document")
    at = len(_MARK)
    total = int.from_bytes(copy[at : at + _NUMBER_BYTES])
    at += _NUMBER_BYTES
    pages = []
    while at < len(copy):
        size = int.from_bytes(copy[at : at + _NUMBER_BYTES])
        at += _NUMBER_BYTES
        pages.append(copy[at : at + size])
        if not size or len(pages[-1]) != size:
            raise ValueError("a page that did not come whole")
        at += size
    return pages, total
