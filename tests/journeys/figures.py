"""Figures as the desk shows them."""


def number(text: str) -> int:
    """Thousands have dots between them, an amount its unit after it, and nothing is a dash."""
    return int("".join(character for character in text if character.isdigit()) or 0)
