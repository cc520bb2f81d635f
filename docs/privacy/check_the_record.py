# ruff: noqa: INP001, S310 -- a script that stands alone, for people to read
"""Check that the public record of a Kẻng was not rewritten, cut or forked. For everybody.

    python3 check_the_record.py https://keng.example/log --log KEY --witness KEY --keep FOLDER
Needs Python 3.11 and `cryptography` (pip install cryptography), and nothing of Kẻng: read it whole.
Formats: C2SP tlog-tiles, tlog-checkpoint, tlog-cosignature, tlog-proof (c2sp.org), RFC 6962.
  --log KEY       the key of the record, from somebody you trust and not from the site itself
  --witness KEY   the key of a witness; repeat it. One of them must have cosigned of late
  --ask URL       the address of a witness: what did it see last? repeat it
  --kept FILE     a checkpoint that you kept or were given, or its address; repeat it
  --keep FOLDER   keep what you see today, and compare it with what you kept there before
  --proof FILE    is what this file proves (such as a warning's) in the record?
  --dated TIME    the moment that thing names (2026-11-30T08:00+07:00): was it there a day later?
Exit code 0: whole and witnessed. 1: tampered with; the words say how. 2: could not be checked.
3: no witness cosigned it in the last 24 hours. 4: a restored backup lacks the end of it: ask why.
"""

import argparse
import base64
import contextlib
import datetime as dt
import hashlib
import http.client
import json
import sys
import urllib.request
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

WITNESS_KEY, DAY, RESTORED = 4, 24 * 3600, "/restored-"
WIDTH, LENGTH = 256, b"\0\x20"  # leaves in a tile; before each of them, its length


class Tampered(Exception): ...


class Key:  # `name+id+key`, as signed notes have it
    def __init__(self, written, name=""):
        self.written, (first, _, rest) = written, written.strip().partition("+")
        self.name = name or first
        raw = base64.b64decode(rest.partition("+")[2])
        self.kind, self.public = raw[0], Ed25519PublicKey.from_public_bytes(raw[1:])
        self.id = sha256(self.name.encode(), b"\n", raw)[:4]


class Checkpoint:  # a signed text: origin, size, root; and who signed it
    def __init__(self, written, where):
        self.where, self.written = where, written
        try:
            text, _, below = written.rpartition("\n\n")
            self.text = text + "\n"
            self.origin, size, root = self.text.split("\n")[:3]
            self.size, self.root = int(size), base64.b64decode(root, validate=True)
            # After a restore: when, after how many leaves, and the beginning of their root.
            self.base, _, restored = self.origin.partition(RESTORED)
            _at, goes_on, self.begins = (restored or f"-{size}-").split("-")
            self.goes_on = int(goes_on)
            lines = map(str.split, below.splitlines())
            self.lines = [(name, base64.b64decode(raw)) for _, name, raw in lines]
        except ValueError:
            raise ValueError(f"{where} is no checkpoint.") from None

    def is_of(self, log):
        return self.base == log.name and self.signed_by(Key(log.written, self.origin))

    def signed_by(self, key):
        """False, or True for the record's key, or the moment that a witness names."""
        for raw in [raw for name, raw in self.lines if (name, raw[:4]) == (key.name, key.id)]:
            signature, said, moment = raw[4:], self.text, True
            if key.kind == WITNESS_KEY:
                moment, signature = int.from_bytes(raw[4:12], "big"), raw[12:]
                said = f"cosignature/v1\ntime {moment}\n{self.text}"
            with contextlib.suppress(InvalidSignature):
                key.public.verify(signature, said.encode())
                return moment
        return False


def fetch(where, path=""):
    place = f"{where.rstrip('/')}/{path}" if path else where
    try:
        if not place.startswith(("https://", "http://")):
            return Path(place).read_bytes()
        with urllib.request.urlopen(place, timeout=30) as answer:
            return answer.read(1_000_000)
    except (OSError, http.client.HTTPException) as error:
        raise ValueError(f"{place} cannot be read: {error}") from None


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def root_of(leaves):  # RFC 6962: pairs of pairs, whoever is left over goes up
    level = [sha256(b"\0", leaf) for leaf in leaves] or [sha256()]
    while len(level) > 1:
        pairs = [sha256(b"\1", *level[at : at + 2]) for at in range(0, len(level) - 1, 2)]
        level = pairs + level[len(level) & ~1 :]
    return level[0]


def root_by_proof(leaf, index, size, proof):
    """Where the hashes of a proof lead from a leaf (RFC 9162, 2.1.3.2)."""
    node, last, found = index, size - 1, sha256(b"\0", leaf)
    for each in proof:
        if node % 2 or node == last:
            found = sha256(b"\1", each, found)
            while node and not node % 2:
                node, last = node // 2, last // 2
        else:
            found = sha256(b"\1", found, each)
        node, last = node // 2, last // 2
    return found if not last else None


def tile_path(number, width):
    path = f"{number % 1000:03}"
    while number := number // 1000:
        path = f"x{number % 1000:03}/{path}"
    return f"tile/entries/{path}" + ("" if width == WIDTH else f".p/{width}")


def read_leaves(where, now, keep):
    """Every leaf of the record. What lies in one's own folder is not fetched again."""
    leaves = []
    for number in range(-(-now.size // WIDTH)):
        width = min(WIDTH, now.size - number * WIDTH)
        path = tile_path(number, width)
        is_own = keep and (number + 1) * WIDTH <= now.goes_on and (keep / path).exists()
        raw = fetch(str(keep) if is_own else where, path)
        found = [raw[at : at + 34] for at in range(0, len(raw), 34)]
        if len(found) != width or any(len(e) != 34 or e[:2] != LENGTH for e in found):
            raise Tampered(f"{path} does not hold {width} leaves, which the checkpoint promises.")
        leaves += [each[2:] for each in found]
    return leaves


def compare(now, leaves, kept):
    """How many leaves of what was signed earlier are lost; all others must be here unchanged."""
    if now.begins and kept.origin != now.origin and (lost := kept.size - now.goes_on) > 0:
        print(f"LOST WITH A RESTORE: the last {lost} of the {kept.size} leaves of {kept.where}.")
        return lost
    if kept.size > now.size:
        raise Tampered(f"CUT: {kept.where} has {kept.size} leaves, the record now {now.size}.")
    if root_of(leaves[: kept.size]) != kept.root:
        how = "FORKED" if kept.size == now.size else "REWRITTEN"
        words = f"{how}: the first {kept.size} leaves are not those of {kept.where}."
        raise Tampered(f"{words} Keep both, they prove it:\n{kept.written}\n{now.written}")
    print(f"It goes on from {kept.where} ({kept.size} leaves), of which nothing was changed.")
    return 0


def read_proof(file, log, kept):
    try:
        head, _, note = file.read_text().partition("\n\n")
        _format, extra, index, *proof = head.split("\n")
        opened = json.loads(base64.b64decode(extra.removeprefix("extra ")))
        salt, entry = bytes.fromhex(opened["salt"]), bytes.fromhex(opened["entry"])
        place, hashes = int(index.removeprefix("index ")), list(map(base64.b64decode, proof))
    except (ValueError, KeyError, TypeError):
        raise ValueError("The proof is no file of this kind.") from None
    leaf, said = sha256(salt, entry), Checkpoint(note, "the proof's checkpoint")
    if not said.is_of(log):
        raise Tampered("FALSE PROOF: its checkpoint is not signed with the key of the record.")
    if not 0 <= place < said.size or root_by_proof(leaf, place, said.size, hashes) != said.root:
        raise Tampered("FALSE PROOF: it does not lead to the checkpoint that it names.")
    kept.append(said)
    return place


def check_date(dated, index, seen):
    """Nobody can date something back: who cosigned a day after that moment must have seen it."""
    due = dt.datetime.fromisoformat(dated).timestamp() + DAY if dated else float("inf")
    for at, size, name in seen:
        if at > due and size <= index:
            on = dt.datetime.fromtimestamp(at, dt.UTC)
            raise Tampered(f"BACK-DATED: {name} saw the record without it as late as {on}.")


def earlier(options, log):
    """Checkpoints that were kept, given, or are asked of a witness now: all of this record."""
    mark = sha256(log.name.encode()).hex()
    names = [*options.kept, *(f"{url.rstrip('/')}/checkpoint/{mark}" for url in options.ask)]
    if options.keep:
        own = Path(options.keep).glob("checkpoint-*")
        names += sorted(map(str, own), key=lambda name: int(name.rpartition("-")[2]))[-1:]
    found = [Checkpoint(fetch(name).decode(), name) for name in names]
    if wrong := [each.where for each in found if not each.is_of(log)]:
        raise ValueError(f"{wrong[0]} is not signed with the key of this record.")
    return found


def remember(keep, now, leaves):
    files = {keep / f"checkpoint-{now.size}": now.written.encode()}
    for at in range(0, now.size // WIDTH * WIDTH, WIDTH):
        content = b"".join(LENGTH + leaf for leaf in leaves[at : at + WIDTH])
        files[keep / tile_path(at // WIDTH, WIDTH)] = content
    for file, content in files.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)


def check(options):
    log, keep = Key(options.log), Path(options.keep) if options.keep else None
    now = Checkpoint(fetch(options.where, "checkpoint").decode(), "the record's checkpoint")
    if not now.is_of(log):
        raise Tampered("FALSE: the checkpoint is not signed with the key of the record.")
    leaves = read_leaves(options.where, now, keep)
    begins = root_of(leaves[: now.goes_on]).hex()
    if root_of(leaves) != now.root or not begins.startswith(now.begins):
        raise Tampered("REWRITTEN: the leaves are not those that were signed.")
    print(f"The record has {now.size} leaves, and they are those that were signed.")
    kept = earlier(options, log)
    index = read_proof(Path(options.proof), log, kept) if options.proof else None
    lost = sum(compare(now, leaves, each) for each in kept)
    pairs = [(each, key) for each in [now, *kept] for key in map(Key, options.witness)]
    seen = [(at, each.size, key.name) for each, key in pairs if (at := each.signed_by(key))]
    if options.proof:
        print(f"What the proof proves is leaf {index} of the record.")
        check_date(options.dated, index, seen)
    if keep:
        remember(keep, now, leaves)
    recent = dt.datetime.now(dt.UTC).timestamp() - DAY
    names = sorted({name for at, size, name in seen if size == now.size and at > recent})
    print(f"Cosigned by {', '.join(names)}." if names else "NOT WITNESSED by those you named.")
    return 4 if lost else 0 if names else 3


def main(arguments=None):
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("where")
    parser.add_argument("--log", required=True)
    for name in ("--witness", "--ask", "--kept"):
        parser.add_argument(name, action="append", default=[])
    for name in ("--keep", "--proof", "--dated"):
        parser.add_argument(name)
    try:
        return check(parser.parse_args(arguments))
    except Tampered as error:
        print(error)
        return 1
    except (OSError, ValueError, LookupError) as error:
        print(f"NOT CHECKED: {error}")
        return 2


if __name__ == "__main__":
    sys.exit(main())
