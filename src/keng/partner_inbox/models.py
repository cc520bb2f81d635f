"""Inboxes of partners. All words are sealed: whoever reads these tables reads none of them."""

import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from keng.kit import times
from keng.kit.models import Row
from keng.vault.key_pairs import HYBRID_PUBLIC_SIZE

# A matter in which nobody wrote for so long is over.
QUIET_FOR = datetime.timedelta(days=90)
DEFAULT_MONTHS = 12
FEWEST_MONTHS, MOST_MONTHS = 1, 24


def kept_for(months: int) -> datetime.timedelta:
    """How long a matter is kept after its end, in days."""
    return datetime.timedelta(days=months * 365 // 12)


class PartnerInboxQuerySet(models.QuerySet["PartnerInbox"]):
    """Reads of inboxes."""

    def current(self) -> Self:
        """Those whose key somebody may still have: at most one of each partner."""
        return self.filter(ended_at=None)

    def open(self) -> Self:
        """Those that take something new."""
        return self.current().filter(closed_at=None)


class PartnerInbox(Row):
    """The inbox of a partner, with the public half of its key.

    The private half lies here once for each member who reads, sealed to a key of theirs. Where
    nobody reads any more the inbox is ended, and the next one of the partner has another key.
    """

    partner = models.ForeignKey("accounts.Partner", models.PROTECT, related_name="+")
    public_key = models.BinaryField(max_length=HYBRID_PUBLIC_SIZE)
    # How long a matter is kept after its end. Members set it; no police role can.
    keep_months = models.PositiveSmallIntegerField(default=DEFAULT_MONTHS)
    opened_at = models.DateTimeField(default=times.now)
    # Takes nothing new since then.
    closed_at = models.DateTimeField(null=True)
    # Nobody opens what was written in it any more.
    ended_at = models.DateTimeField(null=True)

    objects = PartnerInboxQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(keep_months__gte=FEWEST_MONTHS, keep_months__lte=MOST_MONTHS),
                name="partner_inbox_keeps_for_months_that_are_offered",
            ),
            models.UniqueConstraint(
                fields=["partner"], condition=Q(ended_at=None), name="partner_has_one_inbox"
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class InboxHolderQuerySet(models.QuerySet["InboxHolder"]):
    """Reads of those who hold keys."""

    def current(self) -> Self:
        """Whose key is in use."""
        return self.filter(ended_at=None)

    def reading(self) -> Self:
        """Who can open the inbox."""
        return self.current().exclude(inbox_key_sealed=b"")

    def waiting(self) -> Self:
        """Who made a key, and was not let in yet."""
        return self.current().filter(inbox_key_sealed=b"")


class InboxHolder(Row):
    """A member's own key pair for the inbox. Its private half opens with the member's phrase."""

    partner = models.ForeignKey("accounts.Partner", models.PROTECT, related_name="+")
    member = models.ForeignKey("accounts.PartnerMember", models.PROTECT, related_name="+")
    public_key = models.BinaryField(max_length=HYBRID_PUBLIC_SIZE)
    private_box = models.BinaryField()
    # The inbox's private half, sealed to this key; empty until another holder lets them in.
    inbox_key_sealed = models.BinaryField(default=b"", db_default=b"")
    made_at = models.DateTimeField(default=times.now)
    # Its holder typed the phrase once: it was written down.
    proven_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    objects = InboxHolderQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["member"], condition=Q(ended_at=None), name="inbox_holder_has_one_key"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(private_box=b"", inbox_key_sealed=b""),
                name="ended_inbox_holder_opens_nothing",
            ),
            models.CheckConstraint(
                condition=Q(inbox_key_sealed=b"") | Q(proven_at__isnull=False),
                name="inbox_is_opened_by_a_proven_phrase",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class InboxMatter(Row):
    """What somebody wrote to a partner, and what was answered. Who wrote is in no column.

    It has a key pair of its own: the private half is sealed to the inbox, and lies in a box that
    the asker's code opens.
    """

    class Consent(models.TextChoices):
        """What the asker says to the partner's wish to pass it to the police."""

        NOT_ASKED = "", _("Not asked")
        ASKED = "asked", _("The partner asks whether it may be passed to the police")
        YES = "yes", _("Passed to the police, as the asker agreed")
        NO = "no", _("The asker said no: it stays here")

    inbox = models.ForeignKey(PartnerInbox, models.PROTECT, related_name="matters")
    code_hash = models.BinaryField(max_length=32, unique=True)
    # Of the code of a report that may be made of it; emptied then, so that no row leads to it.
    report_hash = models.BinaryField(max_length=32)
    public_key = models.BinaryField(max_length=HYBRID_PUBLIC_SIZE)
    key_for_partner = models.BinaryField()
    key_for_asker = models.BinaryField()
    language = models.CharField(max_length=5, default="vi", db_default="vi")
    asked_at = models.DateTimeField(default=times.now)
    # When the asker or the partner last wrote, and whether the partner has read it since.
    last_at = models.DateTimeField(default=times.now)
    waits_for_partner = models.BooleanField(default=True, db_default=True)
    # Danger to life or a child: passed to the desk of this unit without being asked.
    danger_at = models.DateTimeField(null=True)
    consent = models.CharField(
        max_length=5, choices=Consent, default=Consent.NOT_ASKED, db_default="", blank=True
    )
    # Of the desk that got it, by either way.
    passed_to = models.ForeignKey("places.Unit", models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)

    # How it begins, once the list of an open inbox has opened it.
    first_words: str

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(consent__in=["", "asked", "yes", "no"]),
                name="inbox_matter_consent_is_known",
            ),
            models.CheckConstraint(
                condition=Q(passed_to=None) | Q(danger_at__isnull=False) | Q(consent="yes"),
                name="inbox_matter_is_passed_on_by_danger_or_consent",
            ),
            models.CheckConstraint(
                condition=Q(passed_to=None) | Q(report_hash=b""),
                name="inbox_matter_passed_on_leads_to_no_report",
            ),
        ]
        indexes = [models.Index(fields=["inbox", "-last_at"], name="inbox_matter_of_inbox")]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def is_passed_on(self) -> bool:
        """Whether the police have it."""
        return self.passed_to_id is not None


class InboxMessage(Row):
    """Words of a matter, sealed to its key."""

    class Author(models.TextChoices):
        ASKER = "asker", _("Whoever asked")
        PARTNER = "partner", _("The partner")

    matter = models.ForeignKey(InboxMatter, models.CASCADE, related_name="messages")
    author = models.CharField(max_length=7, choices=Author)
    sealed = models.BinaryField()
    written_at = models.DateTimeField(default=times.now)
    # Who of the partner wrote it.
    member = models.ForeignKey(
        "accounts.PartnerMember", models.PROTECT, null=True, related_name="+"
    )

    # Its words, once a page has opened them.
    text: str

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(author="asker", member=None)
                | Q(author="partner", member__isnull=False),
                name="inbox_message_of_a_partner_has_its_member",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)
