"""The backup of the epochs' wrap keys: apart from every other one, a sealed file for each key.

What an ordinary backup holds of shares opens only with these. So that they die with their epoch, a
file is removed here when its key was destroyed: copy this folder with deletions (`rsync --delete`).
"""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from keng.kit.database import data_folder
from keng.kit.durable_files import replace_file
from keng.kit.private_files import make_private_folder
from keng.runtime.backup import recipient
from keng.runtime.backup.shelf import backup_folder
from keng.runtime.errors import CannotContinue


@dataclass(frozen=True)
class EpochBackup:
    """What was done."""

    folder: Path
    kept: int
    removed: int


def epoch_backup_folder() -> Path:
    """Below where backups lie, or elsewhere once it was copied."""
    return backup_folder() / "epochs"


def save_epoch_keys() -> EpochBackup:
    """Seal what is not sealed yet, and remove what died. Raises CannotContinue without a key."""
    public = recipient.recipient_here()
    folder = epoch_backup_folder()
    make_private_folder(folder)
    for key_id, path in _wrap_keys():
        target = folder / f"{key_id}.{recipient.key_name(public)}"
        if not _is_newer(target, path):
            replace_file(target, recipient.seal_data_key(path.read_bytes(), public))
    removed = prune_epoch_backup()
    return EpochBackup(folder, sum(1 for _ in _sealed(folder)), removed)


def prune_epoch_backup() -> int:
    """Remove those of keys that were destroyed, and of no others; how many. Needs the settings."""
    from keng.vault.models import UnitKey  # noqa: PLC0415

    here = dict(_sealed(epoch_backup_folder()))
    dead = UnitKey.objects.filter(pk__in=set(here.values()), destroyed_at__isnull=False)
    gone = set(dead.values_list("pk", flat=True))
    for path, key_id in here.items():
        if key_id in gone:
            path.unlink(missing_ok=True)
    return len(gone)


def keys_without_backup() -> int:
    """Of how many wrap keys there is no copy here, sealed to the present key of backups."""
    try:
        name = recipient.key_name(recipient.recipient_here())
    except (CannotContinue, OSError):
        # Without a key of backups there is none of any.
        name = ""
    folder = epoch_backup_folder()
    copies = [(folder / f"{key_id}.{name}", path) for key_id, path in _wrap_keys()]
    return sum(1 for copy, path in copies if not _is_newer(copy, path))


def bring_epoch_keys_back(folder: Path, private: recipient.PrivateKey) -> int:
    """Put the wrap keys back that are not destroyed by what the database says; how many."""
    from keng.vault.epochs import write_wrap_key  # noqa: PLC0415 -- needs the settings
    from keng.vault.models import UnitKey  # noqa: PLC0415

    found = 0
    for path, key_id in _sealed(folder):
        if not UnitKey.objects.filter(pk=key_id, destroyed_at=None).exists():
            continue
        write_wrap_key(key_id, recipient.open_data_key(path.read_bytes(), private))
        found += 1
    return found


def _is_newer(copy: Path, path: Path) -> bool:
    """A key that was split anew has another wrap key."""
    try:
        return copy.stat().st_mtime_ns >= path.stat().st_mtime_ns
    except FileNotFoundError:
        return False


def has_epoch_keys() -> bool:
    """Whether any key was split here."""
    return any(True for _ in _wrap_keys())


def _wrap_keys() -> Iterator[tuple[uuid.UUID, Path]]:
    folder = data_folder() / "keys" / "epochs"
    for path in sorted(folder.glob("*")):
        key_id = _id_of(path.name)
        if key_id is not None:
            yield key_id, path


def _sealed(folder: Path) -> Iterator[tuple[Path, uuid.UUID]]:
    """Each copy that is whole, and the key it is of."""
    for path in sorted(folder.glob("*")):
        name, _, recipient_name = path.name.partition(".")
        key_id = _id_of(name)
        if key_id is not None and "." not in recipient_name:
            yield path, key_id


def _id_of(name: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(name)
    except ValueError:
        return None
