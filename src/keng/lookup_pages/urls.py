"""Addresses of the look-up on the two sites. None of the public ones ever holds what was asked."""

from django.urls import URLPattern, path
from django.views.decorators.csrf import csrf_exempt

from keng.lookup_pages import listing_desk
from keng.lookup_pages.public import dispute, search

public: list[URLPattern] = [
    path("lookup/", csrf_exempt(search.lookup), name="lookup"),
    path("lookup/record/", search.lookup_record, name="lookup-record"),
    path("lookup/object/", dispute.lookup_object, name="lookup-object"),
    path("lookup/objected/", dispute.lookup_objected, name="lookup-objected"),
    path("lookup/answer/", dispute.lookup_answer, name="lookup-answer"),
]
desk: list[URLPattern] = [
    path("listings/", listing_desk.listings, name="listings"),
    path("listings/propose/<uuid:pk>/", listing_desk.listing_propose, name="listing-propose"),
    path("listings/<uuid:pk>/", listing_desk.listing, name="listing"),
    path("listings/<uuid:pk>/refuse/", listing_desk.listing_refuse, name="listing-refuse"),
    path("listings/<uuid:pk>/end/", listing_desk.listing_end, name="listing-end"),
    path("listings/disputes/<uuid:pk>/", listing_desk.listing_dispute, name="listing-dispute"),
    path("listings/dispute-files/<uuid:pk>/", listing_desk.dispute_file, name="dispute-file"),
]
