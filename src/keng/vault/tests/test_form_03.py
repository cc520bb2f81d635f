"""What was sealed opens for ever, and as what it was sealed for alone."""

import hashlib
import json
import time
import uuid
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from nacl.exceptions import CryptoError

from keng.vault import key_pairs, opening, seal
from keng.vault.hybrid import SealedKind
from keng.vault.models import KeyClass, SealedIdentity, UnitKey
from keng.vault.tests import decoder
from tests import make

VECTORS = json.loads(Path(__file__).with_name("vectors.json").read_text())
PRIVATE = bytes.fromhex(VECTORS["private"])
THINGS = [pytest.param(each, id=f"{each['form']} {each['kind']}") for each in VECTORS["things"]]
OF_FORM_03 = [each for each in VECTORS["things"] if each["form"] == "03"]
WORDS = "Nguyễn Thị Thử, 0900 000 000"


def test_a_key_pair_is_that_of_the_published_vector():
    seed = bytes.fromhex(VECTORS["xwing"]["seed"])
    public = key_pairs.public_half(bytes(32) + seed)
    assert hashlib.sha256(public).hexdigest() == VECTORS["xwing"]["public_sha256"]
    secret = decoder.xwing_secret(seed, bytes.fromhex(VECTORS["xwing"]["ciphertext"]))
    assert secret.hex() == VECTORS["xwing"]["secret"]


@pytest.mark.parametrize("thing", THINGS)
def test_what_is_kept_in_any_form_opens(thing):
    assert key_pairs.public_half(PRIVATE).hex() == VECTORS["public"]
    ref = thing["ref"] and uuid.UUID(thing["ref"])
    opened = opening.open_with_unit_key(
        bytes.fromhex(thing["sealed"]), PRIVATE, kind=thing["kind"], ref=ref
    )
    assert opened.decode() == thing["plain"]


@pytest.mark.parametrize("thing", OF_FORM_03, ids=[each["kind"] for each in OF_FORM_03])
def test_a_second_decoder_reads_the_same(thing):
    ref = uuid.UUID(thing["ref"]).bytes if thing["ref"] else b""
    opened = decoder.read_form_03(bytes.fromhex(thing["sealed"]), PRIVATE, thing["kind"], ref)
    assert opened.decode() == thing["plain"]


@pytest.fixture
def unit(own_keys):
    found = make.unit()
    found.private = make.unit_key(found)
    return found


@pytest.mark.django_db
@pytest.mark.parametrize("size", [0, 1, 63, 64, 255, 256, 5000])
def test_the_second_decoder_reads_what_is_sealed_today(unit, size):
    plain, ref = b"\x80" * size, uuid.uuid4()
    sealed = seal.seal_for_unit(unit.pk, plain, kind="raw", ref=ref)
    assert decoder.read_form_03(sealed, unit.private, "raw", ref.bytes) == plain
    with pytest.raises(InvalidTag):
        decoder.read_form_03(sealed, unit.private, "contact", ref.bytes)


@pytest.mark.django_db
def test_what_is_sealed_opens_as_nothing_else_and_in_no_other_place(unit):
    ref = uuid.uuid4()
    sealed = seal.seal_for_unit(unit.pk, WORDS, kind="contact", ref=ref)
    assert opening.open_with_unit_key(sealed, unit.private, kind="contact", ref=ref)
    for kind, other in (("in_text", ref), ("contact", uuid.uuid4()), ("contact", None)):
        with pytest.raises(CryptoError):
            opening.open_with_unit_key(sealed, unit.private, kind=kind, ref=other)


@pytest.mark.django_db
def test_a_row_of_another_tip_opens_nothing(unit):
    tip, other = uuid.uuid4(), uuid.uuid4()
    row = SealedIdentity.objects.create(
        tip_ref=tip,
        unit=unit,
        kind="contact",
        ciphertext=seal.seal_for_unit(unit.pk, WORDS, kind="contact", ref=tip),
    )
    assert opening.open_identity(row, unit.private).decode() == WORDS
    row.tip_ref = other
    with pytest.raises(CryptoError):
        opening.open_identity(row, unit.private)
    row.tip_ref, row.kind = tip, "in_text"
    with pytest.raises(CryptoError):
        opening.open_identity(row, unit.private)


@pytest.mark.django_db
def test_every_changed_byte_is_noticed(unit):
    ref = uuid.uuid4()
    sealed = seal.seal_for_unit(unit.pk, WORDS, kind="raw", ref=ref)
    # Of each part of the form: its number, both halves of the KEM, data key, nonce, box, tag.
    for place in (0, 1, 700, 1100, 1130, 1170, 1185, len(sealed) - 1):
        changed = bytearray(sealed)
        changed[place] ^= 1
        with pytest.raises(CryptoError):
            opening.open_with_unit_key(bytes(changed), unit.private, kind="raw", ref=ref)
    for short in (b"", sealed[:1], sealed[:1000], sealed[:1181], sealed[:1197], sealed[:-1]):
        with pytest.raises(CryptoError):
            opening.open_with_unit_key(short, unit.private, kind="raw", ref=ref)


@pytest.mark.django_db
def test_things_of_one_batch_share_the_wrapped_key_and_nothing_else(unit):
    batch, ref = seal.SealBatch(), uuid.uuid4()
    one, two = (batch.for_unit(unit.pk, WORDS, kind="raw", ref=ref) for _ in range(2))
    assert one[:1169] == two[:1169]
    assert one[1169:1181] != two[1169:1181]
    assert one[1181:] != two[1181:]
    alone = seal.seal_for_unit(unit.pk, WORDS, kind="raw", ref=ref)
    assert alone[:1169] != one[:1169]


@pytest.mark.django_db
def test_half_of_the_hybrid_pair_opens_nothing(unit):
    sealed = seal.seal_for_unit(unit.pk, WORDS, kind="raw", ref=uuid.UUID(int=0))
    with pytest.raises(CryptoError):
        opening.open_with_unit_key(sealed, unit.private[:32], kind="raw", ref=uuid.UUID(int=0))
    wrapped = sealed[1:1121]
    whole = decoder.xwing_secret(unit.private[32:], wrapped)
    # Another point of the curve, another ciphertext of the lattice: neither alone is enough.
    for changed in (wrapped[:1088] + bytes([9]) + bytes(31), bytes(1088) + wrapped[1088:]):
        assert decoder.xwing_secret(unit.private[32:], changed) != whole
    assert len(bytes(UnitKey.objects.get().public_key)) == 1216


@pytest.mark.django_db
@pytest.mark.parametrize("things", [1, 2], ids=["name", "name and what was cut from the words"])
def test_the_seals_of_a_tip_cost_at_most_two_and_a_half_times_those_of_form_02(unit, things):
    """CPU time, the best of many, both ways alternating: whatever else the machine does."""
    key, key_id = seal._key((unit.pk, KeyClass.ORDINARY))
    before = key_pairs.curve_key(unit.private).public_key
    plain, ref = seal.filled_up(WORDS.encode()), uuid.uuid4()

    def cost(begin):
        begun = time.thread_time_ns()
        batch = begin()
        for _each in range(things):
            batch.close(plain, SealedKind.CONTACT, ref)
        return time.thread_time_ns() - begun

    costs = [
        (cost(lambda: seal.HybridSeal(key, key_id)), cost(lambda: seal._CurveSeal(before)))
        for _round in range(200)
    ]
    now, then = (min(each) for each in zip(*costs, strict=True))
    assert now <= 2.5 * then, (now, then)
