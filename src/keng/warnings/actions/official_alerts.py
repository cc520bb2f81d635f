"""What the province's desk does with an alert of an official source, besides writing from it."""

import uuid
from typing import TYPE_CHECKING

from keng.accounts.who import PROVINCE_WORKING
from keng.acts.act import act
from keng.acts.errors import NotAllowed
from keng.acts.locks import lock
from keng.acts.work import permit_over
from keng.audit.actions import record, unit_chain
from keng.kit import times
from keng.warnings import acts
from keng.warnings.actions.errors import AlertIsTaken
from keng.warnings.models import OfficialAlert, Warning

if TYPE_CHECKING:
    from keng.accounts.models import Officer


@act(acts.DISMISS_ALERT)
def dismiss_alert(alert_id: uuid.UUID, *, by: "Officer") -> OfficialAlert:
    """It asks for no warning here: it leaves the list, and stays kept.

    Raises NotAllowed, AlertIsTaken.
    """
    permit_over(_desk_of(by))
    alert = _lock_alert(alert_id)
    if alert.dismissed_at is None:
        alert.dismissed_at, alert.dismissed_by = times.now(), by
        alert.save(update_fields=["dismissed_at", "dismissed_by"])
        record(
            "warning.alert_dismissed",
            by=by,
            on=alert,
            chain=unit_chain(_desk_of(by)),
            detail={"sender": alert.sender, "identifier": alert.identifier},
        )
    return alert


def begin_from_alert(alert_id: uuid.UUID, warning: Warning) -> dict[str, str]:
    """A step of drafting: the warning says from now on where it comes from. Raises AlertIsTaken.

    Returns what the record says of it.
    """
    alert = _lock_alert(alert_id)
    alert.warning = warning
    alert.save(update_fields=["warning"])
    return {"alert_sender": alert.sender, "alert_identifier": alert.identifier}


def _lock_alert(alert_id: uuid.UUID) -> OfficialAlert:
    alert = lock(OfficialAlert.objects.filter(pk=alert_id)).first()
    if alert is None:
        raise NotAllowed
    if alert.warning_id is not None:
        raise AlertIsTaken
    return alert


def _desk_of(officer: "Officer") -> uuid.UUID:
    """The provincial desk at which the officer works. Raises NotAllowed."""
    for unit in PROVINCE_WORKING.own_units(officer):
        return unit.pk
    raise NotAllowed
