"""What is sealed stays sealed, and who may open what."""

import uuid

import pytest
from nacl.exceptions import CryptoError
from nacl.public import Box, PrivateKey, SealedBox

from keng.runtime.supervisor.children import SENDER_KEY, child_processes
from keng.runtime.supervisor.ports import Ports
from keng.vault import hybrid, key_pairs, keys, opening, passphrase_lock, seal
from keng.vault.models import SenderKey, UnitKey
from tests import make

pytestmark = pytest.mark.django_db
WORDS = "Nguyễn Thị Thử, 0900 000 000"
ADDRESS = {"kind": "address"}
RAW = {"kind": "raw", "ref": uuid.uuid4()}


@pytest.fixture(autouse=True)
def own_sender_key(settings, monkeypatch):
    """None of another test."""
    monkeypatch.delenv(SENDER_KEY, raising=False)
    opening._sender_private_key.cache_clear()
    yield
    opening._sender_private_key.cache_clear()


def curve_public_key():
    """To which older versions sealed."""
    return key_pairs.curve_key(keys.sender_file().read_bytes()).public_key


def test_nothing_can_be_sealed_before_there_are_keys():
    with pytest.raises(seal.NoKey):
        seal.seal_for_sender(WORDS, **ADDRESS)


def test_only_the_sender_opens_what_is_sealed_to_it(monkeypatch):
    keys.make_sender_key()
    sealed = seal.seal_for_sender(WORDS, **ADDRESS)
    assert WORDS.encode() not in sealed
    with pytest.raises(opening.NotTheSender):
        opening.open_as_sender(sealed, **ADDRESS)
    monkeypatch.setenv(SENDER_KEY, str(keys.sender_file()))
    assert opening.open_as_sender(sealed, **ADDRESS).decode() == WORDS


def test_the_supervisor_tells_no_process_but_the_sender_where_the_key_lies(monkeypatch):
    monkeypatch.setenv(SENDER_KEY, "/somewhere")
    told = [
        c.name
        for c in child_processes(Ports(1, 2, 3, 4), is_demo=True)
        if SENDER_KEY in c.environment
    ]
    assert told == ["sender"]


def test_a_units_seal_opens_with_the_operators_passphrase_alone():
    unit = make.unit()
    passphrase = keys.new_passphrase()
    assert keys.make_unit_keys(passphrase) == 1
    sealed = seal.seal_for_unit(unit.id, WORDS, **RAW)
    found = keys.unlock_unit_keys(keys.operator_file(), passphrase)
    assert opening.open_with_unit_key(sealed, found[unit.id], **RAW).decode() == WORDS
    with pytest.raises(passphrase_lock.WrongPassphrase):
        keys.unlock_unit_keys(keys.operator_file(), "something else")


def test_another_units_key_opens_nothing():
    mine, theirs = make.unit(), make.unit()
    passphrase = keys.new_passphrase()
    keys.make_unit_keys(passphrase)
    found = keys.unlock_unit_keys(keys.operator_file(), passphrase)
    with pytest.raises(CryptoError):
        opening.open_with_unit_key(
            seal.seal_for_unit(mine.id, WORDS, **RAW), found[theirs.id], **RAW
        )


def test_what_is_sealed_together_opens_like_the_rest_and_for_nobody_else(monkeypatch):
    mine, theirs = make.unit(), make.unit()
    keys.make_sender_key()
    passphrase = keys.new_passphrase()
    keys.make_unit_keys(passphrase)
    found = keys.unlock_unit_keys(keys.operator_file(), passphrase)
    monkeypatch.setenv(SENDER_KEY, str(keys.sender_file()))
    together = seal.SealBatch()
    to_sender, to_unit = (
        together.for_sender(WORDS, **ADDRESS),
        together.for_unit(mine.id, WORDS, **RAW),
    )
    again = together.for_unit(mine.id, WORDS, **RAW)
    assert WORDS.encode() not in to_sender + to_unit
    assert to_unit != again
    assert opening.open_as_sender(to_sender, **ADDRESS).decode() == WORDS
    assert opening.open_with_unit_key(to_unit, found[mine.id], **RAW).decode() == WORDS
    assert opening.open_with_unit_key(again, found[mine.id], **RAW).decode() == WORDS
    for sealed, private in (
        (to_unit, found[theirs.id]),
        (to_unit, keys.sender_file().read_bytes()),
        (to_sender, found[mine.id]),
        (to_unit[:-1], found[mine.id]),
    ):
        with pytest.raises(CryptoError):
            opening.open_with_unit_key(sealed, private, **RAW)


@pytest.mark.parametrize(
    ("shorter", "longer"),
    [("An", "Nguyễn Thị Minh Khai"), ("", "Lê"), ("a" * 300, "a" * 500), (b"", b"\x80\0\0")],
)
def test_what_is_sealed_does_not_tell_how_long_it_is(monkeypatch, shorter, longer):
    keys.make_sender_key()
    monkeypatch.setenv(SENDER_KEY, str(keys.sender_file()))
    one, other = seal.seal_for_sender(shorter, **ADDRESS), seal.seal_for_sender(longer, **ADDRESS)
    assert len(one) == len(other)
    as_bytes = [each.encode() if isinstance(each, str) else each for each in (shorter, longer)]
    assert [opening.open_as_sender(each, **ADDRESS) for each in (one, other)] == as_bytes


@pytest.mark.parametrize("size", [0, 1, 62, 63, 64, 255, 256, 257, 511, 512, 5000])
def test_every_length_comes_back_as_it_was(monkeypatch, size):
    keys.make_sender_key()
    monkeypatch.setenv(SENDER_KEY, str(keys.sender_file()))
    assert (
        opening.open_as_sender(seal.seal_for_sender(b"\0" * size, **ADDRESS), **ADDRESS)
        == b"\0" * size
    )


def test_what_was_sealed_before_it_was_filled_up_opens_too(monkeypatch):
    keys.make_sender_key()
    monkeypatch.setenv(SENDER_KEY, str(keys.sender_file()))
    pair = PrivateKey.generate()
    box = Box(pair, curve_public_key())
    older = seal.UNPADDED_FORM + bytes(pair.public_key) + box.encrypt(WORDS.encode() + b"\x80\0")
    assert opening.open_as_sender(older, **ADDRESS) == WORDS.encode() + b"\x80\0"


def test_no_two_wrapped_keys_are_alike():
    keys.make_sender_key()
    heads = {seal.SealBatch().for_sender(WORDS, **ADDRESS)[:1169] for _ in range(3)}
    assert len(heads) == 3


@pytest.mark.parametrize("is_alike", [False, True])
def test_an_older_sealed_box_opens_too_even_one_that_looks_like_the_new_form(monkeypatch, is_alike):
    keys.make_sender_key()
    monkeypatch.setenv(SENDER_KEY, str(keys.sender_file()))
    box = SealedBox(curve_public_key())
    forms = (seal.CURVE_FORM, seal.UNPADDED_FORM, hybrid.HYBRID_FORM)
    older = next(
        sealed
        for sealed in iter(lambda: box.encrypt(WORDS.encode()), b"")
        if sealed.startswith(forms) is is_alike
    )
    assert opening.open_as_sender(older, **ADDRESS).decode() == WORDS


def test_units_that_come_later_get_their_keys_and_the_old_ones_stay():
    first = make.unit()
    passphrase = keys.new_passphrase()
    keys.make_unit_keys(passphrase)
    sealed = seal.seal_for_unit(first.id, WORDS, **RAW)
    second = make.unit()
    assert keys.make_unit_keys(passphrase) == 1
    found = keys.unlock_unit_keys(keys.operator_file(), passphrase)
    assert set(found) == {first.id, second.id}
    assert opening.open_with_unit_key(sealed, found[first.id], **RAW).decode() == WORDS


def test_key_files_are_for_their_owner_alone():
    make.unit()
    keys.make_first_keys()
    for path in (keys.operator_file(), keys.sender_file()):
        assert path.stat().st_mode & 0o077 == 0
        assert path.parent.stat().st_mode & 0o077 == 0


def test_no_private_key_is_in_the_database():
    make.unit()
    keys.make_first_keys()
    private = keys.sender_file().read_bytes()
    stored = [bytes(k.public_key) for k in [*SenderKey.objects.all(), *UnitKey.objects.all()]]
    assert not any(half in key for half in (private[:32], private[32:]) for key in stored)
    assert all(len(key) == 1216 for key in stored)


def test_two_seals_of_the_same_words_differ():
    keys.make_sender_key()
    assert seal.seal_for_sender(WORDS, **ADDRESS) != seal.seal_for_sender(WORDS, **ADDRESS)


def test_a_second_start_keeps_the_senders_key():
    keys.make_sender_key()
    before = keys.sender_file().read_bytes()
    keys.make_sender_key()
    assert keys.sender_file().read_bytes() == before
    assert SenderKey.objects.count() == 1
    assert isinstance(SenderKey.objects.get().id, uuid.UUID)
