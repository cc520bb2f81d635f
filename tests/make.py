"""Small factories: each makes one row that is valid on its own; every default can be named away.

`from tests import make`, then `make.tip(unit=…, text="…")`. Needs a database.
"""

import datetime
import itertools
import os
import pkgutil
import uuid
from importlib import import_module
from typing import Any

from django.apps import apps

from keng.accounts.models import Officer, Post
from keng.data_requests import migrations as data_request_migrations
from keng.delivery.models import ChannelAccount, Conversation, Dispatch, PagerWay
from keng.kit import times
from keng.language.fold import fold
from keng.lookup.models import Indicator
from keng.network.models import Establishment, Group, GroupKind, Lead, Subscription
from keng.places.models import Jurisdiction, Place, Unit
from keng.reports.models import Snapshot
from keng.tips import migrations, viewing_copies
from keng.tips.models import (
    Clock,
    DialogueMessage,
    Incident,
    Note,
    Sighting,
    Tip,
    TipConcern,
)
from keng.vault import keys, seal
from keng.vault.key_pairs import new_private_key, public_half
from keng.vault.models import UnitKey

_numbers = itertools.count(1)
# An old day: posts and jurisdictions made here are in force in every test.
LONG_AGO = datetime.date(2020, 1, 1)


def _next(word: str) -> str:
    return f"{word} {next(_numbers)}"


def place(
    name: str = "", *, kind: str = Place.Kind.WARD, parent: Place | None = None, **fields: Any
) -> Place:
    """A place of today; the province code follows from the parent."""
    name = name or _next("Phường")
    values: dict[str, Any] = {
        "code": f"t{next(_numbers):05d}",
        "full_name": name,
        "folded": fold(name),
        "province_code": parent.province_code if parent else "24",
    }
    return Place.objects.create(name=name, kind=kind, parent=parent, **values | fields)


def unit(
    name: str = "", *, parent: Unit | None = None, serves: Place | None = None, **fields: Any
) -> Unit:
    """A commune desk; with `serves`, in charge of that place."""
    name = name or _next("Công an phường")
    values: dict[str, Any] = {
        "kind": Unit.Kind.COMMUNE,
        "short_name": name[-24:],
        "province_code": "24",
    }
    made = Unit.objects.create(name=name, parent=parent, **values | fields)
    if serves is not None:
        Jurisdiction.objects.create(unit=made, place=serves, valid_from=LONG_AGO)
    return made


def province_unit(name: str = "", **fields: Any) -> Unit:
    """A provincial desk: its officers see the units below."""
    return unit(name or _next("Công an tỉnh"), kind=Unit.Kind.PROVINCE, **fields)


def officer(
    *,
    unit: Unit | None = None,
    role: str = Post.Role.DUTY,
    name: str = "",
    password: str = "",
    **fields: Any,
) -> Officer:
    """An officer with one current post; `unit=None` makes one without any post."""
    number = next(_numbers)
    made = Officer(username=f"officer{number}", name=name or f"Officer {number}", **fields)
    if password:
        made.set_password(password)
    else:
        made.set_unusable_password()
    made.save()
    if unit is not None:
        post(made, unit=unit, role=role)
    return made


def post(officer: Officer, *, unit: Unit, role: str = Post.Role.DUTY, **fields: Any) -> Post:
    """One more current post of an officer."""
    return Post.objects.create(
        officer=officer, unit=unit, role=role, **{"valid_from": LONG_AGO} | fields
    )


def tip(*, unit: Unit, text: str = "", concerns: tuple[Unit, ...] = (), **fields: Any) -> Tip:
    """An open tip of the unit whose 24 hours are running, or a closed one with state="closed"."""
    now = times.now()
    values: dict[str, Any] = {
        "text": text or _next("Có người gọi tự xưng công an, lần"),
        "channel": "web",
        "province_code": unit.province_code,
        "received_at": now,
        "due_at": now + datetime.timedelta(hours=24),
    }
    if fields.get("state") == Tip.State.CLOSED:
        values |= {"due_at": None, "closed_at": now}
    made = Tip.objects.create(responsible_unit=unit, **values | fields)
    for about in concerns:
        TipConcern.objects.create(tip=made, unit=about)
    if made.due_at:
        clock(made, starts_at=made.received_at, due_at=made.due_at)
    return made


def clock(tip: Tip, *, rule_code: str = "CLASSIFY_HOUSE", **fields: Any) -> Clock:
    """A running clock of a tip."""
    now = times.now()
    values = {"starts_at": now, "due_at": now + datetime.timedelta(hours=24)}
    return Clock.objects.create(tip=tip, rule_code=rule_code, **values | fields)


def clock_rules() -> None:
    """The house rules again, for a test with transaction=True, which empties every table.

    Each migration whose name says so ("…clock_rule…") makes its rules by a function `add`.
    """
    for folder in (migrations, data_request_migrations):
        for module in pkgutil.iter_modules(folder.__path__):
            if "clock_rule" in module.name:
                import_module(f"{folder.__name__}.{module.name}").add(apps, None)


def message(tip: Tip, text: str = "", **fields: Any) -> DialogueMessage:
    """A message of the reporter; `author="desk", officer=…` makes it the desk's."""
    values = {"author": DialogueMessage.Author.REPORTER, "channel": tip.channel}
    return DialogueMessage.objects.create(tip=tip, text=text or _next("Thêm"), **values | fields)


def note(tip: Tip, *, officer: Officer, text: str = "") -> Note:
    """An internal note."""
    return Note.objects.create(tip=tip, officer=officer, text=text or _next("Ghi chú"))


def indicator(value: str = "", *, type: str = Indicator.Type.PHONE) -> Indicator:
    """An indicator, by default a phone number."""
    value = value or f"09{next(_numbers):08d}"
    return Indicator.objects.get_or_create(type=type, value=value)[0]


def sighting(
    tip: Tip, *, indicator: Indicator, role: str = Sighting.Role.USED, **fields: Any
) -> Sighting:
    """An indicator seen in a tip; by default used in the offence."""
    values = {"start": next(_numbers), "end": next(_numbers)}
    return Sighting.objects.create(tip=tip, indicator=indicator, role=role, **values | fields)


def incident(
    *, unit: Unit, by: Officer, title: str = "", tips: tuple[Tip, ...] = (), **fields: Any
) -> Incident:
    """An incident of the unit with these tips; the first is the original of the others."""
    made = Incident.objects.create(title=title or _next("Vụ"), unit=unit, opened_by=by, **fields)
    for index, one in enumerate(tips):
        one.incident = made
        if index:
            one.state, one.duplicate_of = Tip.State.DUPLICATE, tips[0]
        one.save(update_fields=["incident", "state", "duplicate_of"])
    return made


def conversation(tip: Tip, *, account: ChannelAccount | None = None) -> Conversation:
    """The chat a tip came by; its address is no real ciphertext."""
    account = account or channel_account(unit=tip.responsible_unit)
    return Conversation.objects.create(
        account=account,
        tip_ref=tip.pk,
        key_hash=uuid.uuid4().bytes * 2,
        reply_address_sealed=b"sealed",
    )


def pager(officer: Officer, *, called_by: Dispatch | None = None) -> PagerWay:
    """A letter box that an officer is called at; `called_by` is a call that went there."""
    way = PagerWay.objects.create(
        officer=officer,
        kind="email",
        address_sealed=b"sealed",
        address_hash=uuid.uuid4().bytes * 2,
        hint="a…@b.example",
    )
    if called_by is not None:
        called_by.deliveries.create(
            channel="email", recipient_kind="pager", recipient_ref=way.pk, is_urgent=True
        )
    return way


def unit_key(unit: Unit) -> bytes:
    """A key pair of the unit; returns the private half."""
    private = new_private_key()
    UnitKey.objects.create(unit=unit, public_key=public_half(private))
    seal.forget_public_keys()
    return private


def worker_key() -> None:
    """The worker's key, and this process as the one that may open what is sealed to it."""
    keys.renew_worker_key()
    os.environ["KENG_WORKER_KEYS"] = str(keys.worker_folder())
    seal.forget_public_keys()


def copies_to_view() -> int:
    """What the worker does with pictures, until none waits; how many there were."""
    made = 0
    while viewing_copies.make_next_copy():
        made += 1
    return made


def some_id() -> uuid.UUID:
    """An id that no row has."""
    return uuid.uuid4()


def group(
    *, unit: Unit, place: Place, name: str = "", channel: str = "by_hand", **fields: Any
) -> Group:
    """An active group; by hand unless a channel is named, and then with an address."""
    values: dict[str, Any] = {
        "kind": GroupKind.RESIDENTS,
        "member_count": 10,
        "channel_address": "" if channel == "by_hand" else f"address-{next(_numbers)}",
    }
    return Group.objects.create(
        name=name or _next("Nhóm"), unit=unit, place=place, channel=channel, **values | fields
    )


def lead(*, unit: Unit, groups: tuple[Group, ...] = (), name: str = "", **fields: Any) -> Lead:
    """A lead who agreed long ago."""
    values = {"position": "Tổ trưởng", "consented_on": LONG_AGO}
    made = Lead.objects.create(name=name or _next("Đầu mối"), unit=unit, **values | fields)
    made.groups.set(groups)
    return made


def establishment(*, unit: Unit, place: Place, name: str = "", **fields: Any) -> Establishment:
    """An open boarding house without a contact."""
    values: dict[str, Any] = {"kind": Establishment.Kind.BOARDING_HOUSE}
    return Establishment.objects.create(
        name=name or _next("Nhà trọ"), unit=unit, place=place, **values | fields
    )


def subscription(
    *, places: tuple[Place, ...], channel: str = "email", **fields: Any
) -> Subscription:
    """A confirmed subscription with a sealed address that no key opens."""
    values: dict[str, Any] = {
        "address_hash": uuid.uuid4().bytes * 2,
        "address_sealed": b"sealed",
        "confirmed_at": times.now(),
    }
    made = Subscription.objects.create(channel=channel, **values | fields)
    made.places.set(places)
    return made


def channel_account(*, unit: Unit, channel: str = "sandbox", **fields: Any) -> ChannelAccount:
    """An active account of the unit at a channel."""
    number = next(_numbers)
    values = {"name": f"Account {number}", "slug": f"account-{number}"}
    return ChannelAccount.objects.create(unit=unit, channel=channel, **values | fields)


def report(*, unit: Unit, officer: Officer, span: str = "2026-09", **fields: Any) -> Snapshot:
    """A signed report without a figure in it; its signature is nobody's."""
    now = times.now()
    figures = {
        "format": 1,
        "unit": str(unit.pk),
        "unit_name": unit.name,
        "span": span,
        "lines": {},
        "identities": [],
        "units": [],
        "places": {"new": [], "old": []},
    }
    values: dict[str, Any] = {
        "since": now - datetime.timedelta(days=60),
        "until": now - datetime.timedelta(days=30),
        "figures": figures,
        "figures_hash": b"0" * 32,
        "signer": officer.name,
        "signer_role": Post.Role.COMMANDER,
        "signature": b"0" * 64,
    }
    return Snapshot.objects.create(unit=unit, span=span, signed_by=officer, **values | fields)
