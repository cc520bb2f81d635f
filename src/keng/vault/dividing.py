"""The custodians' key is divided among several people; the file that opened all alone goes.

In two steps, since whoever is killed between them must lose nothing: parts are written and their
passphrases handed out, and only then, each part read back, does the whole file go.
"""

import uuid
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Self

from django.db import transaction

from keng.acts.locks import lock
from keng.acts.work import work
from keng.audit.actions import record, unit_chain
from keng.kit import times
from keng.kit.durable_files import destroy_file, sync_folder
from keng.places.models import Unit
from keng.vault import keys, sealed_unit_keys
from keng.vault.custodian_parts import (
    CustodianPart,
    NotAPart,
    PartLabel,
    combine_parts,
    destroy_parts,
    labels_of_division,
    read_part,
    require_fitting,
)
from keng.vault.key_pairs import public_half
from keng.vault.models import CustodianKey
from keng.vault.passphrase_lock import WrongPassphrase
from keng.vault.sealed_unit_keys import PrivateKeys
from keng.vault.splitting import SharesDoNotFit, split_for_custodians


class NotDivided(Exception):
    """The parts on the disk do not give what was divided, or no longer all: what was stays."""


class OtherCustodians(ValueError):
    """The keys brought are not those of the custodians that this database knows."""


@dataclass(frozen=True, slots=True)
class WrittenPart:
    """A part on the disk, and what its custodian writes down."""

    label: PartLabel
    path: Path
    passphrase: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class WholeFile:
    """The operator's file as it was before its keys were taken out of it."""

    path: Path
    content: bytes = field(repr=False)

    @classmethod
    def read(cls, path: Path) -> Self:
        """To be called before the file is unlocked: what is added after that is in no part."""
        return cls(path, path.read_bytes())

    def is_unchanged(self) -> bool:
        """Whether it lies there as it did."""
        try:
            return self.path.read_bytes() == self.content
        except OSError:
            return False


@dataclass(frozen=True, slots=True)
class Division:
    """Written and not in force yet."""

    custodian_key: uuid.UUID
    parts: Sequence[WrittenPart]
    portions: Sequence[bytes] = field(repr=False)
    """Those that lay here, and one more."""
    kept: PrivateKeys = field(repr=False)
    whole_file: WholeFile | None
    """What goes, where the key came out of it."""

    @property
    def label(self) -> PartLabel:
        """Of its first part; the same of all but for the number."""
        return self.parts[0].label


def write_division(
    kept: PrivateKeys, *, needed: int, parts: int, folder: Path, whole_file: WholeFile | None
) -> Division:
    """Parts of the custodians' key in a folder; nothing is different yet.

    `kept`: what the operator's file holds, or parts of an earlier division (`open_parts`). Raises
    OtherCustodians, FileExistsError, ValueError for numbers that cannot be.
    """
    custodians = CustodianKey.objects.in_use().first()
    name = custodians and keys.custodians_name(custodians.pk)
    if not custodians or name not in kept:
        raise OtherCustodians
    private = kept[name]
    if public_half(private) != bytes(custodians.public_key):
        raise OtherCustodians
    shares = split_for_custodians(private, needed, parts)
    others = {other: half for other, half in kept.items() if other != name}
    # Those that lie here stay: keys of units that came after an earlier division.
    portions = [
        *sealed_unit_keys.sealed_portions(),
        sealed_unit_keys.sealed_to_custodians(custodians, others),
    ]
    labels = labels_of_division(
        custodians.pk, on=times.local_date(times.now()), needed=needed, parts=parts
    )
    written: list[WrittenPart] = []
    try:
        for label, words in zip(labels, shares, strict=True):
            passphrase = keys.new_passphrase()
            path = CustodianPart.close(label, words, passphrase, portions).write(folder)
            written.append(WrittenPart(label, path, passphrase))
        sync_folder(folder)
    except BaseException:
        destroy_parts([part.path for part in written])
        raise
    return Division(custodians.pk, written, portions, kept, whole_file)


def discard_division(division: Division) -> None:
    """Its parts go, unless it came into force: then they are all there is."""
    if not is_part_of_today(division.label):
        destroy_parts([part.path for part in division.parts])


@work()
def complete_division(division: Division) -> None:
    """Read each part back, have every one of them open all with others, then the whole file goes.

    Raises NotDivided, and then nothing is different.
    """
    custodians = lock(CustodianKey.objects.filter(pk=division.custodian_key)).get()
    _require_that_nothing_came_between(division)
    _require_that_parts_open(division, custodians)
    sealed_unit_keys.write_portions(division.portions)
    if sealed_unit_keys.sealed_portions() != list(division.portions):
        raise NotDivided
    label = division.label
    CustodianKey.objects.filter(pk=custodians.pk).update(
        division=uuid.UUID(label.division),
        parts=label.parts,
        parts_needed=label.needed,
        divided_at=times.now(),
    )
    for unit in Unit.objects.filter(kind=Unit.Kind.PROVINCE).order_by("id"):
        record(
            "keys.custodians_divided",
            by="operator",
            on=unit,
            chain=unit_chain(unit.pk),
            detail={"parts": label.parts, "needed": label.needed},
        )
    if division.whole_file is not None:
        transaction.on_commit(partial(_destroy, division.whole_file.path))


def _require_that_nothing_came_between(division: Division) -> None:
    """A unit that got its key since the file was opened: it is in no part."""
    *before, _ = division.portions
    if sealed_unit_keys.sealed_portions() != before:
        raise NotDivided
    if division.whole_file is not None and not division.whole_file.is_unchanged():
        raise NotDivided


def _require_that_parts_open(division: Division, custodians: CustodianKey) -> None:
    """Each part stands in as many tries as are needed, beside its neighbours."""
    words, parts = [], []
    try:
        for written in division.parts:
            part = read_part(written.path)
            words.append(part.open(written.passphrase))
            parts.append(part)
        for start in range(len(words)):
            private = combine_parts(division.label, [*words[start:], *words[:start]])
            kept = _opened(custodians, private, parts[start].sealed)
            # More may be in it than was divided: of units that came later.
            if not division.kept.items() <= kept.items():
                raise NotDivided
    except (NotAPart, WrongPassphrase, SharesDoNotFit, OtherCustodians, OSError) as error:
        raise NotDivided from error


def open_parts(parts: Sequence[CustodianPart], words: Sequence[str]) -> PrivateKeys:
    """What the operator's file held, and what was added since; `words` are what the parts gave.

    Raises PartsDoNotFit, SharesDoNotFit, OtherCustodians.
    """
    require_fitting([part.label for part in parts])
    label = parts[0].label
    custodians = CustodianKey.objects.filter(pk=label.custodian_key).first()
    if custodians is None:
        raise OtherCustodians
    portions = [portion for part in parts for portion in part.sealed]
    portions += sealed_unit_keys.sealed_portions()
    # The same ones lie in each part.
    return _opened(custodians, combine_parts(label, words), list(dict.fromkeys(portions)))


def _opened(custodians: CustodianKey, private: bytes, portions: Sequence[bytes]) -> PrivateKeys:
    if public_half(private) != bytes(custodians.public_key):
        raise OtherCustodians
    kept = sealed_unit_keys.opened_by_custodians(portions, private, custodians.pk)
    return kept | {keys.custodians_name(custodians.pk): private}


def is_part_of_today(label: PartLabel) -> bool:
    """Whether it is of the last division of the key to which shares are sealed now."""
    return CustodianKey.objects.filter(
        retired_at=None, pk=label.custodian_key, division=label.division
    ).exists()


def _destroy(whole_file: Path) -> None:
    # Where it cannot be removed whoever divided is told that it is there.
    with suppress(OSError):
        destroy_file(whole_file)
