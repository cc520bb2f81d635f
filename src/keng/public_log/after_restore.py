"""The log of a restored database goes on under a name that says what it goes on from."""

from dataclasses import dataclass

from keng.acts.work import work
from keng.kit import times
from keng.public_log.growing import log_tree
from keng.public_log.kept_head import KeptLogHead
from keng.public_log.log_key import log_origin
from keng.public_log.models import LogCheckpoint, LogPace

# check_the_record.py reads it: when, after how many leaves, and the beginning of their root.
_RESTORED_AS = "/restored-{at:%Y%m%dT%H%M%SZ}-{size}-{root}"
_ROOT_LETTERS = 16


@dataclass(frozen=True, slots=True)
class ContinuedLog:
    """What an operator reads of it."""

    ended: str
    leaves: int
    """Of the ended log, those in the backup; witnesses may have seen more."""
    goes_on_as: str

    @property
    def words(self) -> str:
        return (
            f"The public log {self.ended} had {self.leaves} leaves in the backup, and witnesses "
            f"may have seen more. It goes on as {self.goes_on_as}, so nobody takes the restore for "
            "a fraud: tell the witnesses the key that `keng audit key` prints now, and say openly "
            "what was lost."
        )


@work()
def continue_log_after_restore() -> ContinuedLog:
    """Sign nothing more under the name of before, and show nothing that was signed under it.

    Witnesses have seen more of it than this database knows: shown under its old name it would look
    cut or forked. The moment keeps two restores of one backup apart.
    """
    pace, _made = LogPace.objects.get_or_create()
    ended = log_origin()
    root = log_tree(pace.size).root().hex()[:_ROOT_LETTERS]
    pace.restored_as = _RESTORED_AS.format(at=times.now(), size=pace.size, root=root)
    pace.save(update_fields=["restored_as"])
    LogCheckpoint.objects.update(is_served=False)
    KeptLogHead.of_origin(ended).end()
    return ContinuedLog(ended, pace.size, log_origin())
