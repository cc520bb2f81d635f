"""Addresses of surveys."""

from django.urls import URLPattern, path

from keng.surveys.desk import free_texts, listing, opening, paper, results, writing
from keng.surveys.public import answer_pages, pages

# Short and without a slash at the end: the address of a survey is printed and typed.
public: list[URLPattern] = [
    path("surveys", pages.surveys, name="surveys"),
    path("s/<str:code>", pages.survey, name="survey"),
    path("s/<str:code>/start", pages.survey_start, name="survey-start"),
    path("s/<str:code>/paper", pages.survey_paper, name="survey-paper"),
    path("s/<str:code>/check", answer_pages.survey_check, name="survey-check"),
    path("s/<str:code>/thanks", answer_pages.survey_thanks, name="survey-thanks"),
    path("s/<str:code>/q/<int:number>", answer_pages.survey_question, name="survey-question"),
    path("s/<str:code>/<secret:slip>", pages.survey, name="survey-slip"),
]
desk: list[URLPattern] = [
    path("surveys/", listing.desk_surveys, name="desk-surveys"),
    path("surveys/new/", writing.survey_new, name="survey-new"),
    path("surveys/<uuid:pk>/", listing.survey_detail, name="survey-detail"),
    path("surveys/<uuid:pk>/edit/", writing.survey_edit, name="survey-edit"),
    path("surveys/<uuid:pk>/question/", writing.survey_question_new, name="survey-question-new"),
    path(
        "surveys/<uuid:pk>/question/<str:key>/",
        writing.survey_question_edit,
        name="survey-question-edit",
    ),
    path("surveys/<uuid:pk>/order/", writing.survey_order, name="survey-order"),
    path("surveys/<uuid:pk>/submit/", writing.survey_submit, name="survey-submit"),
    path("surveys/<uuid:pk>/preview/", listing.survey_preview, name="survey-preview"),
    path("surveys/<uuid:pk>/approve/", opening.survey_approve, name="survey-approve"),
    path("surveys/<uuid:pk>/send-back/", opening.survey_send_back, name="survey-send-back"),
    path("surveys/<uuid:pk>/open/", opening.survey_open, name="survey-open"),
    path("surveys/<uuid:pk>/close/", opening.survey_close, name="survey-close"),
    path("surveys/<uuid:pk>/slips/", opening.survey_slips, name="survey-slips"),
    path("surveys/<uuid:pk>/texts/", free_texts.survey_texts, name="survey-texts"),
    path("surveys/<uuid:pk>/publish/", results.survey_publish, name="survey-publish"),
    path("surveys/<uuid:pk>/release/", results.survey_release, name="survey-release"),
    path("surveys/<uuid:pk>/paper/", paper.survey_paper_new, name="survey-paper-new"),
    path("surveys/paper/<uuid:pk>/", paper.survey_sheet, name="survey-sheet"),
    path("surveys/paper/<uuid:pk>/finish/", paper.survey_sheet_end, name="survey-sheet-end"),
]
