"""Surveys, the slips that make an answer count once, and answers that name nobody.

An answer holds no moment and no key that tells one: its id is random, its day is the Monday of its
week, and neither a slip nor a free text points to it. What order and transaction could still tell
is undone by `actions.counting`.
"""

import uuid
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from keng.accounts.models import Officer, PartnerMember
from keng.kit.browser_drafts import BrowserDraft
from keng.kit.models import Row
from keng.releases.hands import none_of_the_hands
from keng.releases.models import Releasable, ReleasableQuerySet

if TYPE_CHECKING:
    from keng.places.models import Unit
    from keng.surveys.content import SurveyContent


def _second_member_rules(name: str) -> tuple[models.CheckConstraint, ...]:
    """What holds a second person who is a member of a partner, as `Releasable` holds an officer."""
    return (
        models.CheckConstraint(
            condition=none_of_the_hands("released_by_member"),
            name=f"{name}_is_released_by_no_member_with_a_hand_in_it",
        ),
        models.CheckConstraint(
            condition=Q(released_by_member=None) | Q(released_at__isnull=False),
            name=f"{name}_released_by_a_member_has_its_moment",
        ),
    )


class SurveyQuerySet(ReleasableQuerySet["Survey"]):
    """Reads of surveys."""

    def visible_to(self, officer: Officer) -> "SurveyQuerySet":
        """Those of the officer's units. A partner's survey is the partner's, never a desk's."""
        return self.filter(unit_id__in=officer.unit_ids, partner__isnull=True)

    def of_partner(self, partner_id: uuid.UUID) -> "SurveyQuerySet":
        """Those of a partner; read in the role that may (keng.accounts.partner_role)."""
        return self.filter(partner_id=partner_id)


class Survey(Releasable, Row):
    """A few questions on safety or services, the result, and what is done about it.

    What is released is what is asked: whoever approves it had no hand in it. Until it is open it
    may become a draft again; its result is let out by itself (SurveyResult).
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SUBMITTED = "submitted", _("Waiting for approval")
        APPROVED = "approved", _("Approved, not open yet")
        OPEN = "open", _("Open")
        CLOSED = "closed", _("Closed")
        PUBLISHED = "published", _("Result published")

    class Purpose(models.TextChoices):
        STREETS = "streets", _("Streets and nights: lights, patrols, the way home")
        FRAUD = "fraud", _("Fraud and scams")
        CHILDREN = "children", _("Children and school")
        RENTING = "renting", _("Renting and living together")
        VIOLENCE = "violence", _("Violence at home and outside")
        DRUGS = "drugs", _("Drugs, gambling, loan sharks")
        ROAD = "road", _("Safety on the road")
        FIRE = "fire", _("Fire, storm, flood, epidemic")
        SERVICES = "services", _("Services of the desk: papers, waiting, answers")

    class Reach(models.TextChoices):
        OPEN = "open", _("Anyone with the link")
        ONCE = "once", _("One slip per household or group")

    # Of a partner's: the desk that invited it, which reads nothing of it.
    unit = models.ForeignKey("places.Unit", models.PROTECT, related_name="+")
    # The partner whose survey it is: its members write, open and close it (keng.partners).
    partner = models.ForeignKey("accounts.Partner", models.PROTECT, null=True, related_name="+")
    # The officer who began it; none of a partner's.
    author = models.ForeignKey("accounts.Officer", models.PROTECT, null=True, related_name="+")
    # The second person of a partner's survey.
    released_by_member = models.ForeignKey(
        "accounts.PartnerMember", models.PROTECT, null=True, related_name="+"
    )
    code = models.CharField(max_length=6, unique=True)
    state = models.CharField(max_length=10, choices=State, default="draft", db_default="draft")
    purpose = models.CharField(max_length=10, choices=Purpose)
    reach = models.CharField(max_length=4, choices=Reach, default="open", db_default="open")
    # See keng.surveys.content.
    content = models.JSONField()
    created_at = models.DateTimeField(db_default=Now())
    opened_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    # Counted once, after closing, with small cells left out already: see keng.surveys.figures.
    figures = models.JSONField(null=True)
    # When a result of it was published first; its words are in `results`.
    published_at = models.DateTimeField(null=True)

    # In the reader's language, put there by a query.
    words: "SurveyContent"
    # Itself, or its result: what waits for this officer.
    to_read: "Survey | SurveyResult"

    objects = SurveyQuerySet.as_manager()

    class Meta(Releasable.Meta):
        constraints = [
            *Releasable.Meta.constraints,
            models.CheckConstraint(
                condition=Q(
                    purpose__in=[
                        "streets",
                        "fraud",
                        "children",
                        "renting",
                        "violence",
                        "drugs",
                        "road",
                        "fire",
                        "services",
                    ]
                ),
                name="survey_has_a_purpose_of_the_list",
            ),
            # What was let out then stays as it is: a trigger (migration 0008).
            models.CheckConstraint(
                condition=Q(state__in=["draft", "submitted"])
                | Q(released_by__isnull=False)
                | Q(released_by_member__isnull=False),
                name="survey_opens_only_after_a_second_person",
            ),
            models.CheckConstraint(
                condition=Q(partner=None, author__isnull=False, released_by_member=None)
                | Q(partner__isnull=False, author=None, released_by=None),
                name="survey_is_of_a_desk_or_of_a_partner",
            ),
            *_second_member_rules("survey"),
            models.CheckConstraint(
                condition=~Q(state="published")
                | Q(figures__isnull=False, published_at__isnull=False),
                name="survey_result_is_counted_before_it_is_published",
            ),
        ]

    @property
    def tone(self) -> str:
        """In which colour a list shows its state; empty for none."""
        return {
            Survey.State.OPEN.value: "ok",
            Survey.State.PUBLISHED.value: "ok",
            Survey.State.SUBMITTED.value: "info",
            Survey.State.CLOSED.value: "warn",
        }.get(self.state, "")

    def __str__(self) -> str:
        return self.code

    @property
    def asked_by(self) -> str:
        """In whose name it asks."""
        return self.partner.name if self.partner is not None else self.unit.name

    @property
    def writers(self) -> type[Officer] | type[PartnerMember]:
        return PartnerMember if self.partner_id else Officer

    @property
    def content_to_release(self) -> dict[str, Any]:
        return {"content": self.content, "purpose": self.purpose, "reach": self.reach}


class SurveyResultQuerySet(ReleasableQuerySet["SurveyResult"]):
    """Reads of results."""


class SurveyResult(Releasable, Row):
    """What a desk found and does about it, as one handed it in; a changed one is another row.

    Whoever read a short text that it shows covered names in it: that is a hand, too.
    """

    survey = models.ForeignKey(Survey, models.CASCADE, related_name="results")
    # A headline and deeds in "vi" and perhaps "en".
    words = models.JSONField()
    # The short texts that were let through, by question.
    texts = models.JSONField(default=dict, db_default={})
    # The second person, of the result of a partner's survey.
    released_by_member = models.ForeignKey(
        "accounts.PartnerMember", models.PROTECT, null=True, related_name="+"
    )

    objects = SurveyResultQuerySet.as_manager()

    class Meta(Releasable.Meta):
        constraints = [
            *Releasable.Meta.constraints,
            models.UniqueConstraint(
                fields=["survey"],
                condition=Q(released_at=None),
                name="survey_has_one_result_in_hand",
            ),
            models.UniqueConstraint(
                fields=["survey"],
                condition=Q(released_at__isnull=False, ended_at=None),
                name="survey_has_one_result_out",
            ),
            *_second_member_rules("surveyresult"),
        ]

    def __str__(self) -> str:
        return f"result of {self.survey_id}"

    @property
    def writers(self) -> type[Officer] | type[PartnerMember]:
        return self.survey.writers

    @property
    def content_to_release(self) -> dict[str, Any]:
        survey = self.survey
        about = {"survey": survey.code, "purpose": survey.purpose, "reach": survey.reach}
        return about | {"words": self.words, "texts": self.texts}

    @property
    def release_unit(self) -> "Unit":
        return self.survey.unit


class Token(models.Model):
    """One slip: good for one answer. Who got it is written nowhere, nor which answer it gave."""

    hash = models.BinaryField(primary_key=True, max_length=32)
    survey = models.ForeignKey(Survey, models.CASCADE, related_name="tokens")
    used = models.BooleanField(default=False, db_default=False)

    def __str__(self) -> str:
        return "slip"


class Answer(models.Model):
    """One filled-in form."""

    class Origin(models.TextChoices):
        WEB = "web", _("On the page")
        PAPER = "paper", _("On paper")
        CHAT = "chat", _("In a chat")

    # No default of the database here: Django would read such a column back, and who writes answers
    # may not read them.
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    survey = models.ForeignKey(Survey, models.CASCADE, related_name="answers")
    week = models.DateField()
    origin = models.CharField(max_length=5, choices=Origin)
    # The browser had answered before: a family with one phone, or somebody who answers twice.
    again = models.BooleanField(default=False)
    # Many had come from its network before, which is written nowhere: a dormitory, or one person.
    crowded = models.BooleanField(default=False)
    # Key of a question -> number of an option, or numbers; what was not answered is not there.
    said = models.JSONField()
    mixed = models.BooleanField(default=False)

    def __str__(self) -> str:
        return "answer"


class FreeText(models.Model):
    """A short text, apart from everything else that was answered with it."""

    class State(models.TextChoices):
        WAITING = "waiting", _("To be read")
        SHOWN = "shown", _("Will be published")
        LEFT_OUT = "left_out", _("Left out")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    survey = models.ForeignKey(Survey, models.CASCADE, related_name="free_texts")
    question = models.CharField(max_length=8)
    # As written until somebody read it; then what is published, or nothing.
    words = models.TextField()
    state = models.CharField(max_length=8, choices=State, default="waiting")
    mixed = models.BooleanField(default=False)
    read_by = models.ForeignKey("accounts.Officer", models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="waiting") | Q(read_by__isnull=False),
                name="free_text_is_read_by_a_person",
            ),
        ]

    def __str__(self) -> str:
        return "free text"


class PaperBatch(Row):
    """A pile of paper forms that one officer types in: how many there are, and how many are in."""

    survey = models.ForeignKey(Survey, models.CASCADE, related_name="batches")
    made_by = models.ForeignKey("accounts.Officer", models.PROTECT, related_name="+")
    sheets = models.PositiveSmallIntegerField()
    typed = models.PositiveSmallIntegerField(default=0, db_default=0)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(typed__lte=F("sheets")), name="paper_batch_holds_its_sheets"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.typed}/{self.sheets}"


class Draft(BrowserDraft):
    """An unfinished answer."""


class ChatTurn(Row):
    """One message of a chat that begins or answers a survey, for the second until it is read."""

    conversation_hash = models.BinaryField(max_length=32)
    account = models.ForeignKey("delivery.ChannelAccount", models.CASCADE, related_name="+")
    # Where the answer goes; only the sender opens it.
    address_sealed = models.BinaryField()
    box = models.BinaryField()
    received_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return "turn"


class ChatTalk(models.Model):
    """Somebody who is answering in a chat: what was said so far, boxed. Two hours, then nothing.

    Counted or stopped, box and address are emptied at once; the row stays for the rest of its time,
    so that a number sent once more is no report.
    """

    conversation_hash = models.BinaryField(primary_key=True, max_length=32)
    survey = models.ForeignKey(Survey, models.CASCADE, related_name="+")
    account = models.ForeignKey("delivery.ChannelAccount", models.CASCADE, related_name="+")
    address_sealed = models.BinaryField()
    box = models.BinaryField()
    is_over = models.BooleanField(default=False)
    # When the last question was asked; a report that comes after it ends the talk.
    asked_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return "talk"


class ChatAnswered(models.Model):
    """That a chat has answered an open survey, not what; until the survey is counted."""

    hash = models.BinaryField(primary_key=True, max_length=32)
    survey = models.ForeignKey(Survey, models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return "answered"
