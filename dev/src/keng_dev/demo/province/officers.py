"""Officers of every desk. Only those of the printed list can sign in; the others did the past."""

from random import Random

from django.contrib.auth.hashers import make_password

from keng.accounts.models import Officer, Post
from keng.kit import times
from keng.places.importer import REFORM_DAY
from keng_dev.demo import people
from keng_dev.demo.people import NEIGHBOUR, PROVINCE, Part
from keng_dev.demo.province.clockwork import id_at
from keng_dev.demo.province.territory import Desk, Territory
from keng_dev.demo.province.words import sections

CITY = "07210"
MORE_PARTS = (
    Part("tung", "Khuất Duy Tùng", "Th.tá", NEIGHBOUR, Post.Role.COMMANDER),
    Part("nga", "Nông Bích Nga", "Th.úy", CITY, Post.Role.DUTY),
    Part("khoi", "Doãn Trọng Khởi", "Tr.tá", CITY, Post.Role.COMMANDER),
    Part("viet", "Mẫn Khắc Việt", "Th.tá", PROVINCE, Post.Role.COMMANDER),
)


def appoint(territory: Territory, dice: Random) -> list[people.Credential]:
    """The people of the printed list, and for each desk a commander and somebody on duty."""
    units = {code: desk.unit for code, desk in territory.desks.items()}
    credentials = people.make_officers(units, (*people.PARTS, *MORE_PARTS))
    _seat_the_named(territory)
    officers, posts = [], []
    for desk in territory.communes:
        for role in _missing(desk):
            officer = _invented(desk, role, dice)
            officers.append(officer)
            posts.append(Post(officer=officer, unit=desk.unit, role=role, valid_from=REFORM_DAY))
            _seat(desk, officer, role)
    Officer.objects.bulk_create(officers)
    Post.objects.bulk_create(posts)
    return credentials


def _seat_the_named(territory: Territory) -> None:
    by_unit = territory.by_unit()
    for post in Post.objects.select_related("officer").order_by("id"):
        _seat(by_unit[post.unit_id], post.officer, post.role)


def _seat(desk: Desk, officer: Officer, role: str) -> None:
    if role == Post.Role.DUTY:
        desk.duty.append(officer)
    elif role == Post.Role.COMMANDER:
        desk.commander = officer


def _missing(desk: Desk) -> list[str]:
    found: list[str] = []
    if desk.commander is None:
        found.append(Post.Role.COMMANDER)
    if not desk.duty:
        found.append(Post.Role.DUTY)
    return found


def _invented(desk: Desk, role: str, dice: Random) -> Officer:
    names = sections("names.txt")
    first = "truc" if role == Post.Role.DUTY else "chihuy"
    return Officer(
        id=id_at(times.start_of(REFORM_DAY), dice),
        username=f"{first}-{desk.code}",
        name=invented_name(dice),
        rank=dice.choice(names["capbac"]) if role == Post.Role.DUTY else "Th.tá",
        # Nobody signs in as them.
        password=make_password(None),
    )


def invented_name(dice: Random) -> str:
    """A name in three parts that is meant to be nobody's."""
    names = sections("names.txt")
    return " ".join(dice.choice(names[part]) for part in ("ho", "dem", "ten"))
