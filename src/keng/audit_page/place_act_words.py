"""What is called that is done on the pages of a place, with teams, and about partners."""

from django.utils.translation import gettext as _


def words_of_acts_on_places() -> dict[str, str]:
    """Acts and their words."""
    return {
        "partner.signed_in": _("Signed in for a partner"),
        "partner.signin_failed": _("Failed to sign in for a partner"),
        "partner.password_changed": _("Changed a password of a partner"),
    }
