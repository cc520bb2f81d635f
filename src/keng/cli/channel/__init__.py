"""keng channel: accounts at providers, their secrets, and whether they work."""

import argparse
from typing import TYPE_CHECKING

from keng.channels import get_channel
from keng.cli.channel import asking, checking
from keng.cli.unit_choice import chosen_unit, place_by_code
from keng.runtime.environment import running_database, start_django
from keng.runtime.errors import CannotContinue

if TYPE_CHECKING:
    from keng.delivery.models import ChannelAccount


def add_arguments(parser: argparse.ArgumentParser) -> None:
    words = parser.add_subparsers(dest="word", required=True, metavar="add|list|check|renew")
    add = words.add_parser("add", help="an account at a provider; asks for its secrets")
    add.add_argument("channel", choices=asking.channels_with_accounts())
    add.add_argument("slug", help="short name; part of the webhook's address")
    add.add_argument("--unit", required=True, help="the desk that first receives what comes in")
    add.add_argument("--place", default="", help="code of the place its tips are taken to be about")
    add.add_argument("--name", default="", help="default: the unit's name")
    add.add_argument(
        "--rate",
        type=int,
        default=0,
        help="messages a minute at most, instead of what the channel takes",
    )
    _takes_settings(add)
    words.add_parser("list", help="the accounts, and which of them stopped")
    check = words.add_parser("check", help="ask each provider whether the account works")
    check.add_argument("slug", nargs="?", default="", help="only this one")
    renew = words.add_parser("renew", help="other secrets for an account that stopped")
    renew.add_argument("slug")
    _takes_settings(renew)


def run(arguments: argparse.Namespace) -> int:
    with running_database():
        start_django()
        words = {"add": _add, "list": _list, "check": _check, "renew": _renew}
        return words[arguments.word](arguments)


def _takes_settings(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--settings", default="", help='a JSON file with the secrets, or "-"; else they are asked'
    )


def _add(arguments: argparse.Namespace) -> int:
    from keng.delivery.actions import accounts  # noqa: PLC0415 -- needs the settings
    from keng.delivery.models import ChannelAccount  # noqa: PLC0415

    unit = chosen_unit(arguments.unit)
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
    try:
        accounts.add_account(account, settings=given.lasting, tokens=given.tokens)
    except accounts.SlugTaken:
        raise CannotContinue(f"An account is called {arguments.slug!r} already.") from None
    print(f"{account.name}: {account.channel} {account.slug} is kept; its secrets are sealed.")
    for line in checking.provider_notes(account):
        print(f"  {line}")
    print(f"Next: `keng channel check {account.slug}`.")
    return 0


def _renew(arguments: argparse.Namespace) -> int:
    from keng.delivery.actions import accounts  # noqa: PLC0415 -- needs the settings

    account = _named(arguments.slug)
    given = asking.account_settings(account.channel, arguments.settings)
    accounts.renew_account(
        account.pk, base_url=given.base_url, settings=given.lasting, tokens=given.tokens
    )
    print(f"{account.slug} works with the new secrets from now on; what waited is tried again.")
    return 0


def _list(arguments: argparse.Namespace) -> int:
    from keng.delivery.models import ChannelAccount  # noqa: PLC0415 -- needs the settings

    accounts = list(ChannelAccount.objects.select_related("unit").order_by("channel", "slug"))
    for account in accounts:
        state = checking.account_state(account)
        print(f"{account.channel:<9} {account.slug:<16} {account.name}: {state}")
    if not accounts:
        known = "|".join(asking.channels_with_accounts())
        print(f"No account yet: `keng channel add {known} NAME --unit CODE`.")
    return 0


def _check(arguments: argparse.Namespace) -> int:
    from keng.delivery.models import ChannelAccount  # noqa: PLC0415 -- needs the settings

    accounts = [_named(arguments.slug)] if arguments.slug else list(ChannelAccount.objects.all())
    answers = [checking.check_account(account) for account in accounts]
    return 0 if all(answers) else 1


def _named(slug: str) -> "ChannelAccount":
    from keng.delivery.models import ChannelAccount  # noqa: PLC0415 -- needs the settings

    found = ChannelAccount.objects.filter(slug=slug).first()
    if found is None:
        raise CannotContinue(f"No account is called {slug!r}: see `keng channel list`.")
    return found
