"""Draws the pages of a stranger's PDF in a process that can do nothing else.

    python -I -m keng.files.pictures.pdf_pages {"size": bytes, "side": pixels, …}

The document comes in by standard input; its first pages as pictures leave by standard output, in
the form of `keng.files.documents`. Where there is none, the exit status is a `CopyRefusal`. No
other module may import this one. What is drawn has no link, no script and nothing of its author.
"""

import json
import sys
from typing import Any

import pypdfium2
from PIL import Image
from pypdfium2 import raw

from keng.files.documents import document_copy
from keng.files.pictures.decoding import CopyRefusal, as_jpeg, confine_process
from keng.kit.closed_memory import close_memory, forbid_new_privileges

# A page has pixels by its own size, however large it says that it is.
_LARGEST_SCALE = 3.0


def main() -> int:
    """One document, once."""
    wanted = json.loads(sys.argv[1])
    # Before the limits: no module can be loaded after them.
    Image.init()
    pypdfium2.PdfDocument.new().close()
    close_memory()
    forbid_new_privileges()
    content = sys.stdin.buffer.read(wanted["size"])
    confine_process()
    try:
        made = pages_drawn(content, wanted)
    except MemoryError:
        return CopyRefusal.TOO_LARGE
    except pypdfium2.PdfiumError as error:
        locked = getattr(error, "err_code", None) == raw.FPDF_ERR_PASSWORD
        return CopyRefusal.LOCKED if locked else CopyRefusal.BROKEN
    except (OSError, ValueError):
        return CopyRefusal.BROKEN
    sys.stdout.buffer.write(made)
    sys.stdout.buffer.flush()
    return 0


def pages_drawn(content: bytes, wanted: dict[str, Any]) -> bytes:
    """The first pages, as many as asked for and as fit. Raises PdfiumError and MemoryError."""
    document = pypdfium2.PdfDocument(content)
    pages: list[bytes] = []
    size = 0
    for number in range(min(len(document), wanted["pages"])):
        page = document[number]
        longest = max(*page.get_size(), 1.0)
        bitmap = page.render(scale=min(wanted["side"] / longest, _LARGEST_SCALE))
        drawn = Image.frombuffer(
            "RGB", (bitmap.width, bitmap.height), bitmap.buffer, "raw", "BGR", bitmap.stride, 1
        )
        made = as_jpeg(drawn)
        bitmap.close()
        page.close()
        size += len(made)
        if size > wanted["most_bytes"]:
            break
        pages.append(made)
    if not pages:
        raise ValueError("a document without a page")
    return document_copy(pages, total=len(document))


if __name__ == "__main__":
    sys.exit(main())
