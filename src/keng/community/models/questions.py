"""Questions to a desk. Who asked is in no column; the words as they were asked do not stay."""

import datetime
import uuid
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from keng.kit import times
from keng.kit.models import Row
from keng.places.models import Place
from keng.releases.models import Releasable, ReleasableQuerySet

if TYPE_CHECKING:
    from keng.accounts.models import Officer

# What is promised to whoever asks, and stands with the question at the desk.
ANSWERED_WITHIN = datetime.timedelta(days=7)
# A desk that does not answer does not keep the words either.
UNANSWERED_FOR = datetime.timedelta(days=30)
# An answer for one person alone is there so long.
PRIVATE_FOR = datetime.timedelta(days=90)
PUBLIC_FOR = datetime.timedelta(days=365)


class QuestionQuerySet(ReleasableQuerySet["Question"]):
    """Reads of questions."""

    def visible_to(self, officer: "Officer") -> "QuestionQuerySet":
        """Questions to the officer's units, never one that went past a desk they belong to.

        No post means none.
        """
        return self.filter(unit_id__in=officer.unit_ids).not_kept_from(officer.own_unit_ids)

    def not_kept_from(self, units: Collection[uuid.UUID]) -> "QuestionQuerySet":
        """Without those that seem to be about officers of these desks and went above them."""
        return self.exclude(kept_from_id__in=units)

    def undecided(self) -> "QuestionQuerySet":
        """Nobody has decided yet; an answer to it may wait for a second person."""
        return self.filter(state=Question.State.WAITING)

    def without_desk_columns(self) -> "QuestionQuerySet":
        """As the public site reads it: not the words as asked, nor who wrote an answer."""
        return self.defer("text", "hands", "returned_reason", "released_by", "digest")

    def public(self) -> "QuestionQuerySet":
        """Answered for everybody, newest first. The words as asked are not read."""
        return (
            self.filter(
                state=Question.State.ANSWERED,
                wish=Question.Wish.PUBLIC,
                decided_at__gt=times.now() - PUBLIC_FOR,
            )
            .without_desk_columns()
            .select_related("unit", "place")
            .order_by("-decided_at", "-id")
        )

    def about(self, place: Place) -> "QuestionQuerySet":
        """Asked on the page of this place; a province has those of its communes, too."""
        if place.kind == Place.Kind.PROVINCE:
            return self.filter(place__province_code=place.province_code)
        return self.filter(place=place)


class Question(Releasable, Row):
    """Something somebody wants to know from the desk of a place.

    What a second person lets out of it is an answer for everybody; `state` says what became of the
    question.
    """

    class Wish(models.TextChoices):
        PUBLIC = "public", _("Everybody may read the answer")
        PRIVATE = "private", _("Only I read the answer, with a code")

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        ANSWERED = "answered", _("Answered")
        MOVED = "moved", _("Became a report")
        OPINION = "opinion", _("No matter of this site")
        GONE = "gone", _("Destroyed, its time was over")

    place = models.ForeignKey("places.Place", models.PROTECT, related_name="+")
    unit = models.ForeignKey("places.Unit", models.PROTECT, related_name="+")
    # The desk of the place, where the question seems to be about its officers and went above it.
    kept_from = models.ForeignKey("places.Unit", models.PROTECT, null=True, related_name="+")
    wish = models.CharField(max_length=8, choices=Wish)
    state = models.CharField(max_length=8, choices=State, default="waiting", db_default="waiting")
    # As it was asked; emptied by the decision, whichever it is.
    text = models.TextField(default="", db_default="")
    # The same, which only the code opens: for one objection to "no matter of this site".
    box = models.BinaryField(default=b"", db_default=b"")
    objected_at = models.DateTimeField(null=True)
    language = models.CharField(max_length=5, default="vi", db_default="vi")
    # Of the code with which the asker reads the answer, as for a report (tips.receipt_codes).
    code_hash = models.BinaryField(max_length=32, unique=True)
    asked_at = models.DateTimeField(default=times.now)
    # What everybody may read: the officer covered what names somebody.
    shown_text = models.TextField(default="", db_default="")
    answer = models.TextField(default="", db_default="")
    decided_at = models.DateTimeField(null=True)
    # While it waits after an objection: who saw no matter of this site in it, and decides no more.
    decided_by = models.ForeignKey("accounts.Officer", models.PROTECT, null=True, related_name="+")

    objects = QuestionQuerySet.as_manager()

    class Meta(Releasable.Meta):
        constraints = [
            *Releasable.Meta.constraints,
            models.CheckConstraint(
                condition=Q(state="waiting") | Q(text=""),
                name="question_words_go_with_the_decision",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "opinion"]) | Q(box=b""),
                name="question_box_goes_with_the_decision",
            ),
            models.CheckConstraint(
                condition=~Q(state="answered") | (~Q(answer="") & ~Q(shown_text="")),
                name="question_is_answered_with_words",
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", decided_at=None)
                | (~Q(state="waiting") & Q(decided_at__isnull=False)),
                name="question_is_decided_at_a_moment",
            ),
            models.CheckConstraint(
                condition=~Q(state="answered", wish="public")
                | Q(released_at__isnull=False, released_by=F("decided_by")),
                name="public_answer_is_let_out_by_a_second_person",
            ),
            models.CheckConstraint(
                condition=Q(wish__in=["public", "private"]), name="question_wish_is_known"
            ),
        ]
        indexes = [
            models.Index(
                fields=["unit", "asked_at"], condition=Q(state="waiting"), name="question_waiting"
            ),
            models.Index(fields=["place", "-decided_at"], name="question_of_place"),
        ]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def content_to_release(self) -> dict[str, Any]:
        return {"question": str(self.pk), "shown": self.shown_text, "answer": self.answer}

    @property
    def answer_by(self) -> datetime.date:
        """The last day on which an answer is promised; counted anew from an objection."""
        return times.local_date((self.objected_at or self.asked_at) + ANSWERED_WITHIN)

    @property
    def is_late(self) -> bool:
        """Nobody has decided, and the promised day is over."""
        return self.state == self.State.WAITING and self.answer_by < times.local_date(times.now())

    @property
    def is_gone_unanswered(self) -> bool:
        """Its words were destroyed before anybody decided."""
        return self.state == self.State.GONE and self.decided_at == self.ended_at

    @property
    def gone_at(self) -> datetime.datetime:
        """When its words are destroyed if nobody decides."""
        return (self.objected_at or self.asked_at) + UNANSWERED_FOR

    @property
    def reply_days(self) -> int:
        """How many days the answer took; 0 is the same day."""
        if self.decided_at is None:
            return 0
        return (times.local_date(self.decided_at) - times.local_date(self.asked_at)).days
