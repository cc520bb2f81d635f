"""Whole numbers that somebody typed or an address names; a wrong one is no error of ours."""


def whole_number(text: str, *, least: int = 0, most: int) -> int | None:
    """The number; None for anything else, and for one outside these two."""
    digits = text.strip()
    # Python reads digits of other scripts too, and none that are longer than 4,300.
    if not (digits.isascii() and digits.isdigit()) or len(digits) > 1000:
        return None
    number = int(digits)
    return number if least <= number <= most else None
