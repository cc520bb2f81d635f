"""Vietnamese is complete: no screen falls back to English."""

import re

import pytest
from django import forms
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.utils import translation

from keng.runtime.locale import LOCALE, compile_catalogues, entries_by_sentence
from tests.architecture.sentences import all_sentences, in_python, in_template
from tests.architecture.source import TOOLS

VIETNAMESE = LOCALE / "vi" / "LC_MESSAGES"
OF_THE_DEMO = TOOLS / "demo" / "locale" / "vi" / "LC_MESSAGES"
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w*\}|%[sd]")


@pytest.fixture(scope="module")
def translated():
    found = entries_by_sentence(VIETNAMESE)
    for key, entries in entries_by_sentence(OF_THE_DEMO).items():
        found[key] = [*found.get(key, []), *entries]
    return found


def test_every_sentence_is_translated():
    sentences, translated = all_sentences(), entries_by_sentence(VIETNAMESE)
    missing = {sentence: file for sentence, file in sentences.items() if sentence not in translated}
    assert len(sentences) > 50
    assert not missing


def test_every_sentence_of_the_demo_is_translated(translated):
    sentences = all_sentences(TOOLS)
    assert len(sentences) > 30
    assert sentences.keys() - translated.keys() == set()
    assert set(entries_by_sentence(OF_THE_DEMO)) <= set(sentences)


def test_areas_that_share_a_sentence_say_the_same(translated):
    def answers(entries):
        return {entry.msgstr or tuple(entry.msgstr_plural.values()) for entry in entries}

    assert not {
        key: answers(entries) for key, entries in translated.items() if len(answers(entries)) > 1
    }


def test_a_translation_keeps_its_placeholders(translated):
    def differs(entry):
        expected = set(PLACEHOLDER.findall(entry.msgid_plural or entry.msgid))
        texts = entry.msgstr_plural.values() or [entry.msgstr]
        return any(set(PLACEHOLDER.findall(text)) != expected for text in texts)

    assert not [key for key, entries in translated.items() if any(map(differs, entries))]


def test_the_compiled_catalogue_speaks_vietnamese(translated):
    compile_catalogues()
    context, sentence = next(key for key in translated if key[0] is None)
    translation.trans_real._translations.clear()
    with translation.override("vi"):
        assert translation.gettext(sentence) == translated[context, sentence][0].msgstr


@pytest.mark.parametrize(
    "complain",
    [
        lambda: password_validation.validate_password("ngắn quá"),
        lambda: password_validation.validate_password("password1234"),
        lambda: forms.CharField().clean("a\0b"),
        lambda: forms.CharField().clean(""),
        lambda: forms.CharField(max_length=3).clean("abcd"),
        lambda: forms.IntegerField(max_value=3).clean("4"),
        lambda: forms.IntegerField().clean("vier"),
        lambda: forms.UUIDField().clean("x"),
        lambda: forms.EmailField().clean("x"),
        lambda: forms.URLField(assume_scheme="https").clean("x y"),
        lambda: forms.SlugField().clean("à b"),
        lambda: forms.DateField().clean("x"),
        lambda: forms.ChoiceField(choices=[("a", "A")]).clean("b"),
    ],
)
def test_what_django_complains_of_is_said_in_vietnamese(complain):
    compile_catalogues()
    translation.trans_real._translations.clear()
    said = {}
    for language in ("en", "vi"):
        with translation.override(language):
            with pytest.raises(ValidationError) as refused:
                complain()
            said[language] = refused.value.messages
    assert not set(said["vi"]) & set(said["en"])


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("from django.utils.translation import gettext as _\n_('Yes')", (None, "Yes")),
        ("from django.utils import translation\ntranslation.gettext('A' ' b')", (None, "A b")),
        (
            "from django.utils.translation import pgettext\npgettext('month', 'May')",
            ("month", "May"),
        ),
        (
            "from django.utils.translation import ngettext\nngettext('tip', 'tips', 2)",
            (None, "tip"),
        ),
    ],
)
def test_sentences_in_python_are_found(source, expected):
    assert list(in_python(source)) == [expected]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('{% translate "Yes" %}', (None, "Yes")),
        ('{% trans "May" context "month" %}', ("month", "May")),
        ("{% blocktranslate %}Hi {{ name }}!{% endblocktranslate %}", (None, "Hi %(name)s!")),
        (
            "{% blocktranslate count n=tips %}one{% plural %}{{ n }} tips{% endblocktranslate %}",
            (None, "one"),
        ),
        ('<a title="x">{{ _("It\'s here (now)") }}</a>', (None, "It's here (now)")),
        ('{% include "a.html" with title=_("Tips") %}', (None, "Tips")),
    ],
)
def test_sentences_in_templates_are_found(source, expected):
    assert list(in_template(source)) == [expected]
