"""Where a browser can be reached, as it said itself: an address and two keys."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from keng.channels.ssrf import FetchTarget, check_url

# The services that the common browsers subscribe to.
PUSH_HOSTS = (
    "fcm.googleapis.com",
    "*.push.services.mozilla.com",
    "*.notify.windows.com",
    "*.push.apple.com",
)


class NotASubscription(ValueError):
    """Not what a browser gives; the message names no part of it."""


@dataclass(frozen=True, slots=True)
class PushSubscription:
    """What PushManager.subscribe returned."""

    endpoint: str = field(repr=False)
    public_key: bytes = field(repr=False)
    """The browser's point on P-256, uncompressed."""
    auth: bytes = field(repr=False)

    @classmethod
    def from_json(cls, text: str) -> "PushSubscription":
        """From {"endpoint", "p256dh", "auth"}. Raises NotASubscription."""
        try:
            said = json.loads(text)
            return cls.from_parts(said["endpoint"], said["p256dh"], said["auth"])
        except (ValueError, TypeError, KeyError) as error:
            raise NotASubscription("malformed") from error

    @classmethod
    def from_parts(cls, endpoint: str, p256dh: str, auth: str) -> "PushSubscription":
        """From its three parts, the keys as base64url. Raises NotASubscription."""
        try:
            key, secret = from_base64url(p256dh), from_base64url(auth)
        except ValueError as error:
            raise NotASubscription("keys") from error
        if len(key) != 65 or key[0] != 4 or len(secret) != 16 or len(endpoint) > 1000:
            raise NotASubscription("length")
        return cls(endpoint, key, secret)

    def to_json(self) -> str:
        """As JSON, the same for the same subscription."""
        said = {
            "endpoint": self.endpoint,
            "p256dh": to_base64url(self.public_key),
            "auth": to_base64url(self.auth),
        }
        return json.dumps(said, sort_keys=True)

    def target(self, credentials: Mapping[str, str]) -> FetchTarget:
        """The address, if it is a push service's. Raises ssrf.UrlRefused."""
        further = [host for host in credentials.get("push_hosts", "").split(",") if host]
        return check_url(
            self.endpoint, [*PUSH_HOSTS, *further], exempt_base=credentials.get("api_base", "")
        )


def to_base64url(data: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def from_base64url(text: str) -> bytes:
    """The bytes behind base64url, padded or not. Raises ValueError."""
    bare = text.rstrip("=")
    return base64.b64decode(bare + "=" * (-len(bare) % 4), altchars=b"-_", validate=True)
