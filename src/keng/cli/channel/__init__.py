"""keng channel: accounts at providers, their secrets, and whether they work."""

import argparse
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from keng.channels import get_channel
from keng.cli.channel import asking, checking, hosts
from keng.cli.unit_choice import chosen_unit, place_by_code
from keng.kit.numbers import whole_number
from keng.runtime.environment import running_database, start_django
from keng.runtime.errors import CannotContinue

if TYPE_CHECKING:
    from keng.delivery.models import ChannelAccount

_WORDS = {
    "add": "an account at a provider; asks for its secrets, and the provider whether they work",
    "list": "the accounts, and which of them stopped",
    "check": "ask each provider whether the account works",
    "renew": "other secrets for an account; asks its provider before they are kept",
    "connect": "by a page of the provider's, instead of typing tokens",
    "change": "correct its name, desk, place or rate",
    "stop": "switch an account off: nothing comes in by it, and what should go out waits",
    "start": "let a stopped account go on",
    "remove": "end an account for good and destroy its secrets",
    "hosts": "which hosts this machine has to reach, for whoever keeps the firewall",
}
_HIGHEST_RATE = 60_000


def _rate(typed: str) -> int:
    rate = whole_number(typed, least=1, most=_HIGHEST_RATE)
    if rate is None:
        raise argparse.ArgumentTypeError(f"messages a minute: 1 to {_HIGHEST_RATE}")
    return rate


def add_arguments(parser: argparse.ArgumentParser) -> None:
    words = parser.add_subparsers(dest="word", required=True, metavar="|".join(_WORDS))
    parsers = {word: words.add_parser(word, help=text) for word, text in _WORDS.items()}
    add, check, change = parsers["add"], parsers["check"], parsers["change"]
    add.add_argument("channel", choices=asking.channels_with_accounts())
    add.add_argument("slug", help="short name; part of the webhook's address")
    add.add_argument("--unit", required=True, help="the desk that first receives what comes in")
    add.add_argument("--name", default="", help="default: the unit's name")
    check.add_argument("slug", nargs="?", default="", help="only this one")
    parsers["connect"].add_argument(
        "--redirect", default="", help="the callback in the provider's console; default: our page"
    )
    for word in ("renew", "connect", "change", "stop", "start", "remove"):
        parsers[word].add_argument("slug")
    change.add_argument("--unit", default="", help="another desk for what comes in")
    change.add_argument("--name", default="")
    for each in (add, change):
        each.add_argument("--place", default="", help="code of the place its tips are about")
        each.add_argument(
            "--rate", type=_rate, default=0, help="messages a minute, instead of the channel's own"
        )
    for word in ("add", "renew"):
        parsers[word].add_argument(
            "--settings",
            default="",
            help='a JSON file with the secrets, or "-"; else they are asked',
        )
        parsers[word].add_argument(
            "--unasked", action="store_true", help="keep them although the provider says no"
        )
    parsers["remove"].add_argument(
        "--confirm", default="", metavar="NAME", help="the name again, where something is lost"
    )


def run(arguments: argparse.Namespace) -> int:
    does = {
        "add": _add,
        "list": _list,
        "check": _check,
        "renew": _renew,
        "connect": _connect,
        "change": _change,
        "stop": _stop,
        "start": _start,
        "remove": _remove,
        "hosts": _hosts,
    }
    with running_database():
        start_django()
        return does[arguments.word](arguments)


def _add(arguments: argparse.Namespace) -> int:
    from keng.delivery.actions import accounts  # noqa: PLC0415 -- needs the settings
    from keng.delivery.models import ChannelAccount  # noqa: PLC0415

    unit = chosen_unit(arguments.unit)
    if ChannelAccount.objects.filter(slug=arguments.slug).exists():
        raise CannotContinue(f"An account is called {arguments.slug!r} already.")
    given = asking.account_settings(arguments.channel, arguments.settings)
    account = ChannelAccount(
        channel=arguments.channel,
        slug=arguments.slug,
        unit=unit,
        name=arguments.name or unit.name,
        base_url=given.base_url,
        place=place_by_code(arguments.place) if arguments.place else None,
        rate_per_minute=arguments.rate or get_channel(arguments.channel).can.rate_per_minute,
    )
    _require_provider_to_know(arguments, arguments.channel, given.base_url, given.credentials)
    try:
        accounts.add_account(account, settings=given.lasting, tokens=given.tokens)
    except accounts.SlugTaken:
        raise CannotContinue(f"An account is called {arguments.slug!r} already.") from None
    except accounts.SlugReserved:
        raise CannotContinue(
            f"{arguments.slug!r} begins as the names of removed accounts do: take another one."
        ) from None
    print(f"{account.name}: {account.channel} {account.slug} is kept; its secrets are sealed.")
    _tell_provider_of_webhook(account)
    for line in checking.provider_notes(account):
        print(f"  {line}")
    print(f"Next: `keng channel check {account.slug}`.")
    return 0


def _renew(arguments: argparse.Namespace) -> int:
    from keng.delivery.actions import accounts  # noqa: PLC0415 -- needs the settings

    account = _named(arguments.slug)
    present = checking.kept_settings(account)
    given = asking.account_settings(account.channel, arguments.settings, present)
    _require_provider_to_know(arguments, account.channel, given.base_url, given.credentials)
    # The sender may have renewed them meanwhile: what nobody gave is not written over.
    new_tokens = given.tokens if given.tokens.items() - present.items() else {}
    accounts.renew_account(
        account.pk, base_url=given.base_url, settings=given.lasting, tokens=new_tokens
    )
    print(f"{account.slug} works with the new secrets from now on; what waited is tried again.")
    account.refresh_from_db()
    _tell_provider_of_webhook(account)
    return 0


def _connect(arguments: argparse.Namespace) -> int:
    from django.conf import settings  # noqa: PLC0415 -- needs the settings

    from keng.cli.channel import connecting  # noqa: PLC0415 -- likewise

    account = _named(arguments.slug)
    redirect = arguments.redirect or f"{settings.PUBLIC_URL}/"
    connecting.connect_account(account, redirect, print_line=print, ask=input)
    account.refresh_from_db()
    return 0 if checking.check_account(account) else 1


def _tell_provider_of_webhook(account: "ChannelAccount") -> None:
    """Where that needs no console. The account is kept in any case: sending needs no webhook."""
    found = checking.register_webhook(account)
    if found is not None and found.is_well:
        print(f"Webhook: {found.words}.")
    elif found is not None:
        print(
            f"WRONG: {found.words}. Nothing comes in by it until "
            f"`keng channel renew {account.slug}` tells it again."
        )


def _require_provider_to_know(
    arguments: argparse.Namespace, channel: str, base_url: str, credentials: Mapping[str, str]
) -> None:
    """Raises CannotContinue where it says no, or does not answer; nothing is sent or kept."""
    found = checking.provider_finding(channel, base_url, credentials)
    if found.is_well:
        print(f"Asked with them: {found.words}.")
    elif not arguments.unasked:
        raise CannotContinue(
            f"Asked with them: {found.words}. Nothing was kept; `--unasked` keeps them "
            "all the same."
        )
    else:
        print(f"Kept all the same: {found.words}.")


def _change(arguments: argparse.Namespace) -> int:
    from keng.delivery.actions import accounts  # noqa: PLC0415 -- needs the settings

    account = _set_up_by_hand(arguments.slug)
    changes: dict[str, Any] = {}
    if arguments.name:
        changes["name"] = arguments.name
    if arguments.unit:
        changes["unit"] = chosen_unit(arguments.unit)
    if arguments.place:
        changes["place"] = place_by_code(arguments.place)
    if arguments.rate:
        changes["rate_per_minute"] = arguments.rate
    if not changes:
        raise CannotContinue("Say what to correct: --name, --unit, --place or --rate.")
    accounts.change_account(account.pk, changes)
    print(f"{account.slug} is corrected: {', '.join(changes)}. Its secrets: `keng channel renew`.")
    return 0


def _stop(arguments: argparse.Namespace) -> int:
    from keng.delivery.actions import accounts  # noqa: PLC0415 -- needs the settings

    account = _set_up_by_hand(arguments.slug)
    accounts.switch_account(account.pk, is_active=False)
    waits = accounts.use_of_account(account).unsent
    print(
        f"{account.slug} is switched off: nothing comes in by it, and what was to go out by it "
        f"waits ({waits} now). Corrections and recalls go by another account, or their page names "
        "the groups that got none. What is approved meanwhile reaches its groups by no machine: "
        f"the approver reads how many. `keng channel start {account.slug}` lets it go on."
    )
    return 0


def _start(arguments: argparse.Namespace) -> int:
    from keng.delivery.actions import accounts  # noqa: PLC0415 -- needs the settings

    account = _set_up_by_hand(arguments.slug)
    accounts.switch_account(account.pk, is_active=True)
    print(
        f"{account.slug} goes on; what waited is sent. Next: `keng channel check {account.slug}`."
    )
    return 0


def _remove(arguments: argparse.Namespace) -> int:
    from keng.delivery.actions import accounts  # noqa: PLC0415 -- needs the settings

    account = _set_up_by_hand(arguments.slug)
    use = accounts.use_of_account(account)
    if (use.unsent or use.chats) and arguments.confirm != account.slug:
        raise CannotContinue(
            f"{use.unsent} messages wait for {account.slug} and would not be sent, and {use.chats} "
            "people wrote by it who could be answered no more. To end it all the same: "
            f"`keng channel remove {account.slug} --confirm {account.slug}`. `keng channel stop "
            f"{account.slug}` loses nothing."
        )
    removed = accounts.remove_account(account.pk)
    print(
        f"{account.slug} is removed and its secrets are destroyed; {removed.unsent} messages were "
        f"called off, {removed.chats} chats closed. Take it out of the provider's console as well."
    )
    return 0


def _hosts(arguments: argparse.Namespace) -> int:
    for host in hosts.hosts_to_reach():
        print(f"{host.name:<32} {host.port:<6} {host.reason}")
    return 0


def _list(arguments: argparse.Namespace) -> int:
    accounts = list(_accounts().select_related("unit").order_by("channel", "slug"))
    for account in accounts:
        state = checking.account_state(account)
        print(f"{account.channel:<9} {account.slug:<16} {account.name}: {state}")
    if not accounts:
        known = "|".join(asking.channels_with_accounts())
        print(f"No account yet: `keng channel add {known} NAME --unit CODE`.")
    return 0


def _check(arguments: argparse.Namespace) -> int:
    accounts = [_named(arguments.slug)] if arguments.slug else list(_accounts())
    answers = [checking.check_account(account) for account in accounts]
    return 0 if all(answers) else 1


def _accounts() -> Any:
    """All but the removed."""
    from keng.delivery.actions.accounts import REMOVED_PREFIX  # noqa: PLC0415 -- needs the settings
    from keng.delivery.models import ChannelAccount  # noqa: PLC0415

    return ChannelAccount.objects.exclude(slug__startswith=REMOVED_PREFIX)


def _named(slug: str) -> "ChannelAccount":
    found: ChannelAccount | None = _accounts().filter(slug=slug).first()
    if found is None:
        raise CannotContinue(f"No account is called {slug!r}: see `keng channel list`.")
    return found


def _set_up_by_hand(slug: str) -> "ChannelAccount":
    account = _named(slug)
    if account.channel not in asking.channels_with_accounts():
        raise CannotContinue(
            f"{slug} is made and kept by Kẻng itself: there is nothing to correct."
        )
    return account
