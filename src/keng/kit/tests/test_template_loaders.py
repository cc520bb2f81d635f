"""What is sent of a template is all of it but the white space that only its reader needs."""

import re
from pathlib import Path

import pytest
from django.template import engines
from django.template.loader import get_template

import keng
from keng.kit.template_loaders import without_indent

TEMPLATES = sorted(Path(keng.__file__).parent.glob("**/templates/**/*.html"))
# A sentence in one piece, of which a change would be another message.
SENTENCE = re.compile(r"\{% blocktranslate\b.*?\{% endblocktranslate %\}", re.DOTALL)


def test_lines_begin_at_the_edge():
    assert without_indent("<ul>\n  <li>\n\t  a\n</ul>") == "<ul>\n<li>\na\n</ul>"


@pytest.mark.parametrize(
    "kept",
    [
        "<pre>\n  one\n    two\n</pre>",
        '<textarea name="text">\n  typed\n</textarea>',
        "{% blocktranslate %}One\n  two{% endblocktranslate %}",
    ],
)
def test_white_space_that_somebody_sees_stays(kept):
    assert without_indent(f"<p>\n  {kept}\n  </p>") == f"<p>\n{kept}\n</p>"


def test_no_template_loses_anything_else():
    assert len(TEMPLATES) > 300
    for file in TEMPLATES:
        source = file.read_text()
        sent = without_indent(source)
        assert sent.split() == source.split(), file
        assert sent.count("\n") == source.count("\n"), file
        assert SENTENCE.findall(sent) == SENTENCE.findall(source), file


def test_the_product_sends_its_pages_so():
    engine = engines["django"].engine
    source = get_template("base_desk.html").template.source
    assert "\n " not in without_indent(source)
    assert source == without_indent(Path(get_template("base_desk.html").origin.name).read_text())
    assert "cached" in str(type(engine.template_loaders[0]))
