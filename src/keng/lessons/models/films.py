"""Short films: what was uploaded, and how far the worker is with it."""

import uuid
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from keng.kit.models import Row

if TYPE_CHECKING:
    from keng.accounts.models import Officer

FILMS_FOLDER = "films"


class FilmQuerySet(models.QuerySet["Film"]):
    """Reads of films."""

    def visible_to(self, officer: "Officer") -> Self:
        """Those of the officer's units, without what was thrown away. No post means none."""
        return self._kept().filter(unit_id__in=officer.unit_ids, partner=None)

    def of_partner(self, partner_id: uuid.UUID) -> Self:
        """Those of a partner, without what was thrown away; read in the role of partners."""
        return self._kept().filter(partner_id=partner_id)

    def _kept(self) -> Self:
        return self.exclude(state=Film.State.DISCARDED)


class Film(Row):
    """A film for lessons, of a desk or of a partner. Its words are fixed once a lesson has it."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting for the worker")
        WORKING = "working", _("Being prepared")
        READY = "ready", _("Ready")
        REFUSED = "refused", _("Cannot be used")
        DISCARDED = "discarded", _("Discarded")

    class Problem(models.TextChoices):
        NO_FILM = "no_film", _("This is no film: use MP4, MOV or WebM.")
        BROKEN = (
            "broken",
            _("This file cannot be read here: a part may be missing. Save it as MP4, try again."),
        )
        TOO_LONG = "too_long", _("The film is longer than three minutes. Cut it shorter.")
        TOO_WIDE = "too_wide", _("The picture is too large. Save it with at most 2160 lines.")
        TOO_SLOW = "too_slow", _("Preparing it took too long. Save it in a simpler format.")
        LOST = "lost", _("The file was lost on this machine; yours may be whole. Upload it again.")

    unit = models.ForeignKey("places.Unit", models.PROTECT, related_name="+")
    title = models.CharField(max_length=80)
    # By language, as WebVTT; and what is heard and seen, to be read instead.
    captions = models.JSONField(default=dict)
    words = models.JSONField(default=dict)
    made_by = models.ForeignKey("accounts.Officer", models.PROTECT, null=True, related_name="+")
    # A partner's own film: no desk reads it, and `unit` is the one that invited the partner.
    partner = models.ForeignKey("accounts.Partner", models.PROTECT, null=True, related_name="+")
    made_by_member = models.ForeignKey(
        "accounts.PartnerMember", models.PROTECT, null=True, related_name="+"
    )
    made_at = models.DateTimeField(db_default=Now())
    state = models.CharField(
        max_length=9, choices=State, default=State.WAITING, db_default="waiting"
    )
    problem = models.CharField(max_length=8, choices=Problem, default="", db_default="", blank=True)
    percent = models.PositiveSmallIntegerField(default=0, db_default=0)
    # Until when a worker has it; one that was killed leaves it to the next after that.
    leased_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    seconds = models.PositiveSmallIntegerField(default=0, db_default=0)
    size = models.PositiveIntegerField(default=0, db_default=0)
    width = models.PositiveSmallIntegerField(default=0, db_default=0)
    height = models.PositiveSmallIntegerField(default=0, db_default=0)
    sha256 = models.BinaryField(max_length=32, default=b"", db_default=b"")

    objects = FilmQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(state="ready") | models.Q(size__gt=0, seconds__gt=0),
                name="film_that_is_ready_can_be_played",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="discarded") | models.Q(title="", captions={}, words={}),
                name="film_that_was_discarded_keeps_no_words",
            ),
            models.CheckConstraint(
                condition=models.Q(made_by__isnull=False, partner=None, made_by_member=None)
                | models.Q(made_by=None, partner__isnull=False, made_by_member__isnull=False),
                name="film_is_of_a_desk_or_of_a_partner",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def incoming_path(self) -> str:
        """What was uploaded; gone once the worker is done with it."""
        return f"{FILMS_FOLDER}/incoming/{self.pk}"

    @property
    def path(self) -> str:
        """The film itself, below the data folder."""
        return f"{FILMS_FOLDER}/{self.pk}.mp4"

    @property
    def poster_path(self) -> str:
        """Its poster frame."""
        return f"{FILMS_FOLDER}/{self.pk}.jpg"

    @property
    def content(self) -> dict[str, Any]:
        """What a second person answers for, with the lesson."""
        return {
            "sha256": bytes(self.sha256).hex(),
            "captions": self.captions,
            "words": self.words,
        }
