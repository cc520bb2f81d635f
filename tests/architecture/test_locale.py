"""Vietnamese is complete: no screen falls back to English."""

import re

import pytest

from keng.cli.locale import LOCALE, by_sentence, compile_all
from tests.architecture.sentences import all_sentences, in_python, in_template

VIETNAMESE = LOCALE / "vi" / "LC_MESSAGES"
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w*\}|%[sd]")


@pytest.fixture(scope="module")
def translated():
    return by_sentence(VIETNAMESE)


def test_every_sentence_is_translated(translated):
    sentences = all_sentences()
    missing = {sentence: file for sentence, file in sentences.items() if sentence not in translated}
    assert len(sentences) > 50
    assert not missing


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
    from django.utils import translation

    compile_all()
    context, sentence = next(key for key in translated if key[0] is None)
    translation.trans_real._translations.clear()
    with translation.override("vi"):
        assert translation.gettext(sentence) == translated[context, sentence][0].msgstr


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
