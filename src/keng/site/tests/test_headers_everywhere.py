"""Every address of both sites, and whatever goes wrong there, answers with the same headers."""

import asyncio
import os
import re
import secrets
import subprocess
import sys
from unittest import mock

import pytest
from django.conf import settings
from django.test import Client
from django.urls import URLPattern, reverse

from keng.conftest import sign_in
from keng.edge import http as edge_http
from keng.kit.bare_headers import HSTS_SECONDS
from keng.site import desk_urls, public_urls
from keng.site.errors import BODY_NOT_TAKEN
from keng.site.front import Front
from keng.site.tests.desk_world import world
from keng.site.tests.test_desk_urls import OBJECTS, WITH_ID, WITHOUT_ID, address, own
from keng.site.tests.test_headers import directives
from tests import make

pytestmark = pytest.mark.django_db

EXAMPLE_OF = {
    "IntConverter": 7,
    "UUIDConverter": "00000000-0000-4000-8000-000000000000",
}
# What everybody may read and a cache may keep: each says so by itself.
KEPT_BY_CACHES = {"cap-feed", "claims-feed", "warnings-feed"}
PUBLIC_CACHES = re.compile(r"^(public|max-age|private, max-age|no-cache)")


@pytest.fixture(autouse=True)
def behind_tls(settings):
    settings.BEHIND_TLS = True
    settings.SECURE_HSTS_SECONDS = HSTS_SECONDS
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = True


@pytest.fixture(scope="module")
def here(shared_rows):
    """A commune's desk with one of everything, and an officer with every role."""
    return own(world("nhà", parent=make.province_unit("Công an tỉnh nhà")))


def faults_of(answer):
    """What is missing in the headers of an answer."""
    headers, found = answer.headers, []
    policy = directives(headers.get("Content-Security-Policy", ""))
    wanted = {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Strict-Transport-Security": f"max-age={HSTS_SECONDS}; includeSubDomains",
    }
    found += [name for name, value in wanted.items() if headers.get(name) != value]
    if policy.get("default-src") != {"'none'"} or policy.get("base-uri") != {"'none'"}:
        found.append("content policy")
    if policy.get("frame-ancestors") not in ({"'none'"}, {"'self'"}):
        found.append("frame-ancestors")
    found += [name for name, values in policy.items() if "'unsafe-inline'" in values]
    kind = headers.get("Content-Type", "")
    if kind.startswith("text/") and "charset=utf-8" not in kind.lower().replace('"', ""):
        found.append(f"charset in {kind}")
    return found


def is_kept_by_caches(answer):
    return "no-store" not in answer.headers.get("Cache-Control", "")


def ask_both_ways(client, path):
    """Its answers to GET and POST, each with the method."""
    client.raise_request_exception = True
    return [("GET", client.get(path, secure=True)), ("POST", client.post(path, secure=True))]


def test_every_address_of_the_desk_signed_in_or_not(desk_client, here):
    paths = [address(name) for name in WITHOUT_ID]
    paths += [address(name, here.rows[OBJECTS[name]]) for name in WITH_ID]
    faults, statuses = {}, set()
    for path in paths:
        if path == reverse("sign-out", desk_urls):
            continue
        sign_in(desk_client, here.officer)
        for who, client in (("officer", desk_client), ("stranger", Client())):
            answer = client.get(path, secure=True)
            statuses.add(answer.status_code)
            if found := faults_of(answer) + ["kept by caches"] * is_kept_by_caches(answer):
                faults[f"{path} {who}"] = found
    assert faults == {}
    assert {200, 302} <= statuses


def test_every_address_of_the_public_site(public_client):
    faults, kept = {}, set()
    patterns = [each for each in public_urls.urlpatterns if isinstance(each, URLPattern)]
    assert len(patterns) > 100
    for pattern in patterns:
        values = {
            name: EXAMPLE_OF.get(type(converter).__name__, "x")
            for name, converter in pattern.pattern.converters.items()
        }
        path = reverse(pattern.name, public_urls, kwargs=values)
        for method, answer in ask_both_ways(public_client, path):
            if found := faults_of(answer):
                faults[f"{method} {path}"] = found
            if answer.status_code == 200 and is_kept_by_caches(answer):
                kept.add(pattern.name)
                assert PUBLIC_CACHES.match(answer.headers["Cache-Control"]), path
    assert faults == {}
    assert kept <= KEPT_BY_CACHES


@pytest.mark.parametrize(
    ("status", "path", "how"),
    [
        (400, "/", {"HTTP_HOST": "evil.example"}),
        (400, "/p/%00/", {}),
        (404, "/no-such-page", {}),
        (404, "/static/no-such-file.css", {}),
        (404, "/static/", {}),
        (404, "/static/keng/", {}),
        (405, "/", {"REQUEST_METHOD": "TRACE"}),
        (408, "/", {BODY_NOT_TAKEN: 408}),
        (413, "/", {BODY_NOT_TAKEN: 413}),
        (503, "/", {BODY_NOT_TAKEN: 503}),
        (301, "/report", {}),
    ],
)
def test_what_goes_wrong_and_a_redirect(public_client, status, path, how):
    answer = public_client.get(path, secure=True, **how)
    assert answer.status_code == status
    assert faults_of(answer) == []


def test_a_form_without_its_token_and_a_fault_of_ours(public_client):
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post("/report/describe/", {"text": "x"}, secure=True)
    assert answer.status_code == 403
    assert faults_of(answer) == []
    public_client.raise_request_exception = False
    planted = mock.patch(
        "django.core.handlers.base.BaseHandler.make_view_atomic",
        side_effect=RuntimeError("planted secret"),
    )
    with planted:
        answer = public_client.get("/", secure=True)
    assert answer.status_code == 500
    assert "planted secret" not in answer.content.decode()
    assert faults_of(answer) == []


@pytest.mark.parametrize("name", ["keng/tokens.css", "keng/js/leave.js", "keng/mark.svg"])
def test_a_file_of_ours(public_client, name):
    answer = public_client.get(f"/static/{name}", secure=True)
    assert answer.getvalue()
    assert answer.status_code == 200
    assert faults_of(answer) == []


def bare_answer(call):
    """The headers of what is answered without Django."""
    sent = []

    async def send(message):
        sent.append(message)

    asyncio.run(call(send))
    return {name.decode(): value.decode() for name, value in sent[0]["headers"]}


@pytest.mark.parametrize("status", [200, 400, 401, 404, 405, 408, 413, 500, 503])
def test_the_edge_in_every_status(status):
    is_bare(bare_answer(lambda send: edge_http.send_status(send, status)))


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_address_of_a_monitor(method):
    front = Front(None)
    is_bare(bare_answer(lambda send: front._answer_health({"method": method}, send)))


def is_bare(headers):
    policy = directives(headers["content-security-policy"])
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == {"'none'"}
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-type"] == "text/plain; charset=utf-8"
    assert headers["cache-control"] == "no-store"
    assert "includeSubDomains" in headers["strict-transport-security"]


# Of Django's deployment check these are answered otherwise: settings.py says how.
ANSWERED_OTHERWISE = ["security.W008", "security.W002", "security.W021"]


@pytest.mark.parametrize("process", ["public", "desk"])
def test_djangos_deployment_check_has_nothing_to_say(process, tmp_path):
    assert settings.SILENCED_SYSTEM_CHECKS == ANSWERED_OTHERWISE
    as_in_production = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "keng.site.settings",
        "KENG_DATA": str(tmp_path),
        "KENG_SECRET_KEY": secrets.token_hex(32),
        "KENG_PROCESS": process,
        "KENG_BEHIND_TLS": "1",
        "KENG_HOSTS": "keng.example",
    }
    done = subprocess.run(
        [sys.executable, "-m", "django", "check", "--deploy", "--fail-level", "WARNING"],
        env=as_in_production,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "(3 silenced)" in done.stdout
