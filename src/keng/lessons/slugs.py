"""Addresses that can be read out: made from a title, without marks."""

import re
from collections.abc import Callable

from keng.language.fold import fold

_LONGEST = 48


def slug_for(title: str, is_taken: Callable[[str], bool]) -> str:
    """ "Cuộc gọi xưng công an" as cuoc-goi-xung-cong-an; with a number if that is taken."""
    plain = re.sub(r"[^a-z0-9]+", "-", fold(title)).strip("-")[:_LONGEST].strip("-") or "bai"
    found, number = plain, 1
    while is_taken(found):
        number += 1
        found = f"{plain}-{number}"
    return found
