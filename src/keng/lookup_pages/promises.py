"""What the pages of the look-up promise. Each sentence is tied to a test in docs/promises.csv."""

from django.utils.translation import gettext_lazy as _

PROMISES = {
    "no_asker": _("We do not note who looked something up."),
}
