"""Addresses of community on the two sites."""

from django.urls import URLPattern, path
from django.views.generic import RedirectView
from django.views.i18n import set_language

from keng.community import carrying
from keng.community.desk import questions as desk_questions
from keng.community.desk import telling
from keng.community.public import leaving, pages, places, questions, small
from keng.community.report.check import check
from keng.community.report.describe import describe
from keng.community.report.from_team import begin
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
    path("relay/<secret:token>/report", begin, name="report-team"),
    path("report/with/", carrying.carry, name="report-with"),
    path("near/", places.choose_near, name="near"),
    path("places/", places.places, name="places"),
    path("places/<str:code>/", places.place, name="place"),
    path("places/<str:code>/ask/", questions.ask, name="place-ask"),
    path("places/<str:code>/questions/", places.questions, name="place-questions"),
    path("embed/places/<str:code>/", places.embed, name="place-embed"),
    path("asked/", questions.asked, name="question-asked"),
    path("answer/", questions.read, name="question-answer"),
    path("answer/object/", questions.objected, name="question-object"),
    path("official-channels/", places.official_channels, name="official-channels"),
    path("first-hour/", pages.first_hour, name="first-hour"),
    path("privacy/", pages.privacy, name="privacy"),
    path("language/", set_language, name="set_language"),
    path("exit/", leaving.quick_exit, name="quick_exit"),
    path("calendar/", leaving.calendar, name="calendar"),
    path("robots.txt", small.robots, name="robots"),
    path("favicon.ico", small.favicon, name="favicon"),
]
desk: list[URLPattern] = [
    path("questions/", desk_questions.questions, name="questions"),
    path("questions/<uuid:pk>/", desk_questions.question, name="question"),
    path("questions/<uuid:pk>/let-out/", desk_questions.let_out, name="question-let-out"),
    path("questions/<uuid:pk>/opinion/", desk_questions.opinion, name="question-opinion"),
    path("questions/<uuid:pk>/report/", desk_questions.move, name="question-move"),
    path("meetings/", telling.meetings, name="meetings"),
    path("meetings/<uuid:pk>/", telling.meeting, name="meeting"),
    path("official-channels/", telling.channels, name="desk-channels"),
    path("official-channels/check/", telling.check_channels, name="desk-channels-check"),
    path("official-channels/<uuid:pk>/", telling.channel, name="desk-channel"),
]
