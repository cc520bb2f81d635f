"""HTTP gateways that are described, not programmed: SMS and voice calls go through them.

A profile says how a gateway is asked and what its answers mean. Known ones are described in the
`profiles.py` of each channel: three for SMS, one for voice. An operator may describe one of their
own (a modem, a province's gateway) as JSON with the same names: see `profile_of_json`.
"""

import base64
import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, get_args
from urllib.parse import urlencode, urlsplit

from keng.channels import reading
from keng.channels.outcomes import OUTCOME_KINDS, Outcome, OutcomeKind
from keng.channels.provider_address import https_beyond_this_machine
from keng.channels.upkeep import AccountFinding, CannotAsk
from keng.channels.wire import Reply, Request
from keng.kit import times

_BLANK = re.compile(r"\{([a-z0-9_]+)\}")
_PHONE = re.compile(r"(?:\+?84|0)([1-9][0-9]{8,9})")
_NOT_IN_A_NUMBER = re.compile(r"[\s().-]")
BodyForm = Literal["json", "form"]
_MOST_JSON = 20_000
_ADDRESS_KINDS: frozenset[str] = frozenset({"gone"})


class NoProfile(ValueError):
    """The description of a gateway cannot be used; the message ends the sentence "It is …"."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What one code of a gateway comes to."""

    kind: OutcomeKind
    reason: str = ""
    is_over_tomorrow: bool = False
    """Whether it is about one day of the gateway's, which ends at midnight in Vietnam."""


@dataclass(frozen=True, slots=True)
class GatewayProfile:
    """How one gateway is asked. `{name}` in url, headers and body stands for a setting of the
    account, or for one of: phone0 (0901…), phone84 (84901…), phone (+84901…), text, reference.
    """

    name: str
    url: str
    form: BodyForm
    body: Mapping[str, Any]
    settings: tuple[str, ...]
    """Which settings an account with this profile must have."""
    receipt_body: Mapping[str, Any] = field(default_factory=dict)
    """What the body has besides where it is to tell what became of the message: `{receipt_url}`."""
    headers: Mapping[str, str] = field(default_factory=dict)
    basic_auth: str = ""
    """User and password with a colon between them, blanks as above."""
    code_at: str = ""
    """Where the answer says what came of it, such as `data.code`; without it HTTP 200 is sent."""
    id_at: str = ""
    codes: Mapping[str, Meaning] = field(default_factory=dict)
    """Which codes mean what; any other is unknown."""
    is_repeatable: bool = False
    """Whether the same reference twice is one message, as the provider promises."""


OWN = "own"
"""The name of a profile that an operator describes."""


@dataclass(frozen=True, slots=True)
class KnownGateways:
    """The gateways of one channel, by the setting `profile` of an account."""

    profiles: tuple[GatewayProfile, ...]

    @property
    def hosts(self) -> tuple[str, ...]:
        """Which hosts they are reached at."""
        return tuple(urlsplit(profile.url).hostname or "" for profile in self.profiles)

    def fault_of_name(self, value: str) -> str | None:
        """What is wrong with the name of a profile; None where nothing is."""
        names = [*(profile.name for profile in self.profiles), OWN]
        return None if value in names else f"none of {', '.join(names)}"

    def profile_of(self, credentials: Mapping[str, str]) -> GatewayProfile:
        """An account's gateway. Raises NoProfile, also where it lacks a setting it needs."""
        name = credentials.get("profile", "")
        known = next((each for each in self.profiles if each.name == name), None)
        profile = known or profile_of_json(credentials.get("own_profile", ""))
        if missing := [key for key in profile.settings if not credentials.get(key)]:
            raise NoProfile(f"without {', '.join(missing)}")
        return profile

    def question(self, credentials: Mapping[str, str], values: Mapping[str, str]) -> Request:
        """A message to no number: the gateway says what it thinks of the keys. Raises CannotAsk."""
        try:
            profile = self.profile_of(credentials)
        except NoProfile as error:
            raise CannotAsk(f"the gateway is {error}") from None
        nobody = dict(values) | {"phone": "", "phone0": "", "phone84": "", "text": ""}
        return gateway_request(profile, nobody, credentials.get("api_base", ""), delivers=False)

    def finding(self, reply: Reply) -> AccountFinding:
        """Of that question. It should name the missing number; keys that it refuses come first."""
        if reply.status >= 400:
            return AccountFinding(False, f"the gateway says HTTP {reply.status}")
        for profile in self.profiles:
            outcome = outcome_of_gateway_reply(profile, reply, times.now())
            if outcome.kind == "config":
                return AccountFinding(False, f"the gateway says {outcome.code}: {outcome.reason}")
        return AccountFinding(True, "the gateway answers and names no fault of the keys")


def fault_of_own_profile(value: str) -> str | None:
    """What is wrong with the description of an operator's own gateway; None where nothing is."""
    try:
        profile_of_json(value)
    except NoProfile as error:
        return str(error)
    return None


def values_of_message(number: str, text: str, reference: str) -> dict[str, str]:
    """What fills a profile's blanks of whom and what; `number` without its leading 0."""
    return {
        "phone": f"+84{number}",
        "phone0": f"0{number}",
        "phone84": f"84{number}",
        "text": text,
        "reference": reference,
    }


def national_number(typed: str) -> str:
    """The nine or ten digits behind 0 or +84; empty where this is no telephone number."""
    found = _PHONE.fullmatch(_NOT_IN_A_NUMBER.sub("", typed.strip())[:20])
    return found.group(1) if found else ""


def plain_letters(text: str) -> str:
    """Vietnamese without its marks: what every phone and every gateway shows."""
    marked = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    bare = "".join(letter for letter in marked if not unicodedata.combining(letter))
    for sign, plain in _PLAIN_SIGNS.items():
        bare = bare.replace(sign, plain)
    return unicodedata.normalize("NFC", bare)


_PLAIN_SIGNS = {
    "“": '"',
    "”": '"',
    "‘": "'",
    "’": "'",
    "…": "...",
    "–": "-",
    "—": "-",
    "•": "-",
    "\N{NO-BREAK SPACE}": " ",
}


def gateway_request(
    profile: GatewayProfile, values: Mapping[str, str], base: str = "", *, delivers: bool = True
) -> Request:
    """The request for one message. `values` are the account's settings and what is said to whom.

    `base` is where the gateway is, if not where the profile says: its scheme, host and port.
    """
    headers = {name: _filled(value, values) for name, value in profile.headers.items()}
    if profile.basic_auth:
        pair = _filled(profile.basic_auth, values).encode()
        headers["authorization"] = "Basic " + base64.b64encode(pair).decode()
    headers["accept"] = "application/json"
    body = _filled(profile.body, values)
    if profile.form == "json":
        headers["content-type"] = "application/json"
        content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    else:
        headers["content-type"] = "application/x-www-form-urlencoded"
        content = urlencode(body).encode()
    url = _located(_filled(profile.url, values), base)
    return Request(
        "POST", url, headers, content, delivers=delivers, is_repeatable=profile.is_repeatable
    )


def outcome_of_gateway_reply(profile: GatewayProfile, reply: Reply, now: datetime) -> Outcome:
    """What an answer means: the code in it, and HTTP where it has none."""
    if reply.status == 429:
        return _too_many(reply)
    body = reading.json_object(reply.body)
    code = reading.string(_at(body, profile.code_at), 40) if profile.code_at else ""
    if not profile.code_at and 200 <= reply.status < 300:
        return Outcome("sent", provider_id=_id_in(profile, body))
    meaning = profile.codes.get(code)
    if meaning is None:
        return _unclear(profile, reply.status, code)
    if meaning.kind == "sent":
        return Outcome("sent", provider_id=_id_in(profile, body), code=code)
    scope: Literal["account", "address"] = (
        "address" if meaning.kind in _ADDRESS_KINDS else "account"
    )
    return Outcome(
        meaning.kind,
        reason=meaning.reason,
        code=code,
        scope=scope,
        after_seconds=60 if meaning.kind == "retry" else None,
        until=times.soon_after_midnight(now) if meaning.is_over_tomorrow else None,
    )


def profile_of_json(text: str) -> GatewayProfile:
    """A gateway that an operator describes. Raises NoProfile with what is wrong."""
    if len(text) > _MOST_JSON:
        raise NoProfile(f"longer than {_MOST_JSON} letters")
    try:
        given = json.loads(text)
    except ValueError:
        raise NoProfile("no JSON") from None
    if not isinstance(given, dict):
        raise NoProfile("no object of JSON")
    wanted = {"url", "form", "body"}
    known = wanted | {"headers", "basic_auth", "code_at", "id_at", "codes", "is_repeatable"}
    if missing := sorted(wanted - given.keys()):
        raise NoProfile(f"without {', '.join(missing)}")
    if unknown := sorted(given.keys() - known):
        raise NoProfile(f"with names that nothing knows: {', '.join(unknown)}")
    return GatewayProfile(
        name="own",
        url=_web_address(given["url"], "url"),
        form=_form(given["form"]),
        body=_object(given["body"], "body"),
        settings=(),
        headers={
            str(k).lower(): str(v) for k, v in _object(given.get("headers", {}), "headers").items()
        },
        basic_auth=str(given.get("basic_auth", "")),
        code_at=str(given.get("code_at", "")),
        id_at=str(given.get("id_at", "")),
        codes={str(k): _meaning(k, v) for k, v in _object(given.get("codes", {}), "codes").items()},
        is_repeatable=given.get("is_repeatable") is True,
    )


def _filled(template: Any, values: Mapping[str, str]) -> Any:
    """Each blank once: what stands in braces within a text stays as it was written."""
    if isinstance(template, str):
        return _BLANK.sub(lambda blank: values.get(blank.group(1), ""), template)
    if isinstance(template, Mapping):
        return {name: _filled(value, values) for name, value in template.items()}
    if isinstance(template, list | tuple):
        return [_filled(value, values) for value in template]
    return template


def _located(url: str, base: str) -> str:
    if base:
        parts, own = urlsplit(url), urlsplit(base)
        url = parts._replace(scheme=own.scheme, netloc=own.netloc).geturl()
    return https_beyond_this_machine(url)


def _at(body: Mapping[str, Any], path: str) -> object:
    found: Any = body
    for name in path.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def _id_in(profile: GatewayProfile, body: Mapping[str, Any]) -> str:
    return reading.string(_at(body, profile.id_at), 100) if profile.id_at else ""


def _too_many(reply: Reply) -> Outcome:
    asked = reading.number(
        reply.headers.get("retry-after") or reply.headers.get("x-rate-limit-reset")
    )
    wait = int(asked) if asked is not None and 0 < asked <= 3600 else 60
    return Outcome("retry", after_seconds=wait, reason="rate limit", code="429", rate_remaining=0)


def _unclear(profile: GatewayProfile, status: int, code: str) -> Outcome:
    if status in (401, 403):
        return Outcome("config", reason="the gateway does not take the settings", code=str(status))
    if status in (400, 404, 405, 422) and not code:
        return Outcome("config", reason="the gateway is described wrongly", code=str(status))
    if status >= 500 and profile.is_repeatable:
        return Outcome("retry", after_seconds=60, reason=f"HTTP {status}", code=str(status))
    return Outcome("unknown", reason=f"HTTP {status}", code=code or str(status))


def _web_address(value: object, name: str) -> str:
    if not isinstance(value, str) or not value.startswith(("https://", "http://")):
        raise NoProfile(f"without an address in {name}")
    return value


def _form(value: object) -> BodyForm:
    for form in get_args(BodyForm):
        if value == form:
            return form  # type: ignore[no-any-return]
    raise NoProfile("of no form: json or form")


def _object(value: object, name: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise NoProfile(f"without an object in {name}")
    return value


def _meaning(code: object, value: object) -> Meaning:
    for kind in OUTCOME_KINDS:
        if value == kind:
            return Meaning(kind, f"code {code}")
    raise NoProfile(f"with {value!r} for code {code}: one of {', '.join(OUTCOME_KINDS)}")
