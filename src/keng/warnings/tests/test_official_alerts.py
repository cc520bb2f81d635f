"""Alerts of official sources: fetched within limits, kept once, written from, never sent."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from keng.audit.models import Entry
from keng.channels.ssrf import UrlRefused
from keng.conftest import sign_in
from keng.kit import times
from keng.kit.configuration import SETTING_CHECKS
from keng.waiting.waiting_page import waiting_groups
from keng.warnings.actions import cap_importing
from keng.warnings.actions.cap_importing import AlertSource, import_from
from keng.warnings.actions.official_alerts import dismiss_alert
from keng.warnings.cap_reading import NotCap, links_of_feed, read_cap
from keng.warnings.models import OfficialAlert, Warning
from keng.warnings.tests.ward import CALM, Ward, waiting_warnings

pytestmark = pytest.mark.django_db
SENDER = "khituong@vi-du.example"
INFO = """<info><language>{language}</language><category>Met</category><event>Mưa lớn</event>
<urgency>Expected</urgency><severity>Severe</severity><certainty>Likely</certainty>
<expires>2099-01-01T00:00:00+07:00</expires><headline>{headline}</headline>
<description>Mưa &lt;rất&gt; to</description><instruction>Tránh ngầm tràn</instruction>
<web>javascript:alert(1)</web><area><areaDesc>Tỉnh Bắc Ninh</areaDesc></area></info>"""
VIETNAMESE = INFO.format(language="vi-VN", headline="Mưa lớn ở Bắc Ninh")
ENGLISH = INFO.format(language="en-US", headline="Heavy rain")


def cap(
    identifier="A1",
    *,
    kind="Alert",
    refers_to="",
    sender=SENDER,
    info=ENGLISH + VIETNAMESE,
    status="Actual",
    version="1.2",
    before="",
    sent="2026-11-24T15:00:00+07:00",
):
    references = f"<references>{sender},{refers_to},{sent}</references>" if refers_to else ""
    return (
        f'<?xml version="1.0" encoding="utf-8"?>{before}'
        f'<alert xmlns="urn:oasis:names:tc:emergency:cap:{version}">'
        f"<identifier>{identifier}</identifier><sender>{sender}</sender><sent>{sent}</sent>"
        f"<status>{status}</status><msgType>{kind}</msgType><scope>Public</scope>"
        f"{references}{info}</alert>"
    ).encode()


_TENFOLD = "".join(
    f'<!ENTITY {name} "{f"&{below};" * 10}">' for below, name in zip("abcd", "bcde", strict=True)
)
BOMB = f'<!DOCTYPE alert [<!ENTITY a "aaaaaaaaaa">{_TENFOLD}]>'
OUTSIDE = '<!DOCTYPE alert SYSTEM "http://127.0.0.1/x.dtd">'


def test_what_is_kept_of_a_file_are_its_vietnamese_words():
    found = read_cap(cap())
    assert (found.identifier, found.sender, found.kind) == ("A1", SENDER, "Alert")
    assert (found.headline, found.description) == ("Mưa lớn ở Bắc Ninh", "Mưa <rất> to")
    assert (found.areas, found.web) == ("Tỉnh Bắc Ninh", "")
    assert found.expires_at.isoformat() == "2099-01-01T00:00:00+07:00"
    assert read_cap(cap(info=ENGLISH)).headline == "Heavy rain"


@pytest.mark.parametrize(
    "content",
    [
        cap(before=BOMB),
        cap(before=OUTSIDE),
        cap(version="1.1"),
        cap(status="Test"),
        cap(kind="Ack"),
        cap(info=""),
        cap(kind="Cancel"),
        cap(sent="2026-11-24T08:00:00Z"),
        cap(identifier=""),
        b"<alert>",
        b"",
        b'<?xml version="1.0" encoding="x-unknown"?><alert/>',
        b"<html><body/></html>",
    ],
)
def test_what_is_no_alert_for_everybody_is_refused(content):
    with pytest.raises(NotCap):
        read_cap(content)


def test_nothing_is_longer_than_it_may_be():
    found = read_cap(cap("i" * 900, info=VIETNAMESE.replace("Tránh", "x" * 90_000)))
    assert (len(found.identifier), len(found.instruction)) == (200, 4000)


def test_a_feed_leads_to_files_and_to_no_more_than_so_many():
    entries = "".join(
        f'<entry><link href="/p/{n}"/><link type="application/cap+xml" href="/c/{n}.xml"/></entry>'
        for n in range(50)
    )
    atom = f'<feed xmlns="http://www.w3.org/2005/Atom">{entries}</feed>'.encode()
    links = links_of_feed(atom, "https://vi-du.example/feed")
    assert (len(links), links[0]) == (30, "https://vi-du.example/c/0.xml")
    rss = b"<rss><channel><item><link>https://vi-du.example/1</link></item></channel></rss>"
    assert links_of_feed(rss, "https://vi-du.example/") == ["https://vi-du.example/1"]
    assert links_of_feed(cap(), "https://vi-du.example/") is None


@pytest.fixture
def site():
    """A source on this machine: what stands in `files`, by path."""

    class Site(BaseHTTPRequestHandler):
        def do_GET(self):
            content = server.files.get(self.path)
            self.send_response(200 if content else 404)
            self.end_headers()
            self.wfile.write(content or b"")

        def log_message(self, *args):
            """Nothing to say."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    server.files = {}
    server.base = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def feed_of(*paths):
    entries = "".join(f'<entry><link href="{path}"/></entry>' for path in paths)
    return f'<feed xmlns="http://www.w3.org/2005/Atom">{entries}</feed>'.encode()


def fetch(site):
    source = AlertSource(f"{site.base}/feed", SENDER)
    return import_from(source, exempt_base=site.base)


def test_each_message_is_kept_once_and_none_of_another_sender(site, become):
    site.files = {
        "/feed": feed_of("/1", "/2", "/3", "/lost"),
        "/1": cap("A1"),
        "/2": cap("A2", sender="ke-la@vi-du.example"),
        "/3": b"<broken",
    }
    become("worker")
    assert (fetch(site), fetch(site)) == (1, 0)
    assert OfficialAlert.objects.get().identifier == "A1"


def test_a_source_that_fails_keeps_nobody_waiting(site):
    assert fetch(site) == 0
    site.files = {"/feed": b"x" * (2 * 1024 * 1024)}
    assert fetch(site) == 0


def test_our_own_doors_and_other_hosts_are_not_knocked_on(monkeypatch):
    asked = []

    async def refuse(url, **options):
        asked.append(options["hosts"])
        raise UrlRefused("host")

    monkeypatch.setattr(cap_importing, "download", refuse)
    assert import_from(AlertSource("https://nguon.example/feed", SENDER)) == 0
    assert asked == [{"nguon.example"}]


def test_by_default_nobody_is_asked_and_the_setting_names_address_and_sender(settings):
    assert cap_importing.configured_sources() == []
    value = "https://a.example/cap a@a.example, https://b.example/x b"
    settings.CAP_SOURCES = value
    found = [(source.host, source.sender) for source in cap_importing.configured_sources()]
    assert found == [("a.example", "a@a.example"), ("b.example", "b")]
    check = SETTING_CHECKS["KENG_CAP_SOURCES"]
    assert check(value) is None
    assert check("http://a.example/cap a") is not None
    assert check("https://a.example/cap") is not None


@pytest.fixture
def ward():
    return Ward()


@pytest.fixture
def alert(site):
    site.files = {"/feed": feed_of("/1"), "/1": cap("A1")}
    fetch(site)
    return OfficialAlert.objects.get()


def cancelled(site):
    site.files = {"/feed": feed_of("/2"), "/2": cap("C1", kind="Cancel", refers_to="A1", info="")}
    fetch(site)


def typed(ward, **more):
    return {
        **CALM,
        "category": "other",
        "severity": "2",
        "valid_until": "2099-01-01",
        "places": [str(ward.province_place.pk)],
        "kinds": ["residents"],
        **more,
    }


def test_the_province_writes_a_warning_from_it_and_nobody_else(desk_client, ward, alert, site):
    sign_in(desk_client, ward.officer)
    assert desk_client.get(f"/warnings/alerts/{alert.pk}/").status_code in {403, 404}
    assert "Mưa lớn ở Bắc Ninh" not in desk_client.get("/warnings/").content.decode()
    sign_in(desk_client, ward.province_duty)
    assert "Từ nguồn chính thức" in desk_client.get("/warnings/").content.decode()
    assert SENDER in desk_client.get(f"/warnings/alerts/{alert.pk}/").content.decode()
    page = desk_client.get(f"/warnings/new/?alert={alert.pk}").content.decode()
    assert 'value="Mưa lớn ở Bắc Ninh"' in page
    assert "Mưa &lt;rất&gt; to" in page
    answer = desk_client.post("/warnings/new/", typed(ward, alert=str(alert.pk)))
    warning = Warning.objects.get()
    assert answer.url == f"/warnings/{warning.pk}/edit/"
    alert.refresh_from_db()
    assert alert.warning == warning
    assert Entry.objects.get(action="warning.drafted").detail["alert_identifier"] == "A1"
    assert warning.state == "draft"
    # Taken: the list has it no more, and the second one who writes from it loses no word.
    assert "Từ nguồn chính thức" not in desk_client.get("/warnings/").content.decode()
    second = desk_client.post("/warnings/new/", typed(ward, alert=str(alert.pk), title="Khác hẳn"))
    assert (second.status_code, Warning.objects.count()) == (422, 1)
    assert 'value="Khác hẳn"' in second.content.decode()


def test_that_the_source_cancelled_it_stands_on_the_warning(desk_client, ward, alert, site):
    sign_in(desk_client, ward.province_duty)
    desk_client.post("/warnings/new/", typed(ward, alert=str(alert.pk)))
    address = f"/warnings/{Warning.objects.get().pk}/"
    says = f"Nguồn đã hủy bản tin này: {SENDER}"
    assert says not in desk_client.get(address).content.decode()
    cancelled(site)
    for page in (address, f"{address}edit/", f"/warnings/alerts/{alert.pk}/"):
        assert says in desk_client.get(page).content.decode()


def test_what_the_source_cancelled_before_anybody_wrote_leaves_the_list(
    desk_client, ward, alert, site
):
    cancelled(site)
    sign_in(desk_client, ward.province_duty)
    assert "Từ nguồn chính thức" not in desk_client.get("/warnings/").content.decode()


def test_another_senders_cancel_changes_nothing(desk_client, ward, alert, site):
    forged = cap("C1", kind="Cancel", refers_to="A1", info="", sender="ke-la@vi-du.example")
    site.files = {"/feed": feed_of("/2"), "/2": forged}
    fetch(site)
    sign_in(desk_client, ward.province_duty)
    assert "Từ nguồn chính thức" in desk_client.get("/warnings/").content.decode()


def test_it_is_put_aside_once(desk_client, ward, alert):
    sign_in(desk_client, ward.province_duty)
    for _tap in range(2):
        answer = desk_client.post(f"/warnings/alerts/{alert.pk}/aside/")
        assert answer.url == "/warnings/"
    assert "Từ nguồn chính thức" not in desk_client.get("/warnings/").content.decode()
    assert Entry.objects.filter(action="warning.alert_dismissed").count() == 1


@pytest.mark.urls("keng.site.desk_urls")
def test_it_waits_for_the_provinces_desk_until_it_is_written_from_put_aside_or_over(ward, alert):
    assert [waiting_warnings(each) for each in (ward.officer, ward.commander)] == [0, 0]
    assert waiting_warnings(ward.province_duty) == 1
    [line] = [line for group in waiting_groups(ward.province_duty) for line in group.lines]
    assert (line.title, line.url) == ("Mưa lớn ở Bắc Ninh", f"/warnings/alerts/{alert.pk}/")
    OfficialAlert.objects.update(expires_at=times.now())
    assert waiting_warnings(ward.province_duty) == 0
    OfficialAlert.objects.update(expires_at=None)
    dismiss_alert(alert.pk, by=ward.province_duty)
    assert waiting_warnings(ward.province_duty) == 0
