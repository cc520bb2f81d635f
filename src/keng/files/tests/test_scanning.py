"""A scanner behind a socket: what it says, and what happens when it says nothing."""

import pytest

from keng.files import scanning
from keng.files.scanning import ScanResult, is_scanner_set, scan_content
from keng.files.tests.fake_clamd import SIGNATURE, FakeClamd


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
