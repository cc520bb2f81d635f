"""The addresses that the shared frames link to, for tests that render them alone."""

from django.http import HttpResponse
from django.urls import path

from keng.kit import style


def _nothing(request: object) -> HttpResponse:
    return HttpResponse()


urlpatterns = [
    path("", style.style_public, name="home"),
    path("desk/<str:screen>/", style.style_desk, name="style-desk"),
    path("language/", _nothing, name="set_language"),
    path("exit/", _nothing, name="quick_exit"),
    path("sign-out/", _nothing, name="sign-out"),
]
