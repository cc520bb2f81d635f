"""Warnings: draft, approve, publish, correct, recall. Versions never change."""

import datetime
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, Func, OuterRef
from django.db.models.functions import Now
from django.utils.translation import get_language, override
from django.utils.translation import gettext_lazy as _

from keng.accounts.who import WORKING
from keng.kit.languages import FULL_LANGUAGES
from keng.kit.models import Row
from keng.releases.models import Releasable, ReleasableQuerySet
from keng.warnings.content import audience_digest, warning_content_of

if TYPE_CHECKING:
    from keng.accounts.models import Officer
    from keng.places.models import Unit


class Array(Func):
    """The arguments as an array of PostgreSQL."""

    function = "ARRAY"
    template = "%(function)s[%(expressions)s]"
    output_field = ArrayField(models.CharField())


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


class RecallRequestQuerySet(ReleasableQuerySet["RecallRequest"]):
    """Reads of recalls that were handed in."""

    def visible_to(self, officer: "Officer") -> "RecallRequestQuerySet":
        """Those of warnings of the officer's units. No post means none."""
        return self.filter(warning__unit_id__in=officer.unit_ids)


class RecallRequest(Releasable, Row):
    """A recall that waits for a second person: anybody's own words go out only after their look.

    Refused, it has a `returned_reason`; withdrawn or overtaken by another recall, it has none.
    """

    warning = models.ForeignKey(Warning, models.CASCADE, related_name="recall_requests")
    reason = models.CharField(max_length=13, choices=RecallReason)
    words = models.TextField(default="", db_default="")
    # Of pages whose posts can be changed: whether the post is deleted.
    deletes_posts = models.BooleanField(default=False, db_default=False)
    # Whoever refused or withdrew it, or took the warning back meanwhile.
    ended_by = models.ForeignKey("accounts.Officer", models.PROTECT, null=True, related_name="+")

    objects = RecallRequestQuerySet.as_manager()

    class Meta(Releasable.Meta):
        constraints = [
            *Releasable.Meta.constraints,
            models.UniqueConstraint(
                fields=["warning"],
                condition=models.Q(released_at=None, ended_at=None),
                name="one_recall_of_a_warning_waits",
            ),
            models.CheckConstraint(
                condition=~models.Q(reason="own_words") | ~models.Q(words=""),
                name="own_words_of_a_recall_are_written",
            ),
        ]

    def __str__(self) -> str:
        return f"recall of {self.warning_id}"

    @property
    def content_to_release(self) -> dict[str, Any]:
        """The words, and the version that they take back."""
        public = self.warning.versions.ever_released()
        content = {
            "warning": str(self.warning_id),
            "version": public.aggregate(models.Max("number"))["number__max"],
            "reason": self.reason,
            "words": self.words,
        }
        # Named only where it is so: what waits since before there was a choice can be let out.
        return content | {"deletes_posts": True} if self.deletes_posts else content

    @property
    def release_unit(self) -> "Unit":
        return self.warning.unit

    @property
    def shown_words(self) -> str:
        """What everybody would read."""
        return self.words or self.get_reason_display()


class VersionQuerySet(ReleasableQuerySet["Version"]):
    """Reads of versions."""

    def visible_to(self, officer: "Officer") -> "VersionQuerySet":
        """Versions of warnings of the officer's units. No post means none."""
        return self.filter(warning__unit_id__in=officer.unit_ids)

    def newest_published(self) -> "VersionQuerySet":
        """The version of each warning that the public reads now."""
        later = Version.objects.filter(
            warning=OuterRef("warning"), released_at__isnull=False, number__gt=OuterRef("number")
        )
        return self.ever_released().filter(~Exists(later))


class Version(Releasable, Row):
    """One immutable text and audience.

    The next version carries the hands on, and ends this one unless it was let out.
    """

    warning = models.ForeignKey(Warning, models.CASCADE, related_name="versions")
    number = models.PositiveSmallIntegerField()
    category = models.CharField(max_length=30, default="", db_default="")
    severity = models.PositiveSmallIntegerField(choices=Warning.Severity, default=2, db_default=2)
    valid_until = models.DateField(null=True)
    # {"vi": {"title", "what", "signs", "act", "call"}, "en": {...}}; "en" may be absent. In a
    # correction each has a "note", too: what it changes and why (content.CHANGE_NOTE). Each may
    # have a "consequence" (content.CONSEQUENCE) and a "short" form (content.SHORT_FORM).
    texts = models.JSONField()
    # {"places": [place ids], "kinds": [...], "without": [group ids], "subscribers": bool,
    #  "over_limit_reason": words}; a correction goes to whoever got the earlier versions instead.
    audience = models.JSONField()
    made_by = models.ForeignKey("accounts.Officer", models.PROTECT, related_name="+")
    made_at = models.DateTimeField(db_default=Now())
    # Numbers and links that stood in no tip when it was let out, and that whoever did so ticked as
    # compared: [{"quote", "standing"}].
    unmatched_numbers = models.JSONField(default=list, db_default=[])
    # Set together when it is let out and sent; the approval is bound to the digest.
    approval = models.ForeignKey("delivery.Approval", models.PROTECT, null=True, related_name="+")
    dispatch = models.ForeignKey("delivery.Dispatch", models.PROTECT, null=True, related_name="+")

    objects = VersionQuerySet.as_manager()

    class Meta(Releasable.Meta):
        constraints = [
            *Releasable.Meta.constraints,
            models.UniqueConstraint(
                fields=["warning", "number"], name="version_numbers_are_unique"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.warning_id} v{self.number}"

    @property
    def content_to_release(self) -> dict[str, Any]:
        """What everybody reads, and who gets it as things stand now."""
        return warning_content_of(self).as_json() | {"audience": audience_digest(self).hex()}

    @property
    def release_unit(self) -> "Unit":
        return self.warning.unit


class VerifyCode(models.Model):
    """The short code printed under a warning, resolving to its exact version for ever."""

    code = models.CharField(max_length=8, primary_key=True)
    version = models.OneToOneField(Version, models.CASCADE, related_name="verify_code")

    def __str__(self) -> str:
        return self.code


class CapMessage(models.Model):
    """A signed CAP file about a version, as it was made: what is served never changes."""

    class Kind(models.TextChoices):
        ALERT = "Alert", _("New warning")
        UPDATE = "Update", _("Correction")
        CANCEL = "Cancel", _("Recall")

    identifier = models.CharField(max_length=20, primary_key=True)
    version = models.ForeignKey(Version, models.CASCADE, related_name="cap_messages")
    kind = models.CharField(max_length=6, choices=Kind)
    # How later messages name it: `sender,identifier,sent`.
    reference = models.CharField(max_length=400)
    sent_at = models.DateTimeField()
    xml = models.TextField()
    signature = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["version"],
                condition=models.Q(kind__in=["Alert", "Update"]),
                name="version_has_one_cap_message",
            ),
        ]
        indexes = [models.Index(fields=["-sent_at"], name="cap_message_by_time")]

    def __str__(self) -> str:
        return self.identifier


class OfficialAlertQuerySet(models.QuerySet["OfficialAlert"]):
    """Reads of alerts of official sources."""

    def with_what_became(self) -> "OfficialAlertQuerySet":
        """Each with `is_cancelled` and `is_replaced`: what the source itself said of it later."""
        return self.annotate(
            is_cancelled=_said_later(CapMessage.Kind.CANCEL),
            is_replaced=_said_later(CapMessage.Kind.UPDATE),
        )

    def unchanged(self) -> "OfficialAlertQuerySet":
        """What its source has neither cancelled nor replaced."""
        kinds = [CapMessage.Kind.CANCEL, CapMessage.Kind.UPDATE]
        return self.filter(~_said_later(*kinds))


def _said_later(*kinds: str) -> Exists:
    """Whether the source and sender of an alert named it in a later message of such a kind."""
    return Exists(
        OfficialAlert.objects.filter(
            source=OuterRef("source"),
            sender=OuterRef("sender"),
            refers_to__contains=Array(OuterRef("identifier")),
            kind__in=kinds,
        )
    )


class OfficialAlert(Row):
    """A CAP message of a source that the operator named: for the desk, never for the public.

    An officer writes a warning from it, or puts it aside. What cancels or updates another one is a
    row, too, and names it in `refers_to`.
    """

    # The name of the host that it came from.
    source = models.CharField(max_length=253)
    sender = models.CharField(max_length=200)
    identifier = models.CharField(max_length=200)
    sent_at = models.DateTimeField()
    kind = models.CharField(max_length=6, choices=CapMessage.Kind)
    refers_to = ArrayField(models.CharField(max_length=200), default=list, db_default=[])
    event = models.CharField(max_length=200, default="", db_default="", blank=True)
    headline = models.CharField(max_length=200, default="", db_default="", blank=True)
    description = models.TextField(default="", db_default="", blank=True)
    instruction = models.TextField(default="", db_default="", blank=True)
    areas = models.TextField(default="", db_default="", blank=True)
    web = models.CharField(max_length=200, default="", db_default="", blank=True)
    expires_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField(db_default=Now())
    warning = models.OneToOneField(
        Warning, models.SET_NULL, null=True, related_name="official_alert"
    )
    dismissed_at = models.DateTimeField(null=True)
    dismissed_by = models.ForeignKey(
        "accounts.Officer", models.PROTECT, null=True, related_name="+"
    )

    objects = OfficialAlertQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "sender", "identifier"], name="official_alert_comes_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sender} {self.identifier}"


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


class PatternQuerySet(ReleasableQuerySet["Pattern"]):
    """Reads of patterns."""

    def visible_to(self, officer: "Officer") -> "PatternQuerySet":
        """Those of the officer's units and of the units above. No post means none."""
        above = {unit.parent_id for unit in WORKING.own_units(officer) if unit.parent_id}
        return self.filter(unit_id__in=above | officer.unit_ids)

    def in_force(self, today: datetime.date) -> "PatternQuerySet":
        """Let out, not ended, not expired."""
        return self.released().filter(expires_on__gte=today)


class Pattern(Releasable, Row):
    """A warning let out beforehand, with at most three blanks: one officer fills and sends it.

    It waits for a second person from the moment it is written; each use is looked at afterwards.
    """

    unit = models.ForeignKey("places.Unit", models.PROTECT, related_name="+")
    # {"title", "what", "signs", "act", "call"} in Vietnamese, the blanks as marks in the words.
    texts = models.JSONField()
    category = models.CharField(max_length=30)
    severity = models.PositiveSmallIntegerField(choices=Warning.Severity)
    kinds = models.JSONField()
    made_by = models.ForeignKey("accounts.Officer", models.PROTECT, related_name="+")
    made_at = models.DateTimeField(db_default=Now())
    expires_on = models.DateField()

    objects = PatternQuerySet.as_manager()

    def __str__(self) -> str:
        return str(self.texts.get("title", self.id))

    @property
    def content_to_release(self) -> dict[str, Any]:
        """With the last day: what was let out is what is filled."""
        return {
            "texts": self.texts,
            "category": self.category,
            "severity": self.severity,
            "kinds": sorted(self.kinds),
            "expires_on": self.expires_on.isoformat(),
        }


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
