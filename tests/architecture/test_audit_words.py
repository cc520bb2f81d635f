"""Whatever an act is done to has a name that an auditor can read, in both languages."""

import pytest
from django.apps import apps
from django.utils import translation

from keng.audit_page.thing_words import names_of_things, thing_words


@pytest.mark.parametrize("language", ["vi", "en"])
def test_whatever_an_act_is_done_to_has_words(language):
    models = {model.__name__.lower() for model in apps.get_models()}
    assert {"tip", "version", "incident", "lead"} <= set(names_of_things()) <= models
    with translation.override(language):
        assert [kind for kind in names_of_things() if thing_words(kind) == kind] == []
