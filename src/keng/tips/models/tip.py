"""A tip: what a resident told us, and where it stands."""

import datetime
import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, Protocol, TypedDict

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from keng.kit import times
from keng.kit.among import Ids
from keng.kit.ids import coarse_id
from keng.kit.models import Row
from keng.kit.urgency import URGENT_LEVELS, Happening, Urgency
from keng.tips.models.incident import Incident
from keng.tips.models.named_sight import BreakIn, Recusal
from keng.tips.models.restriction import Restriction

# Search is for work: what was closed longer ago is in nobody's way.
FINDABLE_FOR = datetime.timedelta(days=90)


# What calls people: critical and nobody's yet, or danger in a later message that nobody has taken.
IS_RINGING = models.Q(danger_unheard=True) | (
    models.Q(urgency=Urgency.P0, assigned_to__isnull=True)
    & ~models.Q(state__in=["closed", "duplicate"])
)

# Whether these stand in a list depends on more than themselves: on the hour, on another tip.
IS_UNTALLIED = models.Q(state="duplicate") | (
    models.Q(set_aside_until__isnull=False) & ~models.Q(state="closed")
)

# `Tip.gravity_band` of money that may still be stopped: behind every life. Behind that, money of
# which its reporter says that it is over, and nothing says that it left today.
MONEY_BAND = 5
LONG_GONE_BAND = 6
IS_CRITICAL = models.Q(urgency=Urgency.P0)
# Money just sent, and nobody has taken the tip on: minutes count, though nobody is in danger.
HAS_MONEY_TO_STOP = models.Q(
    urgency=Urgency.P1, money_moved=True, gravity_band=MONEY_BAND, assigned_to__isnull=True
)
# Above all others in the list, whatever its deadline; `keng.tips.gravity` says in which order.
STANDS_FIRST = IS_CRITICAL | HAS_MONEY_TO_STOP


class TipViewer(Protocol):
    """What decides which tips an officer sees."""

    @property
    def unit_ids(self) -> Collection[uuid.UUID]:
        """The units whose tips they may see."""

    @property
    def own_unit_ids(self) -> Collection[uuid.UUID]:
        """The units they belong to."""

    @property
    def named_unit_ids(self) -> Collection[uuid.UUID]:
        """The units whose matters for named officers they read (docs/decisions/0029)."""

    @property
    def pk(self) -> Any:
        """Their id, for what opens or closes one tip to one officer; None for a unit's eyes."""


@dataclass(frozen=True, slots=True)
class OnlookerOf:
    """Somebody of these units: a query that is built once for everybody takes nothing more."""

    unit_ids: Collection[uuid.UUID]
    own_unit_ids: Collection[uuid.UUID]
    named_unit_ids: Collection[uuid.UUID]
    pk: uuid.UUID | None = None


class SightValues(TypedDict):
    """What an OnlookerOf is made of, as the values of a query that is built once."""

    unit_ids: Collection[uuid.UUID]
    own_unit_ids: Collection[uuid.UUID]
    named_unit_ids: Collection[uuid.UUID]
    pk: uuid.UUID


def sight_values(officer: TipViewer) -> SightValues:
    """An officer's sight, to ask a query that is built once."""
    return {
        "unit_ids": officer.unit_ids,
        "own_unit_ids": officer.own_unit_ids,
        "named_unit_ids": officer.named_unit_ids,
        "pk": officer.pk,
    }


class TipQuerySet(models.QuerySet["Tip"]):
    """Reads of tips. Every desk query starts from visible_to, or says why listed_for is enough."""

    def visible_to(self, officer: TipViewer) -> "TipQuerySet":
        """Tips whose words the officer reads: those listed for them, less what is for others.

        A matter for named officers is read by these, and by whoever broke in just now.
        """
        return self.listed_for(officer).filter(is_readable_by(officer))

    def listed_for(self, officer: TipViewer, *, are_few: bool = False) -> "TipQuerySet":
        """Tips of which the officer knows that they are there: the number, the deadline, the
        urgency, and no word of one that is for named officers.

        Those of the officer's units, never one that concerns the officer's own unit, nor one from
        which they were recused. No post means no tips. Whoever asks this shows nothing else of a
        tip (tests/architecture/test_sight.py has the list), or asks `is_readable_by` of each.
        `are_few`: by their ids they are a handful, in a question that is planned once for all.
        """
        # The few tips about a unit are listed once; asking of each row costs three times as much.
        about_us = TipConcern.objects.filter(unit_id__in=officer.own_unit_ids)
        units = officer.unit_ids
        mine = _is_of_units(units)
        if are_few and not isinstance(units, Ids):
            mine = models.Q(responsible_unit__filtered_in=units)
        seen = self.filter(mine).exclude(pk__in=about_us.values("tip"))
        if officer.pk is None:
            return seen
        return seen.exclude(pk__in=Recusal.objects.in_force(officer.pk).values("tip"))

    def open(self) -> "TipQuerySet":
        """Tips that still need somebody."""
        return self.filter(state__in=Tip.OPEN_STATES)

    def ringing(self) -> "TipQuerySet":
        """Tips that call people until somebody takes them; a closed one too, if it began anew."""
        return self.filter(IS_RINGING)

    def findable(self) -> "TipQuerySet":
        """What may be searched: open tips, and closed ones for 90 days unless unfounded."""
        recent = models.Q(closed_at__gt=times.now() - FINDABLE_FOR) & ~models.Q(
            outcome=Tip.Outcome.UNFOUNDED
        )
        return self.filter(models.Q(state__in=Tip.OPEN_STATES) | recent)

    def in_waves(self) -> "TipQuerySet":
        """What may count in a wave: nothing about a unit, nothing that was no report after all.

        The database says the same of a whole wave: `keng_wave_size` in site/policy_functions.py.
        """
        return (
            self.exclude(pk__in=TipConcern.objects.values("tip"))
            .exclude(kind=Tip.Kind.OUT_OF_SCOPE)
            .exclude(
                outcome__in=[Tip.Outcome.UNFOUNDED, Tip.Outcome.NOT_A_TIP, Tip.Outcome.WITHDRAWN]
            )
        )


def fetch_incidents(tips: Iterable["Tip"], officer: TipViewer) -> None:
    """For showing: `incident` is None where the incident is not the officer's to see.

    The province joins tips of several desks, and an incident's name tells of others' tips.
    """
    joined = [tip for tip in tips if tip.incident_id]
    if not joined:
        # To build the query costs as much as a tenth of a tip's page, and few tips are joined.
        return
    theirs = Incident.objects.visible_to(officer)
    models.prefetch_related_objects(joined, models.Prefetch("incident", theirs))


def is_readable_by(officer: TipViewer) -> models.Q:
    """Of tips that are listed for the officer: whether they read the words, too."""
    readable = models.Q(is_for_named=False)
    readable |= _is_of_units(officer.named_unit_ids)
    if officer.pk is None:
        return readable & ~is_restricted()
    # Whoever has it in hand goes on: a list that is made meanwhile leaves nobody's call unanswered.
    readable |= models.Q(assigned_to=officer.pk)
    opened = models.Q(pk__in=BreakIn.objects.open_now(officer.pk).values("tip"))
    return readable & ~is_restricted() | opened


def _is_of_units(units: Collection[uuid.UUID]) -> models.Q:
    # A report asks a hundred questions about a hundred desks: these go along as one value.
    if isinstance(units, Ids):
        return models.Q(responsible_unit__among=units)
    return models.Q(responsible_unit_id__in=units)


def is_restricted() -> models.Q:
    """Of tips: whether they are kept and not used, as their reporter asked.

    That rests while somebody has to read it: it is open again, or its reporter writes once more.
    """
    standing = Restriction.objects.in_force().values("tip")
    return models.Q(
        pk__in=standing, state=Tip.State.CLOSED, waiting_since=None, danger_unheard=False
    )


class Tip(Row):
    """One reporter's account, from the first message to the closing."""

    # Officers see it in addresses: it tells the time to five minutes only.
    id = models.UUIDField(primary_key=True, default=coarse_id, editable=False)

    class State(models.TextChoices):
        RECEIVED = "received", _("New")
        ACCEPTED = "accepted", _("In progress")
        DUPLICATE = "duplicate", _("Joined to an incident")
        CLOSED = "closed", _("Closed")

    OPEN_STATES = (State.RECEIVED, State.ACCEPTED, State.DUPLICATE)

    class Kind(models.TextChoices):
        UNSORTED = "unsorted", _("Not sorted yet")
        DENUNCIATION = "to_giac", _("Denunciation of a crime")
        INFORMATION = "tin_bao", _("Information about a crime")
        PROSECUTION_PROPOSAL = "kien_nghi", _("Proposal to prosecute")
        ADMINISTRATIVE = "vi_pham_hc", _("Administrative violation")
        CIVIL = "dan_su", _("Civil matter")
        OFFICIAL = "to_cao_can_bo", _("Complaint about an officer")
        PROCEDURE = "hoi_thu_tuc", _("Question about a procedure")
        SCAM_NOTICE = "canh_bao_lua_dao", _("Scam notice without a case")
        OUT_OF_SCOPE = "ngoai_pham_vi", _("Out of scope")

    class Value(models.TextChoices):
        UNRATED = "unrated", _("Not rated yet")
        OF_VALUE = "of_value", _("Of value")
        NOT_OF_VALUE = "not_of_value", _("Not of value")

    class Outcome(models.TextChoices):
        NONE = "", _("No outcome yet")
        SOLVED = "solved", _("Cleared up")
        PREVENTED = "prevented", _("Prevented")
        HANDED_OVER = "handed_over", _("Handed over")
        WARNED = "warned", _("Led to a warning")
        UNFOUNDED = "unfounded", _("Unfounded")
        NOT_A_TIP = "not_a_tip", _("Not a tip, answered")
        OUT_OF_COMPETENCE = "out_of_competence", _("Outside our competence")
        # Nobody decides this one: the reporter took the report back before anybody acted on it.
        WITHDRAWN = "withdrawn", _("Taken back by the reporter")

    province_code = models.CharField(max_length=4, default="", db_default="")
    responsible_unit = models.ForeignKey("places.Unit", models.PROTECT, related_name="+")
    place = models.ForeignKey("places.Place", models.PROTECT, null=True, related_name="+")
    place_detail = models.CharField(max_length=200, default="", db_default="")
    channel = models.CharField(max_length=16)
    language = models.CharField(max_length=12, default="vi", db_default="vi")
    # The reporter's words as shown; what named the reporter was cut and sealed before.
    text = models.TextField()
    topic = models.CharField(max_length=16, default="", db_default="")
    happening = models.CharField(
        max_length=8, choices=Happening, default=Happening.UNSURE, db_default="unsure"
    )
    money_moved = models.BooleanField(default=False, db_default=False)
    do_not_contact = models.BooleanField(default=False, db_default=False)
    # No call is safe for the reporter; the desk writes on the page of the report.
    do_not_call = models.BooleanField(default=False, db_default=False)
    # In which hours of Vietnam's clock a call is safe for the reporter; both or none.
    safe_from = models.PositiveSmallIntegerField(null=True, blank=True)
    safe_until = models.PositiveSmallIntegerField(null=True, blank=True)
    # Which parts of an identity are sealed, by name only ("name", "phone", "chat").
    identity_holds = models.JSONField(default=list, db_default=[])

    state = models.CharField(
        max_length=10, choices=State, default=State.RECEIVED, db_default="received"
    )
    kind = models.CharField(
        max_length=18, choices=Kind, default=Kind.UNSORTED, db_default="unsorted"
    )
    # Code of language/taxonomy.csv; empty until an officer has decided.
    category = models.CharField(max_length=30, default="", db_default="")
    urgency = models.CharField(max_length=2, choices=Urgency, default=Urgency.P2, db_default="P2")
    # An officer said how urgent it is. Until then it stands as the machine reads it, and says so.
    urgency_is_rated = models.BooleanField(default=False, db_default=False)
    # Among tips of one urgency: the machine's reading, 1 for the gravest (`keng.tips.gravity`).
    gravity_band = models.PositiveSmallIntegerField(default=1, db_default=1)
    value = models.CharField(max_length=12, choices=Value, default="unrated", db_default="unrated")
    outcome = models.CharField(
        max_length=18, choices=Outcome, default="", db_default="", blank=True
    )
    outcome_note = models.TextField(default="", db_default="")
    incident = models.ForeignKey("tips.Incident", models.PROTECT, null=True, related_name="tips")
    duplicate_of = models.ForeignKey("self", models.PROTECT, null=True, related_name="duplicates")
    assigned_to = models.ForeignKey(
        "accounts.Officer", models.SET_NULL, null=True, related_name="+"
    )
    # The desk's short reference, made by the worker after commit; may have gaps. Not the register.
    reference = models.CharField(max_length=30, default="", db_default="")
    received_at = models.DateTimeField(db_default=Now())
    first_read_at = models.DateTimeField(null=True)
    first_answered_at = models.DateTimeField(null=True)
    waiting_since = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    # Out of the lists until then, unless a deadline or the reporter comes first.
    set_aside_until = models.DateTimeField(null=True)
    # By a decision; it stays in every list, with its deadlines, until another takes it up again.
    suspended_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    # The reporter took it back: the receipt shows no word of it any more, whatever became of it.
    withdrawn_at = models.DateTimeField(null=True)
    # Its period was over: words, files, names and numbers are destroyed, and it is only counted.
    purged_at = models.DateTimeField(null=True)
    # The reporter last said then that they fear being found out or threatened.
    feared_at = models.DateTimeField(null=True)
    # In a later message the reporter last wrote then of danger that goes on. A person's decision
    # that joins, ends or lowers the tip empties it.
    danger_at = models.DateTimeField(null=True)
    # Nobody has taken the tip since: it calls people again, whatever became of it before.
    danger_unheard = models.BooleanField(default=False, db_default=False)
    # A matter of a child or a sexual offence: read by the officers whom the desk named for such.
    is_for_named = models.BooleanField(default=False, db_default=False)
    # An officer said whether it is. Until then the machine's reading stands, and later messages
    # can still make it one.
    is_for_named_decided = models.BooleanField(default=False, db_default=False)
    # The reporter said then that it is for the unit it seemed to be about (TipConcern.is_guess).
    meant_for_unit_at = models.DateTimeField(null=True)
    # Since then no code opens it: somebody said that replacing one was not theirs.
    codes_disputed_at = models.DateTimeField(null=True)
    # Its reporter wants the words of answers in the chat, and not only that there is one.
    chat_shows_answers = models.BooleanField(default=False, db_default=False)
    examined_at = models.DateTimeField(null=True)
    search = SearchVectorField(null=True)

    objects = TipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(state="duplicate") | models.Q(duplicate_of__isnull=False),
                name="tip_duplicate_names_its_original",
            ),
            models.CheckConstraint(
                condition=models.Q(state="closed", closed_at__isnull=False, due_at__isnull=True)
                | (~models.Q(state="closed") & models.Q(due_at__isnull=False)),
                name="tip_has_a_running_clock_or_is_closed",
            ),
            models.CheckConstraint(
                condition=models.Q(safe_from__isnull=True, safe_until__isnull=True)
                | models.Q(
                    safe_from__isnull=False,
                    safe_until__isnull=False,
                    safe_from__lt=24,
                    safe_until__lt=24,
                )
                & ~models.Q(safe_from=models.F("safe_until")),
                name="safe_hours_are_two_different_hours",
            ),
        ]
        indexes = [
            # The inbox: open tips of a unit by deadline, with all that its folders ask, so that
            # they are counted without a look at the tips.
            models.Index(
                fields=["responsible_unit", "due_at", "id"],
                include=[
                    "state",
                    "urgency",
                    "assigned_to",
                    "first_answered_at",
                    "waiting_since",
                    "set_aside_until",
                    "danger_at",
                ],
                condition=~models.Q(state="closed"),
                name="tip_inbox",
            ),
            # Those that are no part of the tally (OpenTally), and are counted one by one.
            models.Index(
                fields=["responsible_unit", "due_at"],
                condition=IS_UNTALLIED,
                name="tip_untallied",
            ),
            # Those that stand above the others in the list.
            models.Index(
                fields=["responsible_unit", "id"],
                condition=STANDS_FIRST & ~models.Q(state="closed"),
                name="tip_stands_first",
            ),
            # The red bar of a desk, which each of its pages asks for again and again.
            models.Index(
                fields=["responsible_unit", "id"], condition=IS_RINGING, name="tip_unheard"
            ),
            # What came in within a span: figures and reports ask it, however old all others are.
            models.Index(fields=["responsible_unit", "received_at"], name="tip_of_unit_by_time"),
            # The unit's closed tips, newest first.
            models.Index(
                fields=["responsible_unit", "-id"],
                condition=models.Q(state="closed"),
                name="tip_done",
            ),
            # What the unit has done today.
            models.Index(
                fields=["responsible_unit", "closed_at"],
                condition=models.Q(state="closed"),
                name="tip_done_when",
            ),
            # Closed tips whose words can still be searched, to be forgotten after their time.
            models.Index(
                fields=["closed_at"],
                condition=models.Q(state="closed", search__isnull=False),
                name="tip_words_kept",
            ),
            # Closed tips that are not purged: what a period ends is found however many lie behind.
            models.Index(
                fields=["outcome", "closed_at"],
                condition=models.Q(state="closed", purged_at__isnull=True),
                name="tip_to_purge",
            ),
            models.Index(
                fields=["id"], condition=models.Q(examined_at__isnull=True), name="tip_to_examine"
            ),
            # Taken back before anybody acted: what is left of it is destroyed within seconds.
            models.Index(
                fields=["withdrawn_at"],
                condition=models.Q(outcome="withdrawn"),
                name="tip_withdrawn_when",
            ),
            # Who said within a span that they were afraid: reports ask it.
            models.Index(
                fields=["feared_at"],
                condition=models.Q(feared_at__isnull=False),
                name="tip_feared_when",
            ),
            # What rings: the worker looks every other second, over all units.
            models.Index(fields=["id"], condition=IS_RINGING, name="tip_ringing"),
            models.Index(
                fields=["id"], condition=models.Q(outcome="withdrawn"), name="tip_withdrawn"
            ),
            GinIndex(fields=["search"], name="tip_search"),
        ]

    def __str__(self) -> str:
        return self.reference or str(self.id)

    @property
    def urgency_is_suggested(self) -> bool:
        """It is urgent, and only the machine and the reporter's taps say so."""
        return self.urgency in URGENT_LEVELS and not self.urgency_is_rated

    @property
    def has_money_to_stop(self) -> bool:
        """Money just sent, and nobody has taken it on (HAS_MONEY_TO_STOP, to the database)."""
        is_money = self.money_moved and self.gravity_band == MONEY_BAND
        return is_money and self.urgency == Urgency.P1 and self.assigned_to_id is None

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to do something about it."""
        return self.state in self.OPEN_STATES

    @property
    def rings(self) -> bool:
        """Whether somebody must be called for it (RINGING says the same to the database)."""
        is_done = self.state in {self.State.CLOSED, self.State.DUPLICATE}
        is_nobodys = self.urgency == Urgency.P0 and self.assigned_to_id is None and not is_done
        return self.danger_unheard or is_nobodys


class TipConcern(Row):
    """A unit that a tip is about. Its officers see no trace of the tip, counts included."""

    tip = models.ForeignKey(Tip, models.CASCADE, related_name="concerns")
    unit = models.ForeignKey("places.Unit", models.PROTECT, related_name="+")
    # Nobody said so: it was read in the words (keng.language.officers), until the reporter decides.
    is_guess = models.BooleanField(default=False, db_default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tip", "unit"], name="tip_concerns_a_unit_once"),
        ]

    def __str__(self) -> str:
        return f"{self.tip_id} concerns {self.unit_id}"
