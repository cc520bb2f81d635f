"""A scanner behind a socket: what it says, and what happens when it says nothing."""

import io
import shutil
import subprocess
import time
import zipfile

import pytest

from keng.files import copies, scanning
from keng.files.scanning import ScanResult, is_scanner_set, scan_content
from keng.files.tests.fake_clamd import SIGNATURE, FakeClamd
from keng.tips import viewing_copies

CLAMD = shutil.which("clamd") or shutil.which("clamd", path="/usr/sbin:/usr/local/sbin")


@pytest.fixture(autouse=True)
def _patient(monkeypatch):
    monkeypatch.setattr(scanning, "_patience", scanning._Patience())


@pytest.fixture
def scanner(tmp_path, monkeypatch):
    path = tmp_path / "clamd.ctl"
    started = []
    monkeypatch.setenv("KENG_CLAMD", str(path))

    def start(**how):
        started.append(FakeClamd(path, **how))
        return started[0]

    yield start
    for each in started:
        each.close()


def test_without_a_setting_nothing_is_scanned(monkeypatch):
    monkeypatch.delenv("KENG_CLAMD", raising=False)
    assert not is_scanner_set()
    assert scan_content(SIGNATURE) == ScanResult.NOT_SCANNED


@pytest.mark.parametrize(
    ("content", "result"),
    [
        (b"", ScanResult.CLEAN),
        (b"x" * 200_000, ScanResult.CLEAN),
        (b"x" * 100_000 + SIGNATURE, ScanResult.HARMFUL),
    ],
)
def test_it_gets_every_byte_and_its_word_is_taken(scanner, content, result):
    asked = scanner().asked
    assert scan_content(content) == result
    assert asked == [content]


@pytest.mark.parametrize("answer", [b"stream: OK?\0", b"", b"UNKNOWN COMMAND\0", b"x" * 5000])
def test_what_is_no_result_is_none(scanner, answer):
    scanner(answer=answer)
    assert scan_content(b"x") == ScanResult.NOT_SCANNED


def test_what_is_too_large_for_it_is_not_scanned(scanner):
    scanner(most_bytes=1000)
    assert scan_content(b"x" * 5000) == ScanResult.NOT_SCANNED


def test_nobody_at_the_socket_is_not_scanned(scanner):
    assert is_scanner_set()
    assert scan_content(b"x") == ScanResult.NOT_SCANNED


def test_one_that_takes_too_long_is_not_waited_for(scanner, monkeypatch):
    scanner()
    monkeypatch.setattr(scanning, "_WITHIN_SECONDS", -1.0)
    assert scan_content(b"x") == ScanResult.NOT_SCANNED


def test_one_that_stands_still_holds_up_the_first_file_alone(tmp_path, monkeypatch):
    """Twenty pictures of one report would wait for ten minutes, and then have no copy at all."""
    monkeypatch.setenv("KENG_CLAMD", str(tmp_path / "clamd.ctl"))
    now, waits = [1000.0], []
    monkeypatch.setattr(scanning.time, "monotonic", lambda: now[0])

    def hangs(_path, _content, until):
        waits.append(until - now[0])
        now[0] = until
        raise TimeoutError

    monkeypatch.setattr(scanning, "_answer_of", hangs)
    for _ in range(3):
        assert scan_content(b"x") == ScanResult.NOT_SCANNED
    assert waits == [30.0, 2.0, 2.0]
    # It may have been one file that it could not cope with: one that answers has its time again.
    monkeypatch.setattr(scanning, "_answer_of", lambda *_: b"stream: OK")
    assert scan_content(b"x") == ScanResult.CLEAN
    monkeypatch.setattr(scanning, "_answer_of", hangs)
    scan_content(b"x")
    now[0] += 61
    scan_content(b"x")
    assert waits[3:] == [30.0, 30.0]


@pytest.fixture
def real_clamd(tmp_path, monkeypatch):
    """A clamd of its own with one signature, ours, and streams of a megabyte at most."""
    door, signatures, settings = (tmp_path / name for name in ("ctl", "signatures", "settings"))
    signatures.mkdir()
    (signatures / "own.ndb").write_text(f"Keng.Own:0:*:{SIGNATURE.hex()}\n")
    settings.write_text(
        f"LocalSocket {door}\nDatabaseDirectory {signatures}\nTemporaryDirectory {tmp_path}\n"
        "Foreground yes\nStreamMaxLength 1M\n"
    )
    monkeypatch.setenv("KENG_CLAMD", str(door))
    with subprocess.Popen([CLAMD, "-c", settings], stdout=subprocess.DEVNULL) as process:
        until = time.monotonic() + 60
        while not door.exists() and process.poll() is None and time.monotonic() < until:
            time.sleep(0.05)
        yield
        process.terminate()


@pytest.mark.skipif(not CLAMD, reason="no clamd is installed here")
def test_a_clamd_of_the_system_finds_what_it_knows_also_in_an_archive(real_clamd):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("one", b"y" * 1000 + SIGNATURE)
    assert [
        scan_content(content)
        for content in (b"", b"x" * 200_000, b"x" * 200_000 + SIGNATURE, archive.getvalue())
    ] == [ScanResult.CLEAN, ScanResult.CLEAN, ScanResult.HARMFUL, ScanResult.HARMFUL]
    assert scan_content(b"x" * 3_000_000) == ScanResult.NOT_SCANNED


def test_one_worker_keeps_a_file_for_as_long_as_scan_and_copy_may_take():
    takes = scanning._WITHIN_SECONDS + copies._PROBED_WITHIN + copies._FILM_WITHIN
    assert (
        takes < viewing_copies._LEASE.total_seconds() < viewing_copies.COPY_WITHIN.total_seconds()
    )
