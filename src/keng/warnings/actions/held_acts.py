"""Letting a held warning go: many more people would get it than whoever approved it saw."""

import uuid
from typing import TYPE_CHECKING

from django.db import connection

from keng.acts.act import act
from keng.acts.locks import lock
from keng.audit.actions import record, unit_chain
from keng.delivery.models import Dispatch
from keng.kit.worker_tasks import WORK_CHANNEL
from keng.releases.errors import HandInIt, NothingWaits, TextChanged
from keng.warnings import acts
from keng.warnings.actions.drafting import lock_warning, warning_id_of
from keng.warnings.models import Version

if TYPE_CHECKING:
    from keng.accounts.models import Officer


@act(acts.LET_HELD_GO)
def let_held_go(version_id: uuid.UUID, *, people: int, by: "Officer") -> Dispatch:
    """Send a held version to so many people, by whoever could have approved it.

    The worker goes on at once; are there many more again, it is held again. To stop it instead is
    `delivery.actions.dispatch.cancel_dispatch`. Raises NotAllowed, HandInIt, NothingWaits, and
    TextChanged when it is held for another number.
    """
    warning_id = warning_id_of(Version.objects.visible_to(by), version_id)
    warning, _latest = lock_warning(warning_id, by=by)
    version = Version.objects.get(pk=version_id)
    if version.has_hand_of(by):
        raise HandInIt
    if version.dispatch_id is None:
        raise NothingWaits
    held = Dispatch.objects.held().select_related("approval")
    dispatch = lock(held.filter(pk=version.dispatch_id)).first()
    if dispatch is None:
        raise NothingWaits
    if dispatch.held_people != people:
        raise TextChanged
    dispatch.held_at, dispatch.let_go_people = None, people
    dispatch.save(update_fields=["held_at", "let_go_people"])
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [WORK_CHANNEL])
    record(
        "dispatch.let_go",
        by=by,
        on=dispatch,
        chain=unit_chain(warning.unit_id),
        detail={
            "approved": dispatch.approval.people if dispatch.approval else 0,
            "people": people,
        },
    )
    return dispatch
