"""Alert rules and dashboard name what there is, say what they mean, and Prometheus takes them.

No label is finer than process, class and channel: see also docs/decisions/0057.
"""

import json
import re
import shutil
import subprocess
from collections import Counter

import pytest
from prometheus_client import CollectorRegistry

from keng.intake import receive
from keng.kit import alive, metrics
from keng.kit.backup_sign import give_backup_sign
from keng.kit.machine_metrics import MachineCollector
from keng.runtime.database_metrics import DATABASE_FIGURES
from keng.runtime.supervisor.start_metrics import starts_registry
from keng.runtime.tests.metric_labels import LABEL_VALUES, finer_labels
from tests.architecture.source import ROOT

PROMETHEUS = ROOT / "deploy" / "prometheus"
RULES = (PROMETHEUS / "keng.rules.yml").read_text()
RULE_TESTS = (PROMETHEUS / "keng.rules.test.yml").read_text()
DASHBOARD = json.loads((ROOT / "deploy" / "grafana" / "keng.json").read_text())
GUIDE = (ROOT / "docs" / "operator" / "watching.md").read_text()
ALERTS = re.findall(r"- alert: (\w+)", RULES)
PANELS = {
    panel["title"]: [target["expr"] for target in panel["targets"]] for panel in DASHBOARD["panels"]
}
NAME = re.compile(r"\b(keng_[a-z_]+|process_[a-z_]+|up|ALERTS)\b(?=[{)\s\[]|$)")
MATCHER = re.compile(r'(\w+)(=~|!~|!=|=)"([^"]*)"')
# What Prometheus adds to what it is given.
OF_PROMETHEUS = {"up", "ALERTS"}
LABELS_OF_PROMETHEUS = {"job", "instance", "alertname", "alertstate"}


@pytest.fixture
def registries(tmp_path, monkeypatch):
    """Those of every process, with something in each."""
    monkeypatch.setenv("KENG_DATA", str(tmp_path))
    alive.expect_signs(["public", "worker", "worker.make-copies", "keng"])
    alive.task_heartbeat("call officers", pace="alarm", every=2).beat()
    give_backup_sign()
    machine, database = CollectorRegistry(), CollectorRegistry()
    machine.register(MachineCollector())
    database.register(DATABASE_FIGURES)
    return [metrics.REGISTRY, machine, database, starts_registry(Counter(edge=2))]


def families(registries):
    return [family for registry in registries for family in registry.collect()]


def names_of(family):
    """As they stand in a query."""
    endings = {"counter": ["_total"], "histogram": ["_bucket", "_count", "_sum"]}
    return {family.name + ending for ending in endings.get(family.type, [""])}


def expressions():
    rules = re.findall(r"expr: (?:>-\n)?((?:.|\n)*?)\n        for:", RULES)
    return [*rules, *(each for panel in PANELS.values() for each in panel)]


def test_every_metric_that_a_rule_or_a_panel_names_is_handed_out(registries):
    known = {name for family in families(registries) for name in names_of(family)}
    named = {name for each in expressions() for name in NAME.findall(each)}
    assert len(named) > 25
    assert named - OF_PROMETHEUS - known == set()


def test_every_metric_of_ours_is_on_the_dashboard_or_in_a_rule(registries):
    named = {name for each in expressions() for name in NAME.findall(each)}
    ours = [family for family in families(registries) if family.name.startswith("keng_")]
    assert len(ours) > 20
    assert [family.name for family in ours if not names_of(family) & named] == []


def test_every_value_that_a_rule_or_a_panel_asks_for_can_come():
    asked = {
        (label, value)
        for each in expressions()
        for label, _how, values in MATCHER.findall(each)
        if label not in LABELS_OF_PROMETHEUS
        for value in values.split("|")
    }
    assert ("class", "ringing") in asked
    assert {(label, value) for label, value in asked if value not in LABEL_VALUES[label]} == set()


def test_every_alert_is_tried_and_explained():
    assert len(ALERTS) == len(set(ALERTS)) > 25
    assert [name for name in ALERTS if RULE_TESTS.count(f"alertname: {name}\n") < 3] == []
    headings = re.findall(r"^### (Keng\w+)$", GUIDE, re.MULTILINE)
    assert headings == ALERTS
    links = re.findall(r"runbook: docs/operator/watching.md#(\w+)$", RULES, re.MULTILINE)
    assert links == [name.lower() for name in ALERTS]


def test_the_ports_of_the_example_are_those_of_the_guide():
    example = (PROMETHEUS / "prometheus.yml").read_text()
    ports = re.findall(r"127\.0\.0\.1:(\d+)", example)
    assert ports == re.findall(r"^\| (\d+) \|", GUIDE, re.MULTILINE)
    assert f"KENG_METRICS_PORT={ports[0]}" in GUIDE


# -- labels


def test_no_label_is_finer_than_process_class_and_channel(registries):
    samples = [sample for family in families(registries) for sample in family.samples]
    assert len(samples) > 30
    assert finer_labels(samples) == []
    assert [sample.name for sample in samples if sample.name.endswith("_created")] == []


def test_no_metric_can_be_given_another_label():
    of_metrics = [
        each._labelnames for each in vars(metrics).values() if hasattr(each, "_labelnames")
    ]
    assert len(of_metrics) > 6
    assert {name for names in of_metrics for name in names} <= metrics.METRIC_LABELS
    assert set(LABEL_VALUES) == metrics.METRIC_LABELS


@pytest.mark.parametrize("way", ["web", "phone", "zalo_oa"])
def test_how_tips_came_in_is_counted_by_channel_alone(way):
    before = metrics.REGISTRY.get_sample_value("keng_intake_seconds_count", {"channel": way}) or 0
    receive._count_intake([way, way], 0.2)
    after = metrics.REGISTRY.get_sample_value("keng_intake_seconds_count", {"channel": way})
    assert after == before + 2


# -- Prometheus itself

promtool = pytest.mark.skipif(
    shutil.which("promtool") is None,
    reason="promtool is not here: apt-get install prometheus has the rules tried by Prometheus",
)


def run_promtool(*words, folder=PROMETHEUS):
    answer = subprocess.run(
        ["promtool", *words], cwd=folder, capture_output=True, text=True, check=False, timeout=60
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr
    return answer.stdout + answer.stderr


@promtool
def test_prometheus_takes_the_rules_and_its_settings():
    assert f"{len(ALERTS)} rules found" in run_promtool("check", "rules", "keng.rules.yml")
    run_promtool("check", "config", "prometheus.yml")


@promtool
def test_each_alert_calls_when_it_should_and_on_a_calm_day_none_does():
    assert "SUCCESS" in run_promtool("test", "rules", "keng.rules.test.yml")


@promtool
def test_prometheus_can_read_what_each_panel_asks(tmp_path):
    rules = [
        f"      - record: panel:{number}\n        expr: {json.dumps(expression)}\n"
        for number, expression in enumerate(each for panel in PANELS.values() for each in panel)
    ]
    file = tmp_path / "panels.yml"
    file.write_text("groups:\n  - name: panels\n    rules:\n" + "".join(rules))
    assert f"{len(rules)} rules found" in run_promtool("check", "rules", str(file))
