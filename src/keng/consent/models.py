"""The words of a question for consent, each time that they changed."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from keng.kit.models import Row


class ConsentText(Row):
    """One version of the words by which consent is asked, in both languages.

    Who agreed is in the rows that exist anyway (a sealed name, a subscription): with the moment on
    them, the version that was shown is the newest one that was in use by then.
    """

    class Purpose(models.TextChoices):
        CONTACT = "contact", _("Name and phone number, sealed with a report")
        CHAT_WORDS = "chat_words", _("The words of answers in the chat")
        SUBSCRIPTION = "subscribed", _("Warnings by e-mail")
        LEAD = "lead", _("Passing warnings on as a lead")
        HOUSE_CONTACT = "house", _("Being asked for a house")

    purpose = models.CharField(max_length=10, choices=Purpose)
    version = models.PositiveIntegerField()
    # {"vi": [sentences], "en": [sentences]}.
    words = models.JSONField()
    first_used_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["purpose", "version"], name="consent_text_has_one_of_each_version"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.version}"
