"""What a log asks of a witness (C2SP tlog-witness): to cosign a checkpoint, with what it grew from.

The log writes it and the witness reads it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from keng.merkle.notes import (
    LONGEST_NOTE,
    LogCheckpointText,
    SignedNote,
    decoded_hash,
    encoded_hash,
)

ADD_CHECKPOINT = "/add-checkpoint"
"""Where it is asked."""
TYPE_OF_SIZE = "text/x.tlog.size"
"""As what a witness answers that knows of another old size."""
# A proof of the protocol has no more lines.
MOST_PROOF_LINES = 63
LONGEST_REQUEST = LONGEST_NOTE + 64 * (MOST_PROOF_LINES + 2)


def add_checkpoint_body(old_size: int, proof: Sequence[bytes], note: str) -> bytes:
    """What a witness is sent."""
    return "\n".join([f"old {old_size}", *map(encoded_hash, proof), "", note]).encode()


@dataclass(frozen=True, slots=True)
class AddCheckpoint:
    """The same, as the witness reads it."""

    old_size: int
    proof: list[bytes]
    note: SignedNote
    said: LogCheckpointText

    @classmethod
    def read(cls, raw: bytes) -> "AddCheckpoint":
        """Raises ValueError for what is no request of the protocol."""
        head, blank, note = raw.partition(b"\n\n")
        old, *proof = head.decode("ascii").split("\n")
        word, _, number = old.partition(" ")
        if not blank or word != "old" or str(int(number)) != number or int(number) < 0:
            raise ValueError("no old size")
        if len(proof) > MOST_PROOF_LINES:
            raise ValueError("too long a proof")
        signed = SignedNote.read(note)
        said = LogCheckpointText.read(signed.text)
        return cls(int(number), list(map(decoded_hash, proof)), signed, said)
