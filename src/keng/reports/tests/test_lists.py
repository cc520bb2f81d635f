"""Every number of the page of figures leads to a list of exactly what it counts or adds up."""

import re
from datetime import timedelta
from html import unescape

import pytest

from keng.conftest import sign_in
from keng.delivery.models import Approval, Dispatch, DispatchText, RelayTask
from keng.kit import times
from keng.reports.figures import dashboard_counts, definitions, lists
from keng.reports.figures.periods import period_of
from keng.tips.models import Tip
from keng.warnings.models import Version, Warning
from tests import make

pytestmark = pytest.mark.django_db

_LINK = re.compile(r'<a href="(/figures/[a-z]+/\?[^"]*)">([\d.]+)(?: đ)?</a>')
_ROW = re.compile(r"<tr><td[^>]*>.*?</tr>", re.DOTALL)
_NUMBER = re.compile(r'<td class="number"[^>]*>([\d.]+|–)</td>')
_STATES = ("sent", "sent", "delivered", "gone", "relayed", "unknown")


def send(unit, officer, groups, *, days=1):
    """A warning that went out days ago: a delivery and a lead for each group, and a subscriber."""
    out = times.now() - timedelta(days=days)
    approval = Approval.objects.create(
        text_hash=b"0" * 32, audience_hash=b"0" * 32, approved_by=officer
    )
    warning = Warning.objects.create(
        unit=unit, author=officer, state="published", category="scam_bank", published_at=out
    )
    dispatch = Dispatch.objects.create(
        kind="warning", is_urgent=False, unit=unit, approval=approval
    )
    Version.objects.create(
        warning=warning,
        number=1,
        texts={"vi": {"title": f"Lừa ở {unit.name}"}},
        audience={},
        made_by=officer,
        released_at=out,
        approval=approval,
        dispatch=dispatch,
    )
    DispatchText.objects.create(dispatch=dispatch, language="vi", text="Lừa")
    for n, group in enumerate(groups):
        dispatch.deliveries.create(
            channel="by_hand",
            recipient_kind="group",
            recipient_ref=group.pk,
            state=_STATES[n % len(_STATES)],
        )
        lead = make.lead(unit=group.unit, groups=(group,))
        RelayTask.objects.create(
            dispatch=dispatch,
            lead=lead,
            group=group,
            confirmed_at=times.now() if n % 2 else None,
            seen_at=times.now() if n % 4 == 1 else None,
        )
    # A lead who only passes it on to others, and a person: neither is a group that was asked.
    RelayTask.objects.create(dispatch=dispatch, lead=make.lead(unit=unit))
    dispatch.deliveries.create(
        channel="email", recipient_kind="subscription", recipient_ref=make.some_id(), state="sent"
    )
    return warning


def fill(unit, officer, *, groups=6):
    """Something of everything that a figure counts, and something older that it does not."""
    place = make.place()
    for n in range(3):
        tip = make.tip(unit=unit, place=place)
        answered = times.now() if n else None
        Tip.objects.filter(pk=tip.pk).update(
            received_at=times.now() - timedelta(days=n * 25), first_answered_at=answered
        )
    found = [make.group(unit=unit, place=place) for _ in range(groups)]
    send(unit, officer, found)
    send(unit, officer, found[:2], days=60)
    Warning.objects.create(unit=unit, author=officer)
    old = times.now() - timedelta(days=60)
    for fields in (
        {"money_lost": 12_000_000, "persons_helped": 2},
        {"money_lost": 500_000, "money_saved": 3_000_000},
        {"money_recovered": 7_000_000, "persons_helped": 1},
        {},
        {"money_lost": 1, "opened_at": old},
    ):
        make.incident(unit=unit, by=officer, tips=(make.tip(unit=unit),), **fields)
    # Its only tip is about the unit itself: neither exists for the unit's officers.
    hidden = make.tip(unit=unit, concerns=(unit,))
    make.incident(unit=unit, by=officer, title="Vụ kín", tips=(hidden,), money_lost=9)


@pytest.fixture
def province():
    return make.province_unit()


@pytest.fixture
def unit(province):
    found = make.unit(parent=province)
    fill(found, make.officer(unit=found, role="commander"))
    sibling = make.unit(parent=province)
    fill(sibling, make.officer(unit=sibling, role="commander"), groups=3)
    fill(province, make.officer(unit=province, role="coordinator"), groups=2)
    return found


def officer_of(who, unit):
    name, _, role = who.partition(" ")
    units = {"commune": unit, "province": unit.parent}
    if name == "elsewhere":
        return make.officer(unit=make.unit(), role=role)
    return make.officer(unit=units.get(name), role=role or "duty")


WHO = ["commune duty", "commune commander", "province coordinator", "province auditor"]
WORKING = WHO[:-1]
NOTHING = ["elsewhere commander", "nobody"]


def listed(client, url):
    """The number in the head of the list, and its rows over all its pages."""
    number, rows = None, []
    while url:
        page = client.get(url).content.decode()
        head = re.search(r"<h1>[^<]*?([\d.]+)[^\d<]*</h1>", page)
        number = number or head.group(1)
        assert head.group(1) == number
        rows += _ROW.findall(page)
        older = re.search(r'rel="next" href="([^"]+)"', page)
        url = url.split("?")[0] + unescape(older.group(1)) if older else ""
    return number, rows


@pytest.mark.parametrize("code", ["30d", "all"])
@pytest.mark.parametrize("who", WORKING)
def test_every_number_on_the_page_leads_to_exactly_what_it_counts(desk_client, unit, who, code):
    sign_in(desk_client, officer_of(who, unit))
    page = desk_client.get(f"/figures/?period={code}").content.decode()
    links = {(unescape(url), number) for url, number in _LINK.findall(page)}
    for url, number in links:
        assert f"period={code}" in url
        shown, rows = listed(desk_client, url)
        assert shown == number, url
        name = url.rpartition("value=")[2]
        if name in definitions.INCIDENT_SUMS:
            at = list(definitions.INCIDENT_SUMS).index(name)
            cells = [_NUMBER.findall(row)[at] for row in rows]
            assert "–" not in cells
            assert sum(_plain(cell) for cell in cells) == _plain(number), url
        else:
            assert len(rows) == _plain(number), url
    addresses = " ".join(url for url, _ in links)
    for part in (
        "by=arrival&value=received",
        "value=given",
        "value=waiting",
        "/warnings/",
        f"/deliveries/?period={code}&value=sent",
        "value=relayed",
        "value=asked",
        "value=passed_on",
        "value=seen",
        "value=lost",
        "value=saved",
        "value=recovered",
        "value=helped",
        f"/incidents/?period={code} ",
    ):
        assert part in addresses + " ", part


def test_an_auditor_reads_the_numbers_and_no_list_behind_one(desk_client, unit):
    def numbers(who):
        sign_in(desk_client, officer_of(who, unit))
        page = desk_client.get("/figures/?period=all").content.decode()
        shown = re.findall(r'class="stat"><b>(?:<a [^>]*>)?([^<]+)', page)
        return shown, _LINK.findall(page)

    theirs, links = numbers("province auditor")
    assert theirs == numbers("province coordinator")[0]
    assert theirs != ["–"] * 6
    assert links == []
    sign_in(desk_client, officer_of("province auditor", unit))
    for of in ("tips", "reports/rows", *lists.FIGURE_LISTS):
        assert desk_client.get(f"/figures/{of}/").status_code == 403


def test_whoever_holds_no_post_reads_no_figures(desk_client, unit):
    sign_in(desk_client, officer_of("nobody", unit))
    assert desk_client.get("/figures/").url.startswith("/sign-in/")


@pytest.mark.parametrize("who", NOTHING[:1])
def test_whoever_may_see_nothing_finds_dashes_and_empty_lists(desk_client, unit, who):
    sign_in(desk_client, officer_of(who, unit))
    page = desk_client.get("/figures/?period=all").content.decode()
    assert not _LINK.findall(page)
    assert page.count("<b>–</b>") == 7
    for of in lists.FIGURE_LISTS:
        page = desk_client.get(f"/figures/{of}/?period=all").content.decode()
        assert "Không có gì được đếm ở đây." in page
        assert not _ROW.findall(page)


@pytest.mark.parametrize("who", [*WHO, *NOTHING])
@pytest.mark.parametrize("code", ["7d", "30d", "month", "year", "all"])
def test_the_figures_and_the_lists_are_the_same_rows(unit, who, code):
    officer, chosen = officer_of(who, unit), period_of(code)
    carriage = dashboard_counts.warning_reach(officer, chosen)
    assert definitions.warnings_published(officer, chosen).count() == carriage.warnings
    for line in carriage.deliveries:
        assert definitions.deliveries_sent(officer, chosen, line.value).count() == line.count
    assert definitions.deliveries_sent(officer, chosen).count() == sum(
        x.count for x in carriage.deliveries
    )
    for step in definitions.RELAY_STEPS:
        assert definitions.relay_tasks(officer, chosen, step).count() == getattr(carriage, step)
    money = dashboard_counts.incident_sums(officer, chosen)
    assert definitions.incidents_opened(officer, chosen).count() == money["incidents"]
    for name, field in definitions.INCIDENT_SUMS.items():
        rows = definitions.incidents_opened(officer, chosen, name)
        assert sum(rows.values_list(field, flat=True)) == money[name]
    balance = dashboard_counts.tip_balance(officer, chosen)
    for value in ("received", "carried_over"):
        tips = definitions.tips_behind_figure(officer, chosen, "arrival", value)
        assert tips.count() == getattr(balance, value)
    assert definitions.tips_behind_figure(officer, chosen, "", "").count() == balance.owed


def test_the_figures_of_one_commune_are_those_that_were_made(unit):
    officer, chosen = officer_of("commune commander", unit), period_of("30d")
    carriage = dashboard_counts.warning_reach(officer, chosen)
    assert (carriage.warnings, carriage.asked, carriage.passed_on, carriage.seen) == (1, 6, 3, 2)
    counts = {line.value: line.count for line in carriage.deliveries}
    assert counts == {"sent": 3, "delivered": 1, "gone": 1, "relayed": 1, "unknown": 1}
    assert dashboard_counts.incident_sums(officer, chosen) == {
        "incidents": 4,
        "lost": 12_500_000,
        "saved": 3_000_000,
        "recovered": 7_000_000,
        "helped": 3,
    }


def test_a_name_nobody_knows_lists_nothing(unit):
    officer, chosen = officer_of("province coordinator", unit), period_of("all")
    assert not definitions.deliveries_sent(officer, chosen, "x").exists()
    assert not definitions.relay_tasks(officer, chosen, "x").exists()
    assert not definitions.incidents_opened(officer, chosen, "x").exists()
    assert not definitions.tips_behind_figure(officer, chosen, "arrival", "x").exists()


def test_an_incident_about_the_own_unit_is_in_no_sum_and_in_no_list(desk_client, unit):
    officer = officer_of("commune commander", unit)
    sign_in(desk_client, officer)
    for value in ("", *definitions.INCIDENT_SUMS):
        page = desk_client.get(f"/figures/incidents/?period=all&value={value}").content.decode()
        assert "Vụ kín" not in page
    above = officer_of("province coordinator", unit)
    assert (
        definitions.incidents_opened(above, period_of("all"))
        .filter(title="Vụ kín", unit=unit)
        .exists()
    )


def test_a_group_of_another_desk_is_counted_without_its_name(desk_client, unit):
    officer = officer_of("commune commander", unit)
    other = make.unit()
    send(unit, officer, [make.group(unit=other, place=make.place(), name="Nhóm kín")])
    sign_in(desk_client, officer)
    for of in ("deliveries", "relays"):
        page = desk_client.get(f"/figures/{of}/").content.decode()
        assert "Một nhóm của đơn vị khác" in page
        assert "Nhóm kín" not in page


@pytest.mark.parametrize("of", ["tips", *lists.FIGURE_LISTS])
def test_a_row_leads_to_what_it_is_about(desk_client, unit, of):
    sign_in(desk_client, officer_of("province coordinator", unit))
    rows = listed(desk_client, f"/figures/{of}/?period=all")[1]
    assert rows
    for row in rows:
        address = re.search(r'<th scope="row"><a href="([^"]+)">[^<]+</a>', row).group(1)
        assert desk_client.get(address).status_code == 200


def test_a_long_list_goes_on_over_its_pages_with_the_same_figure(desk_client, unit):
    officer = officer_of("commune commander", unit)
    fill(unit, officer, groups=120)
    sign_in(desk_client, officer)
    number, rows = listed(desk_client, "/figures/relays/?period=7d&value=passed_on")
    assert (number, len(rows)) == ("63", 63)
    number, rows = listed(desk_client, "/figures/tips/?period=7d&by=arrival&value=received")
    assert int(number) == len(rows)


def test_a_row_of_the_tables_leads_to_its_list_unless_it_counts_nothing(desk_client, unit):
    sign_in(desk_client, officer_of("commune commander", unit))
    page = desk_client.get("/figures/?period=all").content.decode()
    rows = re.findall(
        r'<th scope="row">\s*(<a href)?[^<]+(?:</a>)?</th>\s*<td class="number">([^<]+)', page
    )
    assert {bool(link) for link, _ in rows} == {True, False}
    for link, number in rows:
        assert bool(link) == (number != "–")


def test_the_lists_speak_english_too(desk_client, unit):
    sign_in(desk_client, make.officer(unit=unit, role="commander", language="en"))
    for address, words in (
        ("warnings/?", "Warnings published: 1"),
        ("deliveries/?value=gone", "Deliveries, address gone: 1"),
        ("relays/?value=seen", "Seen in the group by an officer: 2"),
        ("incidents/?value=lost", "Money lost: 12"),
    ):
        assert words in desk_client.get(f"/figures/{address}&period=30d").content.decode()


@pytest.mark.parametrize("of", ["tips", *lists.FIGURE_LISTS])
def test_a_list_asks_as_much_for_many_rows_as_for_few(
    desk_client, unit, django_assert_max_num_queries, of
):
    officer = officer_of("commune commander", unit)
    for _ in range(3):
        fill(unit, officer, groups=20)
    sign_in(desk_client, officer)
    with django_assert_max_num_queries(12):
        desk_client.get(f"/figures/{of}/?period=all")


def _plain(number):
    return int(number.replace(".", ""))
