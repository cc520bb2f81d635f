"""The proxy that a closed network wants in front of everything that goes out, if it has one."""

import ipaddress
import os
from typing import NamedTuple
from urllib.parse import urlsplit

PROXY_SETTING = "KENG_OUTGOING_PROXY"
_USUAL_PORT = 3128


class OutgoingProxy(NamedTuple):
    """An HTTP proxy that opens a way by CONNECT; what goes through it is TLS from end to end."""

    host: str
    port: int

    @property
    def url(self) -> str:
        name = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{name}:{self.port}"


def proxy_for(host: str) -> OutgoingProxy | None:
    """The one of the settings; None without one, and for what lies in the own network.

    The own network is whatever is given as a private address, and this machine: a gateway or a push
    service of the operator's own. Names are never looked up for it.
    """
    value = os.environ.get(PROXY_SETTING, "")
    if not value or _is_near(host):
        return None
    parts = urlsplit(value)
    return OutgoingProxy(parts.hostname or "", parts.port or _USUAL_PORT)


def _is_near(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return False
