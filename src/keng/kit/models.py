"""What every table of ours shares."""

from django.db import models

from keng.kit.ids import new_id


class Row(models.Model):
    """A row with a UUIDv7 key, so that newest-first is `ORDER BY id DESC` without a sequence."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)

    class Meta:
        abstract = True
