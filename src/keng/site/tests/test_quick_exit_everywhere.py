"""Quick exit stands on every public page that holds what a person typed, sent or opened."""

import re
from pathlib import Path

import keng

ROOT = Path(keng.__file__).parent
_EXTENDS = re.compile(r'{% extends "([^"]+)" %}')
# Public pages with a form and no Quick exit, and why none is needed; they have 113 in its place.
WITHOUT = {
    "claims/list.html": "a search of what is published",
    "community/place.html": "the choice of a place",
    "delivery/own_subscription.html": "which warnings somebody gets; nothing is told",
    "delivery/subscribe.html": "the same",
    "warnings/when_over.html": "the same",
    "delivery/subscription_confirm.html": "the same",
    "delivery/subscription_stop.html": "the same",
    "lessons/answer.html": "a quiz without a name",
    "lessons/count.html": "the same",
    "lessons/done.html": "the same",
    "lessons/lesson.html": "the same",
    "lookup_pages/public/box.html": "nothing is looked up yet",
    "partners/campaign.html": "a pledge without a name",
    "partners/join.html": "somebody who wants to be known as a partner",
    "relay/relay.html": "the page of a lead, which is nobody's report",
    "relay/lead_way.html": "the same",
    "relay/lead_way_stop.html": "the same",
    "relay/relay_erase.html": "the same",
    "relay/relay_people.html": "the same",
    "relay/relay_stop.html": "the same",
    "relay/relay_stopped.html": "the same",
    "relay/relay_way.html": "the same",
    "surveys/intro.html": "nothing is answered yet",
    "warnings/verify.html": "a code of a published warning",
}
# Members of partners are signed in and sign out instead.
SIGNED_IN = ("partners/own/", "partner_inbox/own/", "accounts/partner/")


def templates():
    """Every template by the name that others extend it by."""
    found = {}
    for folder in [ROOT / "templates", *ROOT.glob("*/templates")]:
        found |= {
            str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*.html")
        }
    return found


def frames_of(name, known):
    """The template and what it stands in, up to the last one."""
    chain = [name]
    while (extended := _EXTENDS.search(known[chain[-1]])) and extended[1] in known:
        chain.append(extended[1])
    return chain


def pages_with_a_form():
    known = templates()
    found = {}
    for name, text in known.items():
        chain = frames_of(name, known)
        if 'method="post"' in text and len(chain) > 1 and chain[-1] == "base_public.html":
            found[name] = any("parts/quick_exit.html" in known[each] for each in chain)
    return found


def test_every_page_with_a_form_has_it_or_says_why_not():
    pages = pages_with_a_form()
    assert len(pages) > 20
    without = {name for name, has_exit in pages.items() if not has_exit}
    assert {name for name in without if not name.startswith(SIGNED_IN)} == set(WITHOUT)


def test_it_is_on_each_page_of_a_report_its_receipt_and_its_code():
    known = templates()
    for name in known:
        if (
            name.startswith(("community/report/", "dialogue/public/"))
            and "{% extends" in known[name]
        ):
            assert "base_journey.html" in frames_of(name, known), name
