"""The page of a country: figures by province, what is stale and why, files that anybody checks."""

import asyncio
import csv
import datetime as dt
import http.client
import io
import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from keng.kit import times
from keng.national.gathered_folder import GatheredFolder
from keng.national.national_pages import write_pages
from keng.national.national_server import NationalRequest, NationalServer
from keng.national.overview import NationalOverview, overview_of
from keng.national.pulling import pull
from keng.national.summary_document import MonthFigures, WarningNotice
from keng.national.tests.provinces_at_work import (
    BAC_NINH,
    HA_NOI,
    HO_CHI_MINH,
    MONDAY,
    ProvinceAtWork,
    province_at_work,
)

SCRIPT = Path(__file__).parents[4] / "docs" / "privacy" / "check_a_summary.py"


class Country:
    """Three provinces: two publish, one answers rubbish."""

    def __init__(self, path: Path, works: list[ProvinceAtWork]) -> None:
        self.folder = GatheredFolder(path)
        self.works = {each.province: each for each in works}

    @property
    def pages(self) -> Path:
        return self.folder.path / "public"

    def gather(self) -> NationalOverview:
        instances = {each.province: each.instance for each in self.works.values()}
        for instance in instances.values():
            asyncio.run(pull(self.folder, instance))
        overview = overview_of(self.folder, instances, now=times.now())
        write_pages(self.pages, overview, name="Việt <b>Nam</b>")
        return overview

    def page(self, name: str = "index.html") -> str:
        return " ".join((self.pages / name).read_text().split())


@pytest.fixture
def country(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Country]:
    monkeypatch.setattr(times, "now", lambda: MONDAY)
    with (
        province_at_work(BAC_NINH) as one,
        province_at_work(HO_CHI_MINH) as two,
        province_at_work(HA_NOI) as three,
    ):
        two.publish(
            months=(MonthFigures("2026-10", 1, {"received": 1000, "of_value": "hidden"}),),
            warnings=(
                WarningNotice("BCD777", "scam_investment", 2, (HO_CHI_MINH,), MONDAY),
                WarningNotice("BCD778", "from_tomorrow", 2, (HO_CHI_MINH,), MONDAY),
            ),
        )
        three.note = b"<html>"
        yield Country(tmp_path / "national", [one, two, three])


def test_figures_stand_by_province_with_a_sum_of_what_is_stated(country) -> None:
    overview = country.gather()
    assert overview.months == ["2026-10", "2026-09"]
    received, of_value, published = overview.totals("2026-10")
    assert (received.total, received.stated, received.hidden) == (1120, 2, 0)
    assert (of_value.total, of_value.stated, of_value.hidden) == (40, 1, 1)
    assert (published.total, published.stated) == (3, 1)
    page = country.page()
    assert "Tỉnh Bắc Ninh" in page
    assert "1.120" in page
    assert "ẩn" in page
    assert "1,120" in country.page("index.en.html")
    assert "hidden" in country.page("index.en.html")
    assert "1.120" not in country.page("2026-09.html")


def test_each_that_is_not_current_says_since_when_and_why(country, monkeypatch) -> None:
    overview = country.gather()
    assert [each.instance.province for each in overview.current] == [BAC_NINH, HO_CHI_MINH]
    assert "What it answered is no summary." in country.page("index.en.html")
    assert "Nothing of it could be verified so far." in country.page("index.en.html")
    two_days = MONDAY + dt.timedelta(days=2)
    monkeypatch.setattr(times, "now", lambda: two_days)
    country.works[BAC_NINH].publish(at=two_days)
    overview = country.gather()
    assert [each.instance.province for each in overview.current] == [BAC_NINH]
    page = country.page("index.en.html")
    assert "Not current since 08:00, Tuesday 1/12/2026." in page
    assert "It was not signed again in time." in page
    assert "It was not signed again in time. Since" not in page
    # Its months stay, its warnings and its list do not.
    assert overview.totals("2026-10")[0].total == 1120
    assert "BCD777" not in page
    assert not (country.pages / f"{HO_CHI_MINH}-listings.txt").exists()
    assert (country.pages / f"{HO_CHI_MINH}.note").exists()


def test_warnings_of_one_sort_stand_together_over_the_provinces(country) -> None:
    across = country.gather().warnings()
    assert [(each.category, each.provinces, len(each.notices)) for each in across] == [
        ("scam_investment", 2, 2),
        ("", 1, 1),
    ]
    assert "2 provinces" in country.page("index.en.html")


def test_no_word_of_a_province_reaches_the_page(country) -> None:
    country.gather()
    for page in country.pages.glob("*.html"):
        assert "from_tomorrow" not in page.read_text()
        assert "<b>Nam" not in page.read_text()
        assert "Việt &lt;b&gt;Nam" in page.read_text()


def test_the_lists_are_one_table_with_the_source_of_each(country) -> None:
    country.gather()
    rows = list(csv.DictReader(io.StringIO((country.pages / "listings.csv").read_text())))
    assert [row["province"] for row in rows] == [BAC_NINH] * 3 + [HO_CHI_MINH] * 3
    assert {row["valid_until"] for row in rows} == {"2026-12-01T01:00:00+00:00"}
    said = json.loads((country.pages / "national.json").read_text())
    assert [(each["province"], each["current"]) for each in said["provinces"]] == [
        (HA_NOI, False),
        (BAC_NINH, True),
        (HO_CHI_MINH, True),
    ]
    codes = [[notice["code"] for notice in each["warnings"]] for each in said["provinces"]]
    assert codes == [[], ["BCD123"], ["BCD777", "BCD778"]]


def test_a_page_that_is_no_longer_there_goes(country) -> None:
    country.gather()
    assert (country.pages / "2026-09.html").exists()
    country.works[BAC_NINH].publish(months=(), number=int(MONDAY.timestamp()) + 1)
    country.gather()
    assert not (country.pages / "2026-09.html").exists()


def test_anybody_checks_what_is_handed_on_without_this_code(country) -> None:
    country.gather()
    works = country.works[BAC_NINH]
    note, listings = country.pages / f"{BAC_NINH}.note", country.pages / f"{BAC_NINH}-listings.txt"

    def check(*changed: str, key: str = works.key.written) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-I", str(SCRIPT), str(note), "--key", key, *changed]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    own = ("--province", BAC_NINH)
    # The day on which it was signed is over, or has not come, where this test runs.
    genuine = check(*own, "--listings", str(listings))
    assert genuine.returncode in {0, 3}, genuine
    assert "The 3 confirmed entries are those that were signed." in genuine.stdout
    restored = f"{works.key.name}/restored-20261130T010000Z-300-0a1b2c3d"
    assert check(*own, key=works.key.written.replace(works.key.name, restored)).returncode in {0, 3}
    assert check("--province", HO_CHI_MINH).returncode == 1
    assert check(*own, key=country.works[HA_NOI].key.written).returncode == 1
    listings.write_bytes(b"0" * 64)
    assert check(*own, "--listings", str(listings)).returncode == 1
    note.write_bytes(note.read_bytes().replace(b"120", b"999"))
    assert "FALSE: it is not signed with this key." in check(*own).stdout
    note.write_bytes(b"<html>")
    assert check(*own).returncode in {1, 2}


@contextmanager
def served(folder: Path) -> Iterator[int]:
    """Files of a folder, at a port of this machine."""
    server = NationalServer(("127.0.0.1", 0), folder)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_a_slow_line_gets_a_whole_file(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(NationalRequest, "timeout", 0.5)
    content = b"k" * 12_000_000
    (tmp_path / "listings.csv").write_bytes(content)
    with served(tmp_path) as port, socket.socket() as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        slow.connect(("127.0.0.1", port))
        slow.sendall(b"GET /listings.csv HTTP/1.0\r\n\r\n")
        received = 0
        while part := slow.recv(1_000_000):
            received += len(part)
            # A fraction of the time that may pass without a byte, many times over.
            time.sleep(len(part) / len(content) * 2)
    assert received > len(content)


def test_a_body_is_no_second_request(tmp_path) -> None:
    (tmp_path / "a.txt").write_bytes(b"first")
    second = b"GET /a.txt HTTP/1.1\r\n\r\n"
    with served(tmp_path) as port, socket.create_connection(("127.0.0.1", port), 20) as line:
        line.sendall(b"GET /a.txt HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % len(second) + second)
        line.shutdown(socket.SHUT_WR)
        answers = line.makefile("rb").read()
    assert answers.count(b"first") == 1


def test_the_server_hands_out_its_files_and_nothing_else(country) -> None:
    country.gather()
    (country.folder.path / "secret.json").write_text("{}")
    with served(country.pages) as port:
        check_files(http.client.HTTPConnection("127.0.0.1", port, timeout=20))


def check_files(connection: http.client.HTTPConnection) -> None:
    def ask(path: str, method: str = "GET") -> tuple[int, str, bytes]:
        connection.request(method, path)
        answer = connection.getresponse()
        return answer.status, answer.headers.get("Content-Type", ""), answer.read()

    try:
        for path, kind in (
            ("/", "text/html; charset=utf-8"),
            ("/index.en.html", "text/html; charset=utf-8"),
            ("/2026-10.html?a=b", "text/html; charset=utf-8"),
            ("/public.css", "text/css; charset=utf-8"),
            ("/24.note", "text/plain; charset=utf-8"),
            ("/national.json", "application/json"),
        ):
            status, served_as, body = ask(path)
            assert (status, served_as) == (200, kind), path
            assert body
        assert ask("/", "HEAD")[2] == b""
        for path in ("/../secret.json", "/secret.json", "//etc/passwd", "/%2e%2e/24.json", "/a.py"):
            assert ask(path)[0] == 404, path
        assert ask("/", "POST")[0] == 501
    finally:
        connection.close()
