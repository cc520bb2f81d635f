"""The onion address: who is told of it, and that the site works there."""

import re
import shutil
import subprocess

import pytest

from keng.kit.configuration import SETTING_CHECKS
from tests.architecture.source import ROOT

ONION = "http://" + "kxq7" * 14 + ".onion"
HOST = ONION.removeprefix("http://")
TOR = shutil.which("tor")

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def has_onion(settings):
    settings.ONION_URL = ONION
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver", HOST]


def test_a_page_by_https_says_where_it_is_within_tor(public_client):
    page = public_client.get("/lookup/?a=1", secure=True)
    assert page.headers["Onion-Location"] == f"{ONION}/lookup/?a=1"


@pytest.mark.parametrize(
    ("address", "sent"),
    [
        ("/lookup/", {"secure": False}),
        ("/static/keng/public.css", {"secure": True}),
        ("/lookup/", {"secure": True, "headers": {"host": HOST}}),
        ("/lookup/", {"secure": False, "headers": {"host": HOST}}),
    ],
)
def test_nothing_else_says_so(public_client, address, sent):
    answer = public_client.get(address, **sent)
    assert "Onion-Location" not in answer.headers
    answer.close()


def test_a_form_that_is_sent_is_led_nowhere_else(public_client):
    answer = public_client.post("/lookup/", {"q": ""}, secure=True)
    assert "Onion-Location" not in answer.headers


def test_the_desk_says_nothing_of_it(desk_client):
    assert "Onion-Location" not in desk_client.get("/sign-in/", secure=True).headers


def test_without_the_setting_nothing_is_said(public_client, settings):
    settings.ONION_URL = ""
    assert "Onion-Location" not in public_client.get("/lookup/", secure=True).headers


def test_cookies_work_where_there_is_no_tls(public_client, settings):
    settings.CSRF_COOKIE_SECURE = True
    within_tor = public_client.get("/status/", headers={"host": HOST}).cookies
    outside = public_client.get("/status/", secure=True).cookies
    assert within_tor
    assert not any(cookie["secure"] for cookie in within_tor.values())
    assert all(cookie["secure"] for cookie in outside.values())


@pytest.mark.parametrize("address", ["/", "/lookup/", "/status/", "/report/"])
def test_no_link_of_a_page_leads_out_of_tor(public_client, settings, address):
    settings.PUBLIC_URL = "https://keng.example"
    page = public_client.get(address, headers={"host": HOST}, follow=True).content.decode()
    assert not re.findall(r'(?:href|action)="https?://keng\.example', page)


@pytest.mark.parametrize(
    ("value", "is_right"),
    [
        (ONION, True),
        (f"{ONION}/", True),
        ("https://keng.example", False),
        ("http://abcdefghijklmnop.onion", False),
        (f"{ONION}/report", False),
        (ONION.replace("http", "https"), False),
    ],
)
def test_only_an_onion_address_is_one(value, is_right):
    assert (SETTING_CHECKS["KENG_ONION_URL"](value) is None) == is_right


@pytest.mark.skipif(not TOR, reason="no tor is installed here")
def test_tor_takes_the_lines_of_the_operators_page(tmp_path):
    page = (ROOT / "docs" / "operator" / "onion.md").read_text()
    lines = re.findall(r"^ +((?:SocksPort|HiddenService\w+) .+)$", page, re.MULTILINE)
    assert len(lines) == 3
    settings = tmp_path / "torrc"
    settings.write_text("\n".join(lines).replace("/var/lib/tor", str(tmp_path)) + "\n")
    said = subprocess.run(
        [TOR, "--verify-config", "-f", settings, "--DataDirectory", tmp_path / "data"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (said.returncode, "Configuration was valid" in said.stdout) == (0, True), said.stdout
