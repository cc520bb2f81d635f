"""What a monitor reads of a real edge and a real worker while messages come in: numbers alone."""

import asyncio
import http.client
import time
import urllib.request

import pytest
from prometheus_client.parser import text_string_to_metric_families

from keng.channels.sandbox import compose_call
from keng.edge import app
from keng.edge.tests.conftest import SECRET
from keng.kit import metrics, times
from keng.runtime.tests.metric_labels import finer_labels
from tests.running import running
from tests.stack import free_ports_in_a_row

pytestmark = pytest.mark.django_db(transaction=True)
WITHIN = 30
WORDS = "Hai kẻ vung dao rượt nhau ở 12 Trần Phú, gọi 0912345678"


@pytest.fixture
def first_port():
    """Of eight that follow each other; whoever is asked has one of them."""
    return free_ports_in_a_row(8)[0]


def read_metrics(port):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
        return answer.read().decode()


def samples_of(text):
    return [each for family in text_string_to_metric_families(text) for each in family.samples]


def value(samples, name, **labels):
    wanted = {key.rstrip("_"): each for key, each in labels.items()}
    return next((s.value for s in samples if (s.name, s.labels) == (name, wanted)), None)


def read_until(port, holds):
    deadline = time.monotonic() + WITHIN
    while True:
        try:
            text = read_metrics(port)
        except OSError as error:
            text = repr(error)
        else:
            if holds(samples_of(text)):
                return text
        assert time.monotonic() < deadline, text
        time.sleep(0.1)


def post(edge, raw, headers):
    connection = http.client.HTTPConnection("127.0.0.1", edge.port, timeout=10)
    try:
        connection.request("POST", "/hooks/sandbox/phones", raw, headers)
        return connection.getresponse().status
    finally:
        connection.close()


def call(sender, words, secret=SECRET):
    return compose_call(id=f"m-{sender}", sender=sender, at=times.now(), text=words, secret=secret)


def test_messages_are_counted_and_nothing_else_of_them(account, first_port):
    with running("edge", KENG_METRICS_PORT=str(first_port)) as edge:
        # The third port of the eight.
        port = first_port + 2
        for number in range(3):
            assert post(edge, *call(f"phone-of-{number}", f"{WORDS} {number}")) == 200
        assert post(edge, *call("phone-of-9", WORDS, secret="another")) in {401, 403}
        text = read_until(
            port, lambda s: value(s, "keng_intake_seconds_count", channel="sandbox") == 3
        )
    samples = samples_of(text)
    assert value(samples, "keng_request_seconds_count", process="edge", status="2xx") == 3
    assert (
        value(samples, "keng_intake_failures_total", channel="sandbox", outcome="unverified") == 1
    )
    assert finer_labels(samples) == []
    for part in ("0912", "phone-of", "phones", "dao", "Trần", account.unit.name, "hooks"):
        assert part not in text


@pytest.mark.parametrize(("paces", "port"), [(("normal", "slow"), 3), (("slow",), 7)])
def test_the_worker_measures_what_waits_by_itself(account, first_port, paces, port):
    classes = [part for pace in paces for part in ("--class", pace)]
    with running("worker", *classes, KENG_METRICS_PORT=str(first_port)):
        text = read_until(
            first_port + port,
            lambda s: (
                value(s, "keng_queue_depth", class_="ringing") is not None
                and value(s, "keng_accounts_stopped", channel="sandbox") == 0
            ),
        )
    assert finer_labels(samples_of(text)) == []


def test_a_caller_who_sends_slowly_does_not_look_like_a_slow_database(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(app.time, "perf_counter", lambda: now[0])
    edge = app.EdgeApp()

    async def receive():
        now[0] += 30
        return {"type": "http.request", "body": b"", "more_body": False}

    async def route(scope, receive, send):
        await receive()
        now[0] += 2
        await send({"type": "http.response.start", "status": 200})
        now[0] += 50

    async def send(message):
        pass

    monkeypatch.setattr(edge, "_route", route)
    labels = {"process": "edge", "status": "2xx"}
    read = metrics.REGISTRY.get_sample_value
    before = read("keng_request_seconds_sum", labels) or 0.0
    asyncio.run(edge({"type": "http", "path": "/hooks/a/b"}, receive, send))
    assert read("keng_request_seconds_sum", labels) - before == pytest.approx(2)
