"""Addresses of partners on the two sites."""

from django.urls import URLPattern, path

from keng.partners.desk import partners as desk_partners
from keng.partners.public import own, pages, reading, writing

public: list[URLPattern] = [
    path("partners/", pages.partners, name="partners"),
    path("partners/articles/<uuid:pk>/", pages.article, name="article"),
    path("partners/<uuid:pk>/", pages.partner, name="partner"),
    path("places/<str:code>/join/", pages.join, name="partner-join"),
    # Below /partner/ only members get in (accounts.partner_middleware).
    path("partner/", own.home, name="partner-home"),
    path("partner/articles/new/", own.write, name="partner-write"),
    path("partner/articles/<uuid:pk>/", own.article, name="partner-article"),
    path("partner/articles/<uuid:pk>/edit/", own.write, name="partner-edit"),
    path("partner/articles/<uuid:pk>/withdraw/", own.withdraw, name="partner-withdraw"),
    path("partner/lessons/new/", writing.start_lesson, name="partner-lesson"),
    path("partner/lessons/in/<uuid:pk>/new/", writing.new_lesson, name="partner-lesson-in"),
    path("partner/checks/new/", writing.new_check, name="partner-check"),
    path("partner/texts/<uuid:pk>/", reading.manuscript, name="manuscript"),
    path("partner/texts/<uuid:pk>/edit/", writing.edit, name="manuscript-edit"),
    path("partner/texts/<uuid:pk>/again/", writing.again, name="manuscript-again"),
    path("partner/texts/<uuid:pk>/withdraw/", reading.withdraw, name="manuscript-withdraw"),
    path("partner/texts/<uuid:pk>/discard/", writing.discard, name="manuscript-discard"),
    path("partner/people/<uuid:pk>/agree/", own.agree, name="partner-agree"),
    path("partner/kit/", own.kit, name="partner-kit"),
]
desk: list[URLPattern] = [
    path("partners/", desk_partners.partners, name="desk-partners"),
    path("partners/new/", desk_partners.invite, name="partner-invite"),
    path("partners/<uuid:pk>/", desk_partners.partner, name="desk-partner"),
    path("partners/<uuid:pk>/close/", desk_partners.close, name="partner-close"),
    path("partners/members/<uuid:pk>/close/", desk_partners.close_member, name="member-close"),
    path("partners/members/<uuid:pk>/agree/", desk_partners.agree, name="member-agree"),
    path("partners/articles/<uuid:pk>/", desk_partners.article, name="desk-article"),
    path("partners/requests/<uuid:pk>/", desk_partners.accept, name="kit-accept"),
]
