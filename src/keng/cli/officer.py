"""keng officer: the first officers and a lost last administrator; all others two people make."""

import argparse
from typing import TYPE_CHECKING

from keng.cli.unit_choice import chosen_unit
from keng.runtime.environment import running_database, start_django
from keng.runtime.errors import CannotContinue

if TYPE_CHECKING:
    import uuid

    from keng.accounts.models import OfficerRequest
    from keng.places.models import Unit

ROLES = ("duty", "commander", "coordinator", "auditor", "data_protection", "administrator")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    words = parser.add_subparsers(dest="word", required=True, metavar="add|list|renew")
    add = words.add_parser("add", help="one of the first officers, with a first post")
    add.add_argument("username", help="what they sign in with: small letters, digits, dots")
    add.add_argument("--name", required=True, help="full name")
    add.add_argument("--rank", default="", help="short, as on the duty list")
    add.add_argument("--unit", required=True, help="code of its place, or short name")
    add.add_argument("--role", default="administrator", choices=ROLES, help="default: %(default)s")
    words.add_parser("list", help="who can sign in, and as what")
    renew = words.add_parser("renew", help="a new sign-in, where no two people are left to agree")
    renew.add_argument("username")
    for each in (add, renew):
        each.add_argument(
            "--confirm",
            default="",
            metavar="USERNAME",
            help="although two people could agree on the desk: the name once more",
        )


def run(arguments: argparse.Namespace) -> int:
    with running_database():
        start_django()
        return {"add": _add, "list": _list, "renew": _renew}[arguments.word](arguments)


def _add(arguments: argparse.Namespace) -> int:
    from django.core.exceptions import ValidationError  # noqa: PLC0415 -- needs the settings

    from keng.accounts import actions, setting_up  # noqa: PLC0415
    from keng.accounts.forms import OfficerForm  # noqa: PLC0415

    unit = chosen_unit(arguments.unit)
    try:
        username = OfficerForm.base_fields["username"].clean(arguments.username)
    except ValidationError as error:
        raise CannotContinue(" ".join(error.messages)) from None
    although = _although_two_could(unit, arguments)
    try:
        opened = setting_up.open_set_up_by_operator(
            officer=None,
            unit_id=unit.pk,
            role=arguments.role,
            username=username,
            name=arguments.name,
            rank=arguments.rank,
            although_two_could=although,
        )
    except actions.RoleOfTheProvince:
        raise CannotContinue("Only a province's desk has a coordinator.") from None
    except actions.UsernameTaken:
        raise CannotContinue(f"Somebody signs in as {username!r} already.") from None
    request, *halves = opened
    print(f"{request.person} becomes {arguments.role} of {unit.name} by setting up.")
    _print_once(request, halves)
    return 0


def _renew(arguments: argparse.Namespace) -> int:
    from keng.accounts import setting_up  # noqa: PLC0415 -- needs the settings
    from keng.accounts.models import Officer, Post  # noqa: PLC0415

    officer = Officer.objects.filter(username=arguments.username).first()
    if officer is None:
        raise CannotContinue(f"Nobody signs in as {arguments.username!r}: see `keng officer list`.")
    posts = Post.objects.filter(officer=officer).select_related("unit")
    post = posts.current().order_by("id").first() or posts.order_by("-valid_from", "-id").first()
    if post is None:
        raise CannotContinue(f"{officer} never had a post: an administrator adds one on the desk.")
    although = _although_two_could(post.unit, arguments, concerned=officer.pk)
    request, *halves = setting_up.open_set_up_by_operator(
        officer=officer, unit_id=post.unit_id, although_two_could=although
    )
    print(f"What {officer} signs in with goes on working until the new one is set up.")
    _print_once(request, halves)
    return 0


def _although_two_could(
    unit: "Unit", arguments: argparse.Namespace, *, concerned: "uuid.UUID | None" = None
) -> bool:
    """Whether two people could do it on the desk and the operator insists.

    Two who could in the table may be ill, gone or locked out; without a way round that, a desk
    would be lost. So the name is typed once more, and that stands on record.
    """
    from keng.accounts.vouching import asker_and_second_person  # noqa: PLC0415 -- needs the settings

    pair = asker_and_second_person(unit, concerned=concerned)
    if pair is None:
        return False
    if arguments.confirm != arguments.username:
        raise CannotContinue(
            f"{pair[0]} and {pair[1]} can do this together on the desk, under Officers: one asks, "
            "the other agrees. Only where they cannot be had, repeat the name with "
            f"--confirm {arguments.username}: it goes on record, and all commanders are told."
        )
    return True


def _list(arguments: argparse.Namespace) -> int:
    from keng.accounts.models import Officer, OfficerRequest  # noqa: PLC0415 -- needs the settings

    officers = list(Officer.objects.order_by("username"))
    for officer in officers:
        posts = [f"{post.role} of {post.unit.name}" for post in officer.current_posts]
        sees = "; ".join(posts) or "no post: sees nothing"
        if not officer.is_active:
            sees = "closed"
        print(f"{officer.username:<16} {officer!s:<28} {sees}")
    waiting = OfficerRequest.objects.open().filter(kind=OfficerRequest.Kind.NEW)
    for request in waiting.select_related("unit").order_by("username"):
        role = f"{request.role} of {request.unit.name}"
        print(f"{request.username:<16} {request.person:<28} not set up yet: {role}")
    if not officers and not waiting:
        print("Nobody yet: `keng officer add NAME --name … --unit CODE`.")
    return 0


def _print_once(request: "OfficerRequest", halves: list[str]) -> None:
    """Only here and only now. The password and the secret are the officer's own affair."""
    from django.conf import settings  # noqa: PLC0415 -- needs the settings

    from keng.kit import codes  # noqa: PLC0415

    first, second = (codes.grouped_code(half) for half in halves)
    username = request.officer.username if request.officer else request.username
    print("\nShown only now, good for 24 hours:")
    print(f"  Name      {username}")
    print(f"  Code      {first} and {second}")
    print(
        f"They open {settings.DESK_URL}/set-up/, type both halves, choose a password and scan the"
    )
    print("picture with a code app. All commanders are told.")
