"""What a lead has to pass on, and which leads the desk still has to tell."""

import datetime
import itertools
import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from keng.accounts.who import WORKING
from keng.delivery.models import Dispatch, DispatchAudience, DispatchText, RelayTask
from keng.delivery.models.relay import CLOSING_REASONS
from keng.kit import times
from keng.network.models import GroupKind, Lead, LeadWay
from keng.network.secret_links import lead_url
from keng.relay.messages_to_leads import last_messages
from keng.relay.texts_to_pass_on import TextsToPassOn, texts_to_pass_on

if TYPE_CHECKING:
    from keng.accounts.models import Officer
    from keng.places.models import Unit

DONE_IS_SHOWN_FOR = datetime.timedelta(days=14)
_URGENT_FOR = datetime.timedelta(days=7)
UNDO_WITHIN = datetime.timedelta(hours=2)
OPEN_TASKS = Q(confirmed_at__isnull=True, dispatch__cancelled_at__isnull=True) & ~Q(
    cannot_reason__in=CLOSING_REASONS
)


def open_and_in_time(now: datetime.datetime | None = None) -> Q:
    """What a lead can still be asked: never a text past its time."""
    at = now or times.now()
    return OPEN_TASKS & (Q(dispatch__expires_at__isnull=True) | Q(dispatch__expires_at__gt=at))


def is_urgent_now(dispatch: Dispatch) -> bool:
    """Whether leads are still to be hurried: nothing is urgent for months, also no recall."""
    return dispatch.is_urgent and dispatch.created_at > times.now() - _URGENT_FOR


@dataclass(frozen=True, slots=True)
class TextToPassOn:
    """One warning on a lead's page: the text to copy, its picture, and the lead's groups."""

    dispatch: Dispatch
    text: DispatchText
    tasks: tuple[RelayTask, ...]
    ready: str
    below: tuple[Lead, ...] = ()
    """Leads under this one who have not confirmed: only their direct superior sees their names."""
    below_total: int = 0
    is_school: bool = False
    """Whether it goes to the groups of a school: then it is said in the words of a school."""

    @property
    def title(self) -> str:
        return self.text.subject or self.text.text.splitlines()[0]

    @property
    def by_other_ways(self) -> TextsToPassOn | None:
        """What takes a warning back, for text messages and Facebook. Of any other text the page
        of its warning has that.
        """
        if self.dispatch.kind != Dispatch.Kind.RECALL:
            return None
        return texts_to_pass_on(self.text.text, short=self.text.short)

    @property
    def words_for_those_below(self) -> str:
        """What the lead sends to those who answer to them."""
        return words_for_those_below(self.title, is_school=self.is_school)

    @property
    def is_urgent(self) -> bool:
        return is_urgent_now(self.dispatch)

    @property
    def groups(self) -> list[RelayTask]:
        return [task for task in self.tasks if task.group_id]

    @property
    def undo_until(self) -> datetime.datetime | None:
        """Until when the browser that confirmed can take it back."""
        first = min((task.confirmed_at for task in self.tasks if task.confirmed_at), default=None)
        return first + UNDO_WITHIN if first else None

    @property
    def remind_at(self) -> datetime.datetime | None:
        return next((task.remind_at for task in self.tasks if task.remind_at), None)


@dataclass(slots=True)
class LeadPage:
    """A lead's standing page."""

    open: list[TextToPassOn] = field(default_factory=list)
    done: list[TextToPassOn] = field(default_factory=list)


def page_of_lead(lead: Lead) -> LeadPage:
    """Everything the lead was asked lately, newest first."""
    tasks = (
        RelayTask.objects.filter(lead=lead, dispatch__cancelled_at__isnull=True)
        .filter(open_and_in_time() | Q(confirmed_at__gt=times.now() - DONE_IS_SHOWN_FOR))
        .select_related("dispatch", "dispatch__unit", "group")
        .prefetch_related("dispatch__texts")
        .order_by("-dispatch_id", "id")
    )
    by_dispatch: dict[uuid.UUID, list[RelayTask]] = {}
    for task in tasks:
        by_dispatch.setdefault(task.dispatch_id, []).append(task)
    page = LeadPage()
    for found in by_dispatch.values():
        waiting = tuple(task for task in found if task.confirmed_at is None)
        done = tuple(task for task in found if task.confirmed_at is not None)
        if waiting:
            page.open.append(_text_to_pass_on(lead, waiting))
        if done:
            page.done.append(_text_to_pass_on(lead, done))
    return page


def _text_to_pass_on(lead: Lead, tasks: tuple[RelayTask, ...]) -> TextToPassOn:
    dispatch = tasks[0].dispatch
    texts = list(dispatch.texts.all())
    text = next((t for t in texts if t.language == lead.language), None) or _vietnamese(texts)
    kinds = {task.group.kind for task in tasks if task.group}
    # The last line of the text speaks its language, whatever language the page around it has.
    with translation.override(text.language):
        ready = text_to_copy(text.text, kinds)
    asked = RelayTask.objects.filter(dispatch=dispatch, lead__above=lead)
    below = list(asked.select_related("lead", "group"))
    return TextToPassOn(
        dispatch,
        text,
        tasks,
        ready,
        tuple({t.lead_id: t.lead for t in below if t.confirmed_at is None}.values()),
        len({t.lead_id for t in below}),
        GroupKind.SCHOOL in kinds | {t.group.kind for t in below if t.group},
    )


def words_for_those_below(title: str, *, is_school: bool) -> str:
    """What a lead sends to all who answer to them; it names nobody, so that nobody is shamed."""
    if is_school:
        words = _(
            "Dear teachers, please send “%(title)s” to the parents of your class, then press “I "
            "have passed it on” on your own page. Thank you."
        )
    else:
        words = _(
            "Please post “%(title)s” in your group, then press “I have passed it on” on your own "
            "page. Thank you."
        )
    return words % {"title": title}


def recall_sentence() -> str:
    """What a lead does where a text takes an earlier one back, whether they posted that or not."""
    return _(
        "Where you posted what is taken back, delete it and post the recall; if you never posted "
        "it, you post nothing: say so on your own page, under “You cannot, or not now?”"
    )


def has_recall(dispatches: Iterable[Dispatch]) -> bool:
    return any(each.kind == Dispatch.Kind.RECALL for each in dispatches)


def title_to_pass_on(dispatch: Dispatch) -> str:
    """What a lead is asked to pass on, in a line."""
    text = _vietnamese(list(dispatch.texts.all()))
    return text.subject or text.text.splitlines()[0]


def _vietnamese(texts: list[DispatchText]) -> DispatchText:
    return next((text for text in texts if text.language == "vi"), texts[0])


def text_to_copy(text: str, kinds: set[str]) -> str:
    """What the lead copies. Its last line leads a reader past the lead, who may be the subject."""
    host = settings.PUBLIC_URL.partition("://")[2]
    if kinds & {GroupKind.LANDLORDS, GroupKind.LODGING}:
        line = _("To tell the police privately, not through the landlord: %(host)s")
    elif GroupKind.SCHOOL in kinds:
        line = _("To tell the police privately, not through the school: %(host)s")
    else:
        line = _("To tell the police privately, not through this group: %(host)s")
    return f"{text}\n{line % {'host': host}}"


@dataclass(frozen=True, slots=True)
class HandOut:
    """One lead the desk still has to tell, with the message ready."""

    lead: Lead
    titles: tuple[str, ...]
    message: str
    since: datetime.datetime
    is_urgent: bool
    why: str = ""
    """Why the machine's message did not tell them."""


def leads_to_tell(officer: "Officer", *, link_of: uuid.UUID | None = None) -> list[HandOut]:
    """Leads of the officer's own desk with something open nobody told them of, urgent first.

    Whom the machine writes to stands here only where its message did not arrive, with the reason.

    Of a correction or recall first those who said that they passed on what was wrong.

    Only the message to the lead `link_of` has their link: whoever asks for it is on record.
    """
    tasks = (
        RelayTask.objects.visible_to(officer)
        .filter(
            open_and_in_time(), lead__unit_id__in=officer.own_unit_ids, handed_out_at__isnull=True
        )
        .filter(lead__stopped_at__isnull=True)
        .select_related("lead__unit", "dispatch__unit")
        .prefetch_related("dispatch__texts")
        .order_by("id")
    )
    by_lead: dict[uuid.UUID, list[RelayTask]] = {}
    messages = last_messages({task.dispatch_id for task in tasks})
    written_to = _written_to_soon({task.lead_id for task in tasks})
    why: dict[uuid.UUID, str] = {}
    for task in tasks:
        message = messages.get((task.dispatch_id, task.lead_id))
        if message.is_on_its_way if message else task.lead_id in written_to:
            continue
        by_lead.setdefault(task.lead_id, []).append(task)
        if message:
            why[task.lead_id] = f"{message.channel_words}: {message.words}"
    found = [
        _hand_out(of, with_link=lead == link_of, why=why.get(lead, ""))
        for lead, of in by_lead.items()
    ]
    passed_on = _who_passed_on_what_was_wrong(by_lead)
    return sorted(
        found, key=lambda one: (not one.is_urgent, one.lead.pk not in passed_on, one.since)
    )


def _written_to_soon(leads: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Those whom the worker writes to within seconds."""
    return set(LeadWay.objects.in_use().filter(pk__in=leads).values_list("pk", flat=True))


def _who_passed_on_what_was_wrong(by_lead: dict[uuid.UUID, list[RelayTask]]) -> set[uuid.UUID]:
    """Leads who confirmed something that one of their tasks corrects or takes back."""
    asked = {
        lead: {task.dispatch_id for task in tasks if task.dispatch.replaces_a_text}
        for lead, tasks in by_lead.items()
    }
    replacing = DispatchAudience.objects.filter(dispatch__in=set().union(*asked.values()))
    wrong: dict[uuid.UUID, list[str]] = dict(
        replacing.values_list("dispatch_id", "definition__earlier")
    )
    if not wrong:
        return set()
    confirmed = RelayTask.objects.filter(
        dispatch__in={earlier for found in wrong.values() for earlier in found or ()},
        lead__in=by_lead,
        confirmed_at__isnull=False,
    ).values_list("lead_id", "dispatch_id")
    return {
        lead
        for lead, dispatch in confirmed
        if any(str(dispatch) in (wrong.get(each) or ()) for each in asked[lead])
    }


def _message_to_lead(
    lead: Lead, asked: dict["Unit", list[str]], *, takes_back: bool, with_link: bool
) -> str:
    """Who asks, how to tell that it is real, and last where their page is, in the lead's words.

    It looks like what warnings warn of, so it says first what a false one would not. Each unit asks
    for its own texts alone (`asked`): nobody signs what is another's.
    """
    # Whom the lead rings in doubt: who asks, or where several do the desk that they answer to.
    desk = next(iter(asked)) if len(asked) == 1 else lead.unit
    with translation.override(lead.language):
        doubt = (
            _("In doubt do not open it: call the desk, %(phone)s.") % {"phone": desk.desk_phone}
            if desk.desk_phone
            else _("In doubt do not open it: ask the officer you know.")
        )
        page = (
            _("if you saved it, open it there: %(link)s") % {"link": lead_url(lead)}
            if with_link
            else _("open it where you saved it. If you no longer have it, ask us for the link.")
        )
        asks = [
            _("%(unit)s asks %(name)s to pass on: %(titles)s.")
            % {"unit": unit.name, "name": lead.name, "titles": "; ".join(titles)}
            for unit, titles in asked.items()
        ]
        if takes_back:
            asks.append(f"{recall_sentence()}.")
        how_to_tell = _(
            "Is this really from us? It comes in the chat you know, the address begins with "
            "%(host)s, and nobody asks you for a password, a code or money. %(doubt)s Text and "
            "picture are on your own page, the same as always; %(page)s"
        ) % {"host": settings.PUBLIC_URL.partition("://")[2], "doubt": doubt, "page": page}
        return " ".join([*asks, how_to_tell])


def _hand_out(tasks: list[RelayTask], *, with_link: bool, why: str) -> HandOut:
    lead = tasks[0].lead
    dispatches = {task.dispatch_id: task.dispatch for task in tasks}.values()
    asked: dict[Unit, list[str]] = {}
    for each in dispatches:
        asked.setdefault(each.unit, []).append(title_to_pass_on(each))
    return HandOut(
        lead,
        tuple(itertools.chain.from_iterable(asked.values())),
        _message_to_lead(lead, asked, takes_back=has_recall(dispatches), with_link=with_link),
        min(t.created_at for t in tasks),
        any(is_urgent_now(each) for each in dispatches),
        why,
    )


@dataclass(frozen=True, slots=True)
class StoppedLead:
    """A lead whose link was used to stop, with a message that asks them whether it was them."""

    lead: Lead
    message: str


def leads_stopped_by_link(officer: "Officer", *, within: datetime.timedelta) -> list[StoppedLead]:
    """Leads of the officer's own desk whose link ended their part lately, newest first."""
    stopped = Lead.objects.filter(
        unit_id__in=WORKING.own_unit_ids(officer),
        stopped_by_link=True,
        stopped_at__gt=times.now() - within,
    )
    return [_stopped_lead(lead) for lead in stopped.select_related("unit").order_by("-stopped_at")]


def _stopped_lead(lead: Lead) -> StoppedLead:
    message = _(
        "%(unit)s to %(name)s: with your link somebody chose to receive no more warnings to pass "
        "on. If it was you, you need not do anything; thank you. If not, open your page where "
        "you saved it, press “Receive again”, and tell us, so that you get a new link."
    )
    return StoppedLead(lead, message % {"unit": lead.unit.name, "name": lead.name})
