"""Signed notes: what is written is read again, and nothing else is."""

import pytest
from nacl.signing import SigningKey

from keng.merkle.notes import (
    LogCheckpointText,
    NoteKey,
    NoteKeyKind,
    NoteSignature,
    SignedNote,
    cosignature_line,
    cosigned_at,
    genuine_lines,
)

KEY = SigningKey(b"k" * 32)
NAME = "log.example/record"
LOG = NoteKey(NAME, NoteKeyKind.LOG, bytes(KEY.verify_key))
COSIGNER = NoteKey("paper.example", NoteKeyKind.COSIGNER, bytes(KEY.verify_key))
TEXT = LogCheckpointText(NAME, 12, b"r" * 32).text


def signed_note(text: str = TEXT) -> SignedNote:
    return SignedNote(
        text, (NoteSignature.read(LOG.line(KEY.sign(text.encode()).signature).strip()),)
    )


def test_the_example_of_the_signed_note_library_verifies() -> None:
    key = NoteKey.read("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
    note = SignedNote.read(
        b"If you think cryptography is the answer to your problem,\n"
        b"then you don't know what your problem is.\n"
        b"\n"
        + "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdng"
        "otpRZb6KE6RyyBwJnAM=\n".encode()
    )
    assert note.signature_of(key)
    assert not SignedNote(note.text + "x\n", note.signatures).signature_of(key)


def test_a_note_is_read_as_it_was_written() -> None:
    note = signed_note()
    again = SignedNote.read(note.written.encode())
    assert again == note
    assert again.signature_of(LOG)
    assert not again.signature_of(COSIGNER)
    assert LogCheckpointText.read(again.text) == LogCheckpointText(NAME, 12, b"r" * 32)
    assert NoteKey.read(LOG.written) == LOG


def test_a_cosignature_names_its_moment_and_speaks_of_this_text_alone() -> None:
    line = cosignature_line(TEXT, COSIGNER.name, KEY, 1_800_000_000)
    found = genuine_lines(TEXT, ["", "— x", LOG.line(b"x" * 64).strip(), line.strip()], COSIGNER)
    assert [cosigned_at(each) for each in found] == [1_800_000_000]
    assert not genuine_lines(TEXT.replace("12", "13"), [line.strip()], COSIGNER)
    later = NoteSignature(
        COSIGNER.name, COSIGNER.id, (1_900_000_000).to_bytes(8, "big") + found[0].signature[8:]
    )
    assert not SignedNote(TEXT, (later,)).signature_of(COSIGNER)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"text\n",
        b"text\n\n",
        TEXT.encode(),
        signed_note().written.encode()[:-1],
        signed_note().written.replace("—", "-").encode(),
        signed_note().written.replace("12", "1\r2").encode(),
        signed_note().written.encode() + b"\xff",
        signed_note().written.encode() + b"x" * 70_000,
        (signed_note().written + signed_note().signatures[0].line * 70).encode(),
    ],
)
def test_what_is_no_note_is_refused(raw: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 -- that it is refused, and by no other error
        SignedNote.read(raw)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a\n",
        "a\n1\n",
        f"a\n01\n{'A' * 43}=\n",
        f"a\n-1\n{'A' * 43}=\n",
        f"a\n1\n{'A' * 42}==\n",
        f"a\n1\n{'A' * 42}B=\n",
        f"\n1\n{'A' * 43}=\n",
        f"a\n1\n{'A' * 43}=",
        f"a\n1\n{'A' * 43}=\n\n",
        f"a\n9999999999999999999\n{'A' * 43}=\n",
    ],
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 -- that it is refused, and by no other error
        LogCheckpointText.read(text)


@pytest.mark.parametrize(
    "written",
    ["", "a+b", LOG.written.replace("log", "lag"), LOG.written + "A", "a b+00000000+AQ=="],
)
def test_what_is_no_key_is_refused(written: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 -- that it is refused, and by no other error
        NoteKey.read(written)
