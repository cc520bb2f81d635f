"""Things are filled up before they are sealed, so that their length tells no name.

80, and 00 up to a multiple of 64 bytes, above 256 bytes of 256.
"""

_END = b"\x80"
_STEP, _LONG_STEP = 64, 256


def filled_up(plain: bytes) -> bytes:
    """With its end marked."""
    size = len(plain) + len(_END)
    step = _STEP if size <= _LONG_STEP else _LONG_STEP
    return (plain + _END).ljust(-(-size // step) * step, b"\0")


def without_filling(opened: bytes) -> bytes:
    """What was filled up, as it was."""
    return opened.rstrip(b"\0").removesuffix(_END)
