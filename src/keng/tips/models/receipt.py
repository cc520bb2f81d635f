"""Receipts: a secret that only the reporter keeps. Narrow tables, never partitioned."""

from django.db import models
from django.db.models.functions import Now

from keng.tips.models.tip import Tip


class Receipt(models.Model):
    """The keyed hash of a receipt code. The code itself is stored nowhere."""

    hash = models.BinaryField(max_length=32, primary_key=True)
    tip = models.ForeignKey(Tip, models.CASCADE, related_name="receipts")
    made_at = models.DateTimeField(db_default=Now())
    # From then on it opens nothing: its holder took another one (dialogue.replaced_codes).
    replaced_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"receipt of {self.tip_id}"


class HandedCode(models.Model):
    """A code on paper that went through the hands of an officer who may not see the report.

    It opens nothing: whoever types it in exchanges it, once, for a receipt of their own. When that
    was stays here, for the desk that has the report and for whoever types it in once more.
    """

    hash = models.BinaryField(max_length=32, primary_key=True)
    tip = models.OneToOneField(Tip, models.CASCADE, related_name="+")
    made_at = models.DateTimeField(db_default=Now())
    exchanged_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"code on paper of {self.tip_id}"


class OneTimeLink(models.Model):
    """A link sent in chat that shows the receipt code once, opened by POST.

    Only the hash of its token is stored; the code is derived from the token.
    """

    token_hash = models.BinaryField(max_length=32, primary_key=True)
    tip = models.ForeignKey(Tip, models.CASCADE, related_name="+")
    made_at = models.DateTimeField(db_default=Now())
    opened_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"link of {self.tip_id}"


class ShownCode(models.Model):
    """The browser that sent a form may see its code until then; without a row, never again.

    Of a report, of a question and of an objection: it does not say which, nor leads to one.
    """

    # Keyed hash of what only that browser's form held.
    hash = models.BinaryField(max_length=32, primary_key=True)
    until = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return "code that is still shown"
