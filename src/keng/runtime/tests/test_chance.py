"""The same examples in every run, and others every night that can be had again."""

import os
import re
import subprocess
import sys

import pytest

from keng.runtime.tests import chance
from tests.fuzz.chance import examples, how_many

TRIED = """
from hypothesis import given, strategies as st
tried = []
@given(st.integers())
def test_these_are_tried(number):
    tried.append(number)
def test_they_are_told():
    print("tried", len(tried), tried)
@given(st.integers())
def test_none_is_large(number):
    assert number < 1000
"""


@pytest.fixture
def usual(monkeypatch):
    for name in ("KENG_TEST_NIGHTLY", "KENG_FUZZ", "KENG_TEST_ALL"):
        monkeypatch.delenv(name, raising=False)


def test_a_usual_run_tries_the_same_examples_each_time(usual):
    assert chance.profile().derandomize
    assert (chance.profile().max_examples, how_many(10)) == (100, 10)


def test_the_night_looks_elsewhere_and_further(usual, monkeypatch):
    monkeypatch.setenv("KENG_TEST_NIGHTLY", "1")
    assert not chance.profile().derandomize
    assert chance.profile().print_blob
    assert (chance.profile().max_examples, how_many(10)) == (500, 50)


def test_a_person_says_how_far_to_look(usual, monkeypatch):
    monkeypatch.setenv("KENG_FUZZ", "700")
    assert not examples(10).derandomize
    assert examples(10).max_examples == 700


def test_the_night_says_how_to_try_the_same_again(tmp_path):
    file = tmp_path / "test_tried.py"
    file.write_text(TRIED)
    first, _ = tried(file)
    second, told = tried(file)
    assert first != second
    assert "@reproduce_failure(" in told
    seed = re.search(r"KENG_TEST_NIGHTLY=1 python -m pytest --hypothesis-seed=(\d+) TEST", told)
    again, _ = tried(file, f"--hypothesis-seed={seed[1]}")
    assert again == second


def tried(file, *options):
    """Which examples a nightly run of this file tries, and all that it prints."""
    # Without the plugin's cluster: what is asked here needs no database.
    script = (
        "import sys, pytest\n"
        "from keng.runtime.tests import chance, plugin\n"
        "chance.load_profile()\n"
        "plugin._begin = plugin._sweep = lambda: None\n"
        "sys.exit(pytest.main(sys.argv[1:]))"
    )
    words = [
        "-p",
        "keng.runtime.tests.plugin",
        "-q",
        "-s",
        "-p",
        "no:randomly",
        "-p",
        "no:cacheprovider",
        "--import-mode=importlib",
    ]
    answer = subprocess.run(
        [sys.executable, "-c", script, *words, *options, str(file)],
        env=os.environ | {"KENG_TEST_NIGHTLY": "1", "DJANGO_SETTINGS_MODULE": "keng.site.settings"},
        capture_output=True,
        text=True,
        check=False,
    )
    found = re.search(r"tried 500 (.*)", answer.stdout)
    assert found, answer.stdout + answer.stderr
    return found[1], answer.stdout
