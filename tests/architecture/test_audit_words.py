"""Whatever the code puts on record has a name that an auditor can read, in both languages."""

import ast
import re

import pytest
from django.apps import apps
from django.utils import translation

from keng.reports.record.acts import act_words
from keng.reports.record.things import thing_words, things
from keng.tips.models import Decision
from tests.architecture.source import KENG, RECORDING, imports, is_test, python_files

ACT = re.compile(
    r"^(tips?|survey|wave|receipt|incident|attachment|sighting|officer|warning|dispatch|group|establishment|lead|relay"
    r"|channel|address|intake|unit|landmark|claim|collection|lesson|pledge|film|first_hour"
    r"|question|meeting|keys|partner|article|manuscript|kit|report)\.[a-z_]*[a-z]$"
)


def recorded_acts():
    """The string constants that look like an act, in modules that record; and the decisions."""
    found = {f"tip.{kind}" for kind in Decision.Kind.values}
    for file in python_files(KENG):
        if is_test(file):
            continue
        tree = ast.parse(file.read_text())
        if RECORDING & set(imports(tree)):
            constants = (n.value for n in ast.walk(tree) if isinstance(n, ast.Constant))
            found |= {c for c in constants if isinstance(c, str) and ACT.match(c)}
    return sorted(found)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_act_on_record_has_words(language):
    with translation.override(language):
        nameless = [act for act in recorded_acts() if act_words(act) == act]
    assert nameless == []


@pytest.mark.parametrize("language", ["vi", "en"])
def test_whatever_an_act_is_done_to_has_words(language):
    models = {model.__name__.lower() for model in apps.get_models()}
    assert {"tip", "version", "incident", "lead"} <= set(things()) <= models
    with translation.override(language):
        assert [kind for kind in things() if thing_words(kind) == kind] == []


def test_acts_are_found_where_they_are_recorded():
    assert {"warning.approved", "officer.signed_in", "tip.accepted"} <= set(recorded_acts())
