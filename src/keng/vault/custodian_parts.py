"""The custodians' key in parts, k of n (SLIP-39): a file for each custodian, under a passphrase.

Whatever else is kept for the custodians lies beside it in each part, sealed to their key: so k
parts open all that was there when the key was divided, also where the machine is lost.
"""

import datetime
import json
import uuid
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Self

from nacl.encoding import Base64Encoder

from keng.kit.durable_files import write_new_file
from keng.vault.passphrase_lock import PassphraseLock, WrongPassphrase
from keng.vault.splitting import (
    FEWEST_CUSTODIANS,
    MOST_CUSTODIANS,
    combine_shares,
    is_share_of,
)

_LARGEST_PART = 64 << 20


class NotAPart(ValueError):
    """A file that is no custodian's part, or a damaged one."""


class PartsDoNotFit(ValueError):
    """Too few parts, one of them twice, or of two divisions; its text says which."""


@dataclass(frozen=True, slots=True)
class PartLabel:
    """What stands on a part in clear: it opens nothing, and says who has to come."""

    division: str
    divided_on: str
    custodian_key: str
    number: int
    parts: int
    needed: int

    def __str__(self) -> str:
        return (
            f"part {self.number} of {self.parts} of the division of {self.divided_on} "
            f"({self.division[:8]})"
        )

    @property
    def file_name(self) -> str:
        """Another one for each part of each division."""
        return f"custodian-{self.number}-of-{self.parts}-{self.division[:8]}.part"


@dataclass(frozen=True, slots=True)
class CustodianPart:
    """One part, still closed."""

    label: PartLabel
    lock: PassphraseLock
    sealed: Sequence[bytes] = field(repr=False)
    """Portions of vault.sealed_unit_keys."""

    @classmethod
    def close(cls, label: PartLabel, words: str, passphrase: str, sealed: Sequence[bytes]) -> Self:
        """With a share of the custodians' key."""
        plain = json.dumps({"label": asdict(label), "words": words}).encode()
        return cls(label, PassphraseLock.close(plain, passphrase), sealed)

    def open(self, passphrase: str) -> str:
        """The share. Raises WrongPassphrase, NotAPart where label or share are not whole."""
        try:
            stored = json.loads(self.lock.open(passphrase))
            words = str(stored["words"])
        except WrongPassphrase:
            raise
        except (ValueError, KeyError, TypeError) as error:
            raise NotAPart from error
        label = self.label
        # Somebody may have changed what stands in clear.
        if stored["label"] != asdict(label):
            raise NotAPart
        if not is_share_of(words, number=label.number, needed=label.needed):
            raise NotAPart
        return words

    def write(self, folder: Path) -> Path:
        """A new file, whole on the disk. Raises FileExistsError."""
        path = folder / self.label.file_name
        stored = {
            "label": asdict(self.label),
            "salt": self.lock.salt,
            "share": self.lock.closed,
            "sealed": [Base64Encoder.encode(each).decode() for each in self.sealed],
        }
        write_new_file(path, json.dumps(stored).encode())
        return path


def read_part(path: Path) -> CustodianPart:
    """Raises NotAPart, FileNotFoundError."""
    if path.stat().st_size > _LARGEST_PART:
        raise NotAPart
    try:
        stored = json.loads(path.read_text())
        return CustodianPart(
            _checked_label(**stored["label"]),
            PassphraseLock(stored["salt"], stored["share"]),
            [Base64Encoder.decode(each) for each in stored["sealed"]],
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise NotAPart from error


def _checked_label(
    division: str, divided_on: str, custodian_key: str, number: int, parts: int, needed: int
) -> PartLabel:
    """A file may hold anything, and this is shown."""
    if not (FEWEST_CUSTODIANS <= needed <= parts <= MOST_CUSTODIANS and 1 <= number <= parts):
        raise NotAPart
    return PartLabel(
        uuid.UUID(division).hex,
        datetime.date.fromisoformat(divided_on).isoformat(),
        str(uuid.UUID(custodian_key)),
        number,
        parts,
        needed,
    )


def labels_of_division(
    custodian_key: uuid.UUID, *, on: datetime.date, needed: int, parts: int
) -> list[PartLabel]:
    """One for each custodian of a new division."""
    division = uuid.uuid4().hex
    return [
        PartLabel(division, on.isoformat(), str(custodian_key), number, parts, needed)
        for number in range(1, parts + 1)
    ]


def require_fitting(labels: Sequence[PartLabel]) -> None:
    """Before anybody types a passphrase. Raises PartsDoNotFit."""
    first, *others = labels
    for label in others:
        if label.division != first.division:
            message = f"{label} does not fit {first}: parts of two divisions open nothing together"
            raise PartsDoNotFit(message)
    numbers = {label.number for label in labels}
    if len(numbers) < len(labels):
        message = "one part is there twice"
        raise PartsDoNotFit(message)
    if len(labels) < first.needed:
        message = f"{first.needed} parts of {first.parts} are needed, {len(labels)} are there"
        raise PartsDoNotFit(message)


def combine_parts(label: PartLabel, words: Sequence[str]) -> bytes:
    """The custodians' key, of as many as are needed; more are not looked at.

    Raises SharesDoNotFit.
    """
    return combine_shares(words[: label.needed])


def destroy_parts(paths: Sequence[Path]) -> None:
    """Of a division that came to nothing."""
    for path in paths:
        with suppress(FileNotFoundError):
            path.unlink()
