"""keng officer: the first administrator; everybody else is added on the desk."""

import argparse
import sys
from typing import TYPE_CHECKING

from keng.cli.choosing import unit_of
from keng.cli.environment import database, start_django
from keng.cli.errors import CannotContinue

if TYPE_CHECKING:
    from keng.accounts.actions import Credentials

ROLES = ("duty", "commander", "coordinator", "auditor", "data_protection", "administrator")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    words = parser.add_subparsers(dest="word", required=True, metavar="add|list|renew")
    add = words.add_parser("add", help="a new officer with a first post")
    add.add_argument("username", help="what they sign in with: small letters, digits, dots")
    add.add_argument("--name", required=True, help="full name")
    add.add_argument("--rank", default="", help="short, as on the duty list")
    add.add_argument("--unit", required=True, help="code of its place, or short name")
    add.add_argument("--role", default="administrator", choices=ROLES, help="default: %(default)s")
    words.add_parser("list", help="who can sign in, and as what")
    renew = words.add_parser("renew", help="new password and secret for one who lost theirs")
    renew.add_argument("username")


def run(arguments: argparse.Namespace) -> int:
    with database():
        start_django()
        return {"add": _add, "list": _list, "renew": _renew}[arguments.word](arguments)


def _add(arguments: argparse.Namespace) -> int:
    from django.core.exceptions import ValidationError  # noqa: PLC0415 -- needs the settings

    from keng.accounts import actions  # noqa: PLC0415
    from keng.accounts.forms import OfficerForm  # noqa: PLC0415
    from keng.kit import times  # noqa: PLC0415

    unit = unit_of(arguments.unit)
    try:
        username = OfficerForm.base_fields["username"].clean(arguments.username)
    except ValidationError as error:
        raise CannotContinue(" ".join(error.messages)) from None
    try:
        made = actions.add_officer(
            username=username, name=arguments.name, rank=arguments.rank, unit_id=unit.pk,
            role=arguments.role, valid_from=times.local_date(times.now()), by=None,
        )  # fmt: skip
    except actions.RoleOfTheProvince:
        raise CannotContinue("Only a province's desk has a coordinator.") from None
    except actions.UsernameTaken:
        raise CannotContinue(f"Somebody signs in as {username!r} already.") from None
    print(f"{made.officer} is {arguments.role} of {unit.name}.")
    _print_once(made)
    return 0


def _renew(arguments: argparse.Namespace) -> int:
    from keng.accounts import actions  # noqa: PLC0415 -- needs the settings
    from keng.accounts.models import Officer  # noqa: PLC0415

    officer = Officer.objects.filter(username=arguments.username).first()
    if officer is None:
        raise CannotContinue(f"Nobody signs in as {arguments.username!r}: see `keng officer list`.")
    print(f"The old password and secret of {officer} stopped working.")
    _print_once(actions.renew_credentials(officer.pk, by=None))
    return 0


def _list(arguments: argparse.Namespace) -> int:
    from keng.accounts.models import Officer  # noqa: PLC0415 -- needs the settings

    officers = list(Officer.objects.order_by("username"))
    for officer in officers:
        posts = [f"{post.role} of {post.unit.name}" for post in officer.current_posts]
        sees = "; ".join(posts) or "no post: sees nothing"
        print(f"{officer.username:<16} {officer!s:<28} {sees}")
    if not officers:
        print("Nobody yet: `keng officer add NAME --name … --unit CODE`.")
    return 0


def _print_once(made: "Credentials") -> None:
    """Only here and only now; on a terminal with the picture that a code app scans."""
    import segno  # noqa: PLC0415 -- draws only here

    from keng.accounts.second_factor import app_address  # noqa: PLC0415 -- needs the settings

    print("\nShown only now:")
    print(f"  Name      {made.officer.username}")
    print(f"  Password  {made.password}   (for one sign-in; then they choose their own)")
    print(f"  Secret    {made.totp_secret}   (into a code app: time-based, 6 digits)")
    if sys.stdout.isatty():
        address = app_address(made.officer.username, made.totp_secret)
        segno.make(address, error="l").terminal(compact=True)
