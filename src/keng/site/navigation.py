"""The tabs of the desk: three by default, more for those whose role needs them."""

from django.db import connection
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from keng.accounts.models import Officer, Post
from keng.warnings.waiting import count_for


def desk_tabs(officer: Officer, path: str) -> list[dict[str, object]]:
    """Label, address and whether it is the current one, for this officer."""
    role = Post.Role
    tabs = [
        ("inbox", "g i", _("Tips"), ()),
        ("warnings", "g w", _("Warnings"), ()),
        ("groups", "g n", _("Groups"), ()),
        ("dashboard", "", _("Figures"), (role.COMMANDER, role.COORDINATOR, role.AUDITOR)),
        ("audit", "", _("Audit"), (role.AUDITOR, role.DATA_PROTECTION)),
    ]
    found = []
    for name, key, label, roles in tabs:
        if roles and not officer.has_role(*roles):
            continue
        url = reverse(name)
        found.append(
            {
                "url": url,
                "key": key,
                "label": label,
                "current": path.startswith(url),
            }
        )
        if name == "warnings":
            # Counted when a menu is drawn, not for each piece of a page.
            found[-1]["count"] = SimpleLazyObject(lambda: _waiting(officer))
    return found


def _waiting(officer: Officer) -> int:
    # The page of an error is drawn, too, where the database answers nothing more.
    return 0 if connection.needs_rollback else count_for(officer)
