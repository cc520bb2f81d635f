"""Witnesses are asked over HTTP, and what they say is kept and served."""

import datetime as dt
import threading
from collections.abc import Iterator

import pytest

from keng.audit.models import Entry
from keng.cosigner.judging import CosigningWitness
from keng.cosigner.witness_folder import WitnessFolder
from keng.cosigner.witness_server import WitnessServer
from keng.kit import times
from keng.kit.noted_certificates import certificate_notes
from keng.kit.tests.certificates import CertificateAuthority, https_server
from keng.merkle.notes import SignedNote, cosignature_line
from keng.merkle.witness_requests import TYPE_OF_SIZE
from keng.public_log import standing, witnesses
from keng.public_log.log_key import log_key
from keng.public_log.models import (
    Cosignature,
    LeafSalt,
    LogCheckpoint,
    LoggedChain,
    LogLeaf,
    LogPace,
    LogTile,
    WitnessStanding,
)
from keng.public_log.serving import served_note
from keng.public_log.standing import wait_for_witness
from keng.public_log.tests.log_world import MONDAY, put_entries, shown_checkpoint, take_steps
from keng.public_log.witnesses import ask_witnesses

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("KENG_DATA", str(tmp_path))
    return tmp_path


@pytest.fixture
def folder(tmp_path) -> WitnessFolder:
    made = WitnessFolder(tmp_path / "witness", "paper.example")
    made.add_log(log_key())
    return made


@pytest.fixture
def witness(folder, settings) -> Iterator[WitnessServer]:
    server = WitnessServer(("127.0.0.1", 0), CosigningWitness(folder))
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    settings.LOG_WITNESSES = f"http://127.0.0.1:{server.server_port} {folder.key().written}"
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def trouble() -> str:
    return WitnessStanding.objects.get().trouble


def test_without_a_setting_nobody_is_asked(monkeypatch) -> None:
    take_steps(monkeypatch)
    ask_witnesses()
    assert not WitnessStanding.objects.exists()


def test_each_checkpoint_is_cosigned_and_served_with_it(monkeypatch, witness, folder) -> None:
    ask_witnesses()
    for size in (16, 32, 48):
        put_entries(2)
        take_steps(monkeypatch)
        ask_witnesses()
        note = SignedNote.read(served_note(shown_checkpoint()).encode())
        assert note.signature_of(log_key())
        assert note.signature_of(folder.key())
        assert WitnessStanding.objects.get().size == size
    assert Cosignature.objects.count() == 3
    # Steps that it was not asked about lie between.
    take_steps(monkeypatch, 5)
    ask_witnesses()
    assert folder.last_checkpoint(log_key().name).size == 128


def test_what_waits_for_a_witness_goes_on_with_or_without_one(monkeypatch, witness) -> None:
    put_entries(1)
    entry = Entry.objects.get()
    take_steps(monkeypatch)
    put_entries(1)
    # Between two steps no waiting brings a leaf, so nothing waits.
    later = Entry.objects.latest("seq")
    monkeypatch.setattr(times, "now", lambda: MONDAY + dt.timedelta(minutes=2))
    waited: list[float] = []
    with monkeypatch.context() as clock:
        moments = iter(range(100))
        clock.setattr(standing.time, "monotonic", lambda: next(moments))
        clock.setattr(standing.time, "sleep", waited.append)
        assert not wait_for_witness(later)
        assert not waited
        # In the log, and no witness comes: it waits, and no longer than it may.
        assert not wait_for_witness(entry)
        assert len(waited) == 4
        # One that comes meanwhile is enough.
        ask_witnesses()
        assert wait_for_witness(entry)


def test_without_a_witness_nothing_waits(monkeypatch) -> None:
    put_entries(1)
    take_steps(monkeypatch)
    monkeypatch.setattr(standing.time, "sleep", lambda _seconds: pytest.fail("it waited"))
    assert not wait_for_witness(Entry.objects.get())


def test_while_the_newest_is_not_cosigned_the_one_before_is_served(
    monkeypatch, witness, folder
) -> None:
    take_steps(monkeypatch)
    ask_witnesses()
    take_steps(monkeypatch)
    assert shown_checkpoint().size == 16
    take_steps(monkeypatch, 2)
    # Nobody waits for a witness that is gone.
    assert shown_checkpoint().size == 64


def test_a_witness_that_lost_our_count_or_got_ahead_of_it_says_so(
    monkeypatch, witness, folder
) -> None:
    take_steps(monkeypatch, 2)
    ask_witnesses()
    WitnessStanding.objects.update(size=0)
    take_steps(monkeypatch)
    ask_witnesses()
    assert (WitnessStanding.objects.get().size, trouble()) == (48, "")
    # The database of yesterday.
    LogCheckpoint.objects.filter(size__gt=16).delete()
    LogPace.objects.update(size=16)
    WitnessStanding.objects.update(size=0)
    ask_witnesses()
    assert trouble() == "ahead"


def test_another_log_under_our_name_is_not_cosigned(monkeypatch, witness, folder) -> None:
    take_steps(monkeypatch, 3)
    ask_witnesses()
    # Whoever owns database and keys begins again, and grows beyond what was cosigned.
    for table in (LogTile, LogLeaf, LeafSalt, LoggedChain, LogCheckpoint, LogPace):
        table.objects.all().delete()
    take_steps(monkeypatch, 5)
    ask_witnesses()
    assert trouble() == "other_log"
    assert Cosignature.objects.filter(size=80).count() == 0


def test_each_trouble_has_its_word(monkeypatch, witness, folder, settings) -> None:
    take_steps(monkeypatch)
    (folder.path / "logs").write_text("")
    ask_witnesses()
    assert trouble() == "unknown_log"
    # Not asked again within the minute.
    folder.add_log(log_key())
    ask_witnesses()
    assert trouble() == "unknown_log"
    WitnessStanding.objects.all().delete()
    settings.LOG_WITNESSES = settings.LOG_WITNESSES.replace(
        folder.key().written, WitnessFolder(folder.path.parent / "x", "paper.example").key().written
    )
    ask_witnesses()
    assert trouble() == "no_signature"
    WitnessStanding.objects.all().delete()
    settings.LOG_WITNESSES = f"http://127.0.0.1:1 {folder.key().written}"
    ask_witnesses()
    assert trouble() == "unreachable"


@pytest.mark.parametrize(
    ("status", "kind", "body"),
    [(409, TYPE_OF_SIZE, b"-5"), (200, "text/plain", b""), (200, "text/plain", b"late")],
)
def test_one_witness_that_answers_nonsense_keeps_nobody_from_the_next(
    monkeypatch, witness, folder, settings, tmp_path, status, kind, body
) -> None:
    odd = WitnessFolder(tmp_path / "odd", "odd.example")
    good = settings.LOG_WITNESSES
    settings.LOG_WITNESSES = f"http://odd.example {odd.key().written}, {good}"
    honest = witnesses._asked

    def asked(whom, old_size, newest):
        if whom.key.name != "odd.example":
            return honest(whom, old_size, newest)
        moment = 2**64 - 1
        line = cosignature_line(newest.text, odd.name, odd.signing_key(), moment).encode()
        return witnesses.WitnessAnswer(status, kind, line if body == b"late" else body)

    monkeypatch.setattr(witnesses, "_asked", asked)
    take_steps(monkeypatch)
    ask_witnesses()
    assert WitnessStanding.objects.get(witness="odd.example").trouble in {
        "no_answer",
        "no_signature",
    }
    assert Cosignature.objects.get().witness == "paper.example"


def test_the_certificate_of_a_witness_that_is_over_is_noted(
    monkeypatch, folder, settings, tmp_path
) -> None:
    authority = CertificateAuthority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.certificate))
    take_steps(monkeypatch)
    with https_server(authority.issue("127.0.0.1", days=-1)) as port:
        settings.LOG_WITNESSES = f"https://127.0.0.1:{port} {folder.key().written}"
        ask_witnesses()
    assert trouble() == "unreachable"
    (note,) = certificate_notes()
    assert (note.owner, note.refused) == ("witness", "certificate has expired")
