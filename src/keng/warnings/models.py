"""Warnings: draft, approve, publish, correct, recall. Versions never change."""

import datetime
import uuid
from typing import TYPE_CHECKING

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, OuterRef
from django.db.models.functions import Now
from django.utils.translation import get_language, override
from django.utils.translation import gettext_lazy as _

from keng.accounts.who import WORKING
from keng.kit.languages import FULL_LANGUAGES
from keng.kit.models import Row

if TYPE_CHECKING:
    from keng.accounts.models import Officer


class WarningQuerySet(models.QuerySet["Warning"]):
    """Reads of warnings."""

    def visible_to(self, officer: "Officer") -> "WarningQuerySet":
        """Warnings of the officer's units. No post means none."""
        return self.filter(unit_id__in=officer.unit_ids)

    def published(self) -> "WarningQuerySet":
        """Warnings the public can read."""
        return self.filter(state__in=[Warning.State.PUBLISHED, Warning.State.RECALLED])


class RecallReason(models.TextChoices):
    """Why a warning is taken back; everybody who got it reads the sentence."""

    WRONG_NUMBER = "wrong_number", _("A number, an account or a link in it is wrong.")
    WRONG_FACTS = "wrong_facts", _("What it says is not right.")
    NOT_CONFIRMED = "not_confirmed", _("What it says could not be confirmed.")
    HARMLESS = "harmless", _("What it warned of turned out to be harmless.")
    OVER = "over", _("It is over: there is no danger any more.")
    WRONG_PLACE = "wrong_place", _("It was sent to the wrong places.")
    BY_MISTAKE = "by_mistake", _("It was sent by mistake.")
    OWN_WORDS = "own_words", _("Another reason, in your own words")


class Warning(Row):  # noqa: A001 -- the word of the domain
    """A short warning: what they do, how you notice, what to do now, whom to call."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SUBMITTED = "submitted", _("Waiting for approval")
        PUBLISHED = "published", _("Published")
        RECALLED = "recalled", _("Recalled")

    class Severity(models.IntegerChoices):
        ADVICE = 1, _("Advice")
        IMPORTANT = 2, _("Important")
        URGENT = 3, _("Urgent")

    unit = models.ForeignKey("places.Unit", models.PROTECT, related_name="+")
    author = models.ForeignKey("accounts.Officer", models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State, default="draft", db_default="draft")
    # Those of the version the public reads, of the draft before there is one; kept here for lists.
    category = models.CharField(max_length=30, default="", db_default="")
    severity = models.PositiveSmallIntegerField(choices=Severity, default=2, db_default=2)
    valid_until = models.DateField(null=True)
    from_tip = models.ForeignKey("tips.Tip", models.SET_NULL, null=True, related_name="+")
    from_incident = models.ForeignKey("tips.Incident", models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    published_at = models.DateTimeField(null=True)
    recalled_at = models.DateTimeField(null=True)
    recall_code = models.CharField(max_length=13, choices=RecallReason, default="", db_default="")
    # Words of somebody's own, approved by a second person; empty where the code says it all.
    recall_reason = models.TextField(default="", db_default="")
    recall_dispatch = models.ForeignKey(
        "delivery.Dispatch", models.PROTECT, null=True, related_name="+"
    )

    objects = WarningQuerySet.as_manager()

    def __str__(self) -> str:
        return str(self.id)

    @property
    def recall_words(self) -> str:
        """Why it was taken back: a fixed reason in the reader's language, if it is a full one."""
        language = get_language() or "vi"
        with override(language if language in FULL_LANGUAGES else "vi"):
            return self.recall_reason or str(self.get_recall_code_display())


class RecallRequestQuerySet(models.QuerySet["RecallRequest"]):
    """Reads of recalls that were handed in."""

    def visible_to(self, officer: "Officer") -> "RecallRequestQuerySet":
        """Those of warnings of the officer's units. No post means none."""
        return self.filter(warning__unit_id__in=officer.unit_ids)

    def waiting(self) -> "RecallRequestQuerySet":
        """What a second person still has to decide."""
        return self.filter(state=RecallRequest.State.WAITING)


class RecallRequest(Row):
    """A recall that waits for a second person: anybody's own words go out only after their look."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting for approval")
        APPROVED = "approved", _("Approved")
        REFUSED = "refused", _("Refused")
        WITHDRAWN = "withdrawn", _("Taken back by whoever asked")
        OVERTAKEN = "overtaken", _("Taken back meanwhile")

    warning = models.ForeignKey(Warning, models.CASCADE, related_name="recall_requests")
    reason = models.CharField(max_length=13, choices=RecallReason)
    words = models.TextField(default="", db_default="")
    asked_by = models.ForeignKey("accounts.Officer", models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(db_default=Now())
    state = models.CharField(max_length=9, choices=State, default="waiting", db_default="waiting")
    decided_by = models.ForeignKey("accounts.Officer", models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    refused_reason = models.TextField(default="", db_default="")

    objects = RecallRequestQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["warning"],
                condition=models.Q(state="waiting"),
                name="one_recall_of_a_warning_waits",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="approved") | ~models.Q(decided_by=models.F("asked_by")),
                name="recall_is_approved_by_a_second_person",
            ),
            models.CheckConstraint(
                condition=~models.Q(reason="own_words") | ~models.Q(words=""),
                name="own_words_of_a_recall_are_written",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.state} recall of {self.warning_id}"

    @property
    def shown_words(self) -> str:
        """What everybody would read."""
        return self.words or self.get_reason_display()


class VersionQuerySet(models.QuerySet["Version"]):
    """Reads of versions."""

    def visible_to(self, officer: "Officer") -> "VersionQuerySet":
        """Versions of warnings of the officer's units. No post means none."""
        return self.filter(warning__unit_id__in=officer.unit_ids)

    def with_hand_of(self, officer: "Officer") -> "VersionQuerySet":
        """Those in which the officer had a hand: who lets them out is somebody else.

        Whoever saved or handed in any version since the last one that was let out: another
        person's comma on top of one's own words opens no way round.
        """
        published = Version.objects.filter(
            warning=OuterRef("warning"), number__gte=OuterRef("number"), published_at__isnull=False
        )
        hands = Version.objects.filter(
            ~Exists(published),
            models.Q(made_by=officer) | models.Q(handed_in_by__contains=[officer.pk]),
            warning=OuterRef("warning"),
            number__lte=OuterRef("number"),
        )
        return self.filter(Exists(hands))

    def hands_in(self, version: "Version") -> set[uuid.UUID]:
        """Everybody who saved or handed in this version, or one since the last let out."""
        found: set[uuid.UUID] = set()
        earlier = self.filter(warning=version.warning_id, number__lte=version.number)
        for one in earlier.order_by("-number").only(
            "number", "made_by", "handed_in_by", "published_at"
        ):
            if one.published_at is not None and one.pk != version.pk:
                break
            found |= {one.made_by_id, *one.handed_in_by}
        return found

    def newest_published(self) -> "VersionQuerySet":
        """The version of each warning that the public reads now."""
        later = Version.objects.filter(
            warning=OuterRef("warning"), published_at__isnull=False, number__gt=OuterRef("number")
        )
        return self.filter(~Exists(later), published_at__isnull=False)


class Version(Row):
    """One immutable text and audience. Approval is bound to their hashes."""

    warning = models.ForeignKey(Warning, models.CASCADE, related_name="versions")
    number = models.PositiveSmallIntegerField()
    category = models.CharField(max_length=30, default="", db_default="")
    severity = models.PositiveSmallIntegerField(choices=Warning.Severity, default=2, db_default=2)
    valid_until = models.DateField(null=True)
    # {"vi": {"title", "what", "signs", "act", "call"}, "en": {...}}; "en" may be absent.
    texts = models.JSONField()
    # {"places": [place ids], "kinds": [...], "without": [group ids], "subscribers": bool,
    #  "over_limit_reason": words}; a correction goes to whoever got the earlier versions instead.
    audience = models.JSONField()
    text_hash = models.BinaryField(max_length=32)
    made_by = models.ForeignKey("accounts.Officer", models.PROTECT, related_name="+")
    made_at = models.DateTimeField(db_default=Now())
    submitted_at = models.DateTimeField(null=True)
    # Everybody who handed it in, also before it was given back: each had a hand in it.
    handed_in_by = ArrayField(models.UUIDField(), default=list, db_default=[])
    returned_reason = models.TextField(default="", db_default="")
    # Numbers and links that stood in no tip when it was let out, and that whoever did so ticked as
    # compared: [{"quote", "standing"}].
    unmatched_numbers = models.JSONField(default=list, db_default=[])
    # Set together when it is approved and sent.
    approval = models.ForeignKey("delivery.Approval", models.PROTECT, null=True, related_name="+")
    dispatch = models.ForeignKey("delivery.Dispatch", models.PROTECT, null=True, related_name="+")
    published_at = models.DateTimeField(null=True)

    objects = VersionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["warning", "number"], name="version_numbers_are_unique"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.warning_id} v{self.number}"


class VerifyCode(models.Model):
    """The short code printed under a warning, resolving to its exact version for ever."""

    code = models.CharField(max_length=8, primary_key=True)
    version = models.OneToOneField(Version, models.CASCADE, related_name="verify_code")

    def __str__(self) -> str:
        return self.code


class Reading(Row):
    """What an approver last saw of a version: the next look shows what changed since."""

    version = models.ForeignKey(Version, models.CASCADE, related_name="readings")
    officer = models.ForeignKey("accounts.Officer", models.CASCADE, related_name="+")
    at = models.DateTimeField(db_default=Now())
    audience_hash = models.BinaryField(max_length=32)
    groups = ArrayField(models.UUIDField(), default=list)
    people = models.PositiveIntegerField(default=0, db_default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "officer"], name="reading_is_the_last_one"),
        ]

    def __str__(self) -> str:
        return f"{self.officer_id} read {self.version_id}"


class PatternQuerySet(models.QuerySet["Pattern"]):
    """Reads of patterns."""

    def visible_to(self, officer: "Officer") -> "PatternQuerySet":
        """Those of the officer's units and of the units above. No post means none."""
        above = {unit.parent_id for unit in WORKING.own_units(officer) if unit.parent_id}
        return self.filter(unit_id__in=above | officer.unit_ids)

    def in_force(self, today: datetime.date) -> "PatternQuerySet":
        """Approved, not ended, not expired."""
        return self.filter(approved_at__isnull=False, ended_at__isnull=True, expires_on__gte=today)


class Pattern(Row):
    """A warning approved beforehand, with at most three blanks: one officer fills and sends it."""

    unit = models.ForeignKey("places.Unit", models.PROTECT, related_name="+")
    # {"title", "what", "signs", "act", "call"} in Vietnamese, the blanks as marks in the words.
    texts = models.JSONField()
    category = models.CharField(max_length=30)
    severity = models.PositiveSmallIntegerField(choices=Warning.Severity)
    kinds = models.JSONField()
    # Of everything above and of the last day: what was approved is what is filled.
    hash = models.BinaryField(max_length=32)
    made_by = models.ForeignKey("accounts.Officer", models.PROTECT, related_name="+")
    made_at = models.DateTimeField(db_default=Now())
    expires_on = models.DateField()
    approved_by = models.ForeignKey("accounts.Officer", models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    objects = PatternQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(approved_by=models.F("made_by")),
                name="pattern_is_approved_by_a_second_person",
            ),
        ]

    def __str__(self) -> str:
        return str(self.texts.get("title", self.id))


class PatternUse(Row):
    """What one officer sent with a pattern, and who looked at it afterwards."""

    pattern = models.ForeignKey(Pattern, models.PROTECT, related_name="uses")
    version = models.OneToOneField(Version, models.PROTECT, related_name="pattern_use")
    sent_by = models.ForeignKey("accounts.Officer", models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(db_default=Now())
    review_by = models.DateTimeField()
    reviewed_by = models.ForeignKey("accounts.Officer", models.PROTECT, null=True, related_name="+")
    reviewed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.pattern_id} by {self.sent_by_id}"
