"""One spelling of Vietnamese in what people read from us: xóa, hòa, hủy, not xoá, hoà, huỷ.

Names of places stay as the state lists them, and what people write to us is read in both ways.
"""

import re

import pytest

from tests.architecture.source import ROOT

_NEW_STYLE = re.compile(
    r"\b\w*(?:o[àáảãạèéẻẽẹ]|(?<!q)u[ỳýỷỹỵ])(?!\w)",
    re.IGNORECASE,
)
# Words of the place lists that sentences of the demo and of the guides name.
_PLACES = {"hoà", "thuỷ", "thuỵ", "hoá"}
_READ = (
    "src/keng/locale/vi/LC_MESSAGES/*.po",
    "dev/src/keng_dev/demo/locale/vi/LC_MESSAGES/*.po",
    "src/keng/**/templates/**/*.html",
    "src/keng/tips/answers.csv",
    "src/keng/language/taxonomy.csv",
    "src/keng/language/ready_words.csv",
    "dev/src/keng_dev/demo/**/*.py",
    "dev/src/keng_dev/demo/province/words/*.txt",
    "docs/**/*.md",
    "README.vi.md",
)


def new_style_words(text):
    """Words with the tone on the second vowel; names of places, which begin large, may be so."""
    return [
        found[0]
        for found in _NEW_STYLE.finditer(text)
        if not (found[0][0].isupper() and found[0].lower() in _PLACES)
    ]


@pytest.mark.parametrize("pattern", _READ)
def test_one_spelling_is_read_everywhere(pattern):
    files = list(ROOT.glob(pattern))
    assert files
    found = {file.name: words for file in files if (words := new_style_words(file.read_text()))}
    assert found == {}


def test_the_other_spelling_is_seen():
    assert new_style_words("xoá, Đ.uý, huỷ, khoẻ, quý, quỹ, xóa, hòa, loạt, hoàn") == [
        "xoá",
        "uý",
        "huỷ",
        "khoẻ",
    ]
    assert new_style_words("xã Hiệp Hoà, phường Cảnh Thuỵ") == []
