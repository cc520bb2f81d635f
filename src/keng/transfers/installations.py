"""Which other installations there are: the operator adds and removes them, and nobody else."""

from keng.acts.errors import AlreadyDone
from keng.acts.work import work
from keng.audit.actions import record, unit_chain
from keng.channels.ssrf import check_set_address
from keng.kit import times
from keng.places.models import Unit
from keng.tips.models import OtherInstallation, Transfer
from keng.transfers.card import InstallationCard

_LONGEST_ADDRESS = 200


class KnownAlready(AlreadyDone):
    """There is one with this key."""


class StillInUse(AlreadyDone):
    """Tips are on their way there, or came from there and are open."""

    def __init__(self, standing: list[str]) -> None:
        super().__init__()
        self.standing = standing
        """A line of each: its number here, its desk, and how it stands."""


@work()
def add_installation(
    card: InstallationCard, *, address: str = "", is_private: bool = False
) -> OtherInstallation:
    """Know another installation from now on; with an address files go there by themselves.

    Raises KnownAlready, ValueError where the address is none.
    """
    _check_address(address, is_private=is_private)
    known = OtherInstallation.objects.known()
    if known.filter(signing_key=card.signing_key).exists():
        raise KnownAlready
    added = OtherInstallation.objects.create(
        name=card.name,
        province_code=card.province,
        phone=card.phone,
        signing_key=card.signing_key,
        sealing_key=card.sealing_key,
        address=address,
        is_address_private=is_private,
    )
    _record("installation.added", added)
    return added


@work()
def set_installation_address(
    other: OtherInstallation, address: str, *, is_private: bool = False
) -> None:
    """Send files there from now on; without an address they are carried. Raises ValueError."""
    _check_address(address, is_private=is_private)
    other.address, other.is_address_private = address, is_private
    other.save(update_fields=["address", "is_address_private"])
    _record("installation.address", other)


@work()
def remove_installation(other: OtherInstallation) -> None:
    """Exchange nothing with it any more. Raises StillInUse."""
    standing = Transfer.objects.standing().filter(other=other).order_by("id")
    if lines := [_standing_line(each) for each in standing.select_related("tip__responsible_unit")]:
        raise StillInUse(lines)
    other.removed_at = times.now()
    other.save(update_fields=["removed_at"])
    _record("installation.removed", other)


def _standing_line(transfer: Transfer) -> str:
    tip = transfer.tip
    way = "from there" if transfer.is_incoming else "to there"
    number = tip.reference or str(tip.pk)
    return f"  {number}  {tip.responsible_unit.name}: {way}, {transfer.state}"


def _check_address(address: str, *, is_private: bool) -> None:
    if address:
        check_set_address(address, is_private=is_private)
        if len(address) > _LONGEST_ADDRESS:
            raise ValueError("the address is too long")


def _record(action: str, other: OtherInstallation) -> None:
    """For the auditor of every province that this installation works for."""
    provinces = Unit.objects.filter(kind=Unit.Kind.PROVINCE).order_by("id")
    for unit in provinces:
        record(
            action,
            by="operator",
            on=unit,
            chain=unit_chain(unit.pk),
            detail={"installation": other.name},
        )
