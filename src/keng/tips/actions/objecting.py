"""An objection to an entry with the pictures that speak for it, and a look at one of them."""

import uuid
from collections.abc import Sequence

from django.db import transaction
from django.db.models import Q, QuerySet

from keng.accounts.models import Officer
from keng.audit.actions import record, unit_chain
from keng.lookup.actions import disputes
from keng.lookup.errors import CannotList
from keng.lookup.models import Dispute, DisputeFile
from keng.tips import files
from keng.tips.actions import showing
from keng.tips.errors import NotYours
from keng.tips.pictures import viewing_copy_of

MOST = 3


class NoPicture(CannotList):
    """One of the files is no picture that can be shown without what is hidden in it."""

    def __init__(self, number: int) -> None:
        super().__init__(str(number))
        self.number = number
        """Which one, from 0."""


@transaction.atomic
def object_to(
    hash: str, *, reason: str, text: str, token: str, pictures: Sequence[bytes] = ()
) -> tuple[Dispute, str]:
    """Object to an entry and show pictures; only copies without place and device are kept.

    Sent twice, one objection with its first pictures, and its code is shown for a while from the
    first time on. Raises NotListed, NoPicture.
    """
    was_sent = disputes.is_made(token)
    copies = [_copy(picture, number) for number, picture in enumerate(pictures[:MOST])]
    dispute, code = disputes.object_to(hash, reason=reason, text=text, token=token)
    if not was_sent:
        showing.show_for_a_while(token)
    if not DisputeFile.objects.filter(dispute=dispute.pk).exists():
        for copy in copies:
            path = files.keep_viewing_copy(copy)
            DisputeFile.objects.create(dispute=dispute, viewing_path=path, size=len(copy))
    return dispute, code


def viewable(officer: Officer, dispute: Dispute) -> QuerySet[DisputeFile]:
    """The pictures, for whoever decides or decided it and for nobody else."""
    may = disputes.may_decide(officer, dispute) or dispute.decided_by_id == officer.pk
    seen = Dispute.objects.visible_to(officer).filter(Q(pk=dispute.pk))
    found = DisputeFile.objects.filter(dispute__in=seen.values("pk"))
    return found.order_by("id") if may else found.none()


@transaction.atomic
def show(file_id: uuid.UUID, *, by: Officer) -> DisputeFile:
    """Uncover a picture: each look is on record. Raises NotYours."""
    file = DisputeFile.objects.select_related("dispute").filter(pk=file_id).first()
    if file is None or not viewable(by, file.dispute).filter(pk=file_id).exists():
        raise NotYours
    chain = unit_chain(file.dispute.unit_id)
    detail = {"file": str(file.pk)}
    record("dispute.file_shown", by=by, on=file.dispute, chain=chain, detail=detail)
    return file


def _copy(picture: bytes, number: int) -> bytes:
    made = viewing_copy_of(picture)
    if made is None:
        raise NoPicture(number)
    return made
