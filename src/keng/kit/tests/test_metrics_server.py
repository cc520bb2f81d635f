"""Metrics are handed out at the loopback address alone, and by a process that goes on meanwhile."""

import socket
import threading
import time
from http.client import HTTPConnection

import pytest
from prometheus_client import CollectorRegistry, Gauge

from keng.kit import metrics_server
from keng.kit.metrics_server import MEASURED_PROCESSES, MetricsServer, metrics_port, serve_metrics
from tests.stack import free_ports

WITHIN = 10


@pytest.fixture
def registry():
    made = CollectorRegistry()
    Gauge("keng_of_a_test", "Of a test.", registry=made).set(7)
    return made


@pytest.fixture
def port(registry):
    (free,) = free_ports(1)
    server = MetricsServer(free, registry)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield free
    server.shutdown()
    server.server_close()
    thread.join()


def ask(port, path="/metrics", address="127.0.0.1", method="GET"):
    connection = HTTPConnection(address, port, timeout=WITHIN)
    try:
        connection.request(method, path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode(), dict(answer.getheaders())
    finally:
        connection.close()


def test_they_are_answered_as_prometheus_reads_them(port):
    status, body, headers = ask(port)
    assert (status, "keng_of_a_test 7.0" in body) == (200, True)
    assert headers["Content-Type"].startswith("text/plain; version=")
    assert "Server" not in headers


def test_nothing_else_is_answered(port):
    assert ask(port, "/")[:2] == (404, "")
    assert ask(port, "/metrics/../etc/passwd")[0] == 404
    assert ask(port, method="POST")[0] == 501


def test_they_listen_at_the_loopback_address_alone(registry):
    (free,) = free_ports(1)
    server = MetricsServer(free, registry)
    try:
        assert server.server_address[0] == "127.0.0.1"
    finally:
        server.server_close()


def test_callers_who_say_nothing_are_few_and_are_let_go(port, monkeypatch):
    monkeypatch.setattr(metrics_server._MetricsRequest, "timeout", 0.3)
    silent = [socket.create_connection(("127.0.0.1", port)) for _ in range(20)]
    try:
        for each in silent:
            each.settimeout(WITHIN)
            assert each.recv(1) == b""
        assert ask(port)[0] == 200
    finally:
        for each in silent:
            each.close()


def test_a_caller_who_sends_a_byte_at_a_time_is_let_go(port, monkeypatch):
    monkeypatch.setattr(metrics_server, "_REQUEST_WITHIN", 0.5)
    with socket.create_connection(("127.0.0.1", port)) as slow:
        deadline = time.monotonic() + WITHIN
        # Well below the end that each wait has.
        slow.settimeout(0.1)
        while True:
            assert time.monotonic() < deadline
            try:
                slow.send(b"G")
                if slow.recv(1) == b"":
                    break
            except TimeoutError:
                continue
            except OSError:
                break


def test_a_figure_that_cannot_be_collected_is_in_the_log(port, registry, caplog):
    class Fails:
        def describe(self):
            return []

        def collect(self):
            raise RuntimeError("a fault of ours")

    registry.register(Fails())
    assert ask(port)[0] == 500
    assert "could not be collected" in caplog.text


def test_without_the_setting_nothing_listens_and_nothing_is_asked_for(monkeypatch):
    monkeypatch.delenv("KENG_METRICS_PORT", raising=False)
    assert [metrics_port(process) for process in MEASURED_PROCESSES] == [None] * 8
    serve_metrics("public", lambda: pytest.fail("nobody wants it"))


def test_each_process_has_a_port_of_its_own(monkeypatch):
    monkeypatch.setenv("KENG_METRICS_PORT", "9500")
    assert [metrics_port(process) for process in MEASURED_PROCESSES] == list(range(9500, 9508))
    assert metrics_port("opener") is None
    assert metrics_port("owner") is None


def test_a_port_in_use_is_tried_again_and_the_process_goes_on(monkeypatch, registry):
    monkeypatch.setattr(metrics_server, "_BINDS_AGAIN_AFTER", 0.05)
    (free,) = free_ports(1)
    taken = socket.create_server(("127.0.0.1", free))
    monkeypatch.setenv("KENG_METRICS_PORT", str(free))
    serve_metrics("public", lambda: registry)
    time.sleep(0.2)
    taken.close()
    deadline = time.monotonic() + WITHIN
    while True:
        try:
            assert ask(free)[0] == 200
            break
        except OSError:
            assert time.monotonic() < deadline
            time.sleep(0.05)
