"""When the files were written anew, how that ended, and when it is due again.

Loaded by the supervisor and by whoever asks: it needs no driver and no database.
"""

import datetime
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from keng.kit.database import data_folder
from keng.kit.times import VIETNAM

# Twice in the quiet hours: between the later and the next earlier one lie 22 hours, which leaves
# two for a run that takes long or has to try again. The second finds little left to do.
QUIET_HOURS = (datetime.time(0), datetime.time(2))
SETTLED_WITHIN = datetime.timedelta(hours=24)
# What belongs to an ended report (the message as it came, its files, what was sealed for a week)
# the worker destroys within an hour, so of the last hour a run may leave something to the next.
STRAGGLERS = datetime.timedelta(hours=1)
# By night soon, by day seldom: a table that is too large must not be tried while people work.
TRIES_AGAIN_AFTER = datetime.timedelta(minutes=20)
TRIES_BY_DAY_AFTER = datetime.timedelta(hours=4)
_DAY_BEGINS = 6
_MOMENTS = ("began", "ended", "whole_began")


@dataclass(frozen=True)
class Rewrite:
    """The last run, whole or not."""

    began: datetime.datetime
    ended: datetime.datetime
    fault: str | None
    """What is left in the files and why; None when the run was whole."""
    whole_began: datetime.datetime | None
    """When the last whole run began: this one, or an earlier one."""
    tables: int = 0
    longest_lock_ms: int = 0
    counted_since: str = ""
    """From when the server counts changes; it begins anew when it was killed."""
    changes: Mapping[str, int] = field(default_factory=dict)
    """How many rows of each table were changed or removed when it was last written anew."""


def last_rewrite(data: Path | None = None) -> Rewrite | None:
    """The last run on the embedded database of this data folder; None before the first."""
    try:
        written = json.loads(_file(data).read_text())
        for name in _MOMENTS:
            if written[name] is not None:
                written[name] = datetime.datetime.fromisoformat(written[name])
        return Rewrite(**written)
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        # None, or one that a failing disk cut off: everything is written anew.
        return None


def write_record(rewrite: Rewrite, data: Path | None = None) -> None:
    written = asdict(rewrite)
    for name in _MOMENTS:
        if written[name] is not None:
            written[name] = written[name].isoformat()
    draft = _file(data).with_suffix(".new")
    draft.write_text(json.dumps(written, indent=1) + "\n")
    draft.replace(_file(data))


def rewrite_is_due(now: datetime.datetime, data: Path | None = None) -> bool:
    """Whether a quiet hour has come, or passed while nothing ran, since all was last settled."""
    last = last_rewrite(data)
    if last is not None and last.fault is not None:
        is_night = now.astimezone(VIETNAM).hour < _DAY_BEGINS
        if now < last.ended + (TRIES_AGAIN_AFTER if is_night else TRIES_BY_DAY_AFTER):
            return False
    return _last_whole(data) < _last_quiet_hour(now)


def settled_until(data: Path | None = None) -> datetime.datetime:
    """What ended before this is in no file of the database any more."""
    return _last_whole(data) - STRAGGLERS


def rewrite_fault(now: datetime.datetime, data: Path | None = None) -> str | None:
    """What is wrong with the runs on the embedded database, for `keng doctor`; None when nothing.

    A machine that was off for a day says so until the run after its start, ten minutes at most.
    """
    if not _cluster_version(data).exists():
        return None
    since = settled_until(data)
    if now - since <= SETTLED_WITHIN:
        return None
    last = last_rewrite(data)
    why = last.fault if last is not None and last.fault else "There was no run since."
    when = since.astimezone(VIETNAM).strftime("%d %b %Y, %H:%M")
    return f"What was destroyed after {when} may still be in the database's files. {why}"


def _last_whole(data: Path | None) -> datetime.datetime:
    last = last_rewrite(data)
    if last is not None and last.whole_began is not None:
        return last.whole_began
    # A new database begins with nothing that was destroyed.
    created = _cluster_version(data).stat().st_mtime
    return datetime.datetime.fromtimestamp(created, tz=datetime.UTC)


def _last_quiet_hour(now: datetime.datetime) -> datetime.datetime:
    here = now.astimezone(VIETNAM)
    days = (here.date(), here.date() - datetime.timedelta(days=1))
    moments = [
        datetime.datetime.combine(day, hour, VIETNAM) for day in days for hour in QUIET_HOURS
    ]
    return max(moment for moment in moments if moment <= here)


def _file(data: Path | None) -> Path:
    return (data or data_folder()) / "postgres" / "rewrite.json"


def _cluster_version(data: Path | None) -> Path:
    # Written once, when the cluster is made.
    return (data or data_folder()) / "postgres" / "cluster" / "PG_VERSION"
