"""Addresses of claims on the two sites."""

from django.urls import URLPattern, path

from keng.claims.desk import deciding, listing, writing
from keng.claims.public import asking, checks, feed

# Short and without a slash at the end: the address of a check is passed on and typed.
public: list[URLPattern] = [
    path("claims", checks.claims, name="claims"),
    path("claims/feed.atom", feed.atom, name="claims-feed"),
    path("claims/ask", asking.ask, name="claim-ask"),
    path("claims/asked", asking.outcome, name="claim-outcome"),
    path("claims/asked/object", asking.objected, name="claim-object"),
    path("claims/asked/<secret:token>", asking.asked, name="claim-asked"),
    path("claims/<int:number>", checks.check, name="claim"),
    path("claims/<int:number>/card.png", checks.card_picture, name="claim-card"),
]
desk: list[URLPattern] = [
    path("claims/", listing.claims, name="desk-claims"),
    path("claims/new/", writing.new, name="claim-new"),
    path("claims/<uuid:pk>/", listing.detail, name="claim-detail"),
    path("claims/<uuid:pk>/write/", writing.write, name="claim-write"),
    path("claims/<uuid:pk>/publish/", deciding.publish, name="claim-publish"),
    path("claims/<uuid:pk>/send-back/", deciding.send_back, name="claim-send-back"),
    path("claims/<uuid:pk>/answer/", deciding.answer, name="claim-answer"),
    path("claims/<uuid:pk>/outside/", deciding.outside, name="claim-outside"),
    path("claims/<uuid:pk>/withdraw/", deciding.withdraw, name="claim-withdraw"),
]
