"""What reporter and desk say to each other, and what stays inside."""

import datetime

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from keng.kit import times
from keng.kit.ids import coarse_id
from keng.kit.models import Row
from keng.kit.viewing_copies import NoCopy
from keng.tips.models.tip import Tip


class DialogueQuerySet(models.QuerySet["DialogueMessage"]):
    """Reads of a dialogue."""

    def shown_to_reporter(self) -> "DialogueQuerySet":
        """What the reporter may see by now: an answer is held a few seconds, to be taken back."""
        return self.filter(visible_at__lte=times.now())


class DialogueMessage(Row):
    """One message between reporter and desk. Everything here is seen by the reporter."""

    class Author(models.TextChoices):
        REPORTER = "reporter", _("Reporter")
        DESK = "desk", _("Officer on duty")
        AUTOMATIC = "automatic", _("Automatic")

    tip = models.ForeignKey(Tip, models.CASCADE, related_name="messages")
    author = models.CharField(max_length=10, choices=Author)
    officer = models.ForeignKey("accounts.Officer", models.PROTECT, null=True, related_name="+")
    text = models.TextField()
    channel = models.CharField(max_length=16)
    inbound_ref = models.UUIDField(null=True)
    dispatch_ref = models.UUIDField(null=True)
    at = models.DateTimeField(db_default=Now())
    # Until then the officer may take it back and no page shows it to the reporter.
    visible_at = models.DateTimeField(db_default=Now())
    read_at = models.DateTimeField(null=True)
    # When the machine looked for indicators in it; the first message is looked at with the tip.
    examined_at = models.DateTimeField(null=True)
    # For the page of a tip, which sets them: the seconds until it leaves, and when an officer reads
    # that it came. Never stored.
    held_for: int = 0
    shown_at: datetime.datetime | None = None

    objects = DialogueQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["tip", "id"], name="dialogue_in_order"),
            # What reporters wrote within a span: reports ask it.
            models.Index(
                fields=["at"],
                condition=models.Q(author="reporter"),
                name="reporter_wrote_when",
            ),
            models.Index(
                fields=["id"],
                condition=models.Q(examined_at__isnull=True, author="reporter"),
                name="message_to_examine",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.author} {self.id}"


class Note(Row):
    """An internal note. It lives in a table of its own so that it can never reach the reporter."""

    tip = models.ForeignKey(Tip, models.CASCADE, related_name="notes")
    officer = models.ForeignKey("accounts.Officer", models.PROTECT, related_name="+")
    text = models.TextField()
    at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"note {self.id}"


class Attachment(Row):
    """A file of a tip: the original sealed, beside it a copy without place and device."""

    # Officers see it in addresses: it tells the time to five minutes only.
    id = models.UUIDField(primary_key=True, default=coarse_id, editable=False)

    class Kind(models.TextChoices):
        IMAGE = "image", _("Picture")
        VIDEO = "video", _("Video")
        AUDIO = "audio", _("Sound")
        FILE = "file", _("File")

    tip = models.ForeignKey(Tip, models.CASCADE, related_name="attachments")
    # The words it came with; none when it came with the tip itself.
    message = models.ForeignKey(
        DialogueMessage, models.SET_NULL, null=True, related_name="attachments"
    )
    kind = models.CharField(max_length=6, choices=Kind)
    mime = models.CharField(max_length=80)
    # Rounded: with the exact size whoever has a file could tell whether it was sent.
    size = models.PositiveIntegerField()
    # Below the data folder; the original is sealed to the unit, the viewing copy is in a desk box.
    original_path = models.CharField(max_length=200)
    viewing_path = models.CharField(max_length=200, default="", db_default="")
    # The same picture with parts of it black: what is passed on in place of the copy to view.
    covered_path = models.CharField(max_length=200, default="", db_default="")
    # Why there is no copy; empty with one.
    no_copy = models.CharField(max_length=10, choices=NoCopy, blank=True, default="", db_default="")
    # What a scanner said before the copy was made ("clean", "harmful"); empty: nobody scanned it.
    scan_result = models.CharField(max_length=8, default="", db_default="")
    # Of the tip and the content, so that the same file sent again is known, in this tip alone;
    # empty once the tip has ended.
    keyed_hash = models.BinaryField(max_length=32, default=b"", db_default=b"")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            # Whether a file on disk still has a row: asked of each when files are swept.
            models.Index(
                fields=["original_path"],
                condition=~models.Q(original_path=""),
                name="attachment_original",
            ),
            models.Index(
                fields=["viewing_path"],
                condition=~models.Q(viewing_path=""),
                name="attachment_viewing",
            ),
            models.Index(
                fields=["covered_path"],
                condition=~models.Q(covered_path=""),
                name="attachment_covered",
            ),
            # What is still known by its hash: asked again and again whether its tip has ended.
            models.Index(
                fields=["tip"],
                condition=~models.Q(keyed_hash=b""),
                name="attachment_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class WaitingPicture(Row):
    """A file of which the worker still has to make a copy to view: some minutes at most.

    What was sent lies in a file under a key of its own, which is sealed to the worker and goes
    with this row.
    """

    attachment = models.OneToOneField(
        Attachment, models.CASCADE, null=True, related_name="waiting_picture"
    )
    dispute_file = models.OneToOneField(
        "lookup.DisputeFile", models.CASCADE, null=True, related_name="+"
    )
    path = models.CharField(max_length=200)
    key_sealed = models.BinaryField()
    # No default of the database: whoever adds a row may not read it back.
    since = models.DateTimeField(default=times.now)
    # When an officer asked for a copy that is made for nobody else (NoCopy.ON_REQUEST).
    asked_at = models.DateTimeField(null=True)
    leased_until = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(attachment__isnull=False, dispute_file__isnull=True)
                | models.Q(attachment__isnull=True, dispute_file__isnull=False),
                name="picture_waits_for_one_file",
            ),
        ]

    def __str__(self) -> str:
        return f"waiting picture {self.id}"
