"""How code and templates are laid out is the formatters' business, with no line kept from them."""

import re

import pytest

from tests.architecture.source import name, python_files, templates

# Split, so that this file does not find itself.
KEPT_PACKED = re.compile("fmt" + r": ?(?:skip|off|ignore)\b")
WIDTH = 120
# A sentence is a key of the translations and stands on one line, however long it is.
SENTENCE = re.compile(
    r"{% blocktranslate.*?%}.*?{% endblocktranslate %}|{% translate .*?%}|{{ _\(.*?}}"
)
# Django reads a tag on one line alone, and the value of an attribute is the template's own.
ONE_TAG = re.compile(r"{%(?:(?!%}).)*%}")
ONE_ATTRIBUTE = re.compile(r'[a-z-]+="[^<>]*"')


def pages():
    return [file for file in templates() if file.suffix == ".html"]


def too_wide(line):
    """Whether somebody could have broken this line and did not."""
    rest = SENTENCE.sub("", line).strip()
    return (
        len(line) > WIDTH
        and (rest == line.strip() or len(rest) > WIDTH)
        and not ONE_TAG.fullmatch(rest)
        and not ONE_ATTRIBUTE.fullmatch(rest)
    )


def test_no_line_is_kept_from_the_formatters():
    files = [*python_files(), *pages()]
    assert len(files) > 1000
    assert not [name(file) for file in files if KEPT_PACKED.search(file.read_text())]


def test_no_line_of_a_template_is_packed():
    wide = {
        f"{name(file)}:{number}": line
        for file in pages()
        for number, line in enumerate(file.read_text().splitlines(), 1)
        if too_wide(line)
    }
    assert not wide


@pytest.mark.parametrize(
    "line",
    [
        "<p>" + "a packed line, word after word " * 4 + "</p>",
        "<div>" * 13 + '{% translate "A sentence" %}' + "</div>" * 13,
        '{% if a %}{% include "one.html" %}{% endif %}' * 3,
    ],
)
def test_a_packed_line_would_be_noticed(line):
    assert too_wide(line)


@pytest.mark.parametrize(
    "line",
    [
        '  <p>{% translate "' + "A long sentence, " * 9 + '" %}</p>',
        '  {% include "parts/table.html" with ' + "rows=rows " * 12 + "%}",
        '  class="chip' + "{% if state == 'open' %} ok{% endif %}" * 4 + '"',
    ],
)
def test_what_cannot_be_broken_may_be_long(line):
    assert len(line) > WIDTH
    assert not too_wide(line)


@pytest.mark.parametrize("word", ["skip", "off", "ignore"])
def test_a_statement_kept_from_the_formatter_would_be_noticed(word):
    assert KEPT_PACKED.search(f"x = {{1: 2}}  # fmt: {word}")
    assert KEPT_PACKED.search(f"{{# djangofmt:{word} #}}")


def test_a_comment_of_a_template_ends_on_its_line():
    """Django prints one that goes on: everybody would read it."""
    open_comments = [
        f"{name(page)}:{number}"
        for page in pages()
        for number, line in enumerate(page.read_text().splitlines(), 1)
        if line.count("{#") != line.count("#}")
    ]
    assert not open_comments, "{% comment %} may have several lines"
