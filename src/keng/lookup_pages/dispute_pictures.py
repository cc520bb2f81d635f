"""An objection to an entry with the pictures that speak for it, and a look at one of them."""

import uuid
from collections.abc import Sequence

from django.db.models import Q, QuerySet

from keng.accounts.models import Officer
from keng.acts.act import act
from keng.acts.errors import Incomplete, NotAllowed
from keng.acts.work import permit_over
from keng.audit.actions import record, unit_chain
from keng.dialogue import shown_codes
from keng.files import copies
from keng.files.pictures import mime_of
from keng.kit.viewing_copies import NoCopy
from keng.lookup.actions import disputes
from keng.lookup.models import Dispute, DisputeFile
from keng.lookup_pages import acts
from keng.tips import viewing_copies

MOST_PICTURES = 3


class NoPicture(Incomplete):
    """One of the files is of a kind of which no copy can be made."""

    def __init__(self, number: int) -> None:
        super().__init__(str(number))
        self.number = number
        """Which one, from 0."""


@act(acts.OBJECT_WITH_PICTURES)
def object_with_pictures(
    hash: str, *, reason: str, text: str, token: str, pictures: Sequence[bytes] = ()
) -> tuple[Dispute, str]:
    """Object to an entry and show pictures; only copies without place and device are kept.

    The worker makes them; until then what was sent waits for it, some minutes at most.

    Sent twice, one objection with its first pictures, and its code is shown for a while from the
    first time on. Raises NotListed, NoPicture.
    """
    was_sent = disputes.is_objection_sent(token)
    for number, picture in enumerate(pictures[:MOST_PICTURES]):
        mime = mime_of(picture)
        if not (mime.startswith("image/") and copies.has_copies(mime)):
            raise NoPicture(number)
    dispute, code = disputes.object_to_listing(hash, reason=reason, text=text, token=token)
    if not was_sent:
        shown_codes.show_code_for_a_while(token)
    if not DisputeFile.objects.filter(dispute=dispute.pk).exists():
        for picture in pictures[:MOST_PICTURES]:
            prepared = viewing_copies.prepare_copy(picture, mime_of(picture))
            made = DisputeFile.objects.create(dispute=dispute, no_copy=prepared.no_copy)
            prepared.let_wait(dispute_file=made)
    return dispute, code


def count_pictures_not_shown(dispute: Dispute) -> int:
    """How many of its pictures nobody can look at, for whoever sent them."""
    without = DisputeFile.objects.filter(dispute=dispute.pk).exclude(no_copy="")
    return without.exclude(no_copy=NoCopy.WAITING).count()


def viewable_pictures(officer: Officer, dispute: Dispute) -> QuerySet[DisputeFile]:
    """The pictures, for whoever decides or decided it and for nobody else."""
    may = disputes.may_decide_dispute(officer, dispute) or dispute.decided_by_id == officer.pk
    seen = Dispute.objects.visible_to(officer).filter(Q(pk=dispute.pk))
    found = DisputeFile.objects.filter(dispute__in=seen.values("pk"))
    return found.order_by("id") if may else found.none()


@act(acts.SHOW_PICTURE)
def show_picture(file_id: uuid.UUID, *, by: Officer) -> DisputeFile:
    """Uncover a picture: each look is on record. Raises NotAllowed."""
    kept = DisputeFile.objects.exclude(viewing_path="").select_related("dispute")
    file = kept.filter(pk=file_id).first()
    if file is None or not viewable_pictures(by, file.dispute).filter(pk=file_id).exists():
        raise NotAllowed
    permit_over(file.dispute.unit_id)
    chain = unit_chain(file.dispute.unit_id)
    detail = {"file": str(file.pk)}
    record("dispute.file_shown", by=by, on=file.dispute, chain=chain, detail=detail)
    return file
