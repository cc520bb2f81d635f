"""Everything the fake remembers."""

import itertools
import json
import secrets
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import parse_qs

from keng.channels.fake import CallRecord
from keng.channels.fake.clock import FakeClock

DAY_SECONDS = 86_400.0
ACCESS_SECONDS = 90_000.0
CODE_SECONDS = 600.0
REFRESH_SECONDS = 90 * DAY_SECONDS


def _digits(length: int) -> str:
    return "1" + "".join(secrets.choice("0123456789") for _ in range(length - 1))


@dataclass(slots=True)
class FakeSettings:
    """Who this account is. What is not given is drawn by lot, so no secret stands here."""

    oa_type: Literal[2, 4] = 2
    app_id: str = field(default_factory=lambda: _digits(18))
    app_secret: str = field(default_factory=lambda: secrets.token_urlsafe(15), repr=False)
    oa_id: str = field(default_factory=lambda: _digits(18))
    oa_secret_key: str = field(default_factory=lambda: secrets.token_urlsafe(15), repr=False)
    access_token: str = field(default_factory=lambda: secrets.token_urlsafe(60), repr=False)
    refresh_token: str = field(default_factory=lambda: secrets.token_urlsafe(60), repr=False)
    admin_id: str = field(default_factory=lambda: _digits(18))
    """Who manages the account, as a user."""
    groups_per_page: int = 50
    """However many are asked for."""
    name: str = "Official Account"
    package_name: str = "Nâng cao"
    package_ends_on: str = ""
    """As Zalo writes it (31/12/2026); a year from now where nothing is given."""
    webhook_url: str = ""
    signature_variant: str = "app_id/body"
    rate_limit: int = 4000
    latency: float = 0.0
    open_door: bool = False
    """Anybody counts as having written just now: for load."""
    echo: bool = False
    """Report our own messages back by webhook, as the provider does."""


@dataclass(slots=True)
class ApiCall:
    """One request as the handlers see it."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes = b""
    origin: str = ""

    def parameter(self, name: str) -> str:
        return parse_qs(self.query).get(name, [""])[0]

    def json(self) -> dict[str, Any]:
        """The body, or for GET the `data` parameter, as a JSON object."""
        raw = self.body if self.method == "POST" else self.parameter("data").encode()
        try:
            value = json.loads(raw)
        except ValueError:
            raise ZaloError(-201, "body is not JSON") from None
        if not isinstance(value, dict):
            raise ZaloError(-201, "body is not an object")
        return value


class ZaloError(Exception):
    """An answer with a code, under HTTP 200."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(slots=True)
class FakeUser:
    """A person as the account sees one. `refuses` is the code that sending to them gives."""

    id: str
    last_interaction: float | None = None
    follower: bool = False
    refuses: int = 0


@dataclass(slots=True)
class FakeGroup:
    """A group chat the account owns, or one of somebody else's."""

    id: str
    name: str = ""
    asset_id: str = ""
    enabled: bool = True
    ours: bool = True
    members: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Upload:
    """A file in the store."""

    id: str
    kind: str
    content: bytes = field(repr=False)
    at: float


@dataclass(slots=True)
class FakeArticle:
    """An article on the account's page, and to how many followers it was sent, each time."""

    id: str
    content: dict[str, Any]
    at: float
    sent_to: list[int] = field(default_factory=list)


@dataclass(slots=True)
class DeliveredMessage:
    """A message that somebody can read now."""

    id: str
    at: float
    to: str
    recipient: str
    text: str
    image: str
    path: str
    mentions: int


@dataclass(slots=True)
class WrittenMessage:
    """What a person wrote to the account, as its chats keep it, whether or not a webhook told."""

    id: str
    at: float
    user: str
    item: dict[str, Any]
    """What `conversation` says of it beside its id, its time and its two ends."""


@dataclass(slots=True)
class JournalEntry(CallRecord):
    """One line of the journal, with what this provider's answers say besides."""

    error: int | None = None
    message_id: str = ""
    recipient: str = ""


class FakeState:
    """The account, its people and groups, and what was asked of it."""

    def __init__(
        self, settings: FakeSettings | None = None, clock: FakeClock | None = None
    ) -> None:
        self.settings = settings or FakeSettings()
        self.clock = clock or FakeClock()
        self.users: dict[str, FakeUser] = {}
        self.groups: dict[str, FakeGroup] = {}
        self.assets: dict[str, str] = {}  # asset id -> id of the group that uses it, or ""
        self.uploads: dict[str, Upload] = {}
        self.upload_counts: dict[str, int] = {}
        self.delivered: list[DeliveredMessage] = []
        self.written: list[WrittenMessage] = []
        self.articles: dict[str, FakeArticle] = {}
        self.article_tokens: dict[str, str] = {}
        self.templates: dict[str, tuple[str, ...]] = {}
        """Approved wordings by their id, each with the names of its blanks."""
        self.phone_templates: dict[str, tuple[str, ...]] = {}
        """The same of those for telephone numbers."""
        self.phones: set[str] = set()
        """Numbers, as 84…, that have a Zalo account."""
        self.journal: list[JournalEntry] = []
        self.media: dict[str, bytes] = {}
        self.used_refresh_tokens: set[str] = set()
        self.connect_codes: dict[str, tuple[str, float]] = {}
        """Codes that were given out and not used: the challenge and the moment of each."""
        self.access_token = self.settings.access_token
        self.refresh_token = self.settings.refresh_token
        self.token_issued_at = self.clock.now()
        self.webhook_enabled = True
        self.accepted: deque[DeliveredMessage] = deque()
        """Waiting to be reported back when `echo` is on."""
        self._numbers = itertools.count(1)
        self._salt = secrets.token_hex(6)

    def new_id(self) -> str:
        """An id in the provider's style: short hexadecimal."""
        return f"{self._salt}{next(self._numbers):07x}"

    def user(self, user_id: str) -> FakeUser | None:
        """A known person; with the door open everybody is, and wrote just now."""
        found = self.users.get(user_id)
        if found is None and self.settings.open_door and user_id:
            found = self.users[user_id] = FakeUser(user_id, self.clock.now())
        return found

    def touch(self, user_id: str, *, follower: bool | None = None) -> FakeUser:
        """They did something that opens the window."""
        user = self.users.setdefault(user_id, FakeUser(user_id))
        user.last_interaction = self.clock.now()
        if follower is not None:
            user.follower = follower
        return user

    def secrets(self) -> tuple[str, ...]:
        own = self.settings
        return (self.access_token, self.refresh_token, own.app_secret, own.oa_secret_key)
