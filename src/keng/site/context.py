"""What every template may use."""

from django.conf import settings
from django.http import HttpRequest


def site_context(request: HttpRequest) -> dict[str, object]:
    """Name and address of the site, the officer, and whether this is a demo."""
    from keng.accounts.notices import notices_for  # noqa: PLC0415
    from keng.accounts.screen_lock import lock_seconds  # noqa: PLC0415
    from keng.accounts.who import ADMINISTERING, WORKING  # noqa: PLC0415
    from keng.intake.by_staff.take_down import may_take_down  # noqa: PLC0415
    from keng.site.navigation import desk_menu, desk_tabs, waiting_counts  # noqa: PLC0415
    from keng.site.public_frame import public_frame  # noqa: PLC0415 -- needs loaded apps

    officer = getattr(request, "officer", None)
    # The page of a locked screen has no menu, no count and no notice.
    is_locked = getattr(request, "is_screen_locked", False)
    works = bool(officer and WORKING.includes(officer))
    officer = None if is_locked else officer
    if getattr(request, "urlconf", settings.ROOT_URLCONF) == "keng.site.public_urls":
        return {
            "public_url": settings.PUBLIC_URL,
            "is_demo": settings.DEMO,
            **public_frame(request),
        }
    menus: dict[str, object] = {"desk_nav": [], "desk_menu": []}
    if officer:
        counts = waiting_counts(officer)
        menus["desk_nav"] = desk_tabs(officer, request.path, counts)
        menus["desk_menu"] = desk_menu(officer, counts)
    return {
        "public_url": settings.PUBLIC_URL,
        "is_demo": settings.DEMO,
        "officer": officer,
        **menus,
        "unit_name": officer.current_posts[0].unit.name
        if officer and officer.current_posts
        else "",
        "keys_off": bool(officer and not officer.single_keys),
        "takes_reports": bool(officer and may_take_down(officer)),
        "works": works,
        "screen_lock_after": lock_seconds(),
        "account_notices": notices_for(officer) if officer else [],
        "is_administrator": bool(officer and ADMINISTERING.includes(officer)),
    }
