"""May this media URL be fetched? The pure half of the guard: the caller resolves and connects.

    target = check_url(url, ZALO_MEDIA_HOSTS, exempt_base=fake_base)    # raises Refused
    addresses = check_addresses(target, resolved)                       # raises Refused

Connect to one of the returned addresses, not to the name again; check every redirect the same way.
"""

import ipaddress
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

_ODD = re.compile(r"[\x00-\x20\x7f-\x9f\\]")
_HOST = re.compile(r"[a-z0-9]([a-z0-9\-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9\-]*[a-z0-9])?)+")
# Ranges that carry an IPv4 address inside: they would smuggle a private one past is_global.
_TUNNELS = tuple(
    ipaddress.ip_network(n) for n in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")
)


class UrlRefused(Exception):
    """The URL must not be fetched; the message says why and names no URL."""


@dataclass(frozen=True, slots=True)
class FetchTarget:
    """A URL that may be fetched once its addresses are checked too."""

    url: str
    host: str
    port: int
    exempt: bool = False


def check_set_address(address: str, *, is_private: bool) -> None:
    """An address that an operator sets: of a public host, unless it is one of their own network.

    A number would be connected to without a look at what it stands for. Raises ValueError.
    """
    parts = urlsplit(address)
    schemes = ("https", "http") if is_private else ("https",)
    # Raises ValueError by itself for what is no port.
    port, host = parts.port, parts.hostname or ""
    if parts.scheme not in schemes or not host or "@" in parts.netloc or _ODD.search(address):
        raise ValueError(f"the address begins with {' or '.join(schemes)}://")
    if parts.query or parts.fragment:
        raise ValueError("the address ends with its path")
    if not is_private and (port not in (None, 443) or _is_number(host)):
        raise ValueError("a name on the usual port, unless it is said to be private")


def check_url(url: str, hosts: Collection[str], *, exempt_base: str = "") -> FetchTarget:
    """HTTPS on its usual port at an allowed host; plain http:// is read as https://.

    `hosts` holds names ("photo.example.vn") and suffixes ("*.example.vn"). A URL below exactly
    `exempt_base` (the fake's address, from our own configuration) skips every rule.
    """
    if len(url) > 2048 or _ODD.search(url):
        raise UrlRefused("malformed")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise UrlRefused("malformed") from None
    if exempt_base and _is_below(url, exempt_base):
        usual = 443 if parts.scheme == "https" else 80
        return FetchTarget(url, parts.hostname or "", port or usual, exempt=True)
    if parts.scheme not in ("https", "http"):
        raise UrlRefused("scheme")
    if "@" in parts.netloc:
        raise UrlRefused("user name in the URL")
    if port not in (None, 443) or (port == 443 and parts.scheme == "http"):
        raise UrlRefused("port")
    host = (parts.hostname or "").removesuffix(".")
    if not _HOST.fullmatch(host) or not any(_matches(host, allowed) for allowed in hosts):
        raise UrlRefused("host")
    return FetchTarget(parts._replace(scheme="https", netloc=host, fragment="").geturl(), host, 443)


def check_addresses(target: FetchTarget, resolved: Iterable[str]) -> list[str]:
    """The addresses to connect to; one that is not public refuses them all."""
    addresses = list(resolved)
    if not addresses:
        raise UrlRefused("no address")
    if not target.exempt and not all(map(_is_public, addresses)):
        raise UrlRefused("address is not public")
    return addresses


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _is_below(url: str, base: str) -> bool:
    """Same scheme, host, port, and a path inside; no dots that would climb out again."""
    root = base.rstrip("/") + "/"
    return url.startswith(root) and ".." not in url and "%2e" not in url.lower()


def _matches(host: str, allowed: str) -> bool:
    if allowed.startswith("*."):
        return host.endswith(allowed[1:])
    return host == allowed


def _is_public(address: str) -> bool:
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            return _is_public(str(ip.ipv4_mapped))
        if ip.scope_id is not None or any(ip in network for network in _TUNNELS):
            return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)
