"""The six channels of the chaos: their fakes, and what goes wrong there."""

import random
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, NamedTuple

from keng.channels.fake import running_provider
from keng.channels.fake.faults import Fault, Faults
from keng.channels.messenger.fake import FakeMessenger
from keng.channels.sms.fake import FakeSms, SmsSettings
from keng.channels.telegram.fake import FakeTelegram, TelegramSettings
from keng.channels.voice.fake import FakeVoice
from keng.channels.zalo_bot.fake import FakeZaloBot, ZaloBotSettings
from keng.channels.zalo_oa.fake import FakeSettings, running_zalo

FAULTS = 0.05
# An answer takes so long, so that a kill finds many under way.
LATENCY = 0.15


class ChaosChannel(NamedTuple):
    """One channel: its fake, whom its rows are for, and how it refuses a message for good."""

    code: str
    run: Callable[[], AbstractContextManager[Any]]
    kind: str
    prefix: str
    """Before the seven digits of the recipient."""
    is_urgent: bool | None
    """None: every second row is."""
    refusal: dict[str, Any]
    busy: dict[str, Any] | None = None
    """The answer that asks to come back in a second, where the channel has one."""


CHANNELS = (
    ChaosChannel(
        "zalo_oa",
        lambda: running_zalo(FakeSettings(rate_limit=0)),
        "group",
        "g",
        None,
        {"body": {"error": -233, "message": "type not supported"}},
    ),
    ChaosChannel(
        "telegram",
        lambda: running_provider(FakeTelegram(TelegramSettings(per_second=10**6))),
        "group",
        "-100",
        None,
        {"status": 400, "body": {"ok": False, "error_code": 400, "description": "Bad Request"}},
        {
            "status": 429,
            "body": {"ok": False, "error_code": 429, "parameters": {"retry_after": 1}},
        },
    ),
    ChaosChannel(
        "zalo_bot",
        lambda: running_provider(FakeZaloBot(ZaloBotSettings(month_quota=10**9))),
        "conversation",
        "u",
        None,
        {"body": {"ok": False, "error_code": 400, "description": "refused"}},
    ),
    ChaosChannel(
        "messenger",
        lambda: running_provider(FakeMessenger()),
        "conversation",
        "1",
        True,
        {"status": 400, "body": {"error": {"code": 100, "message": "Invalid parameter"}}},
    ),
    ChaosChannel(
        "sms",
        lambda: running_provider(FakeSms(SmsSettings(balance=10**9))),
        "conversation",
        "+8490",
        None,
        {"body": {"CodeResult": "108", "ErrorMessage": "Phone not valid"}},
    ),
    ChaosChannel(
        "voice",
        lambda: running_provider(FakeVoice()),
        "pager",
        "+8490",
        True,
        {"body": {"r": 4, "message": "To number is invalid"}},
    ),
)


class RandomFaults(Faults):
    """Every call takes its time, and some go wrong; which ones the seed decides."""

    def __init__(self, seed: int, channel: ChaosChannel) -> None:
        super().__init__()
        self._chance = random.Random(f"{seed} {channel.code}")
        self._kinds: list[dict[str, Any]] = [
            {"drop": "before_read"},
            {"drop": "after_accept"},
            {"truncate": 5},
            {"status": 500, "body": {}},
            {"delay": 1.0},
            channel.refusal,
            *([channel.busy] if channel.busy else []),
        ]
        self.taken: Counter[str] = Counter()

    def next_fault(self, path: str) -> Fault:
        if self._chance.random() > FAULTS:
            return Fault(delay=LATENCY)
        fault = Fault(**({"delay": LATENCY} | self._chance.choice(self._kinds)))
        self.taken[fault.name] += 1
        return fault
