"""The list, its counts and the bar of who is not named, or has no part in a tip."""

import pytest
from django.urls import reverse

from keng.accounts.models import NamedOfficer
from keng.acts.errors import NotAllowed
from keng.alarms import ringing
from keng.alarms.bar import alarm_bar_for
from keng.conftest import sign_in
from keng.inbox.list.inbox_query import count_news, inbox_page
from keng.inbox.list.row_view import row_views
from keng.incidents.incident_acts import rename_incident
from keng.intake.examination.examine import examine_messages, examine_tips
from keng.kit import times
from keng.reports.figures.definitions import tips_received
from keng.reports.figures.periods import period_of
from keng.tips.models import Incident, Recusal, Tip
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.urls("keng.site.desk_urls")]
HARM = "Thầy dạy kèm hay sờ vào người cháu bé 9 tuổi"


@pytest.fixture
def commune():
    return make.unit(parent=make.province_unit())


@pytest.fixture
def commander(commune):
    found = make.officer(unit=commune, role="commander")
    NamedOfficer.objects.create(unit=commune, officer=found, named_by=found)
    return found


@pytest.fixture
def colleague(commune, commander):
    return make.officer(unit=commune)


def rows_of(officer):
    fresh = type(officer).objects.get(pk=officer.pk)
    return [row for group in inbox_page(fresh).groups for row in group.rows]


def test_the_line_has_number_urgency_and_deadline_and_nothing_else(commune, colleague):
    place = make.place("Thôn Hạ")
    tip = make.tip(
        unit=commune, text=HARM, is_for_named=True, reference="X-7", place=place, urgency="P1"
    )
    (row,) = rows_of(colleague)
    assert (row.pk, row.reference, row.urgency, row.due_at) == (tip.pk, "X-7", "P1", tip.due_at)
    assert not any((row.text, row.category, row.guess, row.place_name, row.channel, row.topic))
    (view,) = row_views([row])
    assert (view.excerpt, view.where, view.flags) == ("Dành cho người được chỉ định · X-7", "", [])


def test_counts_are_those_of_everybody(commune, colleague, commander):
    make.tip(unit=commune, is_for_named=True)
    make.tip(unit=commune)
    assert inbox_page(colleague).counts == inbox_page(commander).counts
    assert inbox_page(colleague).counts["open"] == 2
    at = times.now() - times.COARSE
    assert count_news(colleague, at, []) == count_news(commander, at, [])
    month = period_of("")
    assert tips_received(colleague, month).count() == tips_received(commander, month).count()


def test_who_has_no_part_in_it_is_not_even_counted(commune, colleague, commander):
    for urgency in ("P0", "P2"):
        tip = make.tip(unit=commune, urgency=urgency)
        Recusal.objects.create(tip=tip, officer=colleague, by=commander)
    make.tip(unit=commune)
    counts = inbox_page(colleague).counts
    assert (counts["open"], counts["alarms"], len(rows_of(colleague))) == (1, 0, 1)
    assert inbox_page(commander).counts["open"] == 3
    assert alarm_bar_for(colleague) is None
    assert alarm_bar_for(commander).total == 1


def test_the_bar_rings_without_words(commune, colleague, commander):
    make.tip(unit=commune, text=HARM, is_for_named=True, urgency="P0")
    assert alarm_bar_for(commander).shown.words == HARM
    shown = alarm_bar_for(colleague).shown
    assert (shown.words, shown.is_bare) == ("Tin dành cho người được chỉ định", True)


def test_tips_of_one_incident_never_stand_behind_it_at_the_province(commune, commander):
    above = make.officer(unit=commune.parent)
    incident = make.incident(unit=commune.parent, by=above)
    for is_for_named in (True, False, False):
        make.tip(unit=commune, incident=incident, is_for_named=is_for_named)
    rows = rows_of(above)
    assert sorted((row.is_readable, row.grouped) for row in rows) == [(False, 1), (True, 2)]
    assert {row.incident_id for row in rows} == {None, incident.pk}


def test_the_machine_narrows_a_tip_and_a_later_message_does(commune, commander):
    told = make.tip(unit=commune, text=HARM, examined_at=None)
    calm = make.tip(unit=commune, text="Mất xe đạp ở cổng chợ", examined_at=None)
    examine_tips()
    assert Tip.objects.get(pk=told.pk).is_for_named
    assert not Tip.objects.get(pk=calm.pk).is_for_named
    make.message(calm, HARM, examined_at=None)
    examine_messages()
    assert Tip.objects.get(pk=calm.pk).is_for_named


def test_what_an_officer_decided_the_machine_leaves(commune):
    tip = make.tip(unit=commune, text="Mất xe đạp", is_for_named_decided=True)
    make.message(tip, HARM, examined_at=None)
    examine_messages()
    assert not Tip.objects.get(pk=tip.pk).is_for_named


def test_named_officers_are_called_first_and_the_others_as_ever(commune, commander, colleague):
    tip = make.tip(unit=commune, text=HARM, is_for_named=True, urgency="P0")
    called = [officer for officer, _unit, _duty in ringing._people_to_call(tip, 0)]
    assert called[0] == commander
    assert colleague in called
    assert all("dành cho người được chỉ định" in words.text for words in _vietnamese(tip))


def _vietnamese(tip):
    return [words for words in ringing._call_words(tip, 0) if words.language == "vi"]


def test_the_rows_of_an_incident_do_not_say_which_such_matter_belongs_to_it(
    desk_client, commune, colleague, commander
):
    tip = make.tip(unit=commune, text="Chó thả rông cắn người đi chợ")
    matter = make.tip(unit=commune, text=HARM, is_for_named=True)
    made = make.incident(unit=commune, by=commander, tips=(tip, matter))
    client = sign_in(desk_client, colleague)
    page = client.get(reverse("incident-rows", args=[made.pk]), headers={"HX-Request": "true"})
    assert str(tip.pk) in page.content.decode()
    assert str(matter.pk) not in page.content.decode()


def test_an_incident_of_such_matters_alone_is_nowhere_for_the_others(
    desk_client, commune, colleague, commander
):
    matter = make.tip(unit=commune, text=HARM, is_for_named=True)
    made = make.incident(unit=commune, by=commander, tips=(matter,))
    assert list(Incident.objects.visible_to(commander)) == [made]
    assert not Incident.objects.visible_to(colleague).exists()
    client = sign_in(desk_client, colleague)
    page = client.get(reverse("warning-new"), {"incident": made.pk}).content.decode()
    assert made.title not in page
    with pytest.raises(NotAllowed):
        rename_incident(made.pk, title="Tên khác", by=colleague)


def test_what_a_message_narrowed_stays_so_when_the_tip_itself_is_read_after_it(commune):
    tip = make.tip(unit=commune, text="Chào các anh, tôi cần báo một việc", examined_at=None)
    make.message(tip, HARM)
    examine_messages()
    assert Tip.objects.get(pk=tip.pk).is_for_named
    examine_tips()
    assert Tip.objects.get(pk=tip.pk).is_for_named


@pytest.mark.parametrize("by", ["", "place", "category", "channel"])
def test_a_number_of_one_place_or_category_does_not_say_which_such_matter_it_counts(
    desk_client, commune, colleague, commander, by
):
    place = make.place("Thôn Hạ")
    matter = make.tip(
        unit=commune,
        text=HARM,
        is_for_named=True,
        reference="X-7",
        place=place,
        category="child_safety",
        channel="web",
    )
    value = {"place": place.code, "category": "child_safety", "channel": "web"}.get(by, "")
    asked = {"by": by, "value": value}
    page = sign_in(desk_client, colleague).get(reverse("dashboard-list"), asked).content.decode()
    assert "1 tin" in page
    assert "X-7" not in page
    assert str(matter.pk) not in page
    page = sign_in(desk_client, commander).get(reverse("dashboard-list"), asked).content.decode()
    assert "X-7" in page
