"""Comparing the chains with what was signed and exported, and with a copy that lay elsewhere.

Whoever owns the database can rewrite a chain with all its hashes and take out the signed heads
beside it; the exported lines still say what stood there. Whoever can also change the exported
files is found out by the copy.
"""

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import chain as one_after_the_other
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey

from keng.audit.heads import (
    LONGEST_LINE,
    export_folder,
    exported_files,
    head_to_sign,
    line_hash,
    line_to_sign,
    verify_key,
)
from keng.audit.models import Chain, Entry
from keng.audit.reading import with_readable_moment
from keng.audit.verify import ChainFault, chain_faults, new_key_accepted_at
from keng.kit import times

_PORTION = 1000
_EXPORTS = 0
_MOST = 2**63 - 1
# Lines are compared in the database, by its joins: here only one portion of them is held.
_TABLES = """
CREATE TEMPORARY TABLE witness_line (
  source integer, place bigint, chain text, seq bigint, hash bytea, signed_at timestamptz
) ON COMMIT DROP;
CREATE TEMPORARY TABLE witness_row ON COMMIT DROP AS
  SELECT chain, seq, hash, signed_at FROM audit_signedhead
"""
_MISSING_CHAINS = """
SELECT chain, max(seq), max(signed_at) FROM witness_line
WHERE NOT EXISTS (SELECT FROM audit_entry WHERE audit_entry.chain = witness_line.chain)
GROUP BY chain ORDER BY chain
"""
_REWRITTEN = """
SELECT line.chain, line.seq, max(line.signed_at), entry.hash IS NULL, min(line.source)
FROM witness_line line
LEFT JOIN audit_entry entry ON entry.chain = line.chain AND entry.seq = line.seq
WHERE entry.hash IS DISTINCT FROM line.hash
  AND EXISTS (SELECT FROM audit_entry known WHERE known.chain = line.chain)
GROUP BY line.chain, line.seq, line.hash, entry.hash ORDER BY line.chain, line.seq
"""
_BACKWARDS = """
SELECT chain, seq, before, source, before_at FROM (
  SELECT chain, seq, source, lag(seq) OVER lines_before AS before,
         lag(signed_at) OVER lines_before AS before_at
  FROM witness_line WINDOW lines_before AS (PARTITION BY source, chain ORDER BY place)
) AS lines WHERE before > seq ORDER BY chain, seq
"""
_ROWS_TAKEN_OUT = """
SELECT line.chain, line.seq, max(line.signed_at) FROM witness_line line
LEFT JOIN audit_signedhead head
  ON head.chain = line.chain AND head.seq = line.seq AND head.hash = line.hash
WHERE head.seq IS NULL AND line.signed_at <= %s
  AND EXISTS (SELECT FROM audit_entry known WHERE known.chain = line.chain)
GROUP BY line.chain, line.seq ORDER BY line.chain, line.seq
"""
_LINES_TAKEN_OUT = """
SELECT head.chain, head.seq, head.signed_at FROM witness_row head
LEFT JOIN witness_line line
  ON line.source = 0 AND line.chain = head.chain AND line.seq = head.seq AND line.hash = head.hash
WHERE line.seq IS NULL
  AND head.signed_at >= (SELECT min(signed_at) FROM witness_line WHERE source = 0)
ORDER BY head.chain, head.seq
"""
_OLDER_THAN_THE_EXPORTS = """
SELECT count(*), max(signed_at) FROM witness_row WHERE signed_at < coalesce(
  (SELECT min(signed_at) FROM witness_line WHERE source = 0), 'infinity'
)
"""
_ONLY_IN_A_COPY = """
SELECT copy.source, count(*), min(copy.signed_at), max(copy.signed_at)
FROM witness_line copy
LEFT JOIN witness_line line ON line.source = 0 AND line.chain = copy.chain
  AND line.seq = copy.seq AND line.hash = copy.hash AND line.signed_at = copy.signed_at
WHERE copy.source > 0 AND line.seq IS NULL
GROUP BY copy.source ORDER BY copy.source
"""
_NOT_WITNESSED_TO_THE_END = """
SELECT head.name, head.last_seq, witnessed.seq, witnessed.signed_at
FROM audit_chain head LEFT JOIN (
  SELECT chain, max(seq) AS seq, max(signed_at) AS signed_at FROM witness_line
  WHERE %(of_copies)s = (source > 0) GROUP BY chain
) AS witnessed ON witnessed.chain = head.name
WHERE head.last_seq > coalesce(witnessed.seq, 0) ORDER BY head.name
"""
_WITNESSED_TO_THE_END = """
SELECT count(*), min(signed_at), max(signed_at) FROM (
  SELECT max(seq) AS seq, max(signed_at) AS signed_at, chain FROM witness_line
  WHERE %(of_copies)s = (source > 0) GROUP BY chain
) AS witnessed JOIN audit_chain head ON head.name = chain AND head.last_seq <= witnessed.seq
"""


@dataclass(frozen=True, slots=True)
class WitnessNote:
    """Something the auditor should know that is no fault of a chain."""

    words: str


@dataclass(frozen=True, slots=True)
class PlaceOfLine:
    """Where a line stands among the others, with the signature of that."""

    number: int
    chains: int
    before: str
    signature: bytes


@dataclass(frozen=True, slots=True)
class ExportedLine:
    """One exported head."""

    chain: str
    seq: int
    hash: str
    signed_at: str
    signature: bytes
    key: bytes
    # Lines of older versions lack it.
    place: PlaceOfLine | None

    @classmethod
    def read(cls, raw: bytes) -> "ExportedLine":
        """Raises ValueError for what is no line of ours."""
        try:
            fields = json.loads(raw)
            place = None
            if "line" in fields:
                place = PlaceOfLine(
                    number=int(fields["line"]),
                    chains=int(fields["chains"]),
                    before=str(fields["before"]),
                    signature=bytes.fromhex(fields["line_signature"]),
                )
            line = cls(
                chain=str(fields["chain"]),
                seq=int(fields["seq"]),
                hash=str(fields["hash"]),
                signed_at=str(fields["signed_at"]),
                signature=bytes.fromhex(fields["signature"]),
                key=bytes.fromhex(fields["key"]),
                place=place,
            )
            bytes.fromhex(line.hash)
            line.signing_time.astimezone(dt.UTC)
            if not (line.chain.isprintable() and 0 < line.seq <= _MOST):
                raise ValueError("names no entry")
        except (KeyError, TypeError, OverflowError, RecursionError) as error:
            raise ValueError("no line of ours") from error
        return line

    @property
    def signing_time(self) -> dt.datetime:
        """When it was signed."""
        return dt.datetime.fromisoformat(self.signed_at)

    def is_signed_with(self, key: bytes) -> bool:
        """Whether both signatures are of this key and speak of exactly this line."""
        head = head_to_sign(self.chain, self.seq, self.hash, self.signed_at)
        try:
            VerifyKey(key).verify(head, self.signature)
            if self.place is not None:
                place = self.place
                said = line_to_sign(head, place.number, place.chains, place.before)
                VerifyKey(key).verify(said, place.signature)
        except (BadSignatureError, ValueError, TypeError):
            return False
        return True


@dataclass(slots=True)
class ExportSource:
    """The export folder, or one copy of it, and what was noticed while it was read."""

    number: int
    name: str
    files: Sequence[Path]
    lines: int = 0
    most_chains: tuple[int, dt.datetime | None] = (0, None)
    """And when a line said so first."""
    first_number: int | None = None
    of_lost_keys: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class OrderOfLines:
    """Whether each line of a source follows from the one before it."""

    before: str = ""
    number: int | None = None
    first_number: int | None = None
    # Where half a line stands, until the next one says whether it was there when it was written.
    torn: str | None = None

    def faults_of_unreadable(self, where: str, raw: bytes) -> Iterator[ChainFault]:
        """Keep it until the next line."""
        if self.torn is not None:
            yield ChainFault(self.torn, 0, "is no line of ours")
        self.before, self.torn = line_hash(raw), where

    def faults_of_next(
        self, where: str, raw: bytes, line: ExportedLine
    ) -> Iterator[ChainFault | WitnessNote]:
        """A line that was taken out, put in or changed before this one."""
        follows = line.place is not None and line.place.before == self.before
        if self.torn is not None and follows:
            yield WitnessNote(
                f"{self.torn} was cut short when the machine stopped; the next one says so."
            )
        elif self.torn is not None:
            yield ChainFault(self.torn, 0, "is no line of ours")
        if line.place is None:
            if self.number is not None:
                yield ChainFault(where, line.seq, "has no number, and the line before it has one")
        else:
            if self.before and not follows:
                yield ChainFault(where, line.seq, "does not follow from the line before it")
            expected = line.place.number if self.number is None else self.number + 1
            if line.place.number != expected:
                missing = f"is line {line.place.number}, and line {expected} is missing before it"
                yield ChainFault(where, line.seq, missing)
            if not self.before:
                self.first_number = line.place.number
            self.number = line.place.number
        self.before, self.torn = line_hash(raw), None

    def faults_of_end(self) -> Iterator[ChainFault]:
        """Half a line after which none came."""
        if self.torn is not None:
            yield ChainFault(self.torn, 0, "is no line of ours, or was cut short")


@dataclass(frozen=True, slots=True)
class KnownSigners:
    """Whose signature a line may bear."""

    ours: bytes
    accepted_at: dt.datetime | None

    @classmethod
    def known(cls) -> "KnownSigners":
        """The key that lies here, and until when a lost one may have signed."""
        return cls(bytes(verify_key()), new_key_accepted_at())

    def signer_of(self, line: ExportedLine) -> bytes | None:
        """The key that signed a line: ours, or the one that was lost. None for a forged line."""
        if line.is_signed_with(self.ours):
            return self.ours
        is_old = self.accepted_at is not None and line.signing_time < self.accepted_at
        if is_old and line.key != self.ours and line.is_signed_with(line.key):
            return line.key
        return None


def sources_of(copies: Sequence[Path]) -> list[ExportSource]:
    """The export folder and each copy: a folder is one, the files named singly are one together.

    Raises FileNotFoundError for what is not there.
    """
    for copy in copies:
        if not copy.exists():
            raise FileNotFoundError(copy)
    found = [ExportSource(_EXPORTS, "the export folder", exported_files(export_folder()))]
    for folder in (copy for copy in copies if copy.is_dir()):
        found.append(ExportSource(len(found), f"the copy {folder}", exported_files(folder)))
    files = sorted((copy for copy in copies if not copy.is_dir()), key=lambda file: file.name)
    if files:
        name = ", ".join(str(file) for file in files)
        found.append(ExportSource(len(found), f"the copy {name}", files))
    return found


def compare_with_exports(copies: Sequence[Path] = ()) -> Iterator[ChainFault | WitnessNote]:
    """Everything in which the database, the exported lines and the copies do not agree.

    Ends with until when the chains are witnessed.
    """
    sources, started_at = sources_of(copies), times.now()
    with transaction.atomic(), _witness_tables():
        for source in sources:
            yield from _read(source)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE witness_line")
        yield from _compare_with_database(sources)
        yield from _compare_with_rows(started_at)
        yield from _compare_with_copies(sources)
        yield from _witnessed_until(sources)


@contextmanager
def _witness_tables() -> Iterator[None]:
    # The rows are read before the files: a row is committed after its line is on the disk.
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE witness_line, witness_row")


def _read(source: ExportSource) -> Iterator[ChainFault | WitnessNote]:
    """The faults of the lines themselves; lines that are genuine go into the table."""
    if source.files:
        yield from _read_lines(source, KnownSigners.known())
    yield from _notes_of(source)


def _read_lines(
    source: ExportSource, signers: "KnownSigners"
) -> Iterator[ChainFault | WitnessNote]:
    order = OrderOfLines()
    portion: list[tuple[Any, ...]] = []
    for where, raw in _raw_lines(source):
        try:
            line = ExportedLine.read(raw)
        except ValueError:
            yield from order.faults_of_unreadable(where, raw)
            continue
        yield from order.faults_of_next(where, raw, line)
        source.lines += 1
        key = signers.signer_of(line)
        if key is None:
            yield ChainFault(where, line.seq, f"bears a signature that is not ours ({line.chain})")
            continue
        if key != signers.ours:
            source.of_lost_keys[key.hex()] = source.of_lost_keys.get(key.hex(), 0) + 1
        if line.place is not None and line.place.chains > source.most_chains[0]:
            source.most_chains = line.place.chains, line.signing_time
        portion.append(
            (source.number, source.lines, line.chain, line.seq, line.hash, line.signed_at)
        )
        if len(portion) == _PORTION:
            _insert(portion)
            portion = []
    _insert(portion)
    yield from order.faults_of_end()
    source.first_number = order.first_number


def _notes_of(source: ExportSource) -> Iterator[ChainFault | WitnessNote]:
    if source.number != _EXPORTS and not source.lines:
        yield ChainFault(source.name, 0, "holds no exported head")
    if (source.first_number or 1) > 1:
        yield WitnessNote(
            f"{source.name} begins with line {source.first_number}; older ones lie elsewhere."
        )
    for key, lines in source.of_lost_keys.items():
        yield WitnessNote(
            f"{source.name}: {lines} lines are signed with the key {key}, which was lost and given "
            "up by `keng keys accept`. Compare it with the key that your older copies name."
        )


def _raw_lines(source: ExportSource) -> Iterator[tuple[str, bytes]]:
    """Each line that is not empty, and where it stands; one that is too long comes in pieces."""
    for path in source.files:
        with path.open("rb") as file:
            place = 0
            while raw := file.readline(LONGEST_LINE):
                place += 1
                if stripped := raw.rstrip(b"\n"):
                    yield f"{source.name}, {path.name} line {place}", stripped


def _insert(portion: list[tuple[Any, ...]]) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO witness_line VALUES (%s, %s, %s, %s, decode(%s, 'hex'), %s)", portion
        )


def _compare_with_database(sources: list[ExportSource]) -> Iterator[ChainFault]:
    for chain, seq, at in _rows(_MISSING_CHAINS):
        yield ChainFault(
            chain, seq, f"was signed on {_day(at)}, and the whole chain is missing now", at
        )
    for chain, seq, at, is_missing, source in _rows(_REWRITTEN):
        how = "is missing now" if is_missing else "is another one now"
        yield ChainFault(
            chain, seq, f"was signed on {_day(at)} and {how}, says {sources[source].name}", at
        )
    for chain, seq, before, source, before_at in _rows(_BACKWARDS):
        yield ChainFault(
            chain,
            seq,
            f"was signed after entry {before} of this chain, says {sources[source].name}",
            before_at,
        )
    chains = Chain.objects.filter(last_seq__gt=0).count()
    most, at = max(source.most_chains for source in sources)
    if chains < most:
        words = f"there were {most} when it was signed, and {chains} are left"
        yield ChainFault("all chains", 0, words, at)


def _compare_with_rows(started_at: dt.datetime) -> Iterator[ChainFault | WitnessNote]:
    ((older, until),) = _rows(_OLDER_THAN_THE_EXPORTS)
    if older:
        yield WitnessNote(
            f"Warning: {older} heads signed until {_day(until)} stand in the database and not in "
            f"{export_folder()}: was that folder lost? Give a copy of it with --heads."
        )
    for chain, seq, at in _rows(_LINES_TAKEN_OUT):
        yield ChainFault(chain, seq, f"was signed on {_day(at)}, and the exported line is missing")
    for chain, seq, at in _rows(_ROWS_TAKEN_OUT, [started_at]):
        yield ChainFault(
            chain, seq, f"was signed on {_day(at)}, and the database has no such head now", at
        )


def _compare_with_copies(sources: list[ExportSource]) -> Iterator[ChainFault]:
    for source, lines, first, last in _rows(_ONLY_IN_A_COPY):
        yield ChainFault(
            sources[source].name,
            0,
            f"{lines} of its lines, signed from {_day(first)} to {_day(last)}, are missing in "
            f"{export_folder()}",
            first,
        )


def _witnessed_until(sources: list[ExportSource]) -> Iterator[WitnessNote]:
    """Until when each chain is witnessed: by the copies where there are any."""
    by = {"of_copies": len(sources) > 1}
    witness = "the copy" if len(sources) > 1 else "the export folder"
    for chain, last, seq, at in _rows(_NOT_WITNESSED_TO_THE_END, by):
        if seq is None:
            yield WitnessNote(f"{chain}: none of {last} entries is witnessed by {witness} yet.")
        else:
            yield WitnessNote(
                f"{chain}: witnessed by {witness} to entry {seq} of {last}, signed {_day(at)}."
            )
    ((chains, first, last),) = _rows(_WITNESSED_TO_THE_END, by)
    if chains:
        yield WitnessNote(
            f"{chains} chains are witnessed by {witness} to their last entry, signed from "
            f"{_day(first)} to {_day(last)}."
        )


def _rows(question: str, parameters: Any = None) -> Iterator[tuple[Any, ...]]:
    """The answer row by row, however long it is."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(question, parameters)
        while rows := cursor.fetchmany(_PORTION):
            yield from rows


def _day(at: dt.datetime) -> str:
    return f"{at.astimezone(dt.UTC):%Y-%m-%d %H:%M} UTC"


def print_verification(copies: Sequence[Path] = (), more: Iterable[ChainFault] = ()) -> int:
    """Print what was found, and `more` faults of what stands beside.

    0 when all holds, 2 when only that is missing which a restore on record has lost, 1 otherwise.
    """
    # What is not there is said before hours of reading.
    sources_of(copies)
    restores = restores_on_record()
    for restore in restores:
        print(
            f"Restored on {_day(restore.at)} from a backup of {_day(restore.backup_made_at)}: what "
            f"was done between these two is lost, and so is what witnesses it. It is on record "
            f"(installation entry {restore.seq})."
        )
    found = [0, 0]
    for fault in one_after_the_other(chain_faults(), more):
        found[0] += 1
        _print(fault)
    if accepted_at := new_key_accepted_at():
        print(
            f"A lost signing key was given up on {_day(accepted_at)}. Signatures in the database "
            "that are older and not ours are taken for those of the lost key."
        )
    for each in compare_with_exports(copies):
        if isinstance(each, WitnessNote):
            print(each.words)
        else:
            restore_of = restore_that_lost(each, restores)
            found[restore_of is not None] += 1
            _print(each, restore_of)
    print(f"{Chain.objects.count()} chains, {Entry.objects.count()} entries: {_verdict(*found)}")
    return 1 if found[0] else 2 if found[1] else 0


def _verdict(count: int, lost: int) -> str:
    words = [f"{count} faults"] if count else []
    words += [f"{lost} heads lost with a restore"] if lost else []
    return ", ".join(words) or "all hold"


@dataclass(frozen=True, slots=True)
class RestoreOnRecord:
    """When a backup came back, and from when it was."""

    seq: int
    at: dt.datetime
    backup_made_at: dt.datetime


def restores_on_record() -> list[RestoreOnRecord]:
    """Those that say from when the backup was. Each is an entry that is signed as every other."""
    found = []
    acts = Entry.objects.filter(
        chain="installation", action="data.restored", detail__has_key="backup_made_at"
    )
    for entry in with_readable_moment(acts).order_by("seq"):
        with suppress(ValueError):
            made_at = dt.datetime.fromisoformat(str(entry.detail["backup_made_at"]))
            found.append(RestoreOnRecord(entry.seq, entry.at, made_at.astimezone(dt.UTC)))
    return found


def restore_that_lost(
    fault: ChainFault, restores: Sequence[RestoreOnRecord]
) -> RestoreOnRecord | None:
    """The restore between whose backup and itself that was signed which is missing now."""
    at = fault.signed_at
    if at is None:
        return None
    return next((each for each in restores if each.backup_made_at < at <= each.at), None)


def _print(fault: ChainFault, restore: RestoreOnRecord | None = None) -> None:
    where = f"{fault.chain} entry {fault.seq}" if fault.seq else fault.chain
    why = f" (lost with the restore of {_day(restore.at)})" if restore else ""
    print(f"{where}: {fault.what}{why}")
