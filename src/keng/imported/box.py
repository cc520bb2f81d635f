"""The rows of a sheet while they wait: encrypted with the site's key, for the desk and the worker.

What is in here has not been cut yet, so it is nowhere in clear, and never outlives its batch.
"""

import json
import zlib
from dataclasses import dataclass
from typing import Any

from keng.kit.secrets import site_box

_BOX = "rows of an earlier sheet"


@dataclass(frozen=True, slots=True)
class WaitingRows:
    """What comes in, as plain values, and the lines that do not."""

    rows: list[dict[str, Any]]
    refused: list[dict[str, Any]]
    """Each with its number, its cells and why (imported.refusals)."""


def box_rows(waiting: WaitingRows) -> bytes:
    """Closed."""
    plain = json.dumps({"rows": waiting.rows, "refused": waiting.refused}, ensure_ascii=False)
    return bytes(site_box(_BOX).encrypt(zlib.compress(plain.encode())))


def open_rows(boxed: bytes | memoryview) -> WaitingRows:
    """What `box_rows` closed; nothing once the rows are destroyed."""
    if not boxed:
        return WaitingRows([], [])
    plain = json.loads(zlib.decompress(site_box(_BOX).decrypt(bytes(boxed))))
    return WaitingRows(plain["rows"], plain["refused"])
