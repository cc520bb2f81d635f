"""What has to be known of an account, and how it is asked: never on the command line itself."""

import getpass
import json
import sys
from dataclasses import dataclass, field
from pathlib import Path

from keng import channels
from keng.channels.facts import AccountSetting
from keng.runtime.errors import CannotContinue

# Where an account's interface is, if not where everybody's is: never asked for, but taken.
_OTHER_INTERFACE = "api_base"


@dataclass(frozen=True, slots=True)
class AccountAnswers:
    """What was answered, as the account keeps it."""

    base_url: str
    lasting: dict[str, str] = field(repr=False)
    tokens: dict[str, str] = field(repr=False)


def channels_with_accounts() -> list[str]:
    """The channels of which an operator sets an account up."""
    return sorted(channels.codes_where(lambda channel: bool(channel.facts.settings)))


def account_settings(channel: str, source: str) -> AccountAnswers:
    """From a JSON file, from a pipe ("-"), or asked one by one."""
    wanted = channels.get_channel(channel).facts.settings
    answers = _read(source) if source else {key: _ask(each) for key, each in wanted.items()}
    missing = [key for key, each in wanted.items() if not answers.get(key) and not each.is_optional]
    if missing:
        raise CannotContinue(f"Not given: {', '.join(missing)}.")
    given = {key: value for key, value in answers.items() if value}
    addresses = [_OTHER_INTERFACE, *(key for key, each in wanted.items() if each.is_address)]
    tokens = [key for key, each in wanted.items() if each.is_token]
    return AccountAnswers(
        base_url=next((given[key] for key in addresses if key in given), ""),
        lasting={k: v for k, v in given.items() if k not in (*addresses, *tokens)},
        tokens={k: v for k, v in given.items() if k in tokens},
    )


def _ask(setting: AccountSetting) -> str:
    question = f"{setting.question}: "
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
