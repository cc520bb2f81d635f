"""The three simulated phones: what each shows, and how what is typed on them is sent."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from urllib.error import URLError
from urllib.request import Request, urlopen

from django.conf import settings
from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext as _

from keng.channels.sandbox import compose_call
from keng.delivery.credentials import credentials_for_receiving
from keng.delivery.models import ChannelAccount, RelayTask, SandboxMessage
from keng.kit import times
from keng.network.models import Group, Lead
from keng.network.secret_links import lead_token
from keng_dev.demo.models import PhoneMessage
from keng_dev.demo.network import LANDLORD_GROUP, PARENT_GROUP, SANDBOX_GROUP

RESIDENT = "phone-resident"
MEMBER = "phone-member"
_SHOWN = 12


class NotSent(ConnectionError):
    """The edge did not take the message."""


@dataclass(frozen=True, slots=True)
class Bubble:
    """One message on a screen."""

    text: str
    at: datetime
    is_mine: bool
    author: str = ""
    image_id: str = ""


@dataclass(frozen=True, slots=True)
class Phone:
    """A screen: its heading, its messages and who is holding it."""

    key: str
    title: str
    subtitle: str
    holder: str
    placeholder: str
    bubbles: list[Bubble]
    tasks_url: str = ""
    lead: str = ""


def phones() -> list[Phone]:
    """The three screens as they are now."""
    account = ChannelAccount.objects.filter(channel="sandbox").select_related("unit").first()
    landlords = Group.objects.filter(name=LANDLORD_GROUP).first()
    parents = Group.objects.filter(name=PARENT_GROUP).first()
    if account is None or landlords is None or parents is None:
        return []
    landlord, teacher = _lead(landlords), _lead(parents)
    return [
        Phone(
            "resident",
            account.unit.name,
            _("Official account"),
            _("A worker in a rented room"),
            _("Type as the resident"),
            _sorted([*_typed("resident"), *_received(RESIDENT)]),
        ),
        Phone(
            "group",
            landlords.name,
            _members(landlords),
            _("A landlords' group the machine can reach"),
            _("Type as a member of the group"),
            _sorted([*_typed("group"), *_received(SANDBOX_GROUP)]),
            _tasks(landlord),
            landlord.name if landlord else "",
        ),
        Phone(
            "parents",
            parents.name,
            _members(parents),
            _("A parents' group that a teacher posts in by hand"),
            "",
            _sorted(_posted_by_hand(parents)),
            _tasks(teacher),
            teacher.name if teacher else "",
        ),
    ]


def say(key: str, text: str) -> None:
    """Send what was typed through the ordinary webhook. Raises NotSent; nothing is kept then."""
    account = ChannelAccount.objects.get(channel="sandbox")
    sender, group = (RESIDENT, "") if key == "resident" else (MEMBER, SANDBOX_GROUP)
    # What comes back may be there before the edge has said yes: it stands below this all the same.
    at = times.now()
    raw, headers = compose_call(
        id=uuid.uuid4().hex,
        sender=sender,
        at=at,
        text=text,
        group=group,
        secret=credentials_for_receiving(account)["secret"],
    )
    url = f"http://127.0.0.1:{settings.EDGE_PORT}/hooks/sandbox/{account.slug}"
    try:
        with urlopen(Request(url, raw, headers), timeout=5):
            PhoneMessage.objects.create(phone=key, text=text, at=at)
    except (URLError, TimeoutError) as error:
        raise NotSent from error


def _typed(key: str) -> Iterator[Bubble]:
    for row in PhoneMessage.objects.filter(phone=key).order_by("-id")[:_SHOWN]:
        yield Bubble(row.text, row.at, is_mine=True)


def _received(address: str) -> Iterator[Bubble]:
    for row in SandboxMessage.objects.filter(address=address).order_by("-id")[:_SHOWN]:
        yield Bubble(row.text, row.at, is_mine=False, image_id=str(row.id) if row.has_image else "")


def _posted_by_hand(group: Group) -> Iterator[Bubble]:
    """Once a lead says it was passed on, the simulated group shows what the lead posted."""
    done = RelayTask.objects.filter(group=group, confirmed_at__isnull=False)
    for task in done.select_related("lead", "dispatch").order_by("-id")[:_SHOWN]:
        text = task.dispatch.texts.filter(language="vi").first()
        if text and task.confirmed_at:
            yield Bubble(text.text, task.confirmed_at, is_mine=False, author=task.lead.name)


def _sorted(bubbles: "Iterator[Bubble] | list[Bubble]") -> list[Bubble]:
    return sorted(bubbles, key=lambda bubble: bubble.at)[-_SHOWN:]


def _members(group: Group) -> str:
    return _("%(count)s members") % {"count": group.member_count}


def _lead(group: Group) -> Lead | None:
    """One who takes part, if there is one: the page of another only says that it is closed."""
    return group.leads.order_by(F("stopped_at").asc(nulls_first=True), "id").first()


def _tasks(lead: Lead | None) -> str:
    return reverse("relay", args=[lead_token(lead)]) if lead else ""
