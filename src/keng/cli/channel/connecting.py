"""Connecting an account by the consent page of its provider: a link out, an address back."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from keng.channels import get_channel
from keng.channels.base import Outcome, Reply
from keng.channels.upkeep import AccountCheck, AccountFinding, NewTokens
from keng.cli.channel import checking
from keng.kit import times
from keng.runtime.errors import CannotContinue

if TYPE_CHECKING:
    from keng.delivery.models import ChannelAccount

_OTHER_INTERFACE = "api_base"


def connect_account(
    account: "ChannelAccount",
    redirect: str,
    *,
    print_line: Callable[[str], object],
    ask: Callable[[str], str],
) -> None:
    """Print the link, ask for the address that it leads back to, and keep the new tokens.

    What ties the answer to the link stays in this process alone. Raises CannotContinue.
    """
    from keng.delivery.actions import accounts  # noqa: PLC0415 -- needs the settings
    from keng.delivery.sender.account_check import ask_about_account  # noqa: PLC0415 -- as above

    facts = get_channel(account.channel).facts
    connecting, renewal = facts.connecting, facts.renewal
    if connecting is None or renewal is None:
        raise CannotContinue(f"{account.slug} is connected by `keng channel renew` alone.")
    present = checking.kept_settings(account)
    connect_try = connecting.begin(present, redirect)
    print_line(f"Let whoever manages the account open this within ten minutes:\n{connect_try.link}")
    try:
        address = ask("Then paste the whole address that the browser was led to: ")
    except EOFError:
        raise CannotContinue("Nobody is at the keyboard. Nothing was changed.") from None
    given: list[NewTokens] = []

    def finding(reply: Reply) -> AccountFinding:
        found = renewal.read(reply, times.now())
        if isinstance(found, Outcome):
            reason = found.code or found.reason
            return AccountFinding(False, f"the provider gives no tokens for it ({reason})")
        given.append(found)
        return AccountFinding(True, "the provider gave tokens")

    exchange = AccountCheck(lambda _credentials: connect_try.request(address), finding)
    answer = ask_about_account(exchange, account.base_url, present)
    if not given:
        raise CannotContinue(f"Not connected: {answer.words}. The tokens of before are kept.")
    # Kept before anybody uses them: the code is spent, and the old pair may be dead.
    lasting = present.keys() - {_OTHER_INTERFACE, *given[0].secrets}
    accounts.renew_account(
        account.pk,
        base_url=account.base_url,
        settings={name: present[name] for name in lasting},
        tokens=given[0].secrets,
    )
    print_line(f"{account.slug} is connected; what waited is tried again.")
