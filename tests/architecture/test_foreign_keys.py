"""Foreign keys point downwards, as imports do; import-linter cannot see those written as text."""

import tomllib

import pytest
from django.apps import apps

from tests.architecture.source import ROOT


def layers():
    """Area -> height, read from the contract of the imports: one order for both."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    names = contracts["contracts"][0]["layers"]
    return {
        area.strip(): height
        for height, line in enumerate(reversed(names))
        for area in line.split("|")
    }


def cross_area_keys():
    """Every key from one of our areas to another."""
    for model in apps.get_models():
        for field in model._meta.get_fields():
            target = getattr(field, "related_model", None)
            if target is None or field.auto_created or not _is_ours(model) or not _is_ours(target):
                continue
            if model._meta.app_label != target._meta.app_label:
                yield field, model, target


def _is_ours(model):
    return model.__module__.startswith("keng.")


KEYS = list(cross_area_keys())


def _title(case):
    field, model, target = case
    return f"{model.__name__}.{field.name}->{target.__name__}"


def test_there_are_keys_between_areas():
    assert len(KEYS) > 10


@pytest.mark.parametrize("case", KEYS, ids=_title)
def test_a_key_points_to_a_lower_area(case):
    _, model, target = case
    heights = layers()
    assert heights[target._meta.app_label] < heights[model._meta.app_label]


@pytest.mark.parametrize("case", KEYS, ids=_title)
def test_a_lower_area_does_not_see_the_key(case):
    field, _, _ = case
    assert field.remote_field.hidden
