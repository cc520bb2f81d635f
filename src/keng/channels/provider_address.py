"""Where a provider is reached."""

from urllib.parse import urlsplit

_THIS_MACHINE = ("127.0.0.1", "::1", "localhost")


def https_beyond_this_machine(address: str) -> str:
    """The address with https, unless it is this machine: a token must not cross a network open."""
    if address.startswith("http://") and urlsplit(address).hostname not in _THIS_MACHINE:
        return "https://" + address.removeprefix("http://")
    return address
