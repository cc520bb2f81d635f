"""A matter for named officers, seen by a colleague who is none.

Over every address of the desk and every act on a tip: its words are on no page; that it is there
stands in the list.
"""

import inspect

import pytest
from django.db import transaction

from keng.accounts.models import NamedOfficer
from keng.conftest import sign_in
from keng.decisions.named_sight import break_in
from keng.site.tests.desk_world import world
from keng.site.tests.test_desk_urls import OBJECTS, ROUTES, SENT, WITHOUT_ID, address
from keng.site.tests.test_who_may import FOUND, REFUSED, RIGHTS, asked_with
from keng.site.who_may import may_open
from keng.tips.errors import CannotDecide
from keng.tips.models import Tip
from tests import make

pytestmark = pytest.mark.django_db
# The label of the world is in each of these; the tip's number may be told.
WORDS = ("Lời nhà 0", "Thêm nhà", "Ghi nhà")
OF_THE_TIP = {"tip", "sighting", "attachment"}
ON_THE_TIP = {"tip_id", "tip_ids", "sighting_id", "attachment_id", "recusal_id"}
# One's own: what is taken back or looked at is named by another id, or says no by doing nothing.
QUIET = {"decisions.viewing.note_first_read"}


@pytest.fixture(scope="module")
def here(shared_rows):
    """A commune whose commander is the only named officer."""
    found = world("nhà", parent=make.province_unit("Công an tỉnh nhà"))
    named = found.officer
    NamedOfficer.objects.create(unit=found.unit, officer=named, named_by=named)
    Tip.objects.filter(responsible_unit=found.unit).update(is_for_named=True)
    return found


@pytest.fixture(params=["duty", "commander"])
def colleague(request, here):
    return make.officer(unit=here.unit, role=request.param)


def shown(answer):
    is_page = answer.headers.get("Content-Type", "").startswith("text/html")
    return answer.content.decode() if is_page else ""


def test_no_address_of_the_tip_has_its_words(desk_client, here, colleague):
    sign_in(desk_client, colleague)
    wrong = []
    for name, row in OBJECTS.items():
        # Breaking in is what opens it.
        if row not in OF_THE_TIP or name == "tip-break-in":
            continue
        target = address(name, here.rows[row])
        answers = [desk_client.get(target), desk_client.post(target, SENT)]
        wrong += [(name, word) for each in answers for word in WORDS if word in shown(each)]
        statuses = {each.status_code for each in answers}
        # Who may open that page at no tip is told so before any tip is looked for.
        refused = {302, 404, 405} if may_open(colleague, name) else {403}
        if name != "tip" and not statuses <= refused:
            wrong.append((name, statuses))
    assert not wrong


def test_no_other_address_has_its_words_either(desk_client, here, colleague):
    """Of what hangs together with it, such as its incident, its wave, a hold, an opening."""
    sign_in(desk_client, colleague)
    for name, row in OBJECTS.items():
        page = shown(desk_client.get(address(name, here.rows[row])))
        assert not [word for word in WORDS if word in page], name


def test_the_page_says_that_it_is_there_and_whom_to_call(desk_client, here, colleague):
    sign_in(desk_client, colleague)
    answer = desk_client.get(address("tip", here.rows["tip"]))
    page = shown(answer)
    assert answer.status_code == 200
    assert "nhà-0" in page
    assert str(here.officer) in page
    assert not any(word in page for word in WORDS)
    pane = desk_client.get(address("tip", here.rows["tip"]), headers={"HX-Request": "true"})
    assert "Mở ngay" in shown(pane)
    assert not any(word in shown(pane) for word in WORDS)


def test_no_list_has_its_words_and_the_inbox_has_its_line(desk_client, here, colleague):
    sign_in(desk_client, colleague)
    for name in WITHOUT_ID:
        page = shown(desk_client.get(address(name)))
        assert not [word for word in WORDS if word in page], name
    page = shown(desk_client.get(address("inbox")))
    assert "Dành cho người được chỉ định · nhà-0" in page
    for query in ("?q=nhà", "?q=lời"):
        found = shown(desk_client.get(address("search") + query))
        assert not [word for word in WORDS if word in found]
    palette = shown(desk_client.get(address("find") + "?q=nhà"))
    assert not [word for word in WORDS if word in palette]


def test_to_the_named_officer_all_is_as_before(desk_client, here):
    sign_in(desk_client, here.officer)
    assert "Lời nhà 0" in shown(desk_client.get(address("tip", here.rows["tip"])))
    assert "Lời nhà 0" in shown(desk_client.get(address("inbox")))


def test_no_act_on_the_tip_is_done_before_breaking_in(here, colleague):
    wrong = []
    here.by = colleague
    for name in sorted(FOUND.keys() & RIGHTS):
        if not ON_THE_TIP & set(_parameters(name)) or name == "decisions.named_sight.break_in":
            continue
        places, named = asked_with(name, here)
        around = transaction.savepoint()
        try:
            with transaction.atomic():
                FOUND[name](*places, by=colleague, **named)
        except (*REFUSED, CannotDecide):
            pass
        else:
            if name not in QUIET:
                wrong.append(name)
        transaction.savepoint_rollback(around)
    assert not wrong


def test_breaking_in_opens_its_page_and_no_other(desk_client, here, colleague):
    break_in(here.rows["tip"].pk, ground="life", words="Gấp lắm", by=colleague)
    sign_in(desk_client, colleague)
    assert "Lời nhà 0" in shown(desk_client.get(address("tip", here.rows["tip"])))
    other = make.tip(unit=here.unit, text="Chuyện khác hẳn", is_for_named=True)
    assert "Chuyện khác hẳn" not in shown(desk_client.get(address("tip", other)))
    assert "Chuyện khác hẳn" not in shown(desk_client.get(address("inbox")))


def _parameters(name):
    return inspect.signature(inspect.unwrap(FOUND[name])).parameters


def test_the_walk_goes_over_something():
    assert len([name for name in FOUND if ON_THE_TIP & set(_parameters(name))]) > 25
    assert len(ROUTES) > 100
