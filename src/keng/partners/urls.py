"""Addresses of partners on the two sites."""

from django.urls import URLPattern, path

from keng.partners.desk import partners as desk_partners
from keng.partners.public import (
    campaign_pages,
    film_pages,
    manuscript_pages,
    manuscript_writing,
    member_pages,
    pages,
    reach_pages,
    survey_pages,
    survey_writing,
)

public: list[URLPattern] = [
    path("partners/", pages.partners, name="partners"),
    path("partners/articles/<uuid:pk>/", pages.article, name="article"),
    path("partners/campaigns/<uuid:pk>/", campaign_pages.campaign, name="campaign"),
    path("partners/<uuid:pk>/", pages.partner, name="partner"),
    path("partners/<uuid:pk>/at/<str:code>/", pages.partner_at, name="partner-at"),
    path("places/<str:code>/join/", pages.partner_join, name="partner-join"),
    # Below /partner/ only members get in (accounts.partner_middleware).
    path("partner/", member_pages.partner_home, name="partner-home"),
    path("partner/articles/new/", member_pages.partner_write, name="partner-write"),
    path("partner/articles/<uuid:pk>/", member_pages.partner_article, name="partner-article"),
    path("partner/articles/<uuid:pk>/edit/", member_pages.partner_write, name="partner-edit"),
    path(
        "partner/articles/<uuid:pk>/withdraw/",
        member_pages.partner_withdraw,
        name="partner-withdraw",
    ),
    path("partner/lessons/new/", manuscript_writing.partner_lesson, name="partner-lesson"),
    path(
        "partner/lessons/in/<uuid:pk>/new/",
        manuscript_writing.partner_lesson_in,
        name="partner-lesson-in",
    ),
    path("partner/checks/new/", manuscript_writing.partner_check, name="partner-check"),
    path("partner/campaigns/new/", manuscript_writing.partner_campaign, name="partner-campaign"),
    path("partner/places/new/", manuscript_writing.partner_place_new, name="partner-place-new"),
    path(
        "partner/campaigns/<uuid:pk>/coverage/",
        campaign_pages.campaign_coverage,
        name="campaign-coverage",
    ),
    path("partner/texts/<uuid:pk>/", manuscript_pages.manuscript, name="manuscript"),
    path(
        "partner/texts/<uuid:pk>/edit/", manuscript_writing.manuscript_edit, name="manuscript-edit"
    ),
    path(
        "partner/texts/<uuid:pk>/again/",
        manuscript_writing.manuscript_again,
        name="manuscript-again",
    ),
    path(
        "partner/texts/<uuid:pk>/withdraw/",
        manuscript_pages.manuscript_withdraw,
        name="manuscript-withdraw",
    ),
    path(
        "partner/texts/<uuid:pk>/discard/",
        manuscript_writing.manuscript_discard,
        name="manuscript-discard",
    ),
    path("partner/films/", film_pages.partner_films, name="partner-films"),
    path("partner/films/new/", film_pages.partner_film_new, name="partner-film-new"),
    path("partner/films/<uuid:pk>/", film_pages.partner_film, name="partner-film"),
    path(
        "partner/films/<uuid:pk>/discard/",
        film_pages.partner_film_discard,
        name="partner-film-discard",
    ),
    path(
        "partner/films/<uuid:pk>/film.mp4", film_pages.partner_film_play, name="partner-film-play"
    ),
    path(
        "partner/films/<uuid:pk>/poster.jpg",
        film_pages.partner_film_poster,
        name="partner-film-poster",
    ),
    path(
        "partner/films/<uuid:pk>/<slug:language>.vtt",
        film_pages.partner_film_captions,
        name="partner-film-captions",
    ),
    path("partner/surveys/", survey_pages.partner_surveys, name="partner-surveys"),
    path("partner/surveys/new/", survey_writing.partner_survey_new, name="partner-survey-new"),
    path("partner/surveys/<uuid:pk>/", survey_pages.partner_survey, name="partner-survey"),
    path(
        "partner/surveys/<uuid:pk>/edit/",
        survey_writing.partner_survey_edit,
        name="partner-survey-edit",
    ),
    path(
        "partner/surveys/<uuid:pk>/question/",
        survey_writing.partner_survey_question,
        name="partner-survey-question-new",
    ),
    path(
        "partner/surveys/<uuid:pk>/question/<str:key>/",
        survey_writing.partner_survey_question,
        name="partner-survey-question",
    ),
    path(
        "partner/surveys/<uuid:pk>/order/",
        survey_writing.partner_survey_order,
        name="partner-survey-order",
    ),
    path(
        "partner/surveys/<uuid:pk>/close/",
        survey_pages.partner_survey_close,
        name="partner-survey-close",
    ),
    path(
        "partner/surveys/<uuid:pk>/result/withdraw/",
        survey_pages.partner_survey_withdraw,
        name="partner-survey-withdraw",
    ),
    path(
        "partner/surveys/<uuid:pk>/result/",
        survey_writing.partner_survey_result,
        name="partner-survey-result",
    ),
    path("partner/people/<uuid:pk>/agree/", member_pages.partner_agree, name="partner-agree"),
    path("partner/reach/", reach_pages.partner_reach, name="partner-reach"),
    path("partner/kit/", member_pages.partner_kit, name="partner-kit"),
    path("partner/letters/", member_pages.partner_letters, name="partner-letters"),
    path("partner/kit/<uuid:pk>/right/", member_pages.partner_kit_right, name="partner-kit-right"),
]
desk: list[URLPattern] = [
    path("partners/", desk_partners.desk_partners, name="desk-partners"),
    path("partners/new/", desk_partners.partner_invite, name="partner-invite"),
    path("partners/<uuid:pk>/", desk_partners.desk_partner, name="desk-partner"),
    path("partners/<uuid:pk>/close/", desk_partners.partner_close, name="partner-close"),
    path("partners/members/<uuid:pk>/close/", desk_partners.member_close, name="member-close"),
    path("partners/members/<uuid:pk>/agree/", desk_partners.member_agree, name="member-agree"),
    path("partners/articles/<uuid:pk>/", desk_partners.desk_article, name="desk-article"),
    path("partners/requests/<uuid:pk>/", desk_partners.kit_accept, name="kit-accept"),
]
