"""What has to be known of an account, and how it is asked: never on the command line itself."""

import getpass
import json
import secrets
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from keng import channels
from keng.channels.facts import AccountSetting
from keng.runtime.errors import CannotContinue

# Where an account's interface is, if not where everybody's is: never asked for, but taken.
_OTHER_INTERFACE = "api_base"
_DRAWN_BYTES = 32
# Typed where nothing is wanted any more of what an account has.
_NOTHING = "-"


@dataclass(frozen=True, slots=True)
class AccountAnswers:
    """What was answered, as the account keeps it."""

    base_url: str
    lasting: dict[str, str] = field(repr=False)
    tokens: dict[str, str] = field(repr=False)

    @property
    def credentials(self) -> dict[str, str]:
        """What a provider is asked with."""
        address = {_OTHER_INTERFACE: self.base_url} if self.base_url else {}
        return address | self.lasting | self.tokens


def channels_with_accounts() -> list[str]:
    """The channels of which an operator sets an account up."""
    return sorted(channels.codes_where(lambda channel: bool(channel.facts.settings)))


def account_settings(
    channel: str, source: str, present: Mapping[str, str] | None = None
) -> AccountAnswers:
    """From a JSON file, from a pipe ("-"), or asked one by one.

    What is not given stays as it is in `present`; "-" for an answer takes it away. Raises
    CannotContinue for what is missing, unknown, or not what it may be.
    """
    facts = channels.get_channel(channel).facts
    wanted, before = facts.settings, dict(present or {})
    addresses = [_OTHER_INTERFACE, *(key for key, each in wanted.items() if each.is_address)]
    if own_address := before.pop(_OTHER_INTERFACE, ""):
        before[addresses[-1]] = own_address
    answers = _read(source) if source else {k: _ask(e, k in before) for k, e in wanted.items()}
    if unknown := answers.keys() - {*wanted, *facts.more_settings, _OTHER_INTERFACE}:
        raise CannotContinue(
            f"Not known of an account of {channel}: {', '.join(sorted(unknown))}. It has "
            f"{', '.join([*wanted, *facts.more_settings])}."
        )
    given = before | {key: value for key, value in answers.items() if value}
    given = {key: value for key, value in given.items() if value != _NOTHING}
    for key, each in wanted.items():
        if each.is_drawn and key not in given:
            given[key] = secrets.token_urlsafe(_DRAWN_BYTES)
    _require_right(given, wanted)
    tokens = [key for key, each in wanted.items() if each.is_token]
    return AccountAnswers(
        base_url=next((given[key] for key in addresses if key in given), ""),
        lasting={k: v for k, v in given.items() if k not in (*addresses, *tokens)},
        tokens={k: v for k, v in given.items() if k in tokens},
    )


def _require_right(given: Mapping[str, str], wanted: Mapping[str, AccountSetting]) -> None:
    missing = [key for key, each in wanted.items() if not given.get(key) and not each.is_optional]
    if missing:
        raise CannotContinue(f"Not given: {', '.join(missing)}.")
    for key, each in wanted.items():
        if each.fault is not None and key in given and (fault := each.fault(given[key])):
            raise CannotContinue(f"{key} is {fault}. Nothing was kept.")


def _ask(setting: AccountSetting, is_known: bool) -> str:
    question = f"{setting.question}{' (empty: as it is)' if is_known else ''}: "
    if not sys.stdin.isatty():
        raise CannotContinue("Nobody is at the keyboard: give the secrets by --settings FILE.")
    return (getpass.getpass(question) if setting.is_secret else input(question)).strip()


def _read(source: str) -> dict[str, str]:
    try:
        text = sys.stdin.read() if source == "-" else Path(source).read_text(encoding="utf-8")
        found = json.loads(text)
    except (OSError, ValueError) as error:
        raise CannotContinue(f"{source}: {error}") from None
    if not isinstance(found, dict) or not all(isinstance(v, str) for v in found.values()):
        raise CannotContinue(f"{source}: one object of names and texts is needed.")
    return found
