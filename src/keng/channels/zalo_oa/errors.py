"""What a reply of the Zalo interface means. HTTP 200 says nothing: the code stands in the body."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Literal

from keng.channels import reading
from keng.channels.outcomes import Outcome, OutcomeKind
from keng.channels.wire import Reply
from keng.kit.times import VIETNAM, soon_after_midnight, start_of

OA_TYPE_UNSUPPORTED = -235
_RATE_LIMIT = -32
ATTACHMENT_EXPIRED = -100
WINDOW_CLOSED = -230
NEVER_WROTE = -232
OPEN_FOR = timedelta(days=7)
"""After somebody's last message."""
FREE_FOR = timedelta(hours=48)
"""Of these days; afterwards each message is charged."""

_MEANING: dict[int, tuple[OutcomeKind, str]] = {
    -100: ("reject", "attachment expired"),
    -200: ("unknown", "failed without a reason"),
    -201: ("reject", "bad field"),
    -204: ("config", "account deleted"),
    -205: ("config", "account missing"),
    -209: ("config", "app not active"),
    -210: ("reject", "over a limit"),
    -212: ("config", "interface not registered"),
    -213: ("not_now", "not a follower"),
    -216: ("refresh_auth", "token invalid"),
    -217: ("gone", "blocked by the person"),
    -218: ("not_now", "the person's quota is used"),
    -219: ("config", "app removed from the account"),
    -220: ("refresh_auth", "token expired"),
    -221: ("config", "account not verified"),
    -223: ("config", "not authorised by the account, or article quota"),
    -224: ("config", "package needed"),
    -227: ("gone", "banned or inactive"),
    -230: ("not_now", "window closed"),
    -232: ("not_now", "never wrote to us"),
    -233: ("reject", "type not supported"),
    -235: ("config", "account type not supported"),
    -237: ("config", "group disabled"),
    -238: ("reject", "group slot used"),
    -240: ("config", "old interface switched off"),
    -241: ("reject", "group slot used"),
    -242: ("config", "proof of the app secret is wrong"),
    -244: ("gone", "blocked this type"),
    -248: ("reject", "against the platform's standards"),
    -249: ("reject", "template not by user id"),
    -320: ("config", "no wallet linked"),
    -321: ("config", "no money in the wallet"),
    -403: ("gone", "not our group"),
    -1340: ("reject", "form"),
    -1341: ("reject", "form"),
}
_ABOUT_ONE_ADDRESS = frozenset({-237})
_MEANING_BY_PHONE: dict[int, tuple[OutcomeKind, str]] = {
    -108: ("gone", "no telephone number"),
    -114: ("gone", "cannot receive"),
    -118: ("gone", "no Zalo account"),
    -119: ("gone", "cannot receive"),
    -124: ("refresh_auth", "token invalid"),
    -131: ("config", "template not approved"),
    -136: ("config", "no wallet linked"),
    -137: ("config", "no money in the wallet"),
    -146: ("config", "template switched off"),
}
_QUOTAS_BY_PHONE = frozenset({-115, -144, -147})
_NIGHT_BY_PHONE = -133


def outcome_of_zalo_reply(reply: Reply, now: datetime, *, delivers: bool = True) -> Outcome:
    """One of the nine. A failed upload may be repeated, a message that may have arrived may not."""
    if reply.status == 401:
        return Outcome("refresh_auth", reason="HTTP 401", code="401")
    if reply.status == 429:
        return _next_minute(now, "429")
    body = reading.json_object(reply.body)
    code = error_code(body)
    if reply.status >= 500 or code is None:
        return _unclear(f"HTTP {reply.status}", delivers)
    if code == 0:
        return _sent(body, reply)
    return _refused(code, now, delivers)


def outcome_of_phone_reply(reply: Reply, now: datetime) -> Outcome:
    """The same of the interface for telephone numbers, which has codes of its own.

    What is wrong with the template or its wallet stops these messages and not the whole account,
    whose chats and groups need neither.
    """
    code = error_code(reading.json_object(reply.body))
    if reply.status in (401, 429) or reply.status >= 500 or code in (None, 0, _RATE_LIMIT):
        return outcome_of_zalo_reply(reply, now)
    if code in _QUOTAS_BY_PHONE:
        until = soon_after_midnight(now)
        return Outcome("not_now", until=until, reason="quota used", code=str(code))
    if code == _NIGHT_BY_PHONE:
        return Outcome("not_now", until=after_the_night(now), reason="night", code=str(code))
    kind, reason = _MEANING_BY_PHONE.get(code, ("unknown", "code not known"))
    scope: Literal["account", "address"] = "account" if kind == "refresh_auth" else "address"
    return Outcome(kind, reason=reason, code=str(code), scope=scope)


def error_code(body: Mapping[str, Any]) -> int | None:
    """The body's own code, which some replies write as a string; None when there is none."""
    value = reading.number(body.get("error"))
    return int(value) if value is not None and value.is_integer() else None


def _sent(body: Mapping[str, Any], reply: Reply) -> Outcome:
    data = reading.mapping(body.get("data"))
    remaining = reading.byte_count(reply.headers.get("x-ratelimit-remain"))
    return Outcome(
        "sent",
        provider_id=reading.string(data.get("message_id") or data.get("msg_id"), 100),
        rate_remaining=remaining,
        parts_sent=1,
    )


def _refused(code: int, now: datetime, delivers: bool) -> Outcome:
    if code == _RATE_LIMIT:
        return _next_minute(now, str(code))
    if code == -214:
        return Outcome("retry", after_seconds=60, reason="still processing", code="-214")
    if code == -211:
        return Outcome("not_now", until=soon_after_midnight(now), reason="quota used", code="-211")
    if code == -234:
        return Outcome("not_now", until=after_the_night(now), reason="night", code="-234")
    kind, reason = _MEANING.get(code, ("unknown", "code not known"))
    if kind == "unknown":
        return _unclear(reason, delivers, str(code))
    one = kind == "gone" or code in _ABOUT_ONE_ADDRESS
    return Outcome(kind, reason=reason, code=str(code), scope="address" if one else "account")


def _unclear(reason: str, delivers: bool, code: str = "") -> Outcome:
    if delivers:
        return Outcome("unknown", reason=reason, code=code)
    return Outcome("retry", after_seconds=30, reason=reason, code=code)


def _next_minute(now: datetime, code: str) -> Outcome:
    wait = 60 - now.second
    return Outcome("retry", after_seconds=wait, reason="rate limit", code=code, rate_remaining=0)


def after_the_night(now: datetime) -> datetime:
    """The next 06:05 in Vietnam: promotion and broadcast rest from 22:00 to 06:00."""
    local = now.astimezone(VIETNAM)
    morning = start_of(local.date()) + timedelta(hours=6, minutes=5)
    return morning if local < morning else morning + timedelta(days=1)
