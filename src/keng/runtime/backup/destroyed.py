"""The list of what was destroyed, stopped or replaced since a backup was made, kept apart from it.

A restore brings back what was destroyed after the backup; with this list it is destroyed again. The
worker writes it from the rows that say so, and not the acts themselves: what was committed and not
yet listed when somebody pulled the plug is listed by the next run, and nothing is listed that was
rolled back. A line is a kind and a keyed hash of an id: without the site's key it says nothing, and
a restore, which has that key, finds the rows it means.
"""

import datetime
import fcntl
import logging
import os
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from keng.kit import times
from keng.kit.database import data_folder
from keng.kit.ids import first_id, read_id
from keng.kit.private_files import make_private_folder, private_opener
from keng.kit.secrets import keyed_hash
from keng.kit.viewing_copies import NoCopy
from keng.kit.worker_tasks import TaskPace, WorkerTask

if TYPE_CHECKING:
    from django.db.models import QuerySet

LISTED_EVERY = datetime.timedelta(minutes=2)
# What is looked through where nothing was listed yet, and again each time: a transaction commits
# later than the moment that its row bears.
_FIRST_LOOK = datetime.timedelta(days=30)
_LOOKS_BACK = datetime.timedelta(days=1)
_LONGEST_LINE = 100
_HASH_LETTERS = 32
_UNTIL = "until"
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class DestroyedKind:
    """One kind of act that a restore does again."""

    name: str
    """What stands in the list: it stays."""
    done_since: Callable[[datetime.datetime], Iterable[uuid.UUID]]
    """What was done since a moment, by id; read by the worker."""
    undone: Callable[[], Iterable[uuid.UUID]]
    """In a restored database: of what it may have been forgotten."""
    do_again: Callable[[uuid.UUID], None]
    words: str
    """What is told of it after a restore, behind a number."""


def list_destroyed() -> int:
    """Write down what is not in the list yet; a task of the worker. 0: nothing is left to do."""
    folder = destroyed_folder()
    make_private_folder(folder)
    now = times.now()
    with open(folder / "lock", "ab", opener=private_opener) as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        since = min(now - _LOOKS_BACK, (_last_listed() or now - _FIRST_LOOK) - _LOOKS_BACK)
        # Of these days alone: whose sign-in was replaced before may get another new one, and the
        # file of the first time goes with the backups of its days.
        known = set(listed_lines([folder], since=since))
        kinds = destroyed_kinds()
        found = {_line(kind.name, row) for kind in kinds for row in kind.done_since(since)}
        new = sorted(found - known)
        _append(folder / f"destroyed-{now:%Y%m%d}.list", new)
        _say_until(folder, now)
    return 0


LIST_DESTROYED = WorkerTask(
    "list what was destroyed", list_destroyed, every=LISTED_EVERY, pace=TaskPace.SLOW
)


def destroyed_folder() -> Path:
    """Where the list lies, a file for each day; to be copied elsewhere as backups are."""
    return data_folder() / "destroyed"


def remove_old_lists(before: datetime.datetime) -> None:
    """Those of days from which no backup is left."""
    for file in _files(destroyed_folder()):
        if file.name < f"destroyed-{before:%Y%m%d}.list":
            file.unlink(missing_ok=True)


@dataclass
class DoneAgain:
    """What the lists said, in a database that was just restored."""

    done: dict[str, int] = field(default_factory=dict)
    """How many, by the words for it."""
    failed: dict[str, int] = field(default_factory=dict)
    """What could not be done again, by the kind: to be seen to by hand."""


def do_listed_again(
    folders: Iterable[Path], *, made_at: datetime.datetime | None = None
) -> DoneAgain:
    """A row that cannot be changed stops neither the others nor the restore, and is told.

    What was listed well before the backup was made is in it as it was done: whoever got a new
    sign-in or a new code then has it still.
    """
    from keng.dialogue import withdrawal  # noqa: PLC0415 -- needs the settings

    # A line stands in a file up to a day older than what it tells of: `list_destroyed`.
    since = made_at - 2 * _LOOKS_BACK if made_at else None
    lines = set(listed_lines(folders, since=since))
    told = DoneAgain()
    for kind in destroyed_kinds():
        if not any(line.startswith(f"{kind.name} ") for line in lines):
            continue
        for row_id in [each for each in kind.undone() if _line(kind.name, each) in lines]:
            try:
                kind.do_again(row_id)
            except Exception:  # whatever it is: half a restore would be worse
                log.exception("%s could not be done again", kind.name)
                told.failed[kind.name] = told.failed.get(kind.name, 0) + 1
            else:
                told.done[kind.words] = told.done.get(kind.words, 0) + 1
    # Names, pictures and numbers now, and not when a worker comes to it.
    while withdrawal.destroy_withdrawn():
        pass
    return told


def listed_until(folders: Iterable[Path]) -> datetime.datetime | None:
    """Until when the newest of these lists says all; None where none says so."""
    found = []
    for folder in folders:
        with suppress(OSError, ValueError):
            found.append(datetime.datetime.fromisoformat((folder / _UNTIL).read_text()))
    return max(found, default=None)


def listed_lines(
    folders: Iterable[Path], *, since: datetime.datetime | None = None
) -> Iterator[str]:
    """Whole lines; half a line, which a killed worker left, is written again by the next one.

    With a moment, of the files of that day and later ones.
    """
    first = f"destroyed-{since:%Y%m%d}.list" if since else ""
    files = chain.from_iterable(map(_files, folders))
    for file in (each for each in files if each.name >= first):
        with file.open(errors="replace") as opened:
            while line := opened.readline(_LONGEST_LINE):
                kind, _, hashed = line.rstrip("\n").partition(" ")
                if line.endswith("\n") and kind and len(hashed) == _HASH_LETTERS:
                    yield f"{kind} {hashed}"


def destroyed_kinds() -> list[DestroyedKind]:
    """In the order in which they are done again. Needs the settings."""
    from keng.accounts import after_restore as accounts  # noqa: PLC0415
    from keng.accounts.models import (  # noqa: PLC0415
        MemberPasskey,
        NamedOfficer,
        Officer,
        OfficerPasskey,
        PartnerMember,
        Post,
    )
    from keng.dialogue import replaced_codes, reporter, withdrawal  # noqa: PLC0415
    from keng.files.models import HeldFile  # noqa: PLC0415
    from keng.network.actions import after_restore as network  # noqa: PLC0415
    from keng.network.models import Group, Lead, Subscription  # noqa: PLC0415
    from keng.openings import holder_keys  # noqa: PLC0415
    from keng.retention import periods, purge  # noqa: PLC0415
    from keng.retention.models import RetentionPeriod  # noqa: PLC0415
    from keng.tips import quarantine  # noqa: PLC0415
    from keng.tips.models import Attachment, OneTimeLink, Receipt, Tip  # noqa: PLC0415
    from keng.vault.epoch_ends import destroy_epoch  # noqa: PLC0415
    from keng.vault.models import HolderKey, UnitKey, WrappedHolderKey  # noqa: PLC0415

    taken_back = Tip.objects.filter(withdrawn_at=None)
    return [
        DestroyedKind(
            "tip.withdrawn",
            lambda since: _ids(
                Tip.objects.filter(withdrawn_at__gte=since, outcome=Tip.Outcome.WITHDRAWN)
            ),
            lambda: _ids(taken_back),
            lambda tip_id: withdrawal.withdraw_again(tip_id, is_kept=False),
            "reports that were taken back are empty again",
        ),
        DestroyedKind(
            "tip.withdrawn_kept",
            lambda since: _ids(
                Tip.objects.filter(withdrawn_at__gte=since).exclude(outcome=Tip.Outcome.WITHDRAWN)
            ),
            lambda: _ids(taken_back),
            lambda tip_id: withdrawal.withdraw_again(tip_id, is_kept=True),
            "reports were taken back after an officer had acted: nobody writes to their reporters",
        ),
        DestroyedKind(
            "attachment.quarantined",
            lambda since: _ids(
                Attachment.objects.filter(
                    original_path__in=HeldFile.objects.filter(at__gte=since).values("original_path")
                )
            ),
            lambda: _ids(
                Attachment.objects.exclude(original_path="").exclude(no_copy=NoCopy.QUARANTINED)
            ),
            quarantine.quarantine_again,
            "files are in quarantine again, and their copies destroyed",
        ),
        DestroyedKind(
            "receipt.replaced",
            lambda since: chain(
                Receipt.objects.filter(replaced_at__gte=since).values_list("tip_id", flat=True),
                _ids(Tip.objects.filter(codes_disputed_at__gte=since)),
            ),
            lambda: _ids(Tip.objects.filter(codes_disputed_at=None)),
            replaced_codes.dispute_again,
            "reports had got a new receipt code, which is lost: no code opens them, answer in the "
            "way that was agreed on before",
        ),
        DestroyedKind(
            "receipt.shown",
            lambda since: OneTimeLink.objects.filter(opened_at__gte=since).values_list(
                "tip_id", flat=True
            ),
            lambda: set(
                OneTimeLink.objects.filter(opened_at=None).values_list("tip_id", flat=True)
            ),
            reporter.close_link_again,
            "links that had shown their code show it no more",
        ),
        DestroyedKind(
            "tip.purged",
            lambda since: _ids(Tip.objects.filter(purged_at__gte=since)),
            lambda: _ids(Tip.objects.filter(state=Tip.State.CLOSED, purged_at=None)),
            purge.purge_again,
            "reports whose time was over are empty again",
        ),
        DestroyedKind(
            "period.stopped",
            lambda since: _ids(RetentionPeriod.objects.filter(ended_at__gte=since)),
            lambda: _ids(RetentionPeriod.objects.filter(ended_at=None, refused_at=None)),
            periods.stop_period_again,
            "retention periods are stopped again; whoever replaced one proposes the new one anew",
        ),
        DestroyedKind(
            "subscription.stopped",
            lambda since: _ids(Subscription.objects.filter(stopped_at__gte=since)),
            lambda: _ids(Subscription.objects.filter(stopped_at=None)),
            network.stop_subscription_again,
            "subscriptions are stopped again",
        ),
        DestroyedKind(
            "officer.account_closed",
            lambda _: _ids(Officer.objects.filter(is_active=False)),
            lambda: _ids(Officer.objects.filter(is_active=True)),
            accounts.close_account_again,
            "officers' accounts are closed again",
        ),
        DestroyedKind(
            "post.ended",
            lambda since: _ids(
                Post.objects.filter(
                    valid_to__gte=times.local_date(since) - datetime.timedelta(days=1),
                    valid_to__lt=times.local_date(times.now()),
                )
            ),
            lambda: _ids(Post.objects.current()),
            accounts.end_post_again,
            "officers' posts are ended again",
        ),
        DestroyedKind(
            "officer.credentials_renewed",
            lambda since: _recorded("officer.credentials_renewed", since),
            lambda: _ids(Officer.objects.filter(is_active=True)),
            accounts.void_replaced_sign_in,
            "officers had got a new sign-in: the old one is void, give each another "
            "(`keng officer renew NAME`, or on the desk)",
        ),
        DestroyedKind(
            "officer.passkey_removed",
            lambda since: chain(
                _recorded("officer.passkey_removed", since),
                _holders(OfficerPasskey.objects.filter(stopped_at__gte=since)),
            ),
            lambda: set(_holders(OfficerPasskey.objects.all())),
            accounts.remove_passkeys_again,
            "officers had removed a passkey, or one was stopped: none of theirs signs in, they add "
            "them again",
        ),
        DestroyedKind(
            "partner.passkey_removed",
            lambda since: chain(
                _recorded("partner.passkey_removed", since),
                _holders(MemberPasskey.objects.filter(stopped_at__gte=since)),
            ),
            lambda: set(_holders(MemberPasskey.objects.all())),
            accounts.remove_member_passkeys_again,
            "people of partners had removed a passkey, or one was stopped: none of theirs signs in",
        ),
        DestroyedKind(
            "named.ended",
            lambda since: _ids(NamedOfficer.objects.filter(ended_at__gte=since)),
            lambda: _ids(NamedOfficer.objects.filter(ended_at=None)),
            accounts.end_naming_again,
            "officers are named for matters of children and sexual offences no more",
        ),
        DestroyedKind(
            "holder.retired",
            lambda since: _ids(HolderKey.objects.filter(retired_at__gte=since)),
            lambda: _ids(HolderKey.objects.filter(retired_at=None)),
            holder_keys.retire_key_again,
            "officers' keys for opening are given up again",
        ),
        DestroyedKind(
            "holder.phrase_renewed",
            lambda since: _recorded("holder.phrase_renewed", since),
            lambda: set(
                WrappedHolderKey.objects.filter(
                    kind=WrappedHolderKey.Kind.PHRASE, holder_key__retired_at=None
                ).values_list("holder_key__officer_ref", flat=True)
            ),
            holder_keys.destroy_phrase_again,
            "officers had got a new opening phrase: the old one opens nothing, and who has no "
            "passkey for their key makes another key",
        ),
        DestroyedKind(
            "partner.member_closed",
            lambda _: _ids(PartnerMember.objects.filter(is_active=False)),
            lambda: _ids(PartnerMember.objects.filter(is_active=True)),
            accounts.close_member_again,
            "people of partners are closed again",
        ),
        DestroyedKind(
            "lead.stopped",
            lambda since: _ids(Lead.objects.filter(stopped_at__gte=since)),
            lambda: _ids(Lead.objects.filter(stopped_at=None)),
            network.stop_lead_again,
            "leads take part no more",
        ),
        DestroyedKind(
            "lead.link_reissued",
            lambda since: _recorded("lead.link_reissued", since),
            lambda: _ids(Lead.objects.all()),
            network.end_lead_link_again,
            "leads' links were replaced: the old ones are ended, give each another",
        ),
        DestroyedKind(
            "group.retired",
            lambda _: _ids(Group.objects.filter(is_active=False)),
            lambda: _ids(Group.objects.filter(is_active=True)),
            network.retire_group_again,
            "groups are out of use again",
        ),
        DestroyedKind(
            "epoch.destroyed",
            lambda since: _ids(UnitKey.objects.filter(destroyed_at__gte=since)),
            lambda: _ids(UnitKey.objects.filter(destroyed_at=None, epoch__isnull=False)),
            destroy_epoch,
            "keys of ended epochs are destroyed again",
        ),
    ]


def _ids(rows: "QuerySet[Any]") -> Iterator[uuid.UUID]:
    return rows.values_list("pk", flat=True).iterator()


def _holders(passkeys: "QuerySet[Any]") -> Iterator[uuid.UUID]:
    return passkeys.values_list("holder_id", flat=True).iterator()


def _recorded(action: str, since: datetime.datetime) -> Iterator[uuid.UUID]:
    """To whom it was done, by the record."""
    from keng.audit.models import Entry  # noqa: PLC0415 -- needs the settings

    entries = Entry.objects.filter(id__gte=first_id(since), action=action)
    for object_id in entries.values_list("object_id", flat=True).iterator():
        if row_id := read_id(object_id):
            yield row_id


def _line(kind: str, row_id: uuid.UUID) -> str:
    return f"{kind} {keyed_hash('destroyed', kind, str(row_id)).hex()[:_HASH_LETTERS]}"


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob("destroyed-*.list"))


def _last_listed() -> datetime.datetime | None:
    files = _files(destroyed_folder())
    if not files:
        return None
    return datetime.datetime.fromtimestamp(files[-1].stat().st_mtime, datetime.UTC)


def _say_until(folder: Path, now: datetime.datetime) -> None:
    """What was committed a moment before may be missing: it is in the next list."""
    draft = folder / f"{_UNTIL}.new"
    with open(draft, "w", opener=private_opener) as file:
        file.write(now.isoformat(timespec="seconds"))
    draft.replace(folder / _UNTIL)


def _append(file: Path, lines: list[str]) -> None:
    """Also nothing: that the list goes on is told by the time of its file."""
    with open(file, "ab+", opener=private_opener) as opened:
        size = opened.seek(0, os.SEEK_END)
        if size:
            opened.seek(-1, os.SEEK_END)
            if opened.read(1) != b"\n":
                opened.write(b"\n")
        opened.write("".join(f"{line}\n" for line in lines).encode())
        opened.flush()
        os.utime(file)
        os.fsync(opened.fileno())
