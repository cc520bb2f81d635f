"""333 groups of one ward beside a running small demo, and who else a warning reaches there.

    KENG_DATA=... python -m tests.load.large_network

Prints as JSON what a test needs to know of them. The thirteen groups of the demo are among them.
"""

import json
import os
from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any

GROUPS, BY_HAND = 333, 119
SUBSCRIBERS = 40
# Leads of groups by hand who agreed to be told by e-mail.
LEADS_TOLD = 40
OUTSIDERS = 6
PARTNER = "Trường trung học Đồng Quan"
CALLED = "1900000000000000777"
"""The chat of an officer of the province with the official account."""


@dataclass
class Network:
    """Ids as text."""

    zalo_groups: list[str] = field(default_factory=list)
    """Addresses that the fake account has to know."""
    by_hand: list[str] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    subscribers: list[str] = field(default_factory=list)
    outsiders: list[str] = field(default_factory=list)
    """Groups and subscribers of another ward: nothing of it is for them."""
    leads: dict[str, str] = field(default_factory=dict)
    """The secret of the page of a lead, for each group by hand."""
    told_leads: list[str] = field(default_factory=list)
    partner: tuple[str, str] = ("", "")
    """Name and password of its member."""


def make_network() -> Network:
    from keng.network.models import Group
    from keng.network.secret_links import lead_token
    from keng.places.models import Place, Unit
    from tests import make

    ward = Unit.objects.get(name__endswith="phường Nếnh")
    hamlets = list(Place.objects.filter(kind=Place.Kind.HAMLET).order_by("name"))
    found = Network()
    missing = Counter(by_hand=BY_HAND, machine=GROUPS - BY_HAND)
    for group in Group.objects.filter(unit=ward):
        missing["by_hand" if group.channel == "by_hand" else "machine"] -= 1
    for number in range(missing["machine"]):
        channel = "zalo_oa" if number % 2 else "sandbox"
        address = f"mang-{number:03d}"
        place = hamlets[number % len(hamlets)]
        make.group(unit=ward, place=place, channel=channel, channel_address=address)
        found.zalo_groups += [address] if channel == "zalo_oa" else []
    for number in range(missing["by_hand"]):
        group = make.group(unit=ward, place=hamlets[number % len(hamlets)])
        lead = make.lead(unit=ward, groups=(group,))
        if number >= missing["by_hand"] - LEADS_TOLD:
            _tell_by_email(lead, number)
            found.told_leads.append(str(lead.pk))
    for group in Group.objects.filter(unit=ward).order_by("id"):
        found.groups.append(str(group.pk))
        if group.channel == "by_hand":
            found.by_hand.append(str(group.pk))
            found.leads[str(group.pk)] = lead_token(group.leads.order_by("id")[0])
    here = Place.objects.get(pk=hamlets[0].parent_id)
    found.subscribers = [_subscriber(here, number) for number in range(SUBSCRIBERS)]
    found.outsiders = _outsiders()
    _officers_chat()
    found.partner = _partner()
    return found


def _tell_by_email(lead: Any, number: int) -> None:
    from keng.kit import times
    from keng.network.models import LeadWay
    from keng.vault import seal
    from keng.vault.hybrid import SealedKind

    now = times.now()
    LeadWay.objects.create(
        lead=lead,
        channel="email",
        address_sealed=seal.seal_for_sender(
            f"dau-moi-{number}@keng.example", kind=SealedKind.ADDRESS
        ),
        first_message_at=now,
        confirmed_at=now,
        quiet_from=None,
        quiet_to=None,
    )


def _subscriber(place: Any, number: int) -> str:
    """Every second one by letter."""
    from keng.vault import seal
    from keng.vault.hybrid import SealedKind
    from tests import make

    channel = "email" if number % 2 else "sandbox"
    address = f"dan-{place.code}-{number}" + ("@keng.example" if channel == "email" else "")
    sealed = seal.seal_for_sender(address, kind=SealedKind.ADDRESS)
    return str(make.subscription(places=(place,), channel=channel, address_sealed=sealed).pk)


def _outsiders() -> list[str]:
    """Groups by machine and by hand, and subscribers, of the ward next to it."""
    from keng.places.models import Place, Unit
    from tests import make

    unit = Unit.objects.exclude(name__endswith="phường Nếnh").filter(kind="commune").first()
    place = Place.objects.get(pk=unit.jurisdictions.first().place_id)
    made = []
    for number in range(OUTSIDERS):
        channel = ("sandbox", "by_hand")[number % 2]
        made.append(str(make.group(unit=unit, place=place, channel=channel).pk))
        made.append(_subscriber(place, number))
    return made


def _officers_chat() -> None:
    """An officer of the province is called in the same account by which the warning goes out."""
    from keng.accounts.models import Officer
    from keng.delivery.models import ChannelAccount, PagerWay
    from keng.duty.chat_pagers import address_hash_of
    from keng.kit.secrets import keyed_hash
    from keng.vault import seal
    from keng.vault.hybrid import SealedKind

    zalo = ChannelAccount.objects.get(channel="zalo_oa")
    chat_hash = keyed_hash("conversation", str(zalo.pk), CALLED)
    PagerWay.objects.create(
        officer=Officer.objects.get(username="quan"),
        kind=PagerWay.Kind.CHAT,
        account=zalo,
        chat_hash=chat_hash,
        address_hash=address_hash_of(chat_hash),
        address_sealed=seal.seal_for_sender(CALLED, kind=SealedKind.ADDRESS),
        hint=zalo.name[:80],
    )


def _partner() -> tuple[str, str]:
    from keng.accounts.models import Officer, Partner, PartnerMember
    from keng.partners.actions import inviting
    from keng.partners.queries import agreement_digest

    made = inviting.invite_partner(
        name=PARTNER,
        kind=Partner.Kind.SCHOOL,
        place=None,
        about="",
        purposes=["fire"],
        member_name="Cô Duyên",
        username="dong.quan",
        by=Officer.objects.get(username="admin"),
    )
    inviting.agree_for_partner(
        made.member.pk,
        seen=agreement_digest(made.member),
        by=Officer.objects.get(username="mai"),
    )
    PartnerMember.objects.filter(pk=made.member.pk).update(must_choose_password=False)
    return made.member.username, made.password


def main() -> None:
    os.environ |= {"KENG_PROCESS": "owner", "DJANGO_SETTINGS_MODULE": "keng.site.settings"}
    import django

    django.setup()
    from django.db import transaction

    with transaction.atomic():
        made = make_network()
    print(json.dumps(asdict(made)))


if __name__ == "__main__":
    main()
