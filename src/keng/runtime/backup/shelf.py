"""Where backups lie: their names, how old the last one is, and which are removed.

One is removed once it is older than KENG_BACKUP_DAYS, and never the newest.
"""

import datetime
import os
import re
from pathlib import Path

from keng.kit.database import data_folder

USUAL_DAYS = 14
_NAME = re.compile(r"keng-(\d{8}T\d{6})Z\.backup")
_MOMENT = "%Y%m%dT%H%M%S"


def backup_folder() -> Path:
    """KENG_BACKUPS, or a folder of the data folder."""
    given = os.environ.get("KENG_BACKUPS", "")
    return Path(given) if given else data_folder() / "backups"


def kept_days() -> int:
    return int(os.environ.get("KENG_BACKUP_DAYS") or USUAL_DAYS)


def backup_name(made_at: datetime.datetime) -> str:
    return f"keng-{made_at.astimezone(datetime.UTC):{_MOMENT}}Z.backup"


def backups_here() -> list[tuple[datetime.datetime, Path]]:
    """Each with its moment, the oldest first; what has another name is not ours."""
    found = ((path, _NAME.fullmatch(path.name)) for path in backup_folder().glob("keng-*"))
    moments = [
        (datetime.datetime.strptime(match[1], _MOMENT).replace(tzinfo=datetime.UTC), path)
        for path, match in found
        if match
    ]
    return sorted(moments)


def remove_old_backups(now: datetime.datetime) -> list[Path]:
    """Those whose time is over; called when a newer one was just written and verified."""
    before = now - datetime.timedelta(days=kept_days())
    old = [path for made_at, path in backups_here()[:-1] if made_at < before]
    for path in old:
        path.unlink(missing_ok=True)
    return old
