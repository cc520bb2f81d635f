"""Three self-management teams: their rota, what the desks ask of them, and what was answered.

Rota, requests and answers go through the product's own actions. Every name is invented.
"""

import datetime as dt
from dataclasses import dataclass

from keng.accounts.models import Officer
from keng.kit import times
from keng.network.actions import teams
from keng.network.actions.teams import ShiftEntry
from keng.network.models import Group, GroupKind, Lead
from keng.places.models import Place, Unit
from keng_dev.demo.people import NEIGHBOUR
from keng_dev.demo.territory import WARD_CODE

_FOUNDED = dt.timedelta(days=24)


@dataclass(frozen=True, slots=True)
class Hours:
    """On which weekdays (0 is Monday), from when to when, and held by whom."""

    weekdays: tuple[int, ...]
    begins: int
    ends: int
    role: str = ""
    lead: int | None = None


@dataclass(frozen=True, slots=True)
class Team:
    """One team: of which unit and hamlet, who leads it, its week, and what it is asked."""

    name: str
    unit: str
    hamlet: str
    members: int
    by: str
    leads: tuple[tuple[str, str], ...]
    week: tuple[Hours, ...]
    asks: tuple[tuple[str, int, tuple[str, ...]], ...]
    """Words, for how many days, and what the leads said in their order ("" for nothing yet)."""


TEAMS = (
    Team(
        "Tổ tự quản Ninh Khánh",
        WARD_CODE,
        "Ninh Khánh",
        14,
        "lan",
        (("Bác Khải", "Tổ trưởng tổ tự quản"), ("Anh Lực", "Tổ phó tổ tự quản")),
        (
            Hours((0, 2, 4, 6), 21, 23, lead=0),
            Hours((1, 3, 5), 21, 23, lead=1),
            Hours((4, 5), 23, 1, role="Người trực cổng khu trọ"),
        ),
        (
            ("Đi một vòng ngõ chợ và bãi xe khu trọ, xem đèn đường có sáng không", 1, ("", "")),
            ("Xem tờ cảnh báo lừa đảo còn dán ở bảng tin khu trọ không", 3, ("seen", "done")),
        ),
    ),
    Team(
        "Tổ tự quản My Điền",
        WARD_CODE,
        "My Điền",
        9,
        "lan",
        (("Cô Hậu", "Tổ trưởng tổ tự quản"),),
        (
            Hours((0, 1, 2, 3), 20, 22, lead=0),
            Hours((4, 5, 6), 20, 23, role="Tổ phó"),
        ),
        (("Nhắc các nhà trọ khóa cổng sau 23 giờ", 2, ("done",)),),
    ),
    Team(
        "Tổ tự quản khu chợ",
        NEIGHBOUR,
        "",
        11,
        "son",
        (("Ông Đính", "Tổ trưởng tổ tự quản"), ("Chị Sâm", "Tổ phó tổ tự quản")),
        (Hours((0, 1, 2, 3, 4, 5, 6), 19, 21, role="Người trực chợ"), Hours((5,), 21, 0, lead=0)),
        (),
    ),
)


def load(units: dict[str, Unit], hamlets: dict[str, Place]) -> None:
    """All three, in both demos."""
    for team in TEAMS:
        unit, by = units[team.unit], Officer.objects.get(username=team.by)
        place = hamlets.get(team.hamlet) or Place.objects.get(code=team.unit, valid_to=None)
        group = Group.objects.create(
            name=team.name,
            kind=GroupKind.TEAM,
            unit=unit,
            place=place,
            officer_in_charge=by,
            member_count=team.members,
            created_at=times.now() - _FOUNDED,
        )
        agreed = times.local_date(times.now() - _FOUNDED)
        leads = [
            Lead.objects.create(name=name, position=position, unit=unit, consented_on=agreed)
            for name, position in team.leads
        ]
        group.leads.set(leads)
        _write(team, group, leads, by)


def _write(team: Team, group: Group, leads: list[Lead], by: Officer) -> None:
    for hours in team.week:
        held = None if hours.lead is None else leads[hours.lead].pk
        for weekday in hours.weekdays:
            entry = ShiftEntry(
                dt.time(hours.begins),
                dt.time(hours.ends),
                weekday=weekday,
                role=hours.role,
                lead_id=held,
            )
            teams.add_shift(group.pk, entry, by=by)
    for words, days, answers in team.asks:
        until = times.start_of(times.local_date(times.now())) + dt.timedelta(days=days, minutes=-30)
        # Whoever opens the demo just before midnight finds it open still.
        if until < times.now() + dt.timedelta(hours=1):
            until += dt.timedelta(days=1)
        made = teams.ask_team(group.pk, words, until=until, by=by)
        for lead, said in zip(leads, answers, strict=False):
            if said:
                teams.answer_ask(made.pk, said, lead=lead)
