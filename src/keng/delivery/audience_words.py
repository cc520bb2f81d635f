"""An audience in words, for whoever decides whether something goes to it."""

from django.utils.translation import gettext as _

from keng.delivery.audience import Audience, SameRecipients
from keng.kit.sql_names import alphabetically
from keng.network.models import GroupKind
from keng.places.models import Place


def audience_in_words(audience: Audience | SameRecipients) -> str:
    """Which groups, where, and who else."""
    if isinstance(audience, SameRecipients):
        if audience.waiting:
            return _("Everybody who got the earlier version, may have it, or still waits for it.")
        return _("Everybody who got it, or may have it.")
    places = Place.objects.filter(pk__in=audience.places).order_by(alphabetically())
    where = ", ".join(places.values_list("name", flat=True))
    if set(audience.kinds) == set(GroupKind.values):
        words = _("All groups in %(where)s") % {"where": where}
    else:
        kinds = [str(kind.label) for kind in GroupKind if kind.value in audience.kinds]
        words = _("Groups in %(where)s of these kinds: %(kinds)s") % {
            "where": where,
            "kinds": ", ".join(kinds),
        }
    if audience.without:
        words += _("; without %(n)d of them") % {"n": len(audience.without)}
    if audience.subscribers:
        words += _("; and whoever subscribed there to warnings as grave as this one")
    return f"{words}."
