"""Public pages can be read in every state of their links and buttons, by day and at night."""

import pytest

from tests.accessibility.states import pale_in_a_state

PAGES = (
    "/",
    "/report/who-gets/",
    "/report/what/",
    "/lookup/",
    "/status/",
    "/warnings",
    "/lessons",
    "/surveys",
    "/claims",
    "/first-hour/",
    "/official-channels/",
    "/verify",
)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_state_makes_words_pale(stack, person, scheme):
    page = person(locale="vi", color_scheme=scheme, viewport={"width": 390, "height": 844})
    found = {}
    for path in PAGES:
        page.goto(f"{stack.public}{path}")
        if pale := pale_in_a_state(page):
            found[path] = pale
    assert found == {}


def test_a_pale_state_would_be_noticed(stack, person):
    page = person(locale="vi")
    page.goto(f"{stack.public}/first-hour/")
    page.route("**/*", lambda route: route.continue_())
    page.evaluate(
        "() => document.styleSheets[0].insertRule('main a:hover { color: #eee !important }', 0)"
    )
    assert ":hover" in pale_in_a_state(page)
