"""Addresses of claims on the two sites."""

from django.urls import URLPattern, path

from keng.claims.desk import deciding, listing, writing
from keng.claims.public import asking, checks, feed

# Short and without a slash at the end: the address of a check is passed on and typed.
public: list[URLPattern] = [
    path("claims", checks.claims, name="claims"),
    path("claims/feed.atom", feed.claims_feed, name="claims-feed"),
    path("claims/ask", asking.claim_ask, name="claim-ask"),
    path("claims/asked", asking.claim_outcome, name="claim-outcome"),
    path("claims/asked/object", asking.claim_object, name="claim-object"),
    path("claims/asked/<secret:token>", asking.claim_asked, name="claim-asked"),
    path("claims/<int:number>", checks.claim, name="claim"),
    path("claims/<int:number>/card.png", checks.claim_card, name="claim-card"),
]
desk: list[URLPattern] = [
    path("claims/", listing.desk_claims, name="desk-claims"),
    path("claims/new/", writing.claim_new, name="claim-new"),
    path("claims/<uuid:pk>/", listing.claim_detail, name="claim-detail"),
    path("claims/<uuid:pk>/write/", writing.claim_write, name="claim-write"),
    path("claims/<uuid:pk>/publish/", deciding.claim_publish, name="claim-publish"),
    path("claims/<uuid:pk>/answer/", deciding.claim_answer, name="claim-answer"),
    path("claims/<uuid:pk>/outside/", deciding.claim_outside, name="claim-outside"),
    path("claims/<uuid:pk>/withdraw/", deciding.claim_withdraw, name="claim-withdraw"),
]
