"""Addresses of community on the two sites."""

from django.urls import URLPattern, path
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import RedirectView
from django.views.i18n import set_language

from keng.community.desk import announcements
from keng.community.desk import questions as desk_questions
from keng.community.public import abroad, pages, places, questions, quick_exit, robots, shared
from keng.community.report import from_lookup
from keng.community.report.at_once import report_at_once
from keng.community.report.check import report_check
from keng.community.report.describe import report_describe
from keng.community.report.from_team import report_team
from keng.community.report.name import report_name
from keng.community.report.what import report_what
from keng.community.report.where import report_where
from keng.community.report.who_gets import report_who_gets

# Without a token, whose cookie would lie on pages that are only read: whoever forges one of these
# chooses a language or a place, or asks what everybody may read.
public: list[URLPattern] = [
    path("", pages.home, name="home"),
    path("report/", RedirectView.as_view(pattern_name="report-who-gets"), name="report"),
    path("report/who-gets/", report_who_gets, name="report-who-gets"),
    path("report/what/", report_what, name="report-what"),
    path("report/where/", report_where, name="report-where"),
    path("report/describe/", report_describe, name="report-describe"),
    path("report/name/", report_name, name="report-name"),
    path("report/check/", report_check, name="report-check"),
    path("report/at-once/", report_at_once, name="report-at-once"),
    path("relay/<secret:token>/report", report_team, name="report-team"),
    path("report/with/", from_lookup.report_with, name="report-with"),
    path("share/", shared.share, name="share"),
    path("share/target/", shared.share_target, name="share-target"),
    path("manifest.webmanifest", shared.manifest, name="manifest"),
    path("near/", csrf_exempt(places.near), name="near"),
    path("places/", places.places, name="places"),
    path("places/<str:code>/", places.place, name="place"),
    path("places/<str:code>/ask/", questions.place_ask, name="place-ask"),
    path("places/<str:code>/questions/", places.place_questions, name="place-questions"),
    path("embed/places/<str:code>/", places.place_embed, name="place-embed"),
    path("asked/", questions.question_asked, name="question-asked"),
    path("answer/", questions.question_answer, name="question-answer"),
    path("answer/object/", questions.question_object, name="question-object"),
    path("abroad/", abroad.abroad, name="abroad"),
    path("official-channels/", places.official_channels, name="official-channels"),
    path("first-hour/", pages.first_hour, name="first-hour"),
    path("privacy/", pages.privacy, name="privacy"),
    path("language/", csrf_exempt(set_language), name="set_language"),
    path("exit/", quick_exit.quick_exit, name="quick_exit"),
    path("calendar/", quick_exit.calendar, name="calendar"),
    path("robots.txt", robots.robots, name="robots"),
    path("favicon.ico", robots.favicon, name="favicon"),
]
desk: list[URLPattern] = [
    path("questions/", desk_questions.questions, name="questions"),
    path("questions/<uuid:pk>/", desk_questions.question, name="question"),
    path("questions/<uuid:pk>/opinion/", desk_questions.question_opinion, name="question-opinion"),
    path("questions/<uuid:pk>/report/", desk_questions.question_move, name="question-move"),
    path("meetings/", announcements.meetings, name="meetings"),
    path("meetings/<uuid:pk>/", announcements.meeting, name="meeting"),
    path("official-channels/", announcements.desk_channels, name="desk-channels"),
    path("official-channels/check/", announcements.desk_channels_check, name="desk-channels-check"),
    path("official-channels/<uuid:pk>/", announcements.desk_channel, name="desk-channel"),
]
