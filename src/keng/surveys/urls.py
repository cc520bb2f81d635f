"""Addresses of surveys."""

from django.urls import URLPattern, path

from keng.surveys.desk import listing, paper, reading, releasing, results, writing
from keng.surveys.public import asking, pages

# Short and without a slash at the end: the address of a survey is printed and typed.
public: list[URLPattern] = [
    path("surveys", pages.surveys, name="surveys"),
    path("s/<str:code>", pages.survey, name="survey"),
    path("s/<str:code>/start", pages.start, name="survey-start"),
    path("s/<str:code>/paper", pages.paper, name="survey-paper"),
    path("s/<str:code>/check", asking.check, name="survey-check"),
    path("s/<str:code>/thanks", asking.thanks, name="survey-thanks"),
    path("s/<str:code>/q/<int:number>", asking.question, name="survey-question"),
    path("s/<str:code>/<secret:slip>", pages.survey, name="survey-slip"),
]
desk: list[URLPattern] = [
    path("surveys/", listing.surveys, name="desk-surveys"),
    path("surveys/new/", writing.new, name="survey-new"),
    path("surveys/<uuid:pk>/", listing.detail, name="survey-detail"),
    path("surveys/<uuid:pk>/edit/", writing.edit, name="survey-edit"),
    path("surveys/<uuid:pk>/question/", writing.question_new, name="survey-question-new"),
    path("surveys/<uuid:pk>/question/<str:key>/", writing.question, name="survey-question-edit"),
    path("surveys/<uuid:pk>/order/", writing.order, name="survey-order"),
    path("surveys/<uuid:pk>/submit/", writing.submit, name="survey-submit"),
    path("surveys/<uuid:pk>/preview/", listing.preview, name="survey-preview"),
    path("surveys/<uuid:pk>/approve/", releasing.approve, name="survey-approve"),
    path("surveys/<uuid:pk>/send-back/", releasing.send_back, name="survey-send-back"),
    path("surveys/<uuid:pk>/open/", releasing.open_up, name="survey-open"),
    path("surveys/<uuid:pk>/close/", releasing.close, name="survey-close"),
    path("surveys/<uuid:pk>/slips/", releasing.slips, name="survey-slips"),
    path("surveys/<uuid:pk>/texts/", reading.texts, name="survey-texts"),
    path("surveys/<uuid:pk>/publish/", reading.publish, name="survey-publish"),
    path("surveys/<uuid:pk>/release/", results.release, name="survey-release"),
    path("surveys/<uuid:pk>/return/", results.send_back, name="survey-result-back"),
    path("surveys/<uuid:pk>/paper/", paper.begin, name="survey-paper-new"),
    path("surveys/paper/<uuid:pk>/", paper.sheet, name="survey-sheet"),
    path("surveys/paper/<uuid:pk>/finish/", paper.finish, name="survey-sheet-end"),
]
