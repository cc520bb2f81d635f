"""Cookies of the public site: short, readable by the server only, never sent from other sites."""

from django.conf import settings
from django.http import HttpResponse


def put_cookie(response: HttpResponse, name: str, value: str, *, seconds: int) -> None:
    """Let the browser keep a value for a while."""
    response.set_cookie(
        name,
        value,
        max_age=seconds,
        httponly=True,
        samesite="Strict",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def forget_cookies(response: HttpResponse, *names: str) -> None:
    """Let the browser drop these values."""
    for name in names:
        response.delete_cookie(name, samesite="Strict")


def clear_browser_cache(response: HttpResponse) -> HttpResponse:
    """After signing out: no page that Back could show stays in the browser, however it was kept.

    Not its storage: that would end the pager that an officer switched on for this device.
    """
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


def put_language_cookie(response: HttpResponse, code: str) -> None:
    """Remember the chosen language for a year; an unknown one is not remembered."""
    if code in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            code,
            max_age=365 * 24 * 3600,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )
