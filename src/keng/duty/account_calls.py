"""What an officer's pagers do for the account: tell of a new sign-in, and end with a closing."""

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from keng.accounts.models import Notice, Officer
from keng.delivery.models import PagerWay
from keng.duty import page_officers

ACCOUNT_NOTICE = "account_notice"


def call_about_account(officer: Officer, notice: Notice) -> None:
    """Call the officer: somebody is making a new sign-in for them. Nothing where no pager works.

    In the transaction of the notice, which stands on the desk in any case.
    """
    if notice.request is None or not PagerWay.objects.working().filter(officer=officer).exists():
        return
    page_officers.call_officers(
        [officer],
        _call_words(),
        unit_id=notice.request.unit_id,
        source_kind=ACCOUNT_NOTICE,
        source_ref=notice.pk,
    )


def forget_pagers(officer: Officer) -> None:
    """A closed account is called no more: its pagers go, with their addresses."""
    PagerWay.objects.filter(officer=officer).delete()


def _call_words() -> list[page_officers.CallWords]:
    """Shown on locked screens: no name, and nothing that opens anything."""
    found = []
    for language in page_officers.CALL_LANGUAGES:
        with translation.override(language):
            subject = _("Kẻng: a new sign-in for you was asked for")
            text = _(
                "If you did not ask for it, tell your commander now. What you sign in with goes on"
                " working: %(link)s"
            ) % {"link": settings.DESK_URL}
        found.append(page_officers.CallWords(language, subject, f"{subject}\n{text}"))
    return found
