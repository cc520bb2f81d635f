"""An installation from before form 03: its keys stay, a hybrid pair is made beside each."""

import datetime as dt
import os
import threading

import pytest
from django.db import connection
from nacl.public import Box, PrivateKey

from keng.kit import times
from keng.kit.durable_files import write_new_file
from keng.kit.ids import new_id
from keng.kit.secrets import read_or_make_key
from keng.runtime.known_keys import key_faults
from keng.vault import fingerprints, installation, key_pairs, keys, opening, passphrase_lock, seal
from keng.vault.models import Installation, SenderKey, UnitKey, WorkerKey
from tests import make

pytestmark = pytest.mark.django_db
WORDS = "Nguyễn Thị Thử, 0900 000 000"
PASSPHRASE = "words-for-a-test"
RAW = {"kind": "raw", "ref": new_id()}


def in_form_02(private):
    """As an older version sealed it."""
    pair = PrivateKey.generate()
    box = Box(pair, key_pairs.curve_key(private).public_key)
    return seal.CURVE_FORM + bytes(pair.public_key) + box.encrypt(WORDS.encode() + b"\x80\0")


@pytest.fixture
def older(tmp_path, monkeypatch):
    """Its sender's key, its two units', its operator's file, and its fingerprints on record."""
    monkeypatch.setenv("KENG_DATA", str(tmp_path))
    monkeypatch.delenv("KENG_SECRET_KEY", raising=False)
    monkeypatch.setenv("KENG_SENDER_KEY_FILE", str(keys.sender_file()))
    seal.forget_public_keys()
    opening._sender_private_key.cache_clear()
    read_or_make_key(tmp_path / "secrets" / "site.key")
    private = read_or_make_key(keys.sender_file())
    SenderKey.objects.create(public_key=key_pairs.public_half(private))
    units = [make.unit(), make.unit()]
    kept = {unit.pk: os.urandom(32) for unit in units}
    for pk, half in kept.items():
        UnitKey.objects.create(unit_id=pk, public_key=key_pairs.public_half(half))
    keys._write(keys.operator_file(), {str(pk): half for pk, half in kept.items()}, PASSPHRASE)
    Installation.objects.create(
        is_demo=False,
        site_key=fingerprints.key_fingerprint("site"),
        sender_key=fingerprints.key_fingerprint("sender"),
        audit_key=b"",
    )
    yield kept
    seal.forget_public_keys()
    opening._sender_private_key.cache_clear()


def sender_faults():
    return [
        fault.is_missing for fault in key_faults(connection.connection) if fault.kind == "sender"
    ]


def test_the_senders_file_keeps_its_key_and_gets_a_hybrid_one(older):
    before = keys.sender_file().read_bytes()
    sealed = in_form_02(before)
    assert sender_faults() == []
    installation.begin_installation(is_demo=False)
    after = keys.sender_file().read_bytes()
    assert (len(after), after[:32]) == (64, before)
    assert keys.sender_file().stat().st_mode & 0o777 == 0o600
    assert sorted(file.name for file in keys.sender_file().parent.glob("sender*")) == ["sender.key"]
    (current,) = SenderKey.objects.filter(retired_at=None)
    assert key_pairs.is_hybrid(bytes(current.public_key))
    opening.require_sender_key()
    assert opening.open_as_sender(sealed, kind="address").decode() == WORDS
    new = seal.seal_for_sender(WORDS, kind="address")
    assert new.startswith(b"\x03")
    assert opening.open_as_sender(new, kind="address").decode() == WORDS
    assert sender_faults() == []
    keys.make_sender_key()
    assert keys.sender_file().read_bytes() == after


def test_the_file_of_before_is_not_taken_for_that_of_now(older):
    before = keys.sender_file().read_bytes()
    installation.begin_installation(is_demo=False)
    after = keys.sender_file().read_bytes()
    keys.sender_file().write_bytes(before)
    assert sender_faults() == [False]
    keys.sender_file().write_bytes(before + os.urandom(32))
    assert sender_faults() == [False]
    keys.sender_file().write_bytes(after)
    assert sender_faults() == []


def test_a_start_that_was_cut_off_between_file_and_row_goes_on(older):
    keys._sender_private_key()
    assert len(keys.sender_file().read_bytes()) == 64
    assert sender_faults() == []
    installation.begin_installation(is_demo=False)
    assert sender_faults() == []
    opening.require_sender_key()


def test_two_that_begin_at_once_make_one_pair(older):
    made = []
    ready = threading.Barrier(4)

    def begin():
        ready.wait()
        made.append(keys._sender_private_key())

    threads = [threading.Thread(target=begin) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert set(made) == {keys.sender_file().read_bytes()}


def test_units_go_on_in_form_02_until_the_operators_file_was_here(older):
    unit, other = older
    sealed = seal.seal_for_unit(unit, WORDS, **RAW)
    assert sealed.startswith(seal.CURVE_FORM)
    elsewhere = keys.operator_file().rename(keys.operator_file().with_suffix(".elsewhere"))
    assert keys.make_unit_keys(PASSPHRASE) == 0
    assert not keys.operator_file().exists()
    assert set(keys.units_with_older_keys().values_list("pk", flat=True)) == {unit, other}
    elsewhere.rename(keys.operator_file())
    assert keys.make_unit_keys(PASSPHRASE) == 2
    assert not keys.units_with_older_keys().exists()
    kept = keys.unlock_unit_keys(keys.operator_file(), PASSPHRASE)
    assert {pk: private[:32] for pk, private in kept.items()} == older
    new = seal.seal_for_unit(unit, WORDS, **RAW)
    assert new.startswith(b"\x03")
    for each in (sealed, new):
        assert opening.open_with_unit_key(each, kept[unit], **RAW).decode() == WORDS
    assert UnitKey.objects.filter(retired_at=None).count() == 2
    assert keys.make_unit_keys(PASSPHRASE) == 0


def test_a_wrong_passphrase_changes_nothing(older):
    before = keys.operator_file().read_bytes()
    with pytest.raises(passphrase_lock.WrongPassphrase):
        keys.make_unit_keys("something else")
    assert keys.operator_file().read_bytes() == before
    assert keys.units_with_older_keys().count() == 2


def test_a_new_unit_gets_its_key_while_those_of_before_wait_for_their_file(older):
    keys.operator_file().rename(keys.operator_file().with_suffix(".elsewhere"))
    new = make.unit()
    assert keys.make_unit_keys("another") == 1
    assert set(keys.unlock_unit_keys(keys.operator_file(), "another")) == {new.pk}
    assert keys.units_with_older_keys().count() == 2


def test_what_waits_for_the_worker_opens_over_the_change(older, monkeypatch):
    monkeypatch.setenv("KENG_WORKER_KEYS", str(keys.worker_folder()))
    private = os.urandom(32)
    row = WorkerKey.objects.create(public_key=key_pairs.public_half(private))
    write_new_file(keys.worker_folder() / str(row.pk), private)
    waiting = {"kind": "waiting", "ref": new_id()}
    sealed = seal.seal_for_worker(WORDS, **waiting)
    assert sealed.startswith(seal.CURVE_FORM)
    WorkerKey.objects.update(created_at=times.now() - dt.timedelta(hours=2))
    keys.renew_worker_key()
    seal.forget_public_keys()
    new = seal.seal_for_worker(WORDS, **waiting)
    assert new.startswith(b"\x03")
    for each in (sealed, new):
        assert opening.open_as_worker(each, **waiting).decode() == WORDS
