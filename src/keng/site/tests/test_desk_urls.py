"""Every address of the desk, taken from the URLconf: who may ask, and what an answer may show."""

import re

import pytest
from django.urls import URLPattern, reverse

from keng.accounts.middleware import OPEN_PAGES
from keng.conftest import sign_in
from keng.kit import times
from keng.places.models import Unit
from keng.site import desk_urls
from keng.site.tests.desk_world import all_roles, hidden_tip, world
from tests import make

pytestmark = pytest.mark.django_db

# Which row an address with an id is about. A new address must be named here, or the walk fails.
OBJECTS = {
    "officer": "officer",
    "officer-renew": "officer",
    "post-end": "post",
    "officer-close": "officer",
    "notice-seen": "notice",
    "officer-request": "officer_request",
    "officer-request-agree": "officer_request",
    "officer-request-refuse": "officer_request",
    "officer-request-half": "officer_request",
    "officer-request-withdraw": "officer_request",
    "incident": "incident",
    "incident-answer": "incident",
    "incident-outcome": "incident",
    "incident-close": "incident",
    "incident-rows": "incident",
    "incident-rename": "incident",
    "same-indicator": "sighting",
    "sighting-role": "sighting",
    "attachment": "attachment",
    "attachment-play": "attachment",
    "attachment-copy": "attachment",
    "attachment-cover": "attachment",
    "tip-hand-over": "tip",
    "attachment-quarantine": "attachment",
    "listing": "listing",
    "listing-refuse": "listing",
    "listing-end": "listing",
    "listing-propose": "sighting",
    "listing-dispute": "dispute",
    "dispute-file": "dispute_file",
    "search-remove": "saved_search",
    "tip-set-aside": "tip",
    "tip-critical": "tip",
    "tip-suspend": "tip",
    "tip-resume": "tip",
    "wave": "wave",
    "wave-dismiss": "wave",
    "wave-take-back": "wave",
    "tip": "tip",
    "tip-accept": "tip",
    "tip-duplicate": "tip",
    "tip-route": "tip",
    "tip-decline": "tip",
    "tip-sort": "tip",
    "tip-rate": "tip",
    "tip-outcome": "tip",
    "tip-close": "tip",
    "tip-reopen": "tip",
    "tip-separate": "tip",
    "tip-reply": "tip",
    "tip-note": "tip",
    "tip-now": "tip",
    "tip-tick": "tip",
    "tip-untick": "tip",
    "warning-detail": "warning",
    "warning-edit": "warning",
    "warning-submit": "warning",
    "warning-before-after": "warning",
    "warning-approve": "warning",
    "warning-recall": "warning",
    "warning-recall-refuse": "warning",
    "warning-recall-withdraw": "warning",
    "warning-call": "warning",
    "warning-held": "dispatch",
    "official-alert": "official_alert",
    "official-alert-dismiss": "official_alert",
    "pattern": "pattern",
    "pattern-end": "pattern",
    "pattern-send": "pattern",
    "pattern-review": "pattern_use",
    "dispatch": "dispatch",
    "dispatch-cancel": "dispatch",
    "dispatch-resend": "dispatch",
    "dispatch-resend-missed": "dispatch",
    "dispatch-export": "dispatch",
    "dispatch-lags-seen": "dispatch",
    "dispatch-coverage": "dispatch",
    "coverage-place": "place",
    "hand-out-done": "lead",
    "hand-out-link": "lead",
    "lead-remind": "lead",
    "relay-seen": "task",
    "relay-rooms-told": "task",
    "shift-remove": "shift",
    "passkey-rename": "passkey",
    "passkey-remove": "passkey",
    "pager-switch": "pager",
    # Nobody's id opens it: its secret is made of a call (decisions/tests/test_link_answers.py).
    "call-link": "pager",
    "pager-test": "pager_test",
    "question": "question",
    "question-opinion": "question",
    "question-move": "question",
    "desk-partner": "partner",
    "partner-close": "partner",
    "member-close": "partner_member",
    "member-agree": "waiting_member",
    "desk-article": "article",
    "kit-accept": "kit_request",
    "meeting": "meeting",
    "thanks": "thanks",
    "model-offer": "model_offer",
    "model-withdraw": "model_offer",
    "copied-rota": "model_copy",
    "desk-channel": "official_channel",
    "survey-detail": "survey",
    "survey-edit": "survey",
    "survey-question-new": "survey",
    "survey-question-edit": "survey",
    "survey-order": "survey",
    "survey-submit": "survey",
    "survey-preview": "survey",
    "survey-approve": "survey",
    "survey-send-back": "survey",
    "survey-open": "survey",
    "survey-close": "survey",
    "survey-slips": "survey",
    "tip-break-in": "tip",
    "tip-narrow": "tip",
    "tip-widen": "tip",
    "tip-recuse": "tip",
    "tip-hold": "tip",
    "hold-decide": "tip",
    "hold-end": "tip",
    "hold-end-decide": "tip",
    "tip-transfer": "tip",
    "transfer-decide": "tip",
    "transfer-write": "tip",
    "transfer-return": "tip",
    "transfer-file": "transfer_file",
    "data-request": "data_request",
    "data-request-acknowledge": "data_request",
    "data-request-extend": "data_request",
    "data-request-ask-desk": "data_request",
    "data-request-decide": "data_request",
    "data-request-agree": "data_request",
    "data-request-lift": "data_request",
    "data-request-at-desk": "data_request",
    "import-batch": "import",
    "import-refused": "import",
    "import-decide": "import",
    "import-withdraw": "import",
    "period-decide": "period",
    "period-stop": "period",
    "breach": "breach",
    "breach-assess": "breach",
    "breach-form": "breach",
    "breach-form-docx": "breach",
    "breach-form-pdf": "breach",
    "breach-file": "breach",
    "breach-waive": "breach",
    "breach-tell": "breach",
    "breach-close": "breach",
    "breach-waiver-decide": "waiver",
    "recusal-end": "recusal",
    "named-officer-end": "named",
    "break-in-read": "break_in",
    "survey-texts": "survey",
    "survey-publish": "survey",
    "survey-paper-new": "survey",
    "survey-release": "survey",
    "survey-sheet": "batch",
    "survey-sheet-end": "batch",
    "account-groups-ask": "group_account",
    "account-group-make": "group_account",
    "account-group-take-over": "account_group",
    "group-edit": "group",
    "group-active": "group",
    "team": "team",
    "team-shift": "team",
    "team-ask": "team",
    "team-shift-end": "team_shift",
    "team-ask-end": "team_ask",
    "establishment-edit": "establishment",
    "establishment-open": "establishment",
    "hamlet-edit": "hamlet",
    "lead-erase": "lead",
    "place-take-on": "erased_lead",
    "film": "film",
    "film-discard": "film",
    "desk-film-play": "film",
    "desk-film-poster": "film",
    "desk-film-captions": "film",
    "first-hour-text": "first_hour",
    "pledge": "campaign",
    "pledge-link": "school_class",
    "lesson-new": "collection",
    "desk-lesson": "edition",
    "lesson-edit": "edition",
    "claim-detail": "claim",
    "claim-write": "claim",
    "claim-publish": "claim",
    "claim-answer": "claim",
    "claim-outside": "claim",
    "claim-withdraw": "claim",
    "tip-open": "tip",
    "opening": "opening",
    "opening-state": "opening",
    "opening-approve": "opening",
    "opening-refuse": "opening",
    "opening-withdraw": "opening",
    "opening-share": "opening",
    "opening-give": "opening",
    "opening-open": "opening",
    "resharing": "resharing",
    "resharing-share": "resharing",
    "resharing-give": "resharing",
    "report": "report",
    "report-charts": "report",
    "report-paper": "report",
    "report-publish": "report",
    "report-docx": "report",
    "report-xlsx": "report",
    "report-pdf": "report",
    "lead-edit": "lead",
    "lead-way-edit": "lead",
    "lead-link": "lead",
    "lead-link-show": "lead",
    "lead-stop": "lead",
}
# A commune has no part in these.
OF_THE_PROVINCE = {name for name, row in OBJECTS.items() if row == "claim"} | {
    "desk-claims",
    "claim-new",
    "desk-article",
}
# What the forms of these addresses carry, so that a refusal is about the object and not the form.
SENT = {
    "role": "used",
    "category": "theft",
    "value": "of_value",
    "outcome": "solved",
    "text": "x",
    "title": "x",
    "reply": "x",
    "reason": "x",
    "kind": "civil",
    "step": "x",
    "ground": "life",
    "words": "x",
}
ROUTES = [
    (str(pattern.name), pattern.pattern.converters)
    for pattern in desk_urls.urlpatterns
    if isinstance(pattern, URLPattern)
]
# Pages that the role of the walk may not open at all, whoever has what they are about.
OF_OTHER_ROLES = {
    "consents",
    "data-request",
    "data-request-acknowledge",
    "data-request-agree",
    "data-request-ask-desk",
    "data-request-decide",
    "data-request-extend",
    "data-request-lift",
    "data-requests",
    "official-alert",
    "official-alert-dismiss",
    "import-batch",
    "import-decide",
    "import-example",
    "import-new",
    "import-refused",
    "import-withdraw",
    "imports",
    "period-decide",
    "period-new",
    "period-stop",
    "retention",
    "yearly-list",
} | {name for name, _converters in ROUTES if name.startswith(("breach", "processing-register"))} - {
    "break-ins",
    "break-in-read",
}
WITH_ID = sorted(name for name, converters in ROUTES if converters and name not in OPEN_PAGES)
WITHOUT_ID = sorted(name for name, converters in ROUTES if not converters)
_TOKEN = re.compile(r"\b[A-Za-z0-9]{64}\b|(?<=value=\")[\w-]{22}(?=\")")


def address(name, row=None):
    converters = dict(ROUTES)[name]
    return reverse(name, desk_urls, kwargs=dict.fromkeys(converters, row.pk if row else None))


@pytest.fixture(autouse=True)
def one_moment(monkeypatch):
    """The same clock for every request, so that two pages differ only by what they show."""
    now = times.now()
    monkeypatch.setattr(times, "now", lambda: now)


@pytest.fixture(scope="module")
def of_a_commune(shared_rows):
    """The world of a commune's desk, below a province of its own."""
    return own(world("nhà", parent=make.province_unit("Công an tỉnh nhà")))


@pytest.fixture(scope="module")
def of_a_province(shared_rows):
    """The same at a province's desk."""
    return own(world("tỉnh", kind=Unit.Kind.PROVINCE))


@pytest.fixture
def here(request, of_a_commune, of_a_province):
    """The officer's own world: of the province where the address is for its desk alone."""
    call = getattr(request.node, "callspec", None)
    is_of_the_province = call is not None and call.params.get("name") in OF_THE_PROVINCE
    return of_a_province if is_of_the_province else of_a_commune


def own(found):
    """The world with an officer who has every role in it."""
    found.officer = all_roles(found.unit)
    # A pager, a passkey and a notice are nobody's but the officer's own.
    for name in ("pager", "pager_test", "notice"):
        found.rows[name].officer = found.officer
        found.rows[name].save()
    found.rows["passkey"].holder = found.officer
    found.rows["passkey"].save()
    return found


@pytest.fixture(scope="module")
def elsewhere(shared_rows):
    """What another province has."""
    return world("ngoài", parent=make.province_unit("Công an tỉnh ngoài"))


def test_the_urlconf_has_names_for_all_addresses():
    assert all(name for name, _ in ROUTES)
    with_id = [name for name, converters in ROUTES if converters]
    assert set(with_id) - set(WITH_ID) == {"call-link"}
    assert len(with_id) + len(WITHOUT_ID) == len(ROUTES) > 50


@pytest.mark.parametrize("name", sorted(set(WITHOUT_ID) - OPEN_PAGES))
@pytest.mark.parametrize("method", ["get", "post"])
def test_nobody_is_sent_to_the_sign_in_page(desk_client, name, method):
    answer = getattr(desk_client, method)(address(name))
    assert (answer.status_code, answer.url.split("?")[0]) == (302, address("sign-in"))


@pytest.mark.parametrize("method", ["get", "post"])
def test_nobody_is_sent_to_the_sign_in_page_from_objects_either(desk_client, here, method):
    for name in WITH_ID:
        answer = getattr(desk_client, method)(address(name, here.rows[OBJECTS[name]]))
        assert (name, answer.status_code) == (name, 302)
        assert answer.url.split("?")[0] == address("sign-in")


def _less(name, page):
    """Without what is told on purpose: which sort of scam rises elsewhere, and other provinces."""
    told = {"waves": r'<p class="notice info">.*?</p>', "transfer-take-in": r"<li>[^<]*</li>"}
    return re.sub(told[name], "", page).split() if name in told else page.split()


@pytest.mark.parametrize("name", WITH_ID)
def test_an_object_of_another_unit_does_not_exist(desk_client, here, elsewhere, name):
    sign_in(desk_client, here.officer)
    target = address(name, elsewhere.rows[OBJECTS[name]])
    posted = desk_client.post(target, SENT)
    answers = {desk_client.get(target).status_code, posted.status_code}
    if name == "desk-article":
        # What nobody waits for any more and what never was get one answer: back to the list.
        assert (posted.status_code, posted.url) == (302, reverse("desk-partners"))
        answers.discard(302)
    if name == "model-offer":
        # Offers are read by every desk until they end; whoever had it open keeps what they typed.
        assert posted.status_code == 422
        answers.discard(422)
    if name in OF_OTHER_ROLES:
        # Whose object it is is not looked at.
        answers = {404 if answer == 403 else answer for answer in answers}
    # 405 is "no such method here"; at least one method must have looked for the object.
    assert answers <= {404, 405}
    assert 404 in answers


@pytest.mark.parametrize("name", [name for name in WITH_ID if OBJECTS[name] == "tip"])
def test_a_tip_about_the_own_unit_does_not_exist(desk_client, here, name):
    target = address(name, hidden_tip(here.unit, "kín"))
    sign_in(desk_client, here.officer)
    answers = {desk_client.get(target).status_code, desk_client.post(target, SENT).status_code}
    assert answers <= {404, 405}
    assert 404 in answers


@pytest.mark.parametrize("name", sorted(set(WITHOUT_ID) - OPEN_PAGES))
def test_a_list_is_the_same_whatever_others_have(desk_client, here, name):
    sign_in(desk_client, here.officer)
    before = desk_client.get(address(name))
    if before.status_code != 200:
        assert before.status_code in ({403} if name in OF_OTHER_ROLES else {302, 405})
        return
    if not before.headers["Content-Type"].startswith("text/html"):
        # A sheet to fill in: a file for everybody; a workbook carries the second it was made in.
        # And a stream, of which nothing is said here: the front keeps it open.
        is_sheet = name == "groups-template" or name.endswith("-example")
        assert is_sheet or (name == "changes" and not before.content)
        return
    sibling = world("xa", parent=here.unit.parent)
    hidden_tip(here.unit, "ẩn-đi")
    hidden_tip(sibling.unit, "ẩn-đi")
    after = desk_client.get(address(name))
    assert _less(name, _plain(after)) == _less(name, _plain(before))
    assert "xa-" not in after.content.decode()
    assert "ẩn-đi" not in after.content.decode()


@pytest.mark.parametrize("name", WITH_ID)
def test_an_object_of_the_own_unit_has_its_page(desk_client, here, name):
    sign_in(desk_client, here.officer)
    answer = desk_client.get(address(name, here.rows[OBJECTS[name]]))
    # 205 has a page that asked how far it is load itself anew.
    assert answer.status_code in ({403} if name in OF_OTHER_ROLES else {200, 205, 302, 405})


def test_the_walk_sees_what_is_there(desk_client, here):
    """The counterpart: with their own officer these pages do show the rows."""
    sign_in(desk_client, here.officer)
    seen = {
        "inbox": "nhà 0",
        "incidents": "nhà",
        "warnings": "Cảnh báo nhà",
        "groups": "Nhóm nhà",
        "leads": "Đầu mối nhà",
        "officers": "Người nhà",
        "audit": "Người nhà",
    }
    for name, words in seen.items():
        assert words in desk_client.get(address(name)).content.decode(), name


def _plain(answer):
    """A page without what is new in every request."""
    return _TOKEN.sub("", answer.content.decode())
