"""What partners write and pass on. Drafts are theirs: no police role can read one."""

from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from keng.accounts.models import Officer, PartnerMember, SafetyPurpose
from keng.accounts.vouching import are_of_one_line
from keng.accounts.who import INVITING
from keng.claims.models import Claim
from keng.kit import times
from keng.kit.models import Row
from keng.releases.models import Person, Releasable, ReleasableQuerySet

if TYPE_CHECKING:
    from keng.places.models import Unit


class ArticleQuerySet(ReleasableQuerySet["Article"]):
    """Reads of articles."""

    def public(self) -> Self:
        """What everybody reads, newest first: published, of a partner that is active."""
        return (
            self.released()
            .filter(partner__is_active=True)
            .select_related("partner__place")
            .order_by("-released_at", "-id")
        )


class PartnerText(Releasable, Row):
    """What a partner writes. It appears when a second person has read it.

    Its hands are members of the partner, and the officers who made one of its sign-ins (a trigger
    adds them, migration 0008). Where all of its people had one in it, the province is the second
    person, as for a partner of one. `returned_reason` is somebody's words or, where its check was
    taken back, one of Claim.TakenBack.
    """

    partner = models.ForeignKey("accounts.Partner", models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=10, choices=SafetyPurpose)
    title = models.CharField(max_length=120)
    written_at = models.DateTimeField(default=times.now)
    released_by = models.ForeignKey(  # type: ignore[assignment]
        "accounts.PartnerMember", models.PROTECT, null=True, related_name="+"
    )
    # Only where the partner has nobody without a hand in it.
    released_by_officer = models.ForeignKey(
        "accounts.Officer", models.PROTECT, null=True, related_name="+"
    )

    # Whether whoever reads the list had a hand in it.
    is_own: bool

    class Meta(Releasable.Meta):
        abstract = True
        constraints = [
            *Releasable.Meta.constraints,
            models.CheckConstraint(
                condition=~Q(hands__contains=[F("released_by_officer")]),
                name="%(class)s_is_released_by_no_officer_with_a_hand_in_it",
            ),
            models.CheckConstraint(
                condition=Q(released_at=None, released_by=None, released_by_officer=None)
                | Q(released_at__isnull=False, submitted_at__isnull=False)
                & (
                    Q(released_by__isnull=False, released_by_officer=None)
                    | Q(released_by=None, released_by_officer__isnull=False)
                ),
                name="%(class)s_is_released_by_one_second_person",
            ),
            models.CheckConstraint(
                condition=Q(purpose__in=SafetyPurpose.values),
                name="%(class)s_purpose_is_of_the_closed_list",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def writers(self) -> type[PartnerMember]:
        return PartnerMember

    @property
    def is_new(self) -> bool:
        """Whether nothing of it is kept yet."""
        return bool(self._state.adding)

    @property
    def returned_words(self) -> str:
        """Why it is a draft again, as its writers read it."""
        return self.returned_reason

    @property
    def content_to_release(self) -> dict[str, Any]:
        return {"id": str(self.pk), "purpose": self.purpose, "title": self.title}

    @property
    def release_unit(self) -> "Unit":
        return self.partner.invited_by_unit

    def has_hand_of(self, person: Person) -> bool:
        """Of an officer also where they come of one line with whoever made one of the sign-ins."""
        if super().has_hand_of(person):
            return True
        if not isinstance(person, Officer):
            return False
        makers = Officer.objects.filter(pk__in=self.hands)
        return any(are_of_one_line(person, maker) for maker in makers)


class Article(PartnerText):
    """An open post of a partner."""

    text = models.TextField()

    objects = ArticleQuerySet.as_manager()

    class Meta(PartnerText.Meta):
        indexes = [models.Index(fields=["partner", "-released_at"], name="article_of_partner")]

    @property
    def content_to_release(self) -> dict[str, Any]:
        return super().content_to_release | {"text": self.text}


class ManuscriptQuerySet(ReleasableQuerySet["Manuscript"]):
    """Reads of manuscripts."""

    def public_campaigns(self) -> Self:
        """Campaigns that everybody reads, newest first: of a partner that is active."""
        return (
            self.released()
            .filter(kind=self.model.Kind.CAMPAIGN, partner__is_active=True)
            .select_related("partner__place")
            .order_by("-released_at", "-id")
        )


class Manuscript(PartnerText):
    """A lesson, a claim check, a campaign or an introduction as the partner's people write it.

    `typed` is what stands in the boxes, whole or not; `content` what a second person reads and
    publishes: {"texts", "right"} with {"collection"} if it opens one and {"film"} if it begins with
    one ("id" and the film's own content), a check (claims.content), or
    a campaign (campaign_content), or an introduction ({"texts", "place"}). What is public of the
    first two stands in tables of its own; the others are read from here.
    """

    class Kind(models.TextChoices):
        LESSON = "lesson", _("Lesson")
        CHECK = "check", _("Claim check")
        CAMPAIGN = "campaign", _("Campaign")
        PLACE = "at_place", _("Introduction at a place")

    kind = models.CharField(max_length=8, choices=Kind)
    typed = models.JSONField(default=dict)
    content = models.JSONField(default=dict)
    # The partner's own collection, lesson, check, once they are there.
    collection = models.ForeignKey(
        "lessons.Collection", models.PROTECT, null=True, related_name="+"
    )
    lesson = models.ForeignKey("lessons.Lesson", models.PROTECT, null=True, related_name="+")
    edition = models.ForeignKey("lessons.Edition", models.PROTECT, null=True, related_name="+")
    claim = models.ForeignKey("claims.Claim", models.PROTECT, null=True, related_name="+")
    revision = models.ForeignKey("claims.Revision", models.PROTECT, null=True, related_name="+")

    objects = ManuscriptQuerySet.as_manager()

    class Meta(PartnerText.Meta):
        constraints = [
            *PartnerText.Meta.constraints,
            models.CheckConstraint(
                condition=Q(kind__in=["lesson", "check", "campaign", "at_place"]),
                name="manuscript_kind_is_known",
            ),
            models.CheckConstraint(
                condition=Q(released_at=None, edition=None, revision=None)
                | Q(released_at__isnull=False, kind="lesson", edition__isnull=False)
                | Q(released_at__isnull=False, kind="check", revision__isnull=False)
                | Q(
                    released_at__isnull=False,
                    kind__in=["campaign", "at_place"],
                    edition=None,
                    revision=None,
                ),
                name="manuscript_published_leads_to_what_is_public",
            ),
        ]
        indexes = [models.Index(fields=["partner", "-id"], name="manuscript_of_partner")]

    @property
    def content_to_release(self) -> dict[str, Any]:
        """With the collection, lesson or check that it belongs to."""
        belongs_to = [self.collection_id, self.lesson_id, self.claim_id]
        return super().content_to_release | {
            "content": self.content,
            "in": [str(key or "") for key in belongs_to],
        }

    @property
    def returned_words(self) -> str:
        """A person's words, or why its check was taken back, in the language of the reader."""
        if self.returned_reason in Claim.TakenBack.values:
            return str(Claim.TakenBack(self.returned_reason).label)
        return self.returned_reason


class KitRequestQuerySet(models.QuerySet["KitRequest"]):
    """Reads of requests."""

    def visible_to(self, officer: Officer) -> "KitRequestQuerySet":
        """Requests from the places of the officer's units. No post means none."""
        return self.filter(unit__in=INVITING.units(officer))


class KitRequest(Row):
    """Somebody of good standing wants to be a partner, in public and by name. No way to call them:
    they come to the desk.
    """

    name = models.CharField(max_length=120)
    place = models.ForeignKey("places.Place", models.PROTECT, related_name="+")
    unit = models.ForeignKey("places.Unit", models.PROTECT, related_name="+")
    about = models.CharField(max_length=400)
    token_hash = models.BinaryField(max_length=32, unique=True)
    asked_at = models.DateTimeField(default=times.now)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey("accounts.Officer", models.PROTECT, null=True, related_name="+")

    objects = KitRequestQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_at=None) | Q(name="", about=""),
                name="kit_request_names_nobody_once_decided",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class KitShare(Row):
    """A partner says: I passed this warning on, in so many groups. Seen by the partner alone."""

    partner = models.ForeignKey("accounts.Partner", models.PROTECT, related_name="+")
    version = models.ForeignKey("warnings.Version", models.PROTECT, related_name="+")
    # The commune of those groups; empty where the partner named none.
    place = models.ForeignKey("places.Place", models.PROTECT, null=True, related_name="+")
    groups = models.PositiveSmallIntegerField()
    shared_at = models.DateTimeField(default=times.now)
    # When the partner last said that what corrects it or takes it back stands there, too.
    set_right_at = models.DateTimeField(null=True)
    # When the partner's people were last told by letter that it does not hold any more.
    told_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "version", "place"],
                name="kit_share_is_said_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(groups__gte=1, groups__lte=500), name="kit_share_is_a_believable_number"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.partner}: {self.groups}"


class CampaignDay(models.Model):
    """What came of a campaign in a commune on a day: numbers, and nothing of anybody."""

    campaign = models.ForeignKey(Manuscript, models.PROTECT, related_name="days")
    place = models.ForeignKey("places.Place", models.PROTECT, related_name="+")
    day = models.DateField()
    # What residents say of themselves on the campaign's page.
    pledged = models.PositiveIntegerField(default=0, db_default=0)
    finished = models.PositiveIntegerField(default=0, db_default=0)
    # In how many groups the partner's people say they passed it on.
    groups = models.PositiveIntegerField(default=0, db_default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "place", "day"], name="campaign_day_is_one_row"
            ),
            models.CheckConstraint(
                condition=Q(groups__lte=500), name="campaign_day_is_a_believable_number"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id} on {self.day}"


class ReachDay(models.Model):
    """What came of a partner's passing on in a commune on a day: numbers, and nothing of anybody.

    Read and counted in the role of partners alone (`accounts.partner_role`).
    """

    class Kind(models.TextChoices):
        WARNING = "warning", _("Warnings")
        LESSON = "lesson", _("Lessons")
        CAMPAIGN = "campaign", _("Campaigns")
        SURVEY = "survey", _("Surveys")

    partner = models.ForeignKey("accounts.Partner", models.PROTECT, related_name="+")
    # The commune that the link was made for; empty where it was made for none.
    place = models.ForeignKey("places.Place", models.PROTECT, null=True, related_name="+")
    day = models.DateField()
    kind = models.CharField(max_length=8, choices=Kind)
    # How often pages were opened by the partner's links.
    opened = models.PositiveIntegerField(default=0, db_default=0)
    # In how many groups the partner's people say they passed lessons or surveys on that day. Of
    # warnings it stands in KitShare, of campaigns in CampaignDay.
    groups = models.PositiveSmallIntegerField(default=0, db_default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "place", "day", "kind"],
                name="reach_day_is_one_row",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["warning", "lesson", "campaign", "survey"]),
                name="reach_day_kind_is_known",
            ),
        ]
        indexes = [models.Index(fields=["day"], name="reach_day_by_day")]

    def __str__(self) -> str:
        return f"{self.partner_id} on {self.day}"
