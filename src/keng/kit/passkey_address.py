"""Whether passkeys work at an address of ours: they are bound to a name, and to TLS.

Browsers give a passkey to the name it was made for and to no other, which is why it cannot be
phished. Nothing but the settings says which name that is.
"""

from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

# Browsers take this machine itself for safe without TLS.
_THIS_MACHINE = "localhost"


@dataclass(frozen=True)
class PasskeyAddress:
    """What a browser binds a passkey to, and what it says where it answers."""

    relying_party: str
    origin: str


@dataclass(frozen=True)
class NoPasskeys:
    """Why there are none at an address."""

    has_tls: bool
    has_name: bool


def passkey_address(url: str) -> PasskeyAddress | NoPasskeys:
    """What passkeys are bound to at this address of a site; why not, where they cannot be."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    is_here = host == _THIS_MACHINE
    has_tls, has_name = parts.scheme == "https" or is_here, is_here or _is_name(host)
    if not (has_tls and has_name):
        return NoPasskeys(has_tls=has_tls, has_name=has_name)
    return PasskeyAddress(host, _origin(parts.scheme, host, parts.port))


def _is_name(host: str) -> bool:
    """A name with a dot: browsers bind nothing to a number, nor to a name of one network alone."""
    try:
        ip_address(host)
    except ValueError:
        return "." in host.strip(".")
    return False


def _origin(scheme: str, host: str, port: int | None) -> str:
    """As browsers write it: without the port that goes without saying."""
    usual = {"https": 443, "http": 80}[scheme]
    return f"{scheme}://{host}" + (f":{port}" if port and port != usual else "")
