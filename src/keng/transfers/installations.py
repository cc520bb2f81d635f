"""Which other installations there are: the operator adds and removes them, and nobody else."""

from keng.acts.errors import AlreadyDone
from keng.acts.work import work
from keng.audit.actions import record, unit_chain
from keng.kit import times
from keng.places.models import Unit
from keng.tips.models import OtherInstallation, Transfer
from keng.transfers.card import InstallationCard


class KnownAlready(AlreadyDone):
    """There is one with this key."""


class StillInUse(AlreadyDone):
    """Tips are on their way there, or came from there and are open."""


@work()
def add_installation(card: InstallationCard) -> OtherInstallation:
    """Know another installation from now on. Raises KnownAlready."""
    known = OtherInstallation.objects.known()
    if known.filter(signing_key=card.signing_key).exists():
        raise KnownAlready
    added = OtherInstallation.objects.create(
        name=card.name,
        province_code=card.province,
        phone=card.phone,
        signing_key=card.signing_key,
        sealing_key=card.sealing_key,
    )
    _record("installation.added", added)
    return added


@work()
def remove_installation(other: OtherInstallation) -> None:
    """Exchange nothing with it any more. Raises StillInUse."""
    if Transfer.objects.standing().filter(other=other).exists():
        raise StillInUse
    other.removed_at = times.now()
    other.save(update_fields=["removed_at"])
    _record("installation.removed", other)


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
