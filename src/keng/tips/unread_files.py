"""The share of the disk that files of reports have which nobody has read yet.

Anybody may send files, and they stay until a desk has decided. Words need no such room, and files
that an officer takes down are not counted out.
"""

import shutil

from django.conf import settings
from django.db.models import F, Q, Sum

from keng.kit.database import data_folder
from keng.kit.upload_room import NoRoom, upload_room
from keng.kit.uploads import SealedUpload
from keng.tips.models import Attachment, Tip


def refuse_beyond_share(upload: SealedUpload) -> None:
    """Mark a file for which there is no room among those that nobody has read."""
    if upload.no_room is None and not has_room_in_share():
        upload.no_room = NoRoom.FULL


def has_room_in_share() -> bool:
    """Whether what waits to be sent, this request's files too, would still fit in the share."""
    share: int = _disk_bytes() * settings.UNREAD_FILES_PERCENT // 100
    return _unread_bytes() + upload_room.lying <= share


def _disk_bytes() -> int:
    return shutil.disk_usage(data_folder()).total


def _unread_bytes() -> int:
    """A copy to play is as large as its original; one to view is smaller, and counted as large."""
    is_unread = Q(tip__first_read_at__isnull=True) | Q(at__gte=F("tip__waiting_since"))
    of_open_tips = Attachment.objects.exclude(tip__state=Tip.State.CLOSED)
    sums = of_open_tips.filter(is_unread).aggregate(
        originals=Sum("size"), copies=Sum("size", filter=~Q(viewing_path=""))
    )
    return (sums["originals"] or 0) + (sums["copies"] or 0)
