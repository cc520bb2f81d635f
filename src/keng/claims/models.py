"""Claim checks: what people heard, what was found out about it, and every revision."""

from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from keng.claims.rights import checks_claims, units_checked_by
from keng.kit.models import Row
from keng.releases.models import Releasable, ReleasableQuerySet

if TYPE_CHECKING:
    from keng.accounts.models import Officer
    from keng.places.models import Unit


class Verdict(models.TextChoices):
    """What a check found; that a claim is none of our business is a decision, not a verdict."""

    FALSE = "false", _("False")
    PARTLY = "partly", _("Partly true, context missing")
    TRUE = "true", _("True")
    UNVERIFIED = "unverified", _("Not verified yet")


class Topic(models.TextChoices):
    """The closed list of what is checked at all: matters of safety and of services."""

    SCAM = "scam", _("Scams and fraud")
    CRIME = "crime", _("Crime and public order")
    CHILDREN = "children", _("Children and schools")
    TRAFFIC = "traffic", _("Traffic and vehicles")
    FIRE = "fire", _("Fire, storm, flood")
    HEALTH = "health", _("Health and food")
    PAPERS = "papers", _("Papers, fees, services")


class ClaimQuerySet(models.QuerySet["Claim"]):
    """Reads of claims."""

    def visible_to(self, officer: "Officer") -> "ClaimQuerySet":
        """Claims of the provincial units in which the officer checks claims. No post means none.

        What a partner checks is not among them.
        """
        return self.filter(unit_id__in=units_checked_by(officer), partner=None)

    def answering(self, officer: "Officer") -> "ClaimQuerySet":
        """Checks that stand and that the officer may answer a question with: of partners, too."""
        mine = Q(unit_id__in=units_checked_by(officer), partner=None)
        found = (
            self.filter(mine | Q(partner__is_active=True))
            if checks_claims(officer)
            else self.none()
        )
        return found.filter(state=Claim.State.PUBLISHED)

    def public(self) -> "ClaimQuerySet":
        """Those with a page everybody can read: a partner's as long as it publishes here."""
        out = self.filter(state__in=[Claim.State.PUBLISHED, Claim.State.WITHDRAWN])
        return out.filter(Q(partner=None) | Q(partner__is_active=True))


class Claim(Row):
    """A public claim that somebody asked about; nothing about who asked or who shared it."""

    class State(models.TextChoices):
        NEW = "new", _("New")
        WORKING = "working", _("Being checked")
        PUBLISHED = "published", _("Published")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        ANSWERED = "answered", _("Answered by an earlier check")
        OUT_OF_SCOPE = "out_of_scope", _("Out of scope")

    OPEN = (State.NEW, State.WORKING)
    ENDED = (State.ANSWERED, State.OUT_OF_SCOPE, State.WITHDRAWN)

    class Outside(models.TextChoices):
        OPINION = "opinion", _("An opinion")
        POLITICS = "politics", _("Politics")
        PRIVATE = "private", _("Somebody’s private life")
        OTHER = "other", _("No claim about safety or services")

    class TakenBack(models.TextChoices):
        """Why a check is taken back. One person does it at once, so the words are nobody's own."""

        WRONG_FACTS = "wrong_facts", _("What the check says is not right.")
        WRONG_SOURCE = "wrong_source", _("A source of it is wrong.")
        CHANGED = "changed", _("What it rests on has changed since.")
        BY_MISTAKE = "by_mistake", _("It was published by mistake.")

    unit = models.ForeignKey("places.Unit", models.PROTECT, related_name="+")
    # Who checks it under its own name, instead of the unit.
    partner = models.ForeignKey("accounts.Partner", models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=12, choices=State, default="new", db_default="new")
    # As it was asked, with names, numbers, handles covered before it was saved; emptied when it is
    # out of scope.
    words = models.TextField(default="", db_default="")
    # Sent from the page of a check, as something more about it.
    about = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    same_as = models.ForeignKey("self", models.PROTECT, null=True, related_name="asked_again")
    outside = models.CharField(max_length=8, choices=Outside, default="", db_default="")
    # Who decided that; after an objection somebody else ends it.
    outside_by = models.ForeignKey("accounts.Officer", models.PROTECT, null=True, related_name="+")
    # The number in the public address, given with the first publication.
    number = models.PositiveIntegerField(null=True, unique=True)
    received_at = models.DateTimeField(db_default=Now())
    published_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    # Whoever asked said, once, that it is a matter of safety or services.
    objected_at = models.DateTimeField(null=True)
    withdrawn_code = models.CharField(max_length=12, choices=TakenBack, default="", db_default="")
    # What one person wrote before there was a closed list: for the desk, and on no public page.
    withdrawn_reason = models.TextField(default="", db_default="")

    objects = ClaimQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="out_of_scope") | Q(words=""),
                name="claim_out_of_scope_keeps_no_words",
            ),
            models.CheckConstraint(
                condition=Q(state="out_of_scope") ^ Q(outside=""),
                name="claim_out_of_scope_says_why",
            ),
            models.CheckConstraint(
                condition=Q(state="answered", same_as__isnull=False)
                | (~Q(state="answered") & Q(same_as__isnull=True)),
                name="claim_answered_names_the_check",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["published", "withdrawn"], number__isnull=False)
                | (~Q(state__in=["published", "withdrawn"]) & Q(number__isnull=True)),
                name="claim_has_a_number_once_published",
            ),
            models.CheckConstraint(
                condition=Q(state="withdrawn") ^ Q(withdrawn_code="", withdrawn_reason=""),
                name="claim_withdrawn_says_why",
            ),
            models.CheckConstraint(
                condition=Q(
                    withdrawn_code__in=[
                        "",
                        "wrong_facts",
                        "wrong_source",
                        "changed",
                        "by_mistake",
                    ]
                ),
                name="claim_withdrawn_for_a_reason_of_the_closed_list",
            ),
        ]
        indexes = [
            # The desk's list and the matching of what is still open.
            models.Index(
                fields=["unit", "state"],
                condition=Q(state__in=["new", "working"]),
                name="claim_open",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def owner(self) -> str:
        """Whose name its check stands under."""
        return self.partner.name if self.partner else self.unit.name

    @property
    def withdrawn_words(self) -> str:
        """Why its check was taken back, as everybody reads it."""
        if not self.withdrawn_code:
            return gettext("Whoever published it does not stand by it any more.")
        return str(self.get_withdrawn_code_display())


class Asking(models.Model):
    """A secret link under which somebody who asked sees what became of it; nothing about them."""

    token_hash = models.BinaryField(max_length=32, primary_key=True)
    claim = models.ForeignKey(Claim, models.CASCADE, related_name="askings")
    # The claim's words, which only the link itself opens: for an objection, a week long.
    box = models.BinaryField(default=b"", db_default=b"")

    def __str__(self) -> str:
        return str(self.claim_id)


# What a check says: a revision has it in these columns (content.CheckContent).
CONTENT_FIELDS = ("verdict", "topic", "quote", "seen", "texts", "evidence")


class RevisionQuerySet(ReleasableQuerySet["Revision"]):
    """Reads of revisions."""

    def visible_to(self, officer: "Officer") -> Self:
        """Revisions of the claims that the officer checks."""
        return self.filter(claim__unit_id__in=units_checked_by(officer), claim__partner=None)


class Revision(Releasable, Row):
    """One text of a check. Once let out it never changes: a trigger of the database holds it.

    So none ever ends: a check that is taken back says so in its claim.
    """

    claim = models.ForeignKey(Claim, models.CASCADE, related_name="revisions")
    number = models.PositiveSmallIntegerField()
    verdict = models.CharField(max_length=10, choices=Verdict)
    topic = models.CharField(max_length=10, choices=Topic)
    # The rumour in its own words and where it goes round: never by whom.
    quote = models.TextField()
    seen = models.CharField(max_length=160, default="", db_default="")
    # {"vi": {"question", "answer", "unknown", "advice", "note"}, "en": {...}}; "en" may be absent.
    # The note says what this revision changed.
    texts = models.JSONField()
    # [{"source", "finding", "dated", "link", "excerpt", "sha256"}]: the excerpt is pasted text.
    evidence = models.JSONField()
    # Whoever saved it last; everybody who did is in `hands`. Null: two people of the partner answer
    # for it (partners.Manuscript), and no officer.
    made_by = models.ForeignKey("accounts.Officer", models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(db_default=Now())

    # What a page shows of it, in the language of its reader (sentences.prepared_for_reader).
    words: dict[str, str]
    spoken: str
    tone: str
    sources: list[dict[str, str]]
    # Whether whoever reads the desk's list had a hand in it.
    is_own: bool

    objects = RevisionQuerySet.as_manager()

    class Meta(Releasable.Meta):
        constraints = [
            *Releasable.Meta.constraints,
            models.UniqueConstraint(
                fields=["claim", "number"], name="claim_revision_numbers_are_unique"
            ),
            models.UniqueConstraint(
                fields=["claim"],
                condition=Q(released_at=None),
                name="claim_has_one_unpublished_revision",
            ),
            models.CheckConstraint(
                condition=Q(made_by__isnull=False, released_at=None)
                | Q(made_by__isnull=False, released_by__isnull=False)
                | Q(made_by=None, released_at__isnull=False, released_by=None),
                name="claim_revision_is_of_two_officers_or_of_a_partner",
            ),
            models.CheckConstraint(
                condition=Q(released_at=None) | ~Q(evidence=[]),
                name="claim_revision_published_has_evidence",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.claim_id} r{self.number}"

    @property
    def content_to_release(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in CONTENT_FIELDS}

    @property
    def release_unit(self) -> "Unit":
        return self.claim.unit
