"""What an installation that runs still lacks before people can use it; hints, no faults."""

from collections.abc import Iterator

from keng import channels
from keng.channels.by_hand import BY_HAND
from keng.runtime.environment import start_django


def first_steps() -> Iterator[str]:
    """In the order in which an operator does them; nothing when all are done."""
    start_django()
    yield from (*_places(), *_people(), *_ways_out(), *_first_warning())


def _places() -> Iterator[str]:
    from keng.places.models import Place, Unit  # noqa: PLC0415 -- needs the settings
    from keng.vault import keys  # noqa: PLC0415
    from keng.vault.models import UnitKey  # noqa: PLC0415

    if not Place.objects.exists():
        yield "no province yet: keng places import"
    units = Unit.objects.count()
    if not units:
        yield "no unit yet, so no tip can come in: keng unit add CODE"
    without = Unit.objects.exclude(pk__in=UnitKey.objects.values("unit")).count()
    if without:
        yield f"{without} of {units} units have no key and can receive nothing: keng vault init"
    older = keys.units_with_older_keys().count()
    if older:
        yield (
            f"{older} of {units} units seal with the key of an older version: bring "
            f"{keys.operator_file().name} back, keng vault init, and take it away again"
        )
    yield from _operator_file()


def _operator_file() -> Iterator[str]:
    """Whoever has this file and its passphrase reads every name; the demo has nothing to lose."""
    from keng.delivery.models import ChannelAccount  # noqa: PLC0415 -- needs the settings
    from keng.vault import keys  # noqa: PLC0415
    from keng.vault.models import CustodianKey  # noqa: PLC0415

    simulated = channels.codes_where(lambda channel: channel.facts.is_simulated)
    is_demo = ChannelAccount.objects.filter(channel__in=simulated).exists()
    if is_demo:
        return
    is_here, is_divided = keys.operator_file().exists(), keys.divided_custodians() is not None
    if is_here and is_divided:
        yield f"{keys.operator_file()} opens everything alone, and it is divided: destroy the file"
    elif is_here:
        yield f"the units' private keys lie on this machine: move {keys.operator_file()} off it"
    if not is_divided and CustodianKey.objects.in_use().exists():
        yield (
            f"one file with one passphrase ({keys.operator_file().name}) opens everything: "
            "keng vault divide NEEDED PARTS FOLDER"
        )


def _people() -> Iterator[str]:
    from keng.accounts.models import OfficerRequest, Post  # noqa: PLC0415 -- needs the settings
    from keng.accounts.vouching import asker_and_second_person  # noqa: PLC0415
    from keng.places.models import Unit  # noqa: PLC0415

    posts = Post.objects.current().filter(officer__is_active=True)
    to_set_up = OfficerRequest.objects.open().filter(role=Post.Role.ADMINISTRATOR)
    if not posts.filter(role=Post.Role.ADMINISTRATOR).exists():
        if to_set_up.exists():
            yield "the first administrator has not set up yet: on the desk, /set-up/, with the code"
        else:
            yield "no administrator to ask for officers: keng officer add NAME --name … --unit CODE"
        return
    provinces = Unit.objects.filter(kind=Unit.Kind.PROVINCE)
    if not any(asker_and_second_person(unit) for unit in provinces):
        yield (
            "nobody who could agree to what the administrator asks for: keng officer add NAME "
            "--name … --unit CODE --role commander"
        )
    if not posts.filter(role=Post.Role.DUTY).exists():
        yield "no duty officer yet: an administrator asks for them on the desk, under Officers"


def _ways_out() -> Iterator[str]:
    from keng.delivery.actions.subscribing import mailbox_account  # noqa: PLC0415 -- needs the settings
    from keng.delivery.models import PagerWay  # noqa: PLC0415

    if mailbox_account() is None:
        yield "no mailbox, so no letter leaves: keng channel add email NAME --unit CODE"
    if not PagerWay.objects.working().exists():
        yield "no officer has a pager: a critical tip at night wakes nobody (desk, My pager)"


def _first_warning() -> Iterator[str]:
    """From whom a warning reaches to the first one that a lead confirmed; the first step missing.

    One at a time: each of them is in vain without the one before. Nobody is led before there are
    officers who could do it.
    """
    from keng.accounts.models import Post, Shift  # noqa: PLC0415 -- needs the settings
    from keng.delivery.models import PagerTest, RelayTask  # noqa: PLC0415
    from keng.kit import times  # noqa: PLC0415
    from keng.network.models import Group, Lead  # noqa: PLC0415

    if not Post.objects.current().filter(role=Post.Role.DUTY).exists():
        return
    groups = Group.objects.filter(is_active=True)
    rota = Shift.objects.filter(removed_at__isnull=True, ends_at__gt=times.now())
    is_by_hand_alone = not groups.exclude(channel=BY_HAND).exists()
    if not groups.exists():
        yield "no group yet, so a warning reaches nobody: desk, Groups (first-day.md, 8)"
    elif is_by_hand_alone and not Lead.objects.exists():
        yield "no lead yet, so nobody posts a warning in a group: desk, Leads (first-day.md, 9)"
    elif not rota.exists():
        yield "nobody is on the rota from now on: desk, Rota (first-day.md, 10)"
    elif not PagerTest.objects.filter(confirmed_at__isnull=False).exists():
        yield "no pager was tested, so residents read that nobody watches: desk, My pager"
    elif is_by_hand_alone and not RelayTask.objects.filter(confirmed_at__isnull=False).exists():
        yield "no lead has confirmed a warning yet: try one with one group (first-day.md, 11)"
