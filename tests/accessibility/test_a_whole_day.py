"""Screens that only exist while something is going on: mistakes, receipts, approvals, coverage."""

from urllib.request import urlopen

from prometheus_client.parser import text_string_to_metric_families

from keng.kit.logs import is_json_line
from keng.kit.metrics_server import MEASURED_PROCESSES
from keng.runtime.tests.metric_labels import finer_labels
from tests.accessibility.reading import faults
from tests.day import BY_PHONE, IN_ENGLISH, IN_VIETNAMESE, Day, speak
from tests.journeys.desk import Desk

PHONE = {"viewport": {"width": 390, "height": 844}, "color_scheme": "light", "locale": "vi"}
NIGHT = {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark", "locale": "en"}


def at_night_in_english(person, stack, name):
    desk = Desk(person(**NIGHT), stack, name).sign_in()
    speak(desk.page, "en")
    return desk


def test_no_screen_of_a_day_has_a_fault(stack, person, mailbox):
    found = {}

    def look(page, name):
        if here := faults(page):
            found[name] = here

    day = Day(stack, look)
    code = day.report(person(**PHONE), IN_VIETNAMESE, name="Nguyễn Thị Thử")
    day.open_status(person(**PHONE), code)
    day.report(person(**PHONE), IN_ENGLISH)
    day.say_on_phone(person(**PHONE), BY_PHONE)
    duty = at_night_in_english(person, stack, "lan")
    day.weigh(duty)
    day.hand_in_warning(duty)
    commander = at_night_in_english(person, stack, "hai")
    day.approve(commander)
    day.pass_on(person(**PHONE))
    day.subscribe(person(**PHONE), mailbox)
    reader = person(**PHONE)
    reader.goto(day.places.pop("warning"))
    look(reader, "warning")
    for name, address in day.places.items():
        commander.page.goto(address)
        look(commander.page, name)
    assert found == {}
    nothing_finer_than_a_channel_is_measured(stack)
    every_line_of_the_logs_is_for_a_program(stack)


def nothing_finer_than_a_channel_is_measured(stack):
    """What a monitor reads of each process after all this, and that nobody is in it."""
    first = int(stack.environment["KENG_METRICS_PORT"])
    for port, process in enumerate(MEASURED_PROCESSES, start=first):
        if process == "worker-slow":
            # Under the supervisor the worker does these tasks.
            continue
        with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
            text = answer.read().decode()
        families = list(text_string_to_metric_families(text))
        samples = [sample for family in families for sample in family.samples]
        assert [s for s in samples if s.name.startswith("keng_")], process
        assert finer_labels(samples) == []
        # Without the figures, whose digits are by chance those of a telephone number.
        words = [f"{family.name} {family.documentation}" for family in families]
        words += [f"{sample.name} {sample.labels}" for sample in samples]
        for word in ("0912", "cccd", "phường", "Thử", "/report", stack.folder.name):
            assert not [each for each in words if word in each], process


def every_line_of_the_logs_is_for_a_program(stack):
    logs = [file for file in (stack.data / "logs").glob("*.log") if file.stem != "postgres"]
    lines = {file.stem: file.read_text().splitlines() for file in logs}
    assert {"public", "desk", "edge", "worker", "worker-alarm", "sender", "keng"} <= set(lines)
    for name, each in lines.items():
        assert all(is_json_line(line) for line in each), name
