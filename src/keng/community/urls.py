"""Addresses of community on the two sites."""

from django.urls import URLPattern, path
from django.views.generic import RedirectView
from django.views.i18n import set_language

from keng.community.public import leaving, pages, places, small
from keng.community.report.check import check
from keng.community.report.describe import describe
from keng.community.report.name import name
from keng.community.report.what import what
from keng.community.report.where import where
from keng.community.report.who_gets import who_gets

public: list[URLPattern] = [
    path("", pages.home, name="home"),
    path("report/", RedirectView.as_view(pattern_name="report-who-gets"), name="report"),
    path("report/who-gets/", who_gets, name="report-who-gets"),
    path("report/what/", what, name="report-what"),
    path("report/where/", where, name="report-where"),
    path("report/describe/", describe, name="report-describe"),
    path("report/name/", name, name="report-name"),
    path("report/check/", check, name="report-check"),
    path("near/", places.choose_near, name="near"),
    path("places/", places.places, name="places"),
    path("places/<str:code>/", places.place, name="place"),
    path("first-hour/", pages.first_hour, name="first-hour"),
    path("privacy/", pages.privacy, name="privacy"),
    path("language/", set_language, name="set_language"),
    path("exit/", leaving.quick_exit, name="quick_exit"),
    path("calendar/", leaving.calendar, name="calendar"),
    path("robots.txt", small.robots, name="robots"),
    path("favicon.ico", small.favicon, name="favicon"),
]
desk: list[URLPattern] = []
