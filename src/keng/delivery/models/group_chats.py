"""Group chats that an account has at its provider, and what officers asked about them."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from keng.kit.models import Row


class AccountGroup(Row):
    """A group as the provider listed it last: a count of members, never who they are."""

    account = models.ForeignKey(
        "delivery.ChannelAccount", models.CASCADE, related_name="group_chats"
    )
    address = models.CharField(max_length=100)
    name = models.CharField(max_length=160, default="", db_default="", blank=True)
    # False where what was paid for it has ended: nothing can be posted there.
    is_enabled = models.BooleanField(default=True, db_default=True)
    member_count = models.PositiveIntegerField(null=True)
    # By which people join.
    link = models.CharField(max_length=200, default="", db_default="", blank=True)
    seen_at = models.DateTimeField(db_default=Now())
    # When the provider said that the account has no such group.
    gone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "address"], name="group_of_an_account_is_listed_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.address


class GroupRequest(Row):
    """What the sender, which has the tokens, is to ask of the provider; and what came of it."""

    class Kind(models.TextChoices):
        LIST = "list", _("List the groups")
        MAKE = "make", _("Make a group")

    class State(models.TextChoices):
        ASKED = "asked", _("Waits")
        # A slot is chosen, and the provider may have been asked already.
        BEGUN = "begun", _("Under way")
        DONE = "done", _("Done")
        REFUSED = "refused", _("Not possible")

    account = models.ForeignKey(
        "delivery.ChannelAccount", models.CASCADE, related_name="group_requests"
    )
    kind = models.CharField(max_length=4, choices=Kind)
    state = models.CharField(max_length=8, choices=State, default="asked", db_default="asked")
    # Nobody, where an event of the provider's says that something changed.
    asked_by = models.ForeignKey("accounts.Officer", models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField(db_default=Now())
    name = models.CharField(max_length=100, default="", db_default="", blank=True)
    description = models.CharField(max_length=300, default="", db_default="", blank=True)
    size = models.CharField(max_length=10, default="", db_default="", blank=True)
    # The slot in which it is made. It takes one group, so no second one comes of a second try.
    slot = models.CharField(max_length=100, default="", db_default="", blank=True)
    tried_at = models.DateTimeField(null=True)
    # Written by a trigger with the first `tried_at`: from then on it is given a day.
    first_tried_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    # Why not: the provider's code, or a word of ours (delivery.desk.account_groups).
    code = models.CharField(max_length=40, default="", db_default="", blank=True)
    made = models.ForeignKey(AccountGroup, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "slot"],
                condition=models.Q(state="begun") & ~models.Q(slot=""),
                name="slot_is_filled_by_one_request",
            ),
            models.UniqueConstraint(
                fields=["account", "name"],
                condition=models.Q(kind="make", ended_at__isnull=True),
                name="group_is_asked_for_once",
            ),
            models.CheckConstraint(
                condition=models.Q(kind="list") | ~models.Q(name=""),
                name="group_to_be_made_has_a_name",
            ),
        ]
        indexes = [
            models.Index(
                fields=["account"],
                condition=models.Q(ended_at__isnull=True),
                name="group_requests_waiting",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"
