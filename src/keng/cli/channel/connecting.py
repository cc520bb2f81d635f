"""Connecting an account by the consent page of its provider: a link out, an address back."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from keng.channels import get_channel
from keng.channels.base import Outcome, Reply, Request
from keng.channels.upkeep import (
    AccountCheck,
    AccountFinding,
    ConnectTry,
    NewTokens,
    TokenRenewal,
)
from keng.cli.channel import checking
from keng.kit import times
from keng.runtime.errors import CannotContinue

if TYPE_CHECKING:
    from keng.delivery.models import ChannelAccount

PrintLine = Callable[[str], object]
Ask = Callable[[str], str]


def connect_account(
    account: "ChannelAccount", redirect: str, *, print_line: PrintLine, ask: Ask
) -> None:
    """Print the link, ask for the address that it leads back to, and keep the new tokens.

    What ties the answer to the link stays in this process alone. Raises CannotContinue.
    """
    from keng.delivery.actions import accounts  # noqa: PLC0415 -- needs the settings

    facts = get_channel(account.channel).facts
    if facts.connecting is None or facts.renewal is None:
        raise CannotContinue(f"{account.slug} is connected by `keng channel renew` alone.")
    settings = checking.kept_settings(account)
    connect_try = facts.connecting.begin(settings, redirect)
    address = _pasted_address(connect_try, print_line, ask)

    def exchange(_settings: Mapping[str, str]) -> Request:
        return connect_try.request(address)

    tokens = _new_tokens(account, exchange, facts.renewal, settings)
    # Kept before anybody uses them: the code is spent, and the old pair may be dead.
    accounts.keep_connected_tokens(account.pk, tokens)
    print_line(f"{account.slug} is connected; what waited is tried again.")


def _pasted_address(connect_try: ConnectTry, print_line: PrintLine, ask: Ask) -> str:
    print_line(f"Let whoever manages the account open this within ten minutes:\n{connect_try.link}")
    try:
        return ask("Then paste the whole address that the browser was led to: ")
    except EOFError:
        raise CannotContinue("Nobody is at the keyboard. Nothing was changed.") from None


def _new_tokens(
    account: "ChannelAccount",
    exchange: Callable[[Mapping[str, str]], Request],
    renewal: TokenRenewal,
    settings: Mapping[str, str],
) -> NewTokens:
    """What the provider gives for the code. Raises CannotContinue."""
    from keng.delivery.sender.account_check import ask_about_account  # noqa: PLC0415 -- as above

    new_tokens: list[NewTokens] = []

    def finding(reply: Reply) -> AccountFinding:
        tokens = renewal.read(reply, times.now())
        if isinstance(tokens, Outcome):
            reason = tokens.code or tokens.reason
            return AccountFinding(False, f"the provider gives no tokens for it ({reason})")
        new_tokens.append(tokens)
        return AccountFinding(True, "the provider gave tokens")

    answer = ask_about_account(AccountCheck(exchange, finding), account.base_url, settings)
    if not new_tokens:
        raise CannotContinue(f"Not connected: {answer.words}. The tokens of before are kept.")
    return new_tokens[0]
