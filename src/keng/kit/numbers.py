"""Whole numbers that somebody typed or an address names, and parts of a whole as people say them.

A wrong number is no error of ours.
"""


def whole_number(text: str, *, least: int = 0, most: int) -> int | None:
    """The number; None for anything else, and for one outside these two."""
    digits = text.strip()
    # Python reads digits of other scripts too, and none that are longer than 4,300.
    if not (digits.isascii() and digits.isdigit()) or len(digits) > 1000:
        return None
    number = int(digits)
    return number if least <= number <= most else None


def percent_of(part: int, whole: int) -> int:
    """Rounded as people round, but 0 and 100 are said only of none and of all."""
    if not whole or not part:
        return 0
    return 100 if part >= whole else min(max(round(100 * part / whole), 1), 99)
