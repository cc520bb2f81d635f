"""A further language has its pages whole: no sentence of them is left in English."""

import re

import pytest
from django.conf import settings
from django.utils.translation import to_locale

from keng.kit.languages import FULL_LANGUAGES, LANGUAGE_NAMES
from keng.runtime.locale import LOCALE, entries_by_sentence
from tests.architecture import partial_languages
from tests.architecture.test_locale import PLACEHOLDER

# What stands for something else in a sentence: no letter of it is read.
NO_TEXT = re.compile(r"<[^<>]*>|%\(\w+\)[sd]")
HAN_BESIDE_LATIN_MARK = re.compile(
    r"[\u4e00-\u9fff）”X][,;:!?(]|[,;:!?()][\u4e00-\u9fff]|[\u4e00-\u9fff]\."
)

FURTHER = [to_locale(code) for code, _name in settings.LANGUAGES if code not in FULL_LANGUAGES]


@pytest.fixture(params=FURTHER)
def language(request):
    return request.param


@pytest.fixture
def translated(language):
    return entries_by_sentence(LOCALE / language / "LC_MESSAGES")


def test_there_are_further_languages_and_each_has_a_name_in_itself():
    assert FURTHER
    assert set(LANGUAGE_NAMES) == {code for code, _name in settings.LANGUAGES}


def test_every_folder_of_translations_is_a_language_of_the_site():
    assert {folder.name for folder in LOCALE.iterdir() if folder.is_dir()} == {"vi", *FURTHER}


def test_every_sentence_of_its_pages_is_translated(language):
    assert len(partial_languages.sentences()) > 400
    assert not partial_languages.missing(language)


def test_it_has_no_sentence_that_these_pages_do_not_say(translated):
    assert not set(translated) - set(partial_languages.sentences())


def test_a_sentence_stands_in_one_file(translated):
    assert not [key for key, entries in translated.items() if len(entries) > 1]


def test_a_translation_keeps_its_placeholders_and_its_tags(translated):
    def differs(entry):
        source = entry.msgid_plural or entry.msgid
        texts = entry.msgstr_plural.values() or [entry.msgstr]
        return any(_marks(text) != _marks(source) for text in texts)

    assert not [key for key, entries in translated.items() if any(map(differs, entries))]


def _marks(text):
    return sorted(PLACEHOLDER.findall(text)), text.count("<b>"), text.count("</")


def test_chinese_has_the_wide_marks_of_its_own_writing():
    """Beside a Chinese character no comma, colon or bracket of the Latin script stands."""
    translated = entries_by_sentence(LOCALE / "zh_Hans" / "LC_MESSAGES")
    words = [
        text for entries in translated.values() for entry in entries for text in entry_words(entry)
    ]
    assert len(words) > 300
    assert [text for text in words if HAN_BESIDE_LATIN_MARK.search(NO_TEXT.sub("X", text))] == []


@pytest.mark.parametrize("wrong", ["您好,再见", "打开:这里", "(选填)", "%(site)s,再见", "您好."])
def test_a_narrow_mark_would_be_noticed(wrong):
    assert HAN_BESIDE_LATIN_MARK.search(NO_TEXT.sub("X", wrong))


def entry_words(entry):
    return [entry.msgstr] if entry.msgstr else list(entry.msgstr_plural.values())


def test_plurals_have_their_form(language):
    vietnamese = entries_by_sentence(LOCALE / "vi" / "LC_MESSAGES")
    translated = entries_by_sentence(LOCALE / language / "LC_MESSAGES")
    counted = {key for key, (entry, *_same) in vietnamese.items() if entry.msgid_plural}
    assert not [
        key
        for key, (entry, *_same) in translated.items()
        if bool(entry.msgid_plural) != (key in counted)
    ]


def test_a_template_is_followed_to_what_it_includes_and_extends():
    pages = partial_languages.pages()
    assert {"base_public.html", "parts/further.html", "dialogue/public/outside.html"} <= set(pages)
    assert not [page for page in pages if "desk" in page]


def test_one_definition_of_a_module_is_read_by_itself():
    said = partial_languages.sentences()
    assert (None, "Your report is closed") in said
    assert (None, "push to a device") not in said
