"""Loading the demo province into an empty database, once: the whole of it, or the small one."""

from dataclasses import dataclass

from django.db import transaction

from keng.delivery.models import ChannelAccount
from keng.kit import times
from keng.places import importer
from keng.places.models import Place, Unit
from keng_dev.demo import channels, network, officer_phone, people, territory
from keng_dev.demo.province import (
    asking,
    beside,
    learning,
    loading,
    looked_up,
    others_list,
    rumours,
    teams,
)
from keng_dev.demo.province.progress import Report, silent
from keng_dev.demo.province.volumes import Volumes
from keng_dev.demo.vault import Vault


@dataclass(frozen=True, slots=True)
class Loaded:
    """What is printed once and stored nowhere in clear."""

    credentials: list[people.Credential]
    partners: list[people.Credential]
    passphrase: str


def load_if_empty(
    vault: Vault,
    volumes: Volumes | None = None,
    report: Report = silent,
    *,
    is_bare: bool = False,
) -> Loaded | None:
    """Load the demo unless there are units already; None when there was nothing to do.

    Without volumes it is the small one: a ward with its groups and nothing that happened yet; bare,
    it has nobody's texts either: no lesson, no check of a claim, no listing, no question.
    All of it is one transaction, so that an end in the middle leaves nothing behind.
    """
    if Unit.objects.exists():
        return None
    with transaction.atomic():
        report("places, old and new", 0.0)
        importer.import_places()
        units = territory.make_units()
        hamlets = territory.make_hamlets()
        passphrase = vault.make_keys()
        ward = units[territory.WARD_CODE]
        place = Place.objects.get(code=territory.WARD_CODE, valid_to=None)
        channels.make_accounts(ward, units[territory.PROVINCE_CODE], place)
        if volumes is None:
            credentials = people.make_officers(units)
            network.make_network(ward, hamlets)
        else:
            zalo = ChannelAccount.objects.get(slug="bac-ninh")
            credentials = loading.fill(units, hamlets, zalo, volumes, vault, report)
        if not is_bare:
            zalo = ChannelAccount.objects.get(slug="bac-ninh")
            channels.make_pager_accounts(units[territory.PROVINCE_CODE])
            officer_phone.make_pagers(zalo, vault.new_seals())
        partners = [] if is_bare else _write(units, hamlets, ward, whole=volumes is not None)
        # On record like any import, so after the chains of a year were copied in.
        territory.make_landmarks()
        # The last word before it is kept: whoever reports may still refuse.
        report("all is written", 1.0)
    return Loaded(credentials, partners, passphrase)


def _write(
    units: dict[str, Unit], hamlets: dict[str, Place], ward: Unit, *, whole: bool
) -> list[people.Credential]:
    """What a desk, its partners and its teams wrote; the whole province has its checks already.

    Returns the partners' sign-ins.
    """
    province = units[territory.PROVINCE_CODE]
    if not whole:
        rumours.check_few(times.now())
        looked_up.list_few(province, times.now())
    learning.load(province, whole=whole)
    asking.ask(ward, whole=whole)
    partners = beside.load(units, whole=whole)
    teams.load(units, hamlets)
    others_list.bring(times.now())
    return partners
