"""What a test reads of a page is what a person sees of it."""

import pytest

from keng.kit.tests.browser import settled


@pytest.mark.parametrize(
    ("page", "read"),
    [
        (
            "<ul>\n  <li>one</li>\n  <li>\n    two\n  </li>\n</ul>\n",
            "<ul><li>one</li><li>two</li></ul>",
        ),
        (
            '<a\n  href="/a  b"\n  class="touch-link"\n>go</a>',
            '<a href="/a  b" class="touch-link">go</a>',
        ),
        ("<button>\n  Send\n</button>\n<a>no</a>", "<button>Send</button> <a>no</a>"),
        ("<br>\n<p>a\n  b</p>", "<br><p>a b</p>"),
        ("<img\n  alt=''\n/>", "<img alt=''/>"),
        (
            '<form><input type="hidden" name="a">\n<b>x</b></form>',
            '<form><input type="hidden" name="a"><b>x</b></form>',
        ),
    ],
)
def test_how_a_template_is_broken_into_lines_is_no_matter(page, read):
    assert settled(page) == read


@pytest.mark.parametrize(
    "page",
    [
        "<p>113<b>now</b></p>",
        "<p>113 <b>now</b></p>",
        "<p><a>one</a> <a>two</a></p>",
        "<p><a> one</a><a>two</a></p>",
        "<p>a\u00a0 b</p>",
        '<p title="a  b">c</p>',
        "<textarea>\n  as  typed\n</textarea>",
        "<pre>\n  as  it  is\n</pre>",
        '<script>if (a < b)  c = "<p>  </p>";</script>',
        "<p>1 < 2 > 0</p>",
        "<p><!--  as it is  --></p>",
    ],
)
def test_what_is_seen_stays(page):
    assert settled(page) == page
