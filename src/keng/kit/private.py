"""Files of this account alone, whatever rights the shell that started us leaves to others."""

import os

_RIGHTS = 0o600


def private(path: str, flags: int) -> int:
    """An `opener` for `open()`: made or found, the file is readable by this account alone."""
    descriptor = os.open(path, flags, _RIGHTS)
    os.fchmod(descriptor, _RIGHTS)
    return descriptor
