"""What the public page of results promises; each sentence is tied to a test (docs/promises.csv)."""

from django.utils.translation import gettext_lazy as _

PROMISES = {
    "results_small": _(
        "Counts under five are left out, and so is whatever would let them be computed: a small "
        "number could tell who reported."
    ),
    "results_places": _("No commune is named and none is ranked."),
}
